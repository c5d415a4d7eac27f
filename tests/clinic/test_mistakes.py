"""A clinic's file with a mistake: the field is named, and what to write."""

import tomllib
from pathlib import Path

import pytest

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.errors import Misconfigured

GOOD = {"name": "Maré", "assistant_name": "Zé", "hours": {"monday": "09:00-12:00"}}
PATH = Path("clinica.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[hours]\nholiday = [2026-11-20]",
            "hours.holiday: unknown field; did you mean holidays? example.toml",
        ),
        ("[[services]]\nname = 'X'\npreco = 3", "services.1.preco: unknown field; "),
        ("adress = 'Rua'", "adress: unknown field; did you mean address?"),
        ("[whatsap]\nalerts_to = '1'", "whatsap: unknown field; did you mean whatsapp?"),
        ("[[services]]\nname = 'X'\nprice = 'R$ 240'", "services.1.price: is a number; write 240"),
        ("[[services]]\nname = 'X'\nminutes = 'meia hora'", "services.1.minutes: is a whole number"),
        ("[hours]\nholidays = ['Natal']", "hours.holidays.1: is a day; write 2026-11-20"),
        ("[hours]\nyearly_holidays = ['natal']", "hours.yearly_holidays.1: is day/month"),
        ("[hours]\nmonday = 8", 'hours.monday: is a text; write it in quotes, such as "08:00-18:00"'),
        ("[hours]\nmonday = '8 às 18'", "hours.monday: write hours as"),
        ("services = 'Consulta'", "services: is a list; write it in brackets"),
        ("hours = '08:00-18:00'", "hours: is a table; write it as [hours]"),
        ("[insurance]\naccepted = 'Unimed'", "insurance.accepted: is a list"),
        ("[texts]\nemergency = 'Ligue já'", "texts.emergency: must name 192 (SAMU)"),
        ("[texts]\nemotional_crisis = 'Ligue 192'", "texts.emotional_crisis: must name 188 (CVV)"),
        ("assistant_name = ' '", "assistant_name: is empty; write it"),
        ("[[professionals]]\nspecialty = 'pele'", "professionals.1.name: is missing; write it"),
        (
            "[[professionals]]\nname = 'A'\nslots = ['amanhã']",
            "professionals.1.slots.1: is a day and an hour",
        ),
        (
            "[[professionals]]\nname = 'A'\naway = [{ first = 2027-01-02, last = 2027-01-01 }]",
            "last must not come",
        ),
    ],
)
def test_each_mistake_names_its_field_and_what_to_write(text: str, said: str) -> None:
    data = GOOD | tomllib.loads(text)
    with pytest.raises(Misconfigured) as caught:
        ClinicFacts.read(data, path=PATH)
    assert str(caught.value).startswith(f"clinic file {PATH}: ")
    assert said in str(caught.value)


def test_all_mistakes_are_told_at_once_and_no_phone_is_quoted() -> None:
    data = GOOD | {"adress": "x", "whatsapp": {"never_answer": ["5511x"], "alerts_to": "tel 5599"}}
    with pytest.raises(Misconfigured) as caught:
        ClinicFacts.read(data, path=PATH)
    said = str(caught.value)
    assert said.count(";") >= 2
    assert "whatsapp.never_answer.1: is a number with country and area code" in said
    assert "whatsapp.alerts_to: is a number" in said
    assert "5511x" not in said
    assert "5599" not in said


def test_an_agenda_that_is_not_clear_says_what_to_change() -> None:
    agenda = {"name": "Ana", "specialty": "pele", "hours": {"monday": "09:00-12:00"}}
    service = {"name": "Consulta de pele", "minutes": 30}
    with pytest.raises(Misconfigured, match="give each an id of its own"):
        ClinicFacts.read(GOOD | {"professionals": [agenda, agenda], "services": [service]}, path=PATH)
    wrong = agenda | {"services": ["Consulta de pele", "Botox"]}
    with pytest.raises(Misconfigured, match="'Botox', which is none of the services"):
        ClinicFacts.read(GOOD | {"professionals": [wrong], "services": [service]}, path=PATH)
