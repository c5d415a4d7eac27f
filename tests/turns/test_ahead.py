"""Asking the model before the window closes: what the patient gains, and what it may never cost anybody."""

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from clinic_bot.commands import report
from clinic_bot.debounce.window import PAUSED_HOLD_MS
from clinic_bot.sandbox import payloads
from clinic_bot.store import overview, story
from clinic_bot.store.places import Place
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.diary import books, diary, give_diary
from tests.support.fixtures import ON_POSTGRES, ON_SQLITE
from tests.support.service import Clinic, clinic, replicas
from tests.support.waiting import until

PHONE = "5511987650001"
SENT, SILENT = TurnState.SENT.value, TurnState.SILENT.value
THINKS_S, WINDOW_S = 3.0, 6.0
SAYS = "Abrimos às 8h. Sou a assistente virtual."


@asynccontextmanager
async def guessing(place: Place, **given: Any) -> AsyncIterator[Clinic]:
    settings = {
        "speculate": True,
        "thinks_s": THINKS_S,
        "groq_tokens_per_minute": 1_000_000,
        "says": (SAYS,),
        "quiet_s": WINDOW_S,
    }
    async with clinic(place, **{**settings, **given}) as it:
        it.stand_ins.groq.random.uniform = lambda low, high: 1.0  # type: ignore[assignment] # no jitter
        yield it


def asked(it: Clinic) -> int:
    return len(it.stand_ins.groq.requests)


def counted(it: Clinic) -> dict[str, float]:
    told = it.service.metrics.render().decode()
    found = {
        fate: re.search(rf'clinic_bot_asked_ahead_total{{fate="{fate}"}} ([0-9.]+)', told)
        for fate in ("used", "thrown_away")
    }
    return {fate: float(one[1]) for fate, one in found.items() if one}


async def shown(it: Clinic) -> str:
    (turn,) = await it.turns()
    case = await it.read(partial(overview.case, turn_id=turn.id or 0, now_ms=it.service.clock.now_ms()))
    assert case is not None
    out = io.StringIO()
    report.show_case(
        Console(file=out, width=160), case, report.Style(ZoneInfo("America/Sao_Paulo"), full=False)
    )
    return out.getvalue()


@ON_SQLITE  # so that nothing beside this process takes time that the clock counts
@pytest.mark.parametrize(("speculate", "waits_s"), [(False, WINDOW_S + THINKS_S), (True, WINDOW_S)])
async def test_the_patient_waits_for_the_longer_of_the_two_and_not_for_the_sum(
    place: Place, speculate: bool, waits_s: float
) -> None:
    async with guessing(place, speculate=speculate, rate=8) as it:
        await it.patient(phone=PHONE, text="que horas abre?")
        await it.until_states(SENT)
        (turn,), conversation = await it.turns(), await it.conversation()
        waited_s = ((turn.intent_ms or 0) - (conversation.last_ms or 0)) / 1000
        assert waits_s <= waited_s < waits_s + 2.5  # of which 2.4 s are for a busy machine
        assert (asked(it), it.calls, turn.calls, turn.thrown_tokens) == (1, 1, 1, 0)
        assert ("prepared    in advance" in await shown(it)) is speculate
        assert counted(it) == {"used": float(speculate), "thrown_away": 0}
        told = await it.read(partial(story.told, turn_id=turn.id or 0))
        assert ("prepared" in [moment.what for moment in told]) is speculate


async def test_a_guess_owns_nothing_and_a_message_makes_it_useless(place: Place) -> None:
    async with guessing(place, thinks_s=30.0, rate=8) as it:
        await it.patient(phone=PHONE, text="que horas abre?")
        await until(lambda: asked(it) == 1)
        it.stand_ins.groq.latency_s = 0.1
        conversation = await it.conversation()
        assert (conversation.owner, conversation.epoch, conversation.attempts) == (None, 0, 0)
        assert await it.turns() == []
        await it.patient(phone=PHONE, text="e no sábado?")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.question == "que horas abre?\ne no sábado?"
        assert (it.calls, turn.calls, asked(it)) == (1, 1, 2)
        assert turn.thrown_tokens > 0
        assert "thrown away" in await shown(it)
        assert counted(it) == {"used": 1, "thrown_away": 1}
        assert (await it.conversation()).superseded == 0


@ON_SQLITE
async def test_an_edit_makes_it_useless(place: Place) -> None:
    async with guessing(place, rate=12) as it:
        sent = await it.patient(phone=PHONE, text="que horas abre?")
        await until(lambda: asked(it) == 1)
        await it.patient(phone=PHONE, edit={"of": sent["message_id"], "text": "que horas fecha?"})
        await it.until_states(SENT)
        assert [(turn.question, turn.calls) for turn in await it.turns()] == [("que horas fecha?", 1)]
        assert counted(it) == {"used": 1, "thrown_away": 1}


