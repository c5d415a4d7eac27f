"""The webhook over real HTTP: which event gets which answer, and who may not come in."""

import asyncio
import gzip
import hmac
import io
import json
import logging
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Connection

from clinic_bot.clinic.clinic_file import WhatsApp
from clinic_bot.clinic.facts import ClinicFacts, example_clinic
from clinic_bot.errors import StorageUnavailable
from clinic_bot.events import Reason
from clinic_bot.intake import webhook as module
from clinic_bot.sandbox import payloads, standins
from clinic_bot.sandbox.payloads import Line, Payload
from clinic_bot.store.database import Grouped
from tests.support.clock import START_MS
from tests.support.service import SECRET, Clinic, clinic
from tests.support.waiting import until

LINE = Line(standins.INSTANCE_ID, "551133330000")
PHONE = "5511987650001"
LISTED = "5511987650099"
SAMPLES = Path(__file__).parent.parent / "data" / "zapi_payloads.jsonl"
SAMPLE_INSTANCE = "3D000000000000000000000000000001"
MIB = 1024 * 1024


def text(words: str = "oi", *, id: str = "M1", phone: str = PHONE, **envelope: Any) -> Payload:
    return payloads.received_text(LINE, phone, words, message_id=id, at_ms=START_MS, **envelope)


def facts() -> ClinicFacts:
    lists = WhatsApp(never_answer=(LISTED,), automatic_texts=("Olá! Já respondemos.",))
    return example_clinic().model_copy(update={"whatsapp": lists})


@pytest.fixture
async def it(database_file: Path, anyio_backend: object) -> AsyncIterator[Clinic]:
    async with clinic(database_file, facts=facts(), rate=1) as running:
        yield running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A webhook that waits for nothing longer than a blink, so nothing may succeed in its test either."""
    monkeypatch.setattr(module, "_BODY_WITHIN_S", 0.3)
    monkeypatch.setattr(module, "_STORE_WITHIN_S", 0.3)


@pytest.fixture
def tries_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A webhook whose second try would come too late; what the disk takes has all the time there is."""
    monkeypatch.setattr(module, "_STORE_RETRY_S", module._STORE_WITHIN_S + 1)


@pytest.fixture
def tries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STORE_RETRY_S", 0.01)


async def answer(it: Clinic, payload: Mapping[str, Any]) -> tuple[int, Any]:
    response = await it.post(dict(payload))
    return response.status_code, response.json()


async def count(it: Clinic, table: str) -> int:
    def ask(connection: Connection) -> int:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())

    return await it.read(ask)


QUEUED = (200, {"status": "queued"})
DUPLICATE = (200, {"status": "duplicate"})


def ignored(reason: Reason) -> tuple[int, Any]:
    return 200, {"status": "ignored", "reason": reason.value}


# Which event gets which answer.

