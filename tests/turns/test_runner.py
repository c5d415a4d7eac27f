"""Turns at the model, with Groq's stand-in slow, refusing and down."""

from functools import partial

import pytest

from clinic_bot.clinic.facts import example_clinic
from clinic_bot.errors import StorageUnavailable
from clinic_bot.operations.neighbours import Health
from clinic_bot.sandbox import receptionist
from clinic_bot.sandbox.receptionist import BrainCall, BrainTurn, Scripted
from clinic_bot.store import claims, gate, story
from clinic_bot.store.places import Place
from clinic_bot.store.tables import TurnState
from tests.support.service import clinic
from tests.support.store import Store
from tests.support.waiting import until, until_async

PHONE = "5511987650001"
SENT = TurnState.SENT.value


async def test_a_model_that_is_down_loses_nothing_and_is_asked_again(place: Place) -> None:
    async with clinic(place) as it:
        it.groq_fault(kind="cut", when="before", count=2)
        await it.patient(phone=PHONE, text="oi")
        await until(lambda: it.service.neighbours.groq in (Health.DOWN, Health.BUSY))
        await it.patient(phone=PHONE, text="ainda aí?")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert (turn.question, turn.hand_over) == ("oi\nainda aí?", None)
        assert (await it.conversation()).attempts == 0


async def test_a_patient_who_has_waited_too_long_is_told_so_once_and_a_person_takes_over(
    place: Place,
) -> None:
    async with clinic(place, unavailable_after_s=20) as it:
        it.groq_fault(kind="status", name="over_capacity_503")
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.hand_over == "o assistente está fora do ar"
        assert turn.reply is not None
        assert "Recebi sua mensagem" in turn.reply
        await until(lambda: len(it.sent) == 1)
        await it.patient(phone=PHONE, text="tá bom")
        conversation = await it.conversation()
        assert conversation.human_until_ms > it.service.clock.now_ms()
        assert await it.states() == [SENT]


async def test_a_refused_key_waits_like_an_outage_and_is_told_to_the_operator(place: Place) -> None:
    async with clinic(place) as it:
        it.stand_ins.groq.api_key = "another key"
        await it.patient(phone=PHONE, text="oi")
        await until(lambda: it.service.neighbours.groq is Health.REFUSED)
        it.stand_ins.groq.api_key = None
        await it.until_states(SENT)


async def test_a_model_that_says_nothing_usable_hands_over_with_the_clinics_words(
    place: Place,
) -> None:
    async with clinic(place) as it:
        it.groq_fault(kind="empty")
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.hand_over == "o assistente não conseguiu responder"
        (asked, *_), spent = it.stand_ins.groq.requests, turn.thrown_tokens
        assert (turn.model, spent > 0) == (asked.model, True), "what it said was paid for"
        assert (await it.conversation()).human_until_ms > 0


async def test_a_hand_over_that_the_model_decides_is_said_and_then_kept(place: Place) -> None:
    async with clinic(place) as it:
        call = BrainCall(receptionist.HAND_OVER, {"motivo": "quer um atestado"})
        it.stand_ins.groq.brain = Scripted([BrainTurn(tool_call=call), "Passei para a recepção."])
        await it.patient(phone=PHONE, text="quero um atestado")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.hand_over
        assert turn.calls == 2
        assert (await it.conversation()).human_until_ms > 0


async def test_what_no_database_takes_costs_no_answer(place: Place) -> None:
    """The patient's is left out at the door, the model's where it is read; else no try would ever be stored."""
    reason = BrainCall(receptionist.HAND_OVER, {"motivo": "quer um\0 atestado"})
    says = (BrainTurn(tool_call=reason), "Passei\0 para a recepção. Sou a assistente virtual.")
    async with clinic(place, says=says) as it:
        await it.patient(phone=PHONE, text="quero\0 um atestado")
        await until(lambda: it.sent == ["Passei para a recepção. Sou a assistente virtual."])
        (turn,) = await it.turns()
        assert (turn.question, turn.hand_over) == ("quero um atestado", "quer um atestado")


async def test_the_model_reads_what_was_said_before(place: Place) -> None:
    async with clinic(place) as it:
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        await it.patient(phone=PHONE, text="e no sábado?")
        await it.until_states(SENT, SENT)
        said = [str(message.get("content")) for message in it.brain.asked[-1]["messages"]]
        assert any("Abrimos às 8h" in text for text in said)
        assert any(text.endswith("oi") for text in said)


async def test_the_lid_is_learned_before_the_first_reply(place: Place) -> None:
    async with clinic(place) as it:
        await it.patient(phone=PHONE, text="oi", lid=None)
        await it.until_states(SENT)
        assert (await it.conversation()).lid is not None
        await it.staff(phone=PHONE, text="Oi, aqui é a Ana")  # arrives under the LID alone
        assert (await it.conversation()).human_until_ms > 0


async def test_what_a_person_overtook_is_taken_back_before_the_connections_are_closed(
    place: Place,
) -> None:
    async with clinic(place, rate=2, quiet_s=0.5) as it:
        it.stand_ins.zapi.spacing_s = (60, 60)
        it.zapi_fault(kind="slow", operation="queue", seconds=0.5)
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        await it.staff(phone=PHONE, text="Oi, aqui é a Ana")  # and the process leaves
    left = Store(place)
    assert [turn.state for turn in left.turns()] == [TurnState.WITHDRAWN]
    assert left.violations() == []
    left.close()