@ON_SQLITE
async def test_a_person_who_answers_makes_it_useless(place: Place) -> None:
    async with guessing(place) as it:
        await it.patient(phone=PHONE, text="que horas abre?")
        await until(lambda: asked(it) == 1)
        await it.staff(phone=PHONE, text="Oi, aqui é a Ana. Às 8h.")
        await until(lambda: counted(it) == {"used": 0, "thrown_away": 1})
        assert (await it.turns(), it.calls) == ([], 0)


@ON_SQLITE
async def test_an_emergency_is_never_asked_ahead(place: Place) -> None:
    async with guessing(place) as it:
        await it.patient(phone=PHONE, text=b.EMERGENCY_TEXT)
        await it.until_states(SENT)
        assert asked(it) == 0


@ON_SQLITE
async def test_one_that_is_under_way_when_the_window_closes_is_waited_for(place: Place) -> None:
    async with guessing(place, thinks_s=9.0) as it:
        await it.patient(phone=PHONE, text="que horas abre?")
        await it.until_states(SENT)
        (turn,), conversation = await it.turns(), await it.conversation()
        assert asked(it) == 1
        assert (turn.intent_ms or 0) - (conversation.last_ms or 0) < 13_000
        assert counted(it) == {"used": 1, "thrown_away": 0}


@ON_SQLITE
async def test_a_message_while_the_turn_waits_for_it_supersedes_as_ever(place: Place) -> None:
    async with guessing(place, thinks_s=600.0) as it:
        await it.patient(phone=PHONE, text="que horas abre?")
        await it.until_states("thinking")
        it.stand_ins.groq.latency_s = 0.1
        await it.patient(phone=PHONE, text="e no sábado?")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.question == "que horas abre?\ne no sábado?"
        assert (it.calls, (await it.conversation()).attempts) == (1, 0)


async def test_a_change_is_made_by_the_turn_and_not_by_the_guess(place: Place) -> None:
    async with guessing(place, says=(books(), SAYS), thinks_s=1.0, rate=8) as it:
        await give_diary(it)
        it.service.dispatcher._ahead.agent = it.service.dispatcher._runner._thinking._agent  # type: ignore[attr-defined, union-attr]
        await it.patient(phone=PHONE, text="quero às 15h")
        await until(lambda: asked(it) == 1)
        assert (await diary(it), await it.turns()) == ([], [])
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert (await diary(it), turn.calls, asked(it)) == ([(1, "15h")], 2, 2)
        assert counted(it) == {"used": 1, "thrown_away": 0}


@pytest.mark.parametrize(
    "tokens_per_minute", [0, 5_000], ids=["nobody has told it", "less than half is free"]
)
async def test_without_clear_room_nothing_is_asked_ahead(place: Place, tokens_per_minute: int) -> None:
    async with guessing(place, groq_tokens_per_minute=tokens_per_minute) as it:
        await it.patient(phone=PHONE, text="que horas abre?")
        await it.until_states("thinking")
        await it.until_states(SENT)
        assert counted(it) == {"used": 0, "thrown_away": 0}


@ON_SQLITE
async def test_while_the_model_fails_nothing_is_asked_ahead(place: Place) -> None:
    async with guessing(place, thinks_s=0.1) as it:
        it.groq_fault(kind="cut", when="before", count=2)
        await it.patient(phone=PHONE, text="oi")  # the guess is cut, and then the turn's own call
        await it.patient(phone="5511987650002", text="que horas abre?")
        await it.until_states(SENT, SENT)
        assert it.calls == 2


@ON_SQLITE
async def test_while_the_patient_types_nothing_is_asked_ahead(place: Place) -> None:
    async with guessing(place, quiet_s=12) as it:
        await it.patient(phone=PHONE, text="que horas abre?")
        began_ms = it.service.clock.now_ms()
        await it.patient(phone=PHONE, presence="COMPOSING")
        await until(lambda: asked(it) == 1)
        assert it.service.clock.now_ms() - began_ms >= 12_000 - PAUSED_HOLD_MS
        await it.until_states(SENT)
        assert counted(it) == {"used": 1, "thrown_away": 0}


@ON_POSTGRES
async def test_replicas_answer_once_whoever_has_asked(place: Place) -> None:
    given: dict[str, Any] = {
        "speculate": True,
        "quiet_s": WINDOW_S,
        "thinks_s": THINKS_S,
        "groq_tokens_per_minute": 1_000_000,
    }
    async with replicas(place, 2, says=(SAYS,), **given) as (other, it):
        await it.patient(phone=PHONE, text="que horas abre?")
        await until(lambda: asked(it) == 1)
        await (
            other.post(  # the next piece comes in at the other one, so what the first has asked is of no use
                payloads.received_text(
                    other.stand_ins.zapi.line,
                    PHONE,
                    "e no sábado?",
                    message_id="M2",
                    at_ms=it.service.clock.now_ms(),
                )
            )
        )
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.question == "que horas abre?\ne no sábado?"
        assert (turn.calls, it.calls) == (1, 1)
        await until(lambda: counted(it)["thrown_away"] + counted(it)["used"] + counted(other)["used"] >= 1)
