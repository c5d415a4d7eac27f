"""Who may ask what, and what the answers say."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from clinic_bot.errors import StorageUnavailable
from clinic_bot.operations import health
from clinic_bot.operations.health import Readiness, health_routes
from clinic_bot.operations.metrics import Metrics
from clinic_bot.settings import Mode

HERE, ELSEWHERE = "127.0.0.1", "203.0.113.9"
TOKEN = "token-of-the-operator"
WELL = Readiness(
    database_writable=True,
    draining=False,
    groq="ok",
    zapi="ok",
    stuck_conversations=0,
    uncertain_sends=0,
)


@dataclass
class Probe:
    known: Readiness = WELL
    error: Exception | None = None
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    hangs: bool = False

    async def readiness(self) -> Readiness:
        if self.hangs:
            await self.answers.wait()
        if self.error:
            raise self.error
        return self.known


def client(
    probe: Probe | None = None,
    *,
    host: str = HERE,
    token: str | None = None,
    mode: Mode = Mode.LIVE,
    metrics: Metrics | None = None,
) -> TestClient:
    routes = health_routes(probe or Probe(), metrics or Metrics(), token=token, mode=mode)
    return TestClient(Starlette(routes=routes), client=(host, 50_000))


def test_live_answers_anybody_while_nothing_works() -> None:
    probe = Probe(error=StorageUnavailable("gone"))
    answer = client(probe, host=ELSEWHERE).get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_ready_tells_everything_it_knows() -> None:
    answer = client().get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "mode": "live",
        "database": "ok",
        "draining": False,
        "groq": "ok",
        "zapi": "ok",
        "rule_9": 0,
        "uncertain_sends": 0,
        "dead_turns": 0,
        "stopped_by": [],
    }


@pytest.mark.parametrize(
    ("known", "status"),
    [
        pytest.param(replace(WELL, database_writable=False), 503, id="the database cannot be written"),
        pytest.param(replace(WELL, draining=True), 503, id="it drains"),
        pytest.param(replace(WELL, groq="down"), 200, id="Groq is down"),
        pytest.param(replace(WELL, zapi="disconnected"), 200, id="Z-API is disconnected"),
        pytest.param(replace(WELL, stuck_conversations=1), 200, id="a conversation is stuck"),
        pytest.param(replace(WELL, uncertain_sends=3), 200, id="sends are uncertain"),
        pytest.param(replace(WELL, stopped_by=("paused",)), 200, id="answers are paused"),
    ],
)
def test_only_the_database_and_draining_turn_traffic_away(known: Readiness, status: int) -> None:
    answer = client(Probe(known)).get("/health/ready")
    assert answer.status_code == status
    assert answer.json()["groq"] == known.groq
    assert answer.json()["rule_9"] == known.stuck_conversations


@pytest.mark.parametrize("error", [StorageUnavailable("gone"), RuntimeError("a fault of ours")])
def test_a_probe_that_fails_is_not_ready(error: Exception) -> None:
    answer = client(Probe(error=error), mode=Mode.SANDBOX).get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "mode": "sandbox", "database": "does not answer"}


def test_a_probe_that_hangs_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PROBE_TIMEOUT_S", 0.01)
    assert client(Probe(hangs=True)).get("/health/ready").status_code == 503


@pytest.mark.parametrize("known", [WELL, replace(WELL, draining=True)])
def test_every_ready_of_a_sandbox_says_so(known: Readiness) -> None:
    assert client(Probe(known), mode=Mode.SANDBOX).get("/health/ready").json()["mode"] == "sandbox"


def test_metrics_come_in_the_format_prometheus_reads() -> None:
    metrics = Metrics()
    metrics.taken_over()
    answer = client(metrics=metrics).get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "clinic_bot_takeovers_total 1.0" in answer.text


@pytest.mark.parametrize("path", ["/health/ready", "/metrics"])
class TestBeyondLoopback:
    @pytest.mark.parametrize("host", [HERE, "127.0.0.2", "::1", "::ffff:127.0.0.1"])
    def test_this_machine_needs_no_token(self, path: str, host: str) -> None:
        assert client(host=host, token=TOKEN).get(path).status_code == 200

    @pytest.mark.parametrize("host", [ELSEWHERE, "172.17.0.1", "fe80::1", "a-socket"])
    def test_without_a_configured_token_nobody_else_is_let_in(self, path: str, host: str) -> None:
        answer = client(host=host).get(path, headers={"Authorization": "Bearer None"})
        assert answer.status_code == 403
        assert "CLINIC_BOT_HEALTH_TOKEN" in answer.json()["error"]

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
    def test_a_forwarded_request_comes_from_elsewhere(self, path: str, header: str) -> None:
        assert client().get(path, headers={header: HERE}).status_code == 403

    @pytest.mark.parametrize(
        "headers",
        [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": "Bearer é"}],
    )
    def test_a_wrong_token_is_refused(self, path: str, headers: Mapping[str, str]) -> None:
        raw = {name.encode(): text.encode() for name, text in headers.items()}
        answer = client(host=ELSEWHERE, token=TOKEN).get(path, headers=raw)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"

    def test_the_right_token_is_let_in(self, path: str) -> None:
        answer = client(host=ELSEWHERE, token=TOKEN).get(path, headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
