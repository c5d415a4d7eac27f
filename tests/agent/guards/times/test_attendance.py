"""When a professional of the example attends: Dra. Marta not on Wednesdays, and away over the new year."""

from datetime import datetime

import pytest

from clinic_bot.agent.guards.times.attendance import Attendance
from clinic_bot.clinic.facts import example_clinic

FACTS = example_clinic()
NOW = datetime(2026, 12, 14, 10, tzinfo=FACTS.timezone)
FREE = "Consulta (30 min; Dra. Marta Figueira). Livres:\nDra. Marta Figueira: quarta 16/12: 9h40"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Aos sábados atendem a Dra. Marta e o Dr. Pedro.", "oi"),
        ("Quarta, 16/12, está tranquila: a Dra. Marta consegue te encaixar no fim da manhã.", "oi"),
        ("A Dra. Marta dá consultas todos os dias.", "oi"),
        ("A Dra. Marta recebe às terças e aos sábados.", "oi"),
        ("A Dra. Marta está aqui às segundas, quartas e sextas.", "oi"),
        ("Na quarta, 16/12, a Dra. Marta consegue te receber 😊 Posso seguir?", "oi"),
        ("Quem cuida disso é a Dra. Marta. Ela atende às quartas.", "oi"),
        ("Atende sim, às quartas!", "a dra marta atende quarta?"),
        ("A Dra. Marta atende às sextas à tarde.", "oi"),
        ("A Dra. Marta atende às segundas, das 8h às 17h.", "oi"),
        ("A Dra. Marta atende no dia 22/12, terça.", "oi"),
        ("A Dra. Marta atende no dia 22/12, fora o horário de almoço.", "oi"),
        ("Sim! Ela atende às terças.", "a dra marta atende dia 22/12?"),
    ],
)
def test_a_day_or_an_hour_that_is_not_theirs_is_seen(text: str, asked: str) -> None:
    found = Attendance(FACTS).mistake(text, [], asked, NOW)
    assert found is not None
    assert "que não é dele" in found


@pytest.mark.parametrize(
    "text",
    [
        "A Dra. Marta atende às segundas e sextas de manhã, e às quintas à tarde.",
        "A Dra. Marta atende às terças, das 8h às 12h e das 14h às 18h.",
        "A Dra. Marta não atende às quartas.",
        "A Dra. Marta e a Dra. Yasmin atendem às terças e quintas.",
        "A Dra. Marta está fora de 21/12 a 08/01 e volta na segunda.",
        "A Dra. Marta está fora até dia 8/1.",
        "A Dra. Marta está fora até dia 8/1 e volta no dia 9. Tenho terça, 12/01, às 8h30.",
        "A Dra. Marta segue fora até 08/01; tenho segunda, 11/01, às 9h.",
        "A Dra. Marta volta dia 11; tenho segunda, 11/01, às 9h.",
        "Temos segunda, às 9h, com a Dra. Marta, e quarta, às 10h, com o Dr. Otávio.",
        "A Dra. Marta atende às terças. A clínica abre também aos sábados.",
        "A Dra. Marta atende às terças, e você pode retirar o resultado na quarta.",
        "A Dra. Marta consegue te receber na quarta?",
    ],
)
def test_what_the_file_says_may_be_said(text: str) -> None:
    assert Attendance(FACTS).mistake(text, [], "oi", NOW) is None


def test_a_free_slot_that_a_tool_told_may_be_outside_the_week() -> None:
    text = "A Dra. Marta consegue te receber na quarta, 16/12, às 9h40."
    assert Attendance(FACTS).mistake(text, [FREE], "oi", NOW) is None
