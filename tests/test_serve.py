"""Serving: what it refuses before it starts, and how it ends."""

import asyncio
import io
import signal
import socket
import stat
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection
from sqlmodel import Session, select

from clinic_bot.clock import Clock
from clinic_bot.errors import Misconfigured
from clinic_bot.sandbox import payloads, standins
from clinic_bot.sandbox.payloads import Line
from clinic_bot.sandbox.standins import stand_ins
from clinic_bot.serve import check, load_settings, serve
from clinic_bot.settings import Settings
from clinic_bot.store.migrations import migrate
from clinic_bot.store.session import session_on
from clinic_bot.store.sqlite import SqliteDatabase, reader_engine, sole_process
from clinic_bot.store.tables import Conversation, Turn
from tests.support.process import STARTED_WITHIN_S, started, url_of
from tests.support.service import SECRET
from tests.support.waiting import until

LIVE = {
    "groq_api_key": "gsk_real",
    "zapi_instance_id": "3D1",
    "zapi_token": "token-of-the-instance",
    "zapi_client_token": "client-token",
    "clinic_file": "clinic.toml",
}
PHONE = "5511987650001"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, written_log: io.StringIO) -> None:
    """``written_log`` puts back the logging that serving sets up."""
    monkeypatch.chdir(tmp_path)  # a developer's .env stays out
    for name in (*(field.upper() for field in Settings.model_fields), "CLINIC_BOT_MODE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"CLINIC_BOT_{name}", raising=False)


def settings(**given: object) -> Settings:
    return load_settings(**given)


def nothing_said(line: str) -> None:
    raise AssertionError(f"it went as far as saying {line!r}")


# Settings that cannot be used.


def test_a_setting_with_a_typo_is_no_default_that_nobody_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(
        "CLINIC_BOT_MDOE=watch\nZAPI_TOKN=secret-token\nCLINIC_BOT_DOMAIN=bot.example\n", "utf-8"
    )
    monkeypatch.setenv("clinic_bot_quite_s", "4")
    with pytest.raises(Misconfigured) as refused:
        settings()
    said = str(refused.value)
    assert "CLINIC_BOT_MDOE: no such setting; did you mean CLINIC_BOT_MODE?" in said
    assert "CLINIC_BOT_QUITE_S: no such setting; did you mean CLINIC_BOT_QUIET_S?" in said
    assert "ZAPI_TOKN: no such setting; did you mean ZAPI_TOKEN?" in said
    assert "DOMAIN" not in said
    assert "secret-token" not in said


def test_an_environment_file_of_another_encoding_is_told_and_not_traced() -> None:
    Path(".env").write_bytes("# clínica\n".encode("latin-1"))
    with pytest.raises(Misconfigured, match=r"\.env is not UTF-8; save it as UTF-8"):
        settings()


def test_a_rule_about_several_settings_stands_without_the_machinery_s_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLINIC_BOT_WEBHOOK_SECRET", "short")
    with pytest.raises(Misconfigured, match=r"cannot be used:\n  CLINIC_BOT_WEBHOOK_SECRET must have"):
        settings()
    monkeypatch.delenv("CLINIC_BOT_WEBHOOK_SECRET")
    with pytest.raises(Misconfigured, match="CLINIC_BOT_MODE: must be 'sandbox', 'watch' or 'live'"):
        settings(mode="prod")


def test_without_a_file_of_settings_the_folder_is_named_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=f"There is no .env in {tmp_path}"):
        check(settings())
    Path(".env").touch()
    with pytest.raises(Misconfigured) as refused:
        check(settings())
    assert "no .env" not in str(refused.value)


# Refused before anything starts.


def test_live_names_every_key_that_is_missing_and_the_mode_that_needs_none() -> None:
    with pytest.raises(Misconfigured) as refused:
        check(settings())
    for name in (
        "GROQ_API_KEY",
        "ZAPI_INSTANCE_ID",
        "ZAPI_TOKEN",
        "ZAPI_CLIENT_TOKEN",
        "CLINIC_BOT_CLINIC_FILE",
    ):
        assert name in str(refused.value)
    assert "CLINIC_BOT_MODE=sandbox" in str(refused.value)


