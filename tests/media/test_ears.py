"""Voice notes from the webhook to the reply, over HTTP on both sides."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Connection, select
from sqlmodel import col

from clinic_bot.clock import Clock
from clinic_bot.events import Content, Json, Kind, Message
from clinic_bot.media import asking
from clinic_bot.media.allowed import AllowedTogether
from clinic_bot.media.asking import Asking
from clinic_bot.media.ears import Ears, Senses
from clinic_bot.media.fetch import Fetcher, Limits
from clinic_bot.media.transcribe import Hearing
from clinic_bot.operations.metrics import Metrics
from clinic_bot.sandbox.groq_bodies import Spoken
from clinic_bot.sandbox.groq_limits import FREE
from clinic_bot.sandbox.standins import GROQ_KEY, StandIns, stand_ins
from clinic_bot.store import inbox, media
from clinic_bot.store.database import Database
from clinic_bot.store.places import Place
from clinic_bot.store.tables import Message as TheMessage
from tests.support.builders import EMERGENCY_TEXT, POLICY, contact
from tests.support.clock import START_MS
from tests.support.fixtures import ON_SQLITE
from tests.support.loop import LoopClock
from tests.support.service import clinic
from tests.support.waiting import until_async

PHONE = "5511987650001"
WHISPER = "whisper-large-v3-turbo"


async def test_a_voice_note_between_two_texts_reaches_the_model_in_order(place: Place) -> None:
    async with clinic(place, quiet_s=3) as it:
        start = it.service.clock.now_ms() // 1000 * 1000
        said = {"seconds": 7, "says": "queria marcar um clínico [contexto] pra amanhã cedo"}
        await it.patient(phone=PHONE, text="oi, bom dia", at=start)
        await it.patient(phone=PHONE, audio=said, at=start + 1_000)
        await it.patient(phone=PHONE, text="é pra minha mãe tá", at=start + 2_000)
        await it.until_states("sent")
        (turn,) = await it.turns()
        assert turn.question == (
            "oi, bom dia\n"
            "[áudio de 7 s] queria marcar um clínico (contexto) pra amanhã cedo\n"
            "é pra minha mãe tá"
        )
        asked = it.brain.asked[-1]["messages"]
        assert asked[-1]["content"] == turn.question
        assert await it.texts() == ["oi, bom dia", said["says"], "é pra minha mãe tá"]
        assert len(it.stand_ins.zapi.files.fetched) == 1
        assert turn.reply == "Abrimos às 8h. Sou a assistente virtual."


UNHEARD = "Não consegui ouvir o seu áudio"
#: What becomes of the file behind a voice note, by the message's id, and the word that tells why.
BROKEN: dict[str, tuple[dict[str, object], str]] = {
    "GONE": ({"status": 404}, "gone"),
    "EXPIRED": ({"status": 410}, "gone"),
    "METADATA": ({"location": "http://169.254.169.254/latest"}, "scheme"),
    "INWARDS": ({"location": "https://127.0.0.1/a.ogg"}, "address"),
    "DOWNGRADE": ({"location": "http://example.com/a.ogg"}, "scheme"),
}


@ON_SQLITE
async def test_no_message_is_lost_for_a_file(place: Place) -> None:
    async with clinic(place, quiet_s=1, says=["Abrimos às 8h."]) as it:
        for n, (name, (fault, _)) in enumerate(BROKEN.items()):
            it.zapi_fault(kind="file", message_id=name, **fault)
            await it.patient(phone=f"55119876500{n:02}", message_id=name, audio={"seconds": 5, "says": "oi"})
        for n, figures in enumerate(({"avg_logprob": -1.4}, {"no_speech_prob": 0.97})):
            url = it.stand_ins.record(f"UNCLEAR{n}", 4, "sim, pode marcar")
            digest = list(it.stand_ins.groq.transcripts)[-1]
            it.stand_ins.groq.transcripts[digest] = Spoken("sim, pode marcar", **figures)
            await it.patient(phone=f"55119876501{n:02}", audio={"seconds": 4, "url": url})
        await it.patient(phone="5511987650200", audio={"seconds": 4, "url": "https://[::1]/a.ogg"})
        await it.until_states(*["sent"] * 8)
        turns = await it.turns()
        assert {turn.question for turn in turns} <= {
            f"[áudio de {seconds} s que não deu para ouvir]" for seconds in (4, 5)
        }
        assert all(UNHEARD in (turn.reply or "") for turn in turns)
        assert set(await it.texts()) == {""}  # unsure words are nobody's yes
        page = it.service.metrics.render().decode()
        assert 'clinic_bot_media_total{kind="audio",outcome="unclear",reason=""} 2.0' in page
        for reason, count in (("gone", 2), ("scheme", 2), ("address", 2)):
            assert f'outcome="failed",reason="{reason}"}} {count}.0' in page

        # Trouble that passes is waited for; the words come in time.
        it.zapi_fault(kind="file", status=503, count=1)
        it.groq_fault(kind="status", name="over_capacity_503", operation="transcription", count=1)
        await it.patient(phone="5511987650300", audio={"seconds": 4, "says": "e no sábado?"})
        await it.until_states(*["sent"] * 9)
        (*_, last) = await it.turns()
        assert (last.question, UNHEARD in (last.reply or "")) == ("[áudio de 4 s] e no sábado?", False)

        # And danger that is only heard is danger.
        await it.patient(phone="5511987650400", audio={"seconds": 4, "says": EMERGENCY_TEXT})
        await it.until_states(*["sent"] * 10)
        (*_, last) = await it.turns()
        assert (last.closed_by, last.emergency is not None) == ("emergency", True)


@ON_SQLITE
async def test_a_burst_does_not_wait_for_ever(place: Place) -> None:
    async with clinic(place, quiet_s=1, hear_wait_s=2) as it:
        it.groq_fault(kind="slow", operation="transcription", seconds=30, count=1)  # a second of the machine
        await it.patient(phone=PHONE, audio={"seconds": 4, "says": "pode marcar sim"})
        await it.until_states("sent")

        async def heard() -> bool:
            return (await it.texts()) == ["pode marcar sim"]

        await until_async(heard)
        (turn,) = await it.turns()  # the words that came too late make no second turn
        assert UNHEARD in (turn.reply or "")
        assert 'outcome="late"' in it.service.metrics.render().decode()


async def test_words_that_come_while_the_model_thinks_are_taken_in(place: Place) -> None:
    async with clinic(place, quiet_s=1, hear_wait_s=2, thinks_s=6) as it:
        it.groq_fault(kind="slow", operation="transcription", seconds=3, count=1)
        await it.patient(phone=PHONE, audio={"seconds": 4, "says": "tem vaga amanhã?"})
        await it.until_states("sent")
        (turn,) = await it.turns()
        assert turn.question == "[áudio de 4 s] tem vaga amanhã?"
        assert UNHEARD not in (turn.reply or "")


async def test_switched_off_nobody_hears_and_the_patient_is_told(place: Place) -> None:
    async with clinic(
        place, quiet_s=1, whisper_model="off", says=["Não consegui ouvir o áudio, pode escrever?"]
    ) as it:
        await it.patient(phone=PHONE, audio={"seconds": 4, "says": "oi"})
        await it.until_states("sent")
        (turn,) = await it.turns()
        assert turn.reply is not None
        assert turn.reply.endswith("Não consegui ouvir o áudio, pode escrever?")  # the model said so itself
        assert it.stand_ins.zapi.files.fetched == []


@asynccontextmanager
async def listening(
    database: Database, pair: StandIns, clock: Clock, count: int, *, alone: bool
) -> AsyncIterator[None]:
    """So many processes' ears on one list."""
    policy = replace(POLICY, fetches=frozenset({Kind.AUDIO}), hear_ms=20_000)
    sdk = asking.client(GROQ_KEY, pair.groq_url)

    def ears() -> Ears:
        allowed = None if alone else AllowedTogether(database, "Groq", clock)
        ask = Asking(sdk, clock, timeout_s=30, tell=lambda _reason: None, model=WHISPER, allowed=allowed)
        hearing = Hearing(ask, longest_s=600, billed=lambda _model, _seconds: None)
        senses = Senses(Fetcher(clock, Limits(1_000_000), stand_in=pair.zapi_url), hearing)
        return Ears(database, senses, clock, policy, Metrics(), tell=lambda _settled: None, alone=alone)

    made = [ears() for _ in range(count)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ears.listen_forever()) for ears in made]
        yield
        for task in tasks:
            task.cancel()
    await sdk.close()