_ANSWERS = [
    pytest.param(text(), QUEUED, id="a message"),
    pytest.param(payloads.edited(LINE, PHONE, "opa", of="M0", at_ms=START_MS), QUEUED, id="an edit"),
    pytest.param(payloads.revoked(LINE, PHONE, of="M0", at_ms=START_MS), QUEUED, id="a deletion"),
    pytest.param(
        payloads.staff_text(LINE, PHONE, "Oi", message_id="S1", at_ms=START_MS),
        QUEUED,
        id="a hand-written answer",
    ),
    pytest.param(payloads.presence(LINE, PHONE, "COMPOSING"), QUEUED, id="presence"),
    pytest.param(
        payloads.echo_text(LINE, PHONE, "Oi", message_id="E1", at_ms=START_MS),
        QUEUED,
        id="an echo of our own",
    ),
    pytest.param(
        payloads.delivery(LINE, PHONE, message_id="E1", zaap_id="Z1", at_ms=START_MS), QUEUED, id="a delivery"
    ),
    pytest.param(
        payloads.status(LINE, PHONE, ids=["E1"], status="READ", at_ms=START_MS), QUEUED, id="a receipt"
    ),
    pytest.param({**text(), "instanceId": None}, QUEUED, id="an absent instance is ours"),
    pytest.param({**text(), "instanceId": "OTHER"}, ignored(Reason.OTHER_INSTANCE), id="another instance"),
    pytest.param(
        payloads.group_text(LINE, PHONE, "oi", group="Família", message_id="G1", at_ms=START_MS),
        ignored(Reason.GROUP),
        id="a group",
    ),
    pytest.param(text(isNewsletter=True), ignored(Reason.CHANNEL), id="a channel"),
    pytest.param(text(broadcast=True), ignored(Reason.BROADCAST), id="a broadcast"),
    pytest.param(text(phone="status@broadcast"), ignored(Reason.STORY), id="a story"),
    pytest.param(
        payloads.notification(LINE, PHONE, "CALL_VOICE", message_id="N1", at_ms=START_MS),
        ignored(Reason.NOTIFICATION),
        id="a call",
    ),
    pytest.param(text(phone=LISTED), ignored(Reason.LISTED_NUMBER), id="a number the clinic listed"),
    pytest.param(text(waitingMessage=True), ignored(Reason.WAITING_MESSAGE), id="not decrypted yet"),
    pytest.param(payloads.connected(LINE, at_ms=START_MS), ignored(Reason.CONNECTION), id="connected"),
    pytest.param(payloads.disconnected(LINE, at_ms=START_MS), ignored(Reason.CONNECTION), id="disconnected"),
    pytest.param(
        payloads.presence(LINE, PHONE, "DANCING"), ignored(Reason.UNKNOWN_STATUS), id="an unknown status"
    ),
    pytest.param({"type": "NewCallback"}, ignored(Reason.UNKNOWN_TYPE), id="an unknown type"),
    pytest.param({}, ignored(Reason.UNKNOWN_TYPE), id="an empty object"),
    pytest.param(text(phone="nobody", chatLid=None), ignored(Reason.NO_CONTACT), id="nobody's chat"),
]


@pytest.mark.parametrize(("payload", "expected"), _ANSWERS)
async def test_each_kind_of_event_has_its_answer(
    it: Clinic, payload: Payload, expected: tuple[int, Any]
) -> None:
    assert await answer(it, payload) == expected


async def test_every_reason_of_the_closed_list_has_its_example() -> None:
    bodies: list[Any] = [param.values[1][1] for param in _ANSWERS]  # type: ignore[index]
    shown = {body["reason"] for body in bodies if "reason" in body}
    assert shown == {reason.value for reason in Reason}


async def test_a_redelivery_is_a_duplicate_also_when_fifty_come_at_once(it: Clinic) -> None:
    answers = await asyncio.gather(*(answer(it, text()) for _ in range(50)))
    assert answers.count(QUEUED) == 1
    assert answers.count(DUPLICATE) == 49
    assert await it.texts() == ["oi"]


async def test_two_equal_words_with_two_ids_are_two_messages(it: Clinic) -> None:
    assert await answer(it, text("sim", id="M1")) == QUEUED
    assert await answer(it, text("sim", id="M2")) == QUEUED
    assert await it.texts() == ["sim", "sim"]


async def test_the_body_is_kept_as_it_came(it: Clinic) -> None:
    raw = b'  {"type": "ReceivedCallback", "messageId": "M1", "phone": "%s", "odd": 1.0, "text": {"message": "oi"}}\n'
    raw %= PHONE.encode()
    assert (await it.http.post(it.webhook, content=raw)).json() == QUEUED[1]
    kept = await it.read(lambda connection: connection.exec_driver_sql("SELECT body FROM inbox").scalar_one())
    assert kept == raw


async def test_the_greeting_of_whatsapp_business_takes_nothing_over(it: Clinic) -> None:
    await answer(it, text())
    greeting = payloads.staff_text(
        LINE, PHONE, "olá!  já respondemos.", message_id="S1", at_ms=START_MS, by_number=True
    )
    assert await answer(it, greeting) == QUEUED
    assert (await it.conversation()).human_until_ms == 0


def samples() -> list[dict[str, Any]]:
    lines = SAMPLES.read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["payload"] for line in lines]


async def test_no_recorded_payload_is_refused(it: Clinic) -> None:
    for n, payload in enumerate(samples()):
        ours = json.loads(json.dumps(payload).replace(SAMPLE_INSTANCE, standins.INSTANCE_ID))
        if isinstance(ours.get("messageId"), str):
            ours["messageId"] = f"SAMPLE{n:04}"
        status, body = await answer(it, ours)
        assert status == 200, (n, ours.get("type"))
        assert body["status"] in ("queued", "duplicate", "ignored"), n
        if body["status"] == "ignored":
            assert body["reason"] in set(Reason)
    assert await count(it, "unreadable") == 0


