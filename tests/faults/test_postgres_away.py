"""A PostgreSQL that takes nothing for a while: it lets nobody in, or somebody's transaction holds a patient's row.

What a full or failing disk is to SQLite. How a server that is started anew is met stands in ``test_replicas.py``.
"""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import URL, text

from clinic_bot.intake import webhook
from clinic_bot.sandbox import standins
from clinic_bot.sandbox.payloads import Line, received_text
from clinic_bot.store.postgres import engine
from clinic_bot.store.tables import TurnState
from tests.support.fixtures import ON_POSTGRES
from tests.support.postgres import Server
from tests.support.service import Clinic, clinic
from tests.support.waiting import until

pytestmark = ON_POSTGRES
PHONE = "5511987650001"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The webhook waits 5 s for its commit; here less, so that a refusal is soon seen."""
    assert webhook._STORE_WITHIN_S == 5.0
    monkeypatch.setattr(webhook, "_STORE_WITHIN_S", 0.3)


async def receive(it: Clinic, said: str, *, id: str) -> str:
    """Post a patient's message; the answer's status in words, or the seconds after which to come again."""
    line = Line(standins.INSTANCE_ID, "551133330000")
    payload = received_text(line, PHONE, said, message_id=id, at_ms=it.service.clock.now_ms())
    answer = await it.post(payload)
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) > 0
        return "503"
    assert answer.status_code == 200
    return str(answer.json()["status"])


async def ready(it: Clinic) -> int:
    return (await it.http.get(f"{it.url}/health/ready")).status_code


async def test_what_postgres_cannot_take_now_is_refused_and_taken_once_when_it_can(
    place: URL, postgres_server: Server
) -> None:
    async with clinic(place, quiet_s=15) as it:
        assert await receive(it, "oi", id="M1") == "queued"
        with postgres_server.away(place):
            assert await receive(it, "bom dia", id="M2") == "503"
            assert await ready(it) == 503
            assert (await it.http.get(f"{it.url}/health/live")).status_code == 200
        assert await receive(it, "bom dia", id="M2") == "queued"
        assert await ready(it) == 200
        async with held_rows(place):
            assert await receive(it, "tudo bem?", id="M3") == "503"
        # What waited for the row may have been stored once it was free, with nobody left to hear of it.
        assert await receive(it, "tudo bem?", id="M3") in ("queued", "duplicate")
        await until(lambda: len(it.sent) == 1)
        assert await it.texts() == ["oi", "bom dia", "tudo bem?"]
        (turn,) = await it.turns()
        assert (turn.low, turn.high) == (1, 3)


async def test_a_reply_that_cannot_be_noted_is_not_sent_before_it_can(
    place: URL, postgres_server: Server, written_log: io.StringIO
) -> None:
    async with clinic(place, quiet_s=2, thinks_s=10) as it:
        await receive(it, "oi", id="M1")
        await until(lambda: len(it.stand_ins.groq.requests) == 1)
        with postgres_server.away(place):
            await until(lambda: "turn cannot be stored" in written_log.getvalue())
            assert it.calls == 0
        await it.until_states(TurnState.SENT)
        assert it.calls == 1


@asynccontextmanager
async def held_rows(place: URL) -> AsyncIterator[None]:
    """Somebody's transaction holds every conversation until the block ends: an operator's console, say."""
    made = engine(place)
    async with made.begin() as connection:
        await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        await connection.execute(text("SELECT id FROM conversation FOR UPDATE"))
        yield
    await made.dispose()
