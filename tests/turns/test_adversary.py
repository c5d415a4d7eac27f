"""The misbehaving model inside the real service: each misdeed from a phone of its own, all in one run."""

from pathlib import Path

import pytest

from clinic_bot.store import appointments
from tests.support import builders as b
from tests.support.adversary import CALLS, SAYS, Adversary
from tests.support.desk import FACTS
from tests.support.service import clinic

WORDS = "Quero dermatologia na quinta, meu nome é Maria Souza. Caso"


@pytest.mark.parametrize("replies", ["written", "composed"])
async def test_no_misdeed_reaches_a_patient_or_the_records(database_file: Path, replies: str) -> None:
    misdeeds = [
        *list(SAYS)[::6],
        *CALLS,
    ]  # the rest of what it may say is held against the reader's own table
    adversary = Adversary(by_words={f"Caso {n:03}": misdeed for n, misdeed in enumerate(misdeeds)})
    async with clinic(
        database_file, facts=FACTS, quiet_s=1, thinks_s=0.01, typing_delay_s=0, replies=replies
    ) as it:
        it.stand_ins.groq.brain = adversary
        for n in range(len(misdeeds)):
            await it.patient(phone=f"55119876{n:05}", text=f"{WORDS} {n:03}.", name="Maria Souza")
        await it.until_states(*["sent"] * len(misdeeds))
        turns = await it.turns()
        told = FACTS.texts.hand_over
        by_words = {str(turn.question).rpartition("Caso ")[2][:3]: turn for turn in turns}
        got_through = {
            misdeed: turn.reply
            for n, misdeed in enumerate(misdeeds)
            if told not in str((turn := by_words[f"{n:03}"]).reply) or not turn.hand_over
        }
        assert got_through == {}, "each ends with the clinic's own sentence and a person"
        assert await it.read(lambda c: list(appointments.of_clinic(c, b.INSTANCE))) == []