@pytest.mark.parametrize("fault", ["fail", "hang"])
async def test_a_lid_that_cannot_be_learned_costs_no_reply(place: Place, fault: str) -> None:
    async with clinic(place) as it:
        it.zapi_fault(kind=fault, operation="phone-exists", when="before")
        await it.patient(phone=PHONE, text="oi", lid=None)
        await it.until_states(SENT)
        assert (await it.conversation()).lid is None


async def test_an_outcome_that_cannot_be_stored_is_never_said_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills up between the send and its outcome: the reply left, so nobody may ask and send again."""
    async with clinic(place) as it:
        write = it.service.database.write
        failures = 0

        async def failing(job: object, *, urgent: bool = False) -> object:
            nonlocal failures
            if it.calls and failures < 3 and urgent:
                failures += 1
                raise StorageUnavailable("database or disk is full")
            return await write(job, urgent=urgent)  # type: ignore[arg-type]

        monkeypatch.setattr(it.service.database, "write", failing)
        await it.patient(phone=PHONE, text="oi")

        async def settled() -> bool:
            return failures == 3 and await it.states() == [SENT] and bool(it.sent)

        await until_async(settled)  # by its echo, its delivery report or a receipt
        assert it.calls == 1


async def test_a_disk_that_fails_at_the_intent_alone_costs_no_attempt(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clinic(place, rate=60) as it:
        write = it.service.database.write
        failures = 0

        async def failing(job: object, *, urgent: bool = False) -> object:
            nonlocal failures
            if getattr(job, "func", None) is gate.write_intent and failures < claims.MAX_ATTEMPTS:
                failures += 1
                raise StorageUnavailable("database or disk is full")
            return await write(job, urgent=urgent)  # type: ignore[arg-type]

        monkeypatch.setattr(it.service.database, "write", failing)
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        assert failures == claims.MAX_ATTEMPTS
        assert it.calls == 1


async def test_an_intent_that_is_stored_although_nobody_says_so_sends_nothing_and_is_asked_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the server goes away during a COMMIT, and stays away for a moment."""
    async with clinic(place, rate=60) as it:
        write = it.service.database.write
        away = 0

        async def failing(job: object, *, urgent: bool = False) -> object:
            nonlocal away
            if getattr(job, "func", None) is gate.write_intent and away == 0:
                away = 1
                await write(job, urgent=urgent)  # type: ignore[arg-type]
            elif not 1 <= away < 4 or not urgent:
                return await write(job, urgent=urgent)  # type: ignore[arg-type]
            away += 1
            raise StorageUnavailable("nobody answers")

        monkeypatch.setattr(it.service.database, "write", failing)
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(TurnState.WITHDRAWN.value, SENT)
        assert (away, it.calls) == (4, 1)
        assert (await it.conversation()).attempts == 0


async def test_a_fault_of_ours_is_tried_again_and_counted(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clinic(place) as it:
        answer = it.service.dispatcher._runner._thinking._agent.answer  # type: ignore[attr-defined]
        failures = 0

        async def failing(request: object) -> object:
            nonlocal failures
            if failures < 2:
                failures += 1
                raise ZeroDivisionError
            return await answer(request)

        monkeypatch.setattr(it.service.dispatcher._runner._thinking._agent, "answer", failing)  # type: ignore[attr-defined]
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(SENT)
        assert failures == 2


async def test_an_emotional_crisis_gets_its_own_text(place: Place) -> None:
    async with clinic(place) as it:
        await it.patient(phone=PHONE, text="quero morrer")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.reply == example_clinic().texts.emotional_crisis


# Something newer while the model thinks (rules 10 to 12).


async def test_a_message_while_the_model_thinks_joins_the_turn_and_gets_the_one_reply(
    place: Place,
) -> None:
    async with clinic(place) as it:
        it.stand_ins.groq.latency_s = 600
        await it.patient(phone=PHONE, text="oi")
        await until(lambda: len(it.stand_ins.groq.requests) == 1)
        it.stand_ins.groq.latency_s = 0.1
        await it.patient(phone=PHONE, text="queria remarcar")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.question == "oi\nqueria remarcar"
        assert it.calls == 1
        assert (await it.conversation()).attempts == 0
        assert turn.id is not None
        told = await it.read(partial(story.told, turn_id=turn.id))
        assert [moment.what for moment in told if moment.what != "model call"] == [
            "claimed", "model cancelled", "given back", "claimed", "intent", "send", "closed",
        ]  # fmt: skip


async def test_the_wait_is_shorter_for_as_long_as_the_model_lately_took(place: Place) -> None:
    async with clinic(place, patience_floor_s=1, patience_ceiling_s=13) as it:
        pace = it.service.dispatcher._runner._thinking.pace  # type: ignore[attr-defined]
        for took_ms in (1_800, 2_000, 2_400, 2_600, 9_000):
            pace.answered(took_ms, it.service.clock.steady_ms())
        await it.patient(phone=PHONE, text="queria remarcar e")
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert turn.patience_why is not None
        assert turn.patience_why.endswith("for 1.8 s more a piece takes the reply back")


async def test_a_turn_that_may_grow_no_more_is_not_cancelled(place: Place) -> None:
    """The cap is counted from the first message: whoever writes on gets an answer all the same."""
    async with clinic(place, max_wait_s=7) as it:
        it.stand_ins.groq.latency_s = 20
        await it.patient(phone=PHONE, text="oi")
        await until(lambda: len(it.stand_ins.groq.requests) == 1)
        past_cap_ms = (await it.turns())[0].due_ms + 2_000
        await until(lambda: it.service.clock.now_ms() >= past_cap_ms)
        await it.patient(phone=PHONE, text="alguém aí?")
        await it.until_states(SENT, SENT)
        assert [turn.question for turn in await it.turns()] == ["oi", "alguém aí?"]