# What cannot be read.


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"not json", "JSON", id="not JSON"),
        pytest.param(b'{"half": ', "JSON", id="half"),
        pytest.param(b"[1, 2]", "object", id="no object"),
        pytest.param(b"\xff\xfe{}", "UTF-8", id="not UTF-8"),
        pytest.param(b"[" * 200_000, "nested", id="nested without end"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_the_problem_and_kept(
    it: Clinic, body: bytes, problem: str
) -> None:
    response = await it.http.post(it.webhook, content=body)
    assert response.status_code == 400
    assert problem in response.json()["error"]
    assert await count(it, "unreadable") == 1


async def test_broken_gzip_is_refused_and_kept_as_it_came(it: Clinic) -> None:
    raw = gzip.compress(json.dumps(text()).encode())[:-9]
    response = await it.http.post(it.webhook, content=raw, headers={"content-encoding": "gzip"})
    assert response.status_code == 400
    kept = await it.read(
        lambda connection: connection.exec_driver_sql("SELECT body FROM unreadable").scalar_one()
    )
    assert kept == raw


async def test_of_a_stranger_nothing_is_kept(it: Clinic) -> None:
    response = await it.http.post(f"{it.url}/webhook/zapi/wrong", content=b"not json")
    assert response.status_code == 401
    assert (await count(it, "unreadable"), await count(it, "inbox")) == (0, 0)


async def test_a_reader_that_fails_keeps_the_body_and_answers_500(
    it: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "read_event", fail)
    assert (await it.post(text())).status_code == 500
    assert await count(it, "unreadable") == 1


# Sizes and times.


async def test_a_gzip_body_is_inflated(it: Clinic) -> None:
    raw = gzip.compress(json.dumps(text("comprimido")).encode())
    response = await it.http.post(it.webhook, content=raw, headers={"content-encoding": "gzip"})
    assert response.json() == QUEUED[1]
    assert await it.texts() == ["comprimido"]


async def test_a_bomb_is_too_large(it: Clinic) -> None:
    bomb = gzip.compress(b'{"x": "' + b" " * (20 * MIB) + b'"}')
    response = await it.http.post(it.webhook, content=bomb, headers={"content-encoding": "gzip"})
    assert response.status_code == 413
    assert await count(it, "inbox") == 0


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
async def test_more_than_a_mebibyte_is_too_large(it: Clinic, chunked: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * 65_536

    content: Any = pieces() if chunked else b" " * (MIB + 1)
    response = await it.http.post(it.webhook, content=content)
    assert response.status_code == 413


async def test_a_mebibyte_is_taken(it: Clinic) -> None:
    payload = text("x" * (MIB - 2_000))
    assert await answer(it, payload) == QUEUED


async def raw_request(it: Clinic, head: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    where = urlsplit(it.webhook)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(f"POST {where.path} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
    await writer.drain()
    return reader, writer


@pytest.mark.usefixtures("impatient")
async def test_a_body_that_stalls_is_given_up(it: Clinic) -> None:
    reader, writer = await raw_request(it, "Content-Length: 100")
    writer.write(b'{"half": ')
    status = await asyncio.wait_for(reader.readline(), 20)
    assert b" 408 " in status
    writer.close()
    await writer.wait_closed()


async def test_a_client_that_goes_away_makes_no_noise(
    it: Clinic, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    _, writer = await raw_request(it, "Content-Length: 100")
    writer.write(b'{"half": ')
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    def gone() -> bool:
        return b'clinic_bot_webhooks_total{answer="408",reason=""} 1.0' in it.service.metrics.render()

    await until(gone)
    captured = capfd.readouterr()
    assert "Traceback" not in caplog.text + captured.err + captured.out
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.usefixtures("tries_once")
async def test_a_disk_that_takes_nothing_is_told_with_when_to_come_back(
    it: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_args: object, **_kwargs: object) -> None:
        raise StorageUnavailable("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(it.service.database, "write", full)
        response = await it.post(text())
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0
    assert await answer(it, text()) == QUEUED


@pytest.mark.usefixtures("tries_once")
async def test_what_cannot_be_read_nor_kept_is_asked_for_again(
    it: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_args: object, **_kwargs: object) -> None:
        raise StorageUnavailable("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(it.service.database, "write", full)
        assert (await it.http.post(it.webhook, content=b"{broken")).status_code == 503
    assert (await it.http.post(it.webhook, content=b"{broken")).status_code == 400
    assert await count(it, "unreadable") == 1


@pytest.mark.usefixtures("tries_at_once")
async def test_a_disk_that_recovers_in_time_is_not_even_noticed(
    it: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, failures = it.service.database.write, 3

    async def first_full(job: Any, *, urgent: bool = False) -> Any:
        nonlocal failures
        if isinstance(job, Grouped) and failures:  # the webhook's, not the housekeeping's
            failures -= 1
            raise StorageUnavailable("database or disk is full")
        return await write(job, urgent=urgent)

    monkeypatch.setattr(it.service.database, "write", first_full)
    assert await answer(it, text()) == QUEUED
    assert failures == 0


@pytest.mark.usefixtures("impatient")
async def test_a_database_that_does_not_answer_is_no_reason_to_hang(
    it: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(*_args: object, **_kwargs: object) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as stuck:
        stuck.setattr(it.service.database, "write", silent)
        assert (await it.post(text())).status_code == 503


# Who may come in.


@pytest.mark.parametrize("secret", ["wrong", SECRET[:-1], SECRET + "1", SECRET.upper(), "%C3%A9", "%FF"])
async def test_a_wrong_secret_is_refused(it: Clinic, secret: str) -> None:
    response = await it.http.post(f"{it.url}/webhook/zapi/{secret}", json=text())
    assert response.status_code == 401
    assert SECRET not in response.text
    assert await count(it, "inbox") == 0


async def test_the_secret_is_compared_in_constant_time(it: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def watching(given: bytes, expected: bytes) -> bool:
        compared.append((given, expected))
        return compare(given, expected)

    monkeypatch.setattr(hmac, "compare_digest", watching)
    await it.http.post(f"{it.url}/webhook/zapi/a", json=text())
    assert (b"a", SECRET.encode()) in compared  # beside what the stand-in of Z-API compares


@pytest.mark.parametrize(
    ("token", "status"),
    [(None, 200), (standins.TOKEN, 200), ("wrong", 401), ("", 401)],
    ids=["absent", "ours", "wrong", "empty"],
)
async def test_zapis_own_token_is_compared_when_it_is_there(
    it: Clinic, token: str | None, status: int
) -> None:
    headers = {} if token is None else {"z-api-token": token}
    assert (await it.http.post(it.webhook, json=text(), headers=headers)).status_code == status


@pytest.mark.parametrize("header", ["forwarded", "x-forwarded-for", "x-real-ip", "x-forwarded-host", "via"])
async def test_without_a_secret_nothing_that_a_proxy_forwarded_comes_in(
    database_file: Path, header: str
) -> None:
    async with clinic(database_file, secret=None, rate=1) as it:
        assert (await it.post(text())).status_code == 200
        forwarded = await it.http.post(it.webhook, json=text(), headers={header: "203.0.113.7"})
        assert forwarded.status_code == 401


async def test_with_a_secret_a_proxy_is_welcome(it: Clinic) -> None:
    response = await it.http.post(it.webhook, json=text(), headers={"x-forwarded-for": "203.0.113.7"})
    assert response.status_code == 200


async def test_no_secret_phone_or_text_reaches_a_log(
    it: Clinic,
    written_log: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await it.post(text("um texto que ninguém mais pode ler"))
    await it.http.post(it.webhook, content=b"nem este")
    await it.http.post(f"{it.url}/webhook/zapi/tried-{SECRET}", json=text())
    with monkeypatch.context() as broken:

        def fail(*_args: object, **_kwargs: object) -> None:
            raise ValueError("um texto que ninguém mais pode ler")

        broken.setattr(module, "read_event", fail)
        await it.post(text("outro texto que ninguém mais pode ler", id="M3"))
    captured = capfd.readouterr()
    logged = written_log.getvalue() + captured.out + captured.err
    assert "reader failed" in logged
    for forbidden in (SECRET, PHONE, "nem este", "ninguém mais"):
        assert forbidden not in logged
