"""Who attends what, as the file says: Dr. Davi canals, Dra. Noemi braces, Dr. Heitor no consultation."""

import pytest

from clinic_bot.agent.guards.people.staff import Staff
from clinic_bot.clinic.clinic_file import Professional, Service
from clinic_bot.clinic.facts import example_clinic

FACTS = example_clinic().model_copy(
    update={
        "professionals": (
            Professional(
                name="Dra. Noemi Lima", specialty="ortodontia", services=("Manutenção de aparelho",)
            ),
            Professional(name="Dr. Davi Aquino", specialty="endodontia", services=("Tratamento de canal",)),
            Professional(name="Dr. Heitor Reis", specialty="cardiologia", notes="não dá consulta na clínica"),
        ),
        "services": (Service(name="Manutenção de aparelho"), Service(name="Tratamento de canal")),
    }
)
STAFF = Staff(FACTS, "\n".join(one.text for one in FACTS.sections()))


@pytest.mark.parametrize(
    "text",
    [
        "O plano cobre a consulta com o Dr. Davi e também a sua manutenção de aparelho.",
        "O Dr. Heitor não dá consulta aqui.",
        "A manutenção é com a Dra. Noemi.",
    ],
)
def test_what_is_theirs_may_be_said(text: str) -> None:
    assert STAFF.mistake(text, [], "oi") is None


@pytest.mark.parametrize(
    "text",
    ["A manutenção é com o Dr. Davi.", "O Dr. Heitor também realiza consultas de cardiologia."],
)
def test_what_is_not_is_seen(text: str) -> None:
    assert STAFF.mistake(text, [], "oi") is not None
