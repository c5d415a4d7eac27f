"""From a reminder to the patient's answer, through a running service, a restart and two replicas."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlmodel import col, select

from clinic_bot.store.clinic_tables import Appointment, Reminder
from clinic_bot.store.gate import Draft
from clinic_bot.store.places import Place, open_database
from clinic_bot.store.tables import Conversation, Notice, TurnState
from clinic_bot.turns.short_replies import saying_that_they_are_back, saying_that_they_stop
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.desk import FACTS
from tests.support.fixtures import ON_SQLITE
from tests.support.reminding import HOUR_MS, book, rows
from tests.support.service import Clinic, clinic, replicas
from tests.support.waiting import until, until_async

TOMORROW_MS = START_MS + 24 * HOUR_MS
LONG_AGO_MS = START_MS - 72 * HOUR_MS
SENT = TurnState.SENT.value
CONFIRMED = (
    "Presença confirmada ✅\nMaria: Consulta de dermatologia com Dra. Ana Reis, amanhã, terça-feira, 22/09"
)


async def booked(place: Place) -> None:
    database = open_database(place)
    await database.write(partial(book, start_ms=TOMORROW_MS, at_ms=LONG_AGO_MS))
    await database.close()


async def reminded(it: Clinic) -> str:
    """The id of the reminder, once it is there."""

    async def stands() -> bool:
        return await it.read(rows) == [(24, None, "sent")]

    await until_async(stands)
    await until(lambda: len(it.sent) == 1)
    left_ms, message_id = await it.read(
        lambda c: c.execute(select(col(Notice.intent_ms), col(Notice.message_id))).one()
    )
    assert left_ms is not None
    # Nobody answers sooner than one can read; here 2 s are 80 ms.
    await until(lambda: it.stand_ins.zapi.clock.now_ms() > left_ms + 2_500)
    return str(message_id)


def status(connection: Connection) -> str:
    return str(connection.execute(select(col(Appointment.status))).scalar_one())


def answer(connection: Connection) -> str | None:
    return connection.execute(select(col(Reminder.answer))).scalar_one()


def opted_out(connection: Connection) -> bool:
    return connection.execute(select(col(Conversation.opted_out_ms))).scalar_one() is not None


async def look_again(it: Clinic) -> None:
    assert it.service.reminders is not None
    await it.service.reminders.look()


async def test_it_leaves_once_is_confirmed_by_a_word_and_a_restart_repeats_nothing(place: Place) -> None:
    await booked(place)
    count = 1 if isinstance(place, Path) else 2
    async with replicas(place, count, facts=FACTS) as those:
        it = those[0]
        await reminded(it)
        await it.patient(phone=b.PHONE, text="1")
        await it.until_states(SENT)
        for one in those:
            await look_again(one)
        (turn,) = await it.turns()
        assert (turn.calls, (turn.reply or "").startswith(CONFIRMED)) == (0, True)
        assert (await it.read(status), await it.read(answer)) == ("confirmed", "confirmed")
        assert len(it.stand_ins.groq.requests) == 0
        assert it.calls == 2
    async with clinic(place, facts=FACTS) as again:
        await look_again(again)
        assert (again.calls, await again.read(rows)) == (0, [(24, None, "sent")])


@ON_SQLITE
async def test_a_thumb_at_the_reminder_confirms(place: Place) -> None:
    await booked(place)
    async with clinic(place, facts=FACTS) as it:
        of = {"messageId": await reminded(it), "fromMe": True, "phone": b.PHONE, "participant": None}
        content = {
            "reaction": {"value": "👍🏽", "time": START_MS, "reactionBy": b.PHONE, "referencedMessage": of}
        }
        await it.patient(phone=b.PHONE, content=content)
        await it.until_states(SENT)
        assert await it.read(status) == "confirmed"


@ON_SQLITE
async def test_who_cannot_come_keeps_the_appointment_until_a_plain_word(place: Place) -> None:
    await booked(place)
    async with clinic(place, facts=FACTS) as it:
        await reminded(it)
        await it.patient(phone=b.PHONE, text="infelizmente não vou poder ir")
        await it.until_states(SENT)
        assert (await it.read(status), await it.read(answer)) == ("scheduled", "wants_other")
        assert "nada foi cancelado" in str((await it.turns())[0].for_reception)
        await it.patient(phone=b.PHONE, text="CANCELAR")
        await it.until_states(SENT, SENT)
        assert (await it.read(status), await it.read(answer)) == ("cancelled", "cancelled")
        first, second = ((turn.reply or "") for turn in await it.turns())
        assert "continua marcado" in first
        assert second.startswith("Cancelado")
        assert len(it.stand_ins.groq.requests) == 0


@ON_SQLITE
async def test_what_says_more_than_an_answer_is_the_models_who_sees_the_reminder(place: Place) -> None:
    await booked(place)
    async with clinic(place, facts=FACTS) as it:
        await reminded(it)
        await it.patient(phone=b.PHONE, text="sim, mas tem onde estacionar?")
        await it.until_states(SENT)
        said = str(it.brain.asked[0]["messages"])
        assert "Lembrete:" in said
        assert await it.read(status) == "scheduled"


@ON_SQLITE
async def test_so_late_that_only_the_reception_may_change_it_the_reception_gets_the_chat(
    place: Place,
) -> None:
    await booked(place)
    facts = FACTS.model_copy(update={"agenda": FACTS.agenda.model_copy(update={"change_hours": 48})})
    async with clinic(place, facts=facts) as it:
        await reminded(it)
        await it.patient(phone=b.PHONE, text="2")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.hand_over == "não pode vir, e é tarde para mudar por aqui"
        assert (await it.read(status), await it.read(answer)) == ("scheduled", None)


@ON_SQLITE
async def test_what_was_changed_is_said_once_its_reply_can_leave_and_not_done_again(place: Place) -> None:
    await booked(place)
    async with clinic(place, facts=FACTS, reply_ttl_s=0.1) as it:
        await reminded(it)
        it.zapi_fault(kind="refuse", named="smartphone", count=1, operation="send-text")
        await it.patient(phone=b.PHONE, text="pode confirmar")
        await it.until_states(TurnState.WITHDRAWN.value, SENT)
        assert (await it.read(status), await it.read(answer)) == ("confirmed", "confirmed")
        assert (await it.turns())[-1].reply == (await it.turns())[0].reply
        assert len(it.stand_ins.groq.requests) == 0


@ON_SQLITE
async def test_a_yes_where_nobody_was_reminded_is_the_models(place: Place) -> None:
    async with clinic(place, facts=FACTS) as it:
        await it.patient(phone=b.PHONE, text="sim")
        await it.until_states(SENT)
        assert len(it.stand_ins.groq.requests) == 1


async def test_parar_stops_them_voltar_brings_them_back_and_everything_else_is_still_answered(
    place: Place,
) -> None:
    words = FACTS.texts
    async with clinic(place, facts=FACTS) as it:
        await it.patient(phone=b.PHONE, text="PARAR")
        await it.patient(phone=b.PHONE, text="nao quero mais receber essas msg")
        await it.until_states(SENT)
        assert await it.read(opted_out)
        await it.patient(phone=b.PHONE, text="qual o endereço?")
        await it.until_states(SENT, SENT)
        await it.patient(phone=b.PHONE, text="VOLTAR")
        await it.until_states(SENT, SENT, SENT)
        assert not await it.read(opted_out)
        replies = [turn.reply for turn in await it.turns()]
        assert (replies[0] or "").startswith("Olá! Sou Lu, assistente virtual")
        assert (replies[0] or "").endswith(words.opted_out)
        assert replies[2] == words.opted_in
        assert len(it.stand_ins.groq.requests) == 1


@ON_SQLITE
async def test_parar_among_other_words_takes_effect_and_the_model_is_told(place: Place) -> None:
    async with clinic(place, facts=FACTS) as it:
        await it.patient(phone=b.PHONE, text="PARAR")
        await it.patient(phone=b.PHONE, text="e quero q apaguem meus dados")
        await it.until_states(SENT)
        assert await it.read(opted_out)
        assert "não recebe mais lembretes" in str(it.brain.asked[0]["messages"][-1])
        (turn,) = await it.turns()
        assert FACTS.texts.opted_out in (turn.reply or "")


@ON_SQLITE
async def test_voltar_among_other_words_is_told_to_whoever_wanted_none(place: Place) -> None:
    async with clinic(place, facts=FACTS) as it:
        await it.patient(phone=b.PHONE, text="pensando bem")
        await it.patient(phone=b.PHONE, text="voltar")
        await it.until_states(SENT)
        await it.patient(phone=b.PHONE, text="PARAR")
        await it.until_states(SENT, SENT)
        await it.patient(phone=b.PHONE, text="pensando bem")
        await it.patient(phone=b.PHONE, text="voltar")
        await it.until_states(SENT, SENT, SENT)
        assert not await it.read(opted_out)
        replies = [turn.reply or "" for turn in await it.turns()]
        assert [FACTS.texts.opted_in in reply for reply in replies] == [False, False, True]


@pytest.mark.parametrize(
    ("reply", "is_told"),
    [
        ("Fica na Rua das Flores, 12.", False),
        ("Sua consulta continua marcada para sexta.", False),
        ("Pronto, você volta a receber os lembretes.", True),
        ("Os lembretes estão ativos de novo.", True),
    ],
)
def test_who_wants_reminders_again_reads_that_they_are_back(reply: str, is_told: bool) -> None:
    said = saying_that_they_are_back(Draft("", reply), FACTS).reply
    assert said == (reply if is_told else f"{reply}\n\n{FACTS.texts.opted_in}")


@pytest.mark.parametrize(
    ("reply", "is_told"),
    [
        ("Fica na Rua das Flores, 12.", False),
        ("Sua consulta continua marcada para sexta.", False),
        ("Lembrete 24 horas antes.", False),
        ("Pronto, você não recebe mais lembretes.", True),
        ("Parei os lembretes. Para ter de novo, responda VOLTAR.", True),
        ("Os lembretes foram cancelados.", True),
    ],
)
def test_who_asks_for_no_more_reminders_among_other_things_reads_that_there_will_be_none(
    reply: str, is_told: bool
) -> None:
    said = saying_that_they_stop(Draft("", reply), FACTS).reply
    assert (said == reply) is is_told
    assert is_told or said == f"{reply}\n\n{FACTS.texts.opted_out}"
    fixed = Draft("", "Ligue 192.", emergency="physical")
    assert saying_that_they_stop(fixed, FACTS) == fixed