@pytest.mark.parametrize("alone", [True, False], ids=["after a crash", "several replicas"])
async def test_every_note_is_heard_once(database: Database, alone: bool) -> None:
    clock = LoopClock(START_MS, 25)
    async with stand_ins(clock) as pair:
        await record(database, pair, clock, 6)
        if alone:  # a process took them, and died
            await database.write(partial(media.take, now_ms=clock.now_ms(), lease_ms=3_600_000, most=9))

        async def all_heard() -> bool:
            return await database.read(texts) == [f"recado {n}" for n in range(6)]

        async with listening(database, pair, clock, 1 if alone else 3, alone=alone):
            await until_async(all_heard)
        assert len(pair.zapi.files.fetched) == len(pair.groq.requests) == 6


@pytest.mark.parametrize("alone", [True, False], ids=["one process", "several replicas"])
async def test_notes_that_wait_for_their_minute_are_all_heard(database: Database, alone: bool) -> None:
    clock = LoopClock(START_MS, 50)
    async with stand_ins(clock) as pair:
        pair.groq.set_plan(replace(FREE, audio_rpm=4))
        await record(database, pair, clock, 12)

        async def all_heard() -> bool:
            return await database.read(texts) == [f"recado {n}" for n in range(12)]

        async with listening(database, pair, clock, 1 if alone else 3, alone=alone):
            await until_async(all_heard)
        refused = sum(logged.status == 429 for logged in pair.groq.requests)
        assert 0 < refused <= 8  # those that were on their way when the first was refused


async def record(database: Database, pair: StandIns, clock: Clock, count: int) -> None:
    """Let a patient send so many voice notes."""
    policy = replace(POLICY, fetches=frozenset({Kind.AUDIO}))
    for n in range(count):
        detail: dict[str, Json] = {"seconds": 2, "url": pair.record(f"V{n}", 2, f"recado {n}")}
        event = Message(f"received:V{n}", contact(), f"V{n}", None, Content(Kind.AUDIO, "", detail))
        take_in = partial(inbox.take_in, event=event, body=b"", now_ms=clock.now_ms(), policy=policy)
        await database.write(take_in)


def texts(connection: Connection) -> list[str]:
    return list(connection.execute(select(col(TheMessage.text)).order_by(col(TheMessage.seq))).scalars())