@pytest.mark.parametrize("name", LIVE)
@pytest.mark.parametrize("value", [None, "  "], ids=["absent", "blank"])
def test_live_names_the_one_that_is_missing(name: str, value: str | None) -> None:
    with pytest.raises(Misconfigured) as refused:
        check(settings(mode="live", **{**LIVE, name: value}))
    assert name.upper() in str(refused.value)
    for secret in ("gsk_real", "token-of-the-instance", "client-token"):
        assert secret not in str(refused.value)


def test_live_with_everything_is_fine() -> None:
    check(settings(mode="live", **LIVE))


@pytest.mark.parametrize("name", LIVE)
def test_watching_needs_the_same_keys_as_answering(name: str) -> None:
    check(settings(mode="watch", **LIVE))
    with pytest.raises(Misconfigured, match=name.upper()) as refused:
        check(settings(mode="watch", **{**LIVE, name: None}))
    assert "CLINIC_BOT_MODE=watch needs" in str(refused.value)


@pytest.mark.parametrize("name", ["groq_api_key", "zapi_instance_id", "zapi_token", "zapi_client_token"])
def test_the_sandbox_does_not_start_beside_a_real_key(name: str) -> None:
    with pytest.raises(Misconfigured, match=name.upper()) as refused:
        check(settings(mode="sandbox", **{name: LIVE[name]}))
    assert LIVE[name] not in str(refused.value)


def test_without_a_secret_only_this_machine_may_be_listened_to() -> None:
    check(settings(mode="live", host="127.0.0.1", **LIVE))
    with pytest.raises(Misconfigured, match="CLINIC_BOT_WEBHOOK_SECRET"):
        check(settings(mode="live", host="0.0.0.0", **LIVE))
    check(settings(mode="live", host="0.0.0.0", webhook_secret=SECRET, **LIVE))


def test_settings_that_cannot_be_used_are_all_named_without_their_values() -> None:
    with pytest.raises(Misconfigured) as refused:
        load_settings(port=70_000, quiet_s=-1, groq_base_url="no-url-at-all")
    for name in ("CLINIC_BOT_PORT", "CLINIC_BOT_QUIET_S", "GROQ_BASE_URL"):
        assert name in str(refused.value)
    assert "no-url-at-all" not in str(refused.value)


def test_a_port_that_is_taken_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Misconfigured, match="CLINIC_BOT_PORT") as refused:
            serve(settings(mode="sandbox", port=port), nothing_said)
        assert str(port) in str(refused.value)


def test_a_host_that_is_none_is_told_as_such() -> None:
    with pytest.raises(Misconfigured) as refused:
        serve(settings(mode="sandbox", host="no.such.host.invalid", port=0), nothing_said)
    assert "Unknown error" not in str(refused.value)
    assert "CLINIC_BOT_HOST" in str(refused.value)


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing of ours, and longer than a head", "utf-8")
    said: list[str] = []
    with pytest.raises(Misconfigured, match=r"notes\.txt is some other file, and no SQLite database"):
        serve(settings(mode="sandbox", port=0, database_url=f"sqlite:///{path}"), said.append)
    assert path.read_text("utf-8").startswith("nothing of ours")


@pytest.mark.parametrize("clock", ["tomorrow", "2026-10-06T10:12:00"], ids=["no instant", "no zone"])
def test_a_sandbox_clock_that_makes_no_sense_is_refused(clock: str) -> None:
    with pytest.raises(Misconfigured, match="CLINIC_BOT_SANDBOX_CLOCK"):
        serve(settings(mode="sandbox", port=0, sandbox_clock=clock), nothing_said)


