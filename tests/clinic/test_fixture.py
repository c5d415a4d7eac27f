"""What a recorded clinic says under keys that the clinic's file has no field for."""

from typing import Any

import pytest

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.fixture import from_fixture

CLINIC: dict[str, Any] = {
    "clinic": {"name": "Casa Aroeira", "assistant_name": "Bia"},
    "professionals": [
        {
            "id": "ana",
            "name": "Dra. Ana Reis",
            "specialty": "ginecologia",
            "note": "vem às quintas, semana sim, semana não",
        },
    ],
    "services": [
        {
            "id": "fono",
            "name": "Avaliação de fonoaudiologia",
            "price_brl": 200,
            "minutes": 40,
            "category": "fono",
            "min_age": 2,
            "note": "A partir de 2 anos de idade.",
            "package": "4 sessões por R$ 400",
        }
    ],
    "insurance": {
        "accepted": ["Unimed", "Cassi"],
        "note": "Cassi: só fonoaudiologia.",
        "not_listed": "Outros convênios não são atendidos.",
        "guia": "A guia autorizada vem com o paciente.",
    },
}


@pytest.fixture
def facts() -> ClinicFacts:
    return ClinicFacts.model_validate(from_fixture(CLINIC))


def test_a_sentence_at_a_service_is_told_with_it_and_a_mark_of_the_file_is_not(facts: ClinicFacts) -> None:
    assert facts.services[0].notes == "A partir de 2 anos de idade. 4 sessões por R$ 400"


def test_a_sentence_at_a_professional_is_told_with_them(facts: ClinicFacts) -> None:
    assert facts.professionals[0].notes == "vem às quintas, semana sim, semana não"


def test_what_is_noted_of_plans_stands_with_the_plans(facts: ClinicFacts) -> None:
    assert facts.insurance.notes == "Cassi: só fonoaudiologia. Outros convênios não são atendidos."
    assert [one.topic for one in facts.more] == ["Convênios (guia)"]


def test_a_clinic_that_notes_nothing_has_no_notes() -> None:
    rows = {"professionals": [{"id": "a", "name": "Ana"}], "services": [{"id": "s", "name": "Consulta"}]}
    bare = ClinicFacts.model_validate(from_fixture({**CLINIC, "insurance": {}, **rows}))
    assert (bare.services[0].notes, bare.professionals[0].notes, bare.insurance.notes) == ("", "", "")
