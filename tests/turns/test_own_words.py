"""Replies that cost no call: to a robot that answers for ever, and to what waited too long."""

from clinic_bot.clinic.facts import example_clinic
from clinic_bot.store.places import Place
from clinic_bot.store.tables import TurnState
from tests.support.service import clinic
from tests.support.waiting import until

PHONE = "5511987650001"
SENT = TurnState.SENT.value


async def test_two_robots_do_not_talk_for_ever(place: Place) -> None:
    async with clinic(place, max_replies_per_hour=3) as it:
        for n in range(4):
            await it.patient(phone=PHONE, text=f"Obrigado pelo contato! Protocolo {n}.")
            if n < 3:
                await it.until_states(*[SENT] * (n + 1))
        turns = await it.turns()
        assert [turn.hand_over for turn in turns] == [None, None, "respostas demais em uma hora"]
        assert turns[-1].reply == example_clinic().hand_over_text(
            it.service.clock.local(example_clinic().timezone)
        )
        assert len(it.stand_ins.groq.requests) == 2
        assert "clinic_bot_stopped_loops_total 1.0" in it.service.metrics.render().decode()


async def test_a_backlog_goes_to_a_person_where_the_clinic_wants_that(place: Place) -> None:
    async with clinic(place) as it:
        it.groq_fault(kind="status", name="over_capacity_503")
        await it.patient(phone=PHONE, text="oi")
        await until(lambda: len(it.stand_ins.groq.requests) > 0)
    async with clinic(place, backlog="hand_over", backlog_age_s=0.001) as it:
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert (turn.hand_over, turn.calls) == ("esperava havia muito tempo", 0)


async def test_by_default_a_backlog_is_answered_once_and_all_together(place: Place) -> None:
    async with clinic(place) as it:
        it.groq_fault(kind="status", name="over_capacity_503")
        await it.patient(phone=PHONE, text="oi")
        await it.patient(phone=PHONE, text="tem vaga?")
        await until(lambda: len(it.stand_ins.groq.requests) > 0)
    async with clinic(place, backlog_age_s=0.001) as it:
        await it.until_states(SENT)
        (turn,) = await it.turns()
        assert (turn.question, turn.hand_over) == ("oi\ntem vaga?", None)