def test_another_database_than_a_file_is_refused() -> None:
    with pytest.raises(Misconfigured, match="CLINIC_BOT_DATABASE_URL"):
        serve(settings(mode="sandbox", port=0, database_url="postgresql://db"), nothing_said)


def test_stand_ins_on_another_machine_are_refused() -> None:
    given = {"groq_base_url": "https://api.groq.com", "zapi_base_url": "https://api.z-api.io"}
    with pytest.raises(Misconfigured, match="on this machine"):
        serve(settings(mode="sandbox", port=0, **given), nothing_said)


def test_a_file_that_another_process_has_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clinic_bot.sqlite"
    said: list[str] = []
    with sole_process(path), pytest.raises(Misconfigured, match="already runs"):
        serve(settings(mode="sandbox", port=0, database_url=f"sqlite:///{path}"), said.append)
    assert not any("listening" in line for line in said)


async def test_the_sandbox_answers_no_patient_of_a_real_account(tmp_path: Path) -> None:
    path = tmp_path / "clinic.sqlite"
    database = SqliteDatabase(path)
    await database.write(migrate)
    await database.write(_know_somebody)
    await database.close()
    said: list[str] = []
    with pytest.raises(Misconfigured, match="patients of a real account"):
        await asyncio.to_thread(
            serve, settings(mode="sandbox", port=0, database_url=f"sqlite:///{path}"), said.append
        )
    assert not any("listening" in line for line in said)


def _know_somebody(connection: Connection) -> None:
    with session_on(connection) as session:
        session.add(Conversation(instance="3D1", phone=PHONE, phone_key=PHONE))


# A process of its own.


async def test_the_sandbox_answers_a_patient_and_keeps_its_file_to_itself(tmp_path: Path) -> None:
    async with started(tmp_path, "serve", "--sandbox", "--port", "0", CLINIC_BOT_QUIET_S="0.2") as process:
        url = await url_of(process)
        async with httpx.AsyncClient(timeout=20) as http:
            ready = (await http.get(f"{url}/health/ready")).json()
            assert (ready["status"], ready["mode"]) == ("ready", "sandbox")
        assert stat.S_IMODE((tmp_path / "sandbox.sqlite").stat().st_mode) == 0o600
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), STARTED_WITHIN_S) == 0


async def test_a_process_that_is_told_to_stop_gives_its_thinking_turns_back(tmp_path: Path) -> None:
    clock = Clock()
    async with stand_ins(clock) as pair:
        pair.groq.add_fault({"kind": "slow", "seconds": 3_600})
        async with started(
            tmp_path, "serve", "--port", "0", CLINIC_BOT_MODE="sandbox", CLINIC_BOT_QUIET_S="0.1",
            CLINIC_BOT_WEBHOOK_SECRET=SECRET, GROQ_BASE_URL=pair.groq_url, ZAPI_BASE_URL=pair.zapi_url,
        ) as process:  # fmt: skip
            url = await url_of(process)
            payload = payloads.received_text(
                Line(standins.INSTANCE_ID, "551133330000"), PHONE, "oi", message_id="M1", at_ms=clock.now_ms()
            )
            async with httpx.AsyncClient(timeout=20) as http:
                answer = await http.post(f"{url}/webhook/zapi/{SECRET}", json=payload)
                assert answer.json() == {"status": "queued"}
            await until(lambda: len(pair.groq.requests) == 1)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 15) == 0  # seconds, not the model's hour
            assert process.stderr is not None
            logged = (await process.stderr.read()).decode()
    assert "Traceback" not in logged
    for forbidden in (SECRET, PHONE, standins.TOKEN):
        assert forbidden not in logged
    engine = reader_engine(tmp_path / "sandbox.sqlite")
    with Session(engine) as session:
        conversation, turn = session.exec(select(Conversation)).one(), session.exec(select(Turn)).one()
        assert (conversation.owner, conversation.attempts, turn.state) == (None, 0, "thinking")
        assert conversation.wake_at_ms is not None
    engine.dispose()
