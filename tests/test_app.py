"""The whole way of a message over real HTTP: the webhook, the window, the model, one reply."""

import asyncio
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection

from clinic_bot.app import running
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.errors import Misconfigured
from clinic_bot.settings import Settings
from clinic_bot.store import story
from clinic_bot.store.places import Place
from clinic_bot.store.tables import TurnState
from tests.support.builders import EMERGENCY_TEXT
from tests.support.fixtures import ON_SQLITE
from tests.support.service import clinic, credentials_for, settings_for
from tests.support.waiting import until, until_async

PHONE = "5511987650001"
SENT = TurnState.SENT.value


async def test_one_burst_gets_one_reply(place: Place) -> None:
    async with clinic(place) as it:
        for text in ("oi", "bom dia", "vocês abrem às 8h?"):
            await it.patient(phone=PHONE, text=text)
        await it.until_states(SENT)
        await until(lambda: len(it.sent) == 1)
        (turn,) = await it.turns()
        assert (turn.low, turn.high, turn.question) == (1, 3, "oi\nbom dia\nvocês abrem às 8h?")
        assert turn.reply == it.sent[0]
        assert len(it.brain.asked) == 1


async def test_the_reply_is_followed_to_the_patients_eyes(place: Place) -> None:
    async with clinic(place) as it:
        await it.patient(phone=PHONE, text="oi")

        async def read() -> bool:
            return [turn.receipt for turn in await it.turns()] == ["READ"]

        await until_async(read)
        (turn,) = await it.turns()
        assert turn.zaap_id
        assert turn.message_id
        assert (await it.conversation()).human_until_ms == 0  # our own echo is no take-over


async def test_who_may_have_replicas_shares_groqs_limits_and_a_file_pays_nothing_for_it(place: Place) -> None:
    async with clinic(place) as it:
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        assert await it.read(shared_limits) == (0 if isinstance(place, Path) else 1)


