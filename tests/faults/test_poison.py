"""Turns that fail every time, and turns that merely stood beside them."""

import io
from pathlib import Path

import pytest

from clinic_bot.store.history import Background
from clinic_bot.store.lease import Claim
from clinic_bot.store.places import Place
from clinic_bot.store.tables import TurnState
from clinic_bot.turns.burst import merged
from tests.faults.server import PHONE, neighbours, server
from tests.support.service import clinic
from tests.support.waiting import until

POISON = "\N{SKULL AND CROSSBONES}"
#: Waits between the tries double from 5 s; so fast that all five pass in a second or two.
RATE = 150.0


@pytest.fixture
def breaks_on_poison(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours that one message brings out, every time."""

    def breaks(claim: Claim, background: Background) -> str:
        if any(POISON in message.text for message in claim.messages):
            raise ZeroDivisionError
        return merged(claim, background)

    monkeypatch.setattr("clinic_bot.turns.composer.merged", breaks)


@pytest.mark.usefixtures("breaks_on_poison")
async def test_a_message_that_crashes_its_turn_is_set_aside_and_shown(
    place: Place, written_log: io.StringIO
) -> None:
    async with clinic(place, rate=RATE) as it:
        await it.patient(phone=PHONE, text=f"oi {POISON}")
        await it.until_states(TurnState.DEAD)
        (turn,) = await it.turns()
        assert turn.question == f"oi {POISON}"  # whoever looks sees what was written
        assert turn.reason
        assert written_log.getvalue().count('"turn failed"') == 5
        assert '"turn set aside"' in written_log.getvalue()
        assert POISON not in written_log.getvalue()
        figures = (await it.http.get(f"{it.url}/metrics")).text
        assert 'clinic_bot_turns_total{state="dead"} 1.0' in figures
        ready = (await it.http.get(f"{it.url}/health/ready")).json()
        assert (ready["status"], ready["rule_9"]) == ("ready", 0)
        await it.patient(phone=PHONE, text="tudo bem?")  # the phone is not blocked
        await it.until_states(TurnState.DEAD, TurnState.SENT)
        assert (await it.turns())[1].question == "tudo bem?"
        assert it.calls == 1


@pytest.mark.usefixtures("breaks_on_poison")
async def test_a_message_that_crashes_its_turn_holds_no_other_phone_up(place: Place) -> None:
    async with clinic(place, rate=RATE, turn_slots=1) as it:
        await it.patient(phone=PHONE, text=f"oi {POISON}")
        await it.patient(phone="5511987650002", text="oi")
        await it.until_states(TurnState.DEAD, TurnState.SENT)
        assert it.calls == 1


async def test_turns_that_were_open_together_when_the_process_died_go_on_one_at_a_time(
    tmp_path: Path,
) -> None:
    async with neighbours() as pair:
        pair.groq.add_fault({"kind": "slow", "seconds": 3_600})
        for n in range(2):
            async with server(tmp_path, pair) as it:
                if n == 0:
                    await it.receive("oi", id="M1")
                    await it.receive("oi", id="M2", phone="5511987650002")
                asked = 2 * (n + 1)  # after one crash they still run together, after two no more
                await until(lambda asked=asked: len(pair.groq.requests) == asked)  # type: ignore[misc]
                it.process.kill()
                await it.left()
        pair.groq.faults.clear()
        async with server(tmp_path, pair) as it:
            await until(lambda: it.states() == [TurnState.SENT] * 2)
            assert it.calls == 2
            assert it.rows("SELECT attempts FROM conversation") == [(0,), (0,)]
