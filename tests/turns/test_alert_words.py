"""What the clinic is told of one patient's chat."""

import pytest

from clinic_bot.turns import alert_words
from tests.support import builders as b


@pytest.mark.parametrize(
    "text",
    [
        alert_words.emergency(b.PHONE, None),
        alert_words.patient_waits(b.PHONE, b.LID, minutes=10),
        alert_words.loop_stopped(b.PHONE, None, most_per_hour=20),
    ],
    ids=["emergency", "a patient waits", "a loop"],
)
def test_the_chat_can_be_told_from_others_and_nobody_can_call_it(text: str) -> None:
    assert "55119*****001" in text
    assert b.PHONE not in text


def test_a_chat_known_by_its_lid_alone_is_named_too() -> None:
    assert f"{b.LID[-4:]} " in alert_words.emergency(None, b.LID).replace(".", " ")


def test_while_watching_an_emergency_says_that_nobody_answers() -> None:
    assert "não responde" in alert_words.emergency(b.PHONE, sends=False)
    assert "não responde" not in alert_words.emergency(b.PHONE)


def test_a_chat_that_nobody_named_is_some_chat() -> None:
    assert alert_words.patient_waits(None, minutes=10).startswith(
        "Há mais de 10 min um paciente espera por uma pessoa em um chat."
    )