def shared_limits(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM common").scalar_one())


async def test_two_patients_do_not_wait_for_each_other(place: Place) -> None:
    async with clinic(place) as it:
        it.groq_fault(kind="slow", seconds=30, count=1)
        await it.patient(phone=PHONE, text="oi")
        await until(lambda: len(it.stand_ins.groq.requests) == 1)
        await it.patient(phone="5511987650002", text="olá")
        await it.until_states(TurnState.THINKING.value, SENT)
        await it.until_states(SENT, SENT)


async def test_a_message_during_the_send_opens_the_next_turn(place: Place) -> None:
    async with clinic(place) as it:
        it.zapi_fault(kind="slow", operation="send-text", seconds=5, count=1)
        await it.patient(phone=PHONE, text="oi")
        await until(lambda: it.calls == 1)
        await it.patient(phone=PHONE, text="e o valor?")
        await it.until_states(SENT, SENT)
        assert [(turn.low, turn.high) for turn in await it.turns()] == [(1, 1), (2, 2)]
        await until(lambda: len(it.sent) == 2)


async def test_the_same_delivery_many_times_at_once_is_one_message(place: Place) -> None:
    async with clinic(place) as it:
        it.zapi_fault(kind="webhook_duplicate", times=8)
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        assert await it.texts() == ["oi"]


async def test_typing_holds_the_answer_back(place: Place) -> None:
    async with clinic(place) as it:
        await it.patient(phone=PHONE, text="oi")
        await it.patient(phone=PHONE, presence="COMPOSING")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.closed_by == "presence"


async def test_a_patient_who_types_while_the_model_thinks_gets_one_answer_to_all(place: Place) -> None:
    async with clinic(place) as it:
        it.groq_fault(kind="slow", seconds=3, count=1)
        await it.patient(phone=PHONE, text="so a do bento")
        await until(lambda: len(it.stand_ins.groq.requests) == 1)
        await it.patient(phone=PHONE, presence="COMPOSING")
        # The answer is there, and held.
        await until(lambda: len(it.brain.asked) == 1)
        await it.patient(phone=PHONE, text="pode cancelar")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.question == "so a do bento\npode cancelar"
        assert it.calls == 1


async def test_typing_that_came_to_nothing_costs_a_little_time(place: Place) -> None:
    async with clinic(place) as it:
        it.groq_fault(kind="slow", seconds=3, count=1)
        await it.patient(phone=PHONE, text="oi")
        await until(lambda: len(it.stand_ins.groq.requests) == 1)
        await it.patient(phone=PHONE, presence="COMPOSING")
        await it.until_states(SENT)
        assert len(it.brain.asked) == 1, "the model is not asked again"
        (turn,) = await it.turns()
        assert turn.id is not None
        moments = await it.read(partial(story.told, turn_id=turn.id))
        assert "the patient, who was typing" in [moment.detail for moment in moments]


async def test_by_default_what_the_patient_wrote_decides_how_long_is_waited(place: Place) -> None:
    defaults = {
        name: Settings.model_fields[name].default for name in ("patience_floor_s", "patience_ceiling_s")
    }
    async with clinic(place, **defaults) as it:
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert (turn.closed_by, turn.patience_why) == ("quiet", "only a greeting")
        assert turn.patience_ms is not None
        last_ms = (await it.conversation()).last_ms
        assert last_ms is not None
        assert turn.due_ms == last_ms + turn.patience_ms > last_ms + 6_000


@pytest.mark.alone
async def test_an_emergency_is_answered_at_once_with_the_clinics_text(place: Place) -> None:
    async with clinic(place) as it:
        await it.patient(phone=PHONE, text=EMERGENCY_TEXT)
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.reply == example_clinic().texts.emergency
        assert turn.intent_ms is not None
        assert turn.intent_ms - turn.due_ms < 5_000
        assert it.brain.asked == []
        await until(lambda: it.sent == [example_clinic().texts.emergency])
        assert (await it.conversation()).human_until_ms > 0


async def test_an_emergency_overtakes_a_model_that_is_thinking(place: Place) -> None:
    async with clinic(place) as it:
        it.groq_fault(kind="slow", seconds=60)
        await it.patient(phone=PHONE, text="qual o valor da consulta?")
        await until(lambda: len(it.stand_ins.groq.requests) == 1)
        await it.patient(phone=PHONE, text=EMERGENCY_TEXT)
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert (turn.low, turn.high, turn.reply) == (1, 2, example_clinic().texts.emergency)
        await until(lambda: len(it.sent) == 1)
        assert it.calls == 1


async def test_a_person_who_answers_while_the_model_thinks_keeps_the_bot_silent(place: Place) -> None:
    async with clinic(place) as it:
        it.groq_fault(kind="slow", seconds=60)
        await it.patient(phone=PHONE, text="oi")
        await until(lambda: len(it.stand_ins.groq.requests) == 1)
        await it.staff(phone=PHONE, text="Oi, aqui é a Ana")
        await it.until_states(TurnState.SILENT.value)
        assert it.calls == 0


async def test_after_a_take_over_the_bot_says_nothing(place: Place) -> None:
    async with clinic(place) as it:
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        await until(lambda: len(it.sent) == 1)
        await it.staff(phone=PHONE, text="Oi, aqui é a Ana")
        await it.patient(phone=PHONE, text="obrigada")
        conversation = await it.conversation()
        assert conversation.wake_at_ms is not None
        assert conversation.wake_at_ms - it.service.clock.now_ms() > 300_000  # the alert, not a window
        assert await it.states() == [SENT]


async def test_a_reply_that_a_person_overtook_in_the_queue_is_taken_back(place: Place) -> None:
    async with clinic(place) as it:
        it.zapi_fault(kind="slow_queue", seconds=25)
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        await it.staff(phone=PHONE, text="Oi, aqui é a Ana")
        await it.until_states(TurnState.WITHDRAWN.value)
        assert it.stand_ins.zapi.queue == {}
        assert it.sent == []


async def test_a_stopped_service_gives_its_turns_back_and_the_next_one_answers(place: Place) -> None:
    async with clinic(place) as first:
        first.groq_fault(kind="slow", seconds=60)
        await first.patient(phone=PHONE, text="oi")
        await until(lambda: len(first.stand_ins.groq.requests) == 1)
    async with clinic(place) as second:
        await second.until_states(SENT)
        (turn,) = await second.turns()
        assert turn.question == "oi"


@ON_SQLITE
async def test_a_second_service_on_the_same_file_is_refused(place: Place) -> None:
    async with clinic(place) as it:
        settings = settings_for(place)
        with pytest.raises(Misconfigured, match="already runs"):
            async with running(settings, credentials_for(it.stand_ins), example_clinic(), it.service.clock):
                raise AssertionError("two owners")


async def test_records_of_a_newer_version_is_refused(place: Place) -> None:
    async with clinic(place) as it:
        await it.service.database.write(
            lambda connection: (
                connection.exec_driver_sql(
                    "UPDATE alembic_version SET version_num = '9999_from_the_future'"
                ).rowcount
            )
        )
    with pytest.raises(Misconfigured, match="newer"):
        async with clinic(place):
            raise AssertionError("it must not start")


async def test_readiness_tells_of_the_neighbours(place: Place) -> None:
    async with clinic(place) as it:
        ready = (await it.http.get(f"{it.url}/health/ready")).json()
        assert (ready["status"], ready["groq"], ready["rule_9"]) == ("ready", "unknown", 0)
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        ready = (await it.http.get(f"{it.url}/health/ready")).json()
        assert (ready["groq"], ready["zapi"]) == ("ok", "ok")


async def test_another_page_says_where_zapi_posts(place: Place) -> None:
    async with clinic(place) as it:
        answer = await it.http.post(f"{it.url}/webhook", json={})
        assert answer.status_code == 404
        assert "/webhook/zapi/{secret}" in answer.json()["error"]
        assert (await it.http.get(it.webhook)).status_code == 405


async def test_many_patients_at_once_each_get_one_reply(place: Place) -> None:
    phones = [f"55119876{n:05}" for n in range(30)]
    async with clinic(place) as it:
        await asyncio.gather(*(it.patient(phone=phone, text=f"oi de {phone}") for phone in phones))
        await it.until_states(*[SENT] * len(phones))
        assert it.calls == len(phones)


async def test_nothing_listens_after_the_end(place: Place) -> None:
    async with clinic(place) as it:
        url = it.url
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient() as http:
            await http.get(f"{url}/health/live")
