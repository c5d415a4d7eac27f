"""What is said of the way in and of parking."""

import pytest

from clinic_bot.agent.guards.house.access import Access
from clinic_bot.clinic.facts import example_clinic

FACTS = example_clinic().model_copy(
    update={
        "accessibility": "Elevador e banheiro adaptado. O portão tem três degraus; a rampa fica na lateral.",
        "parking": "Duas vagas na frente. Ao lado há um estacionamento pago, sem convênio conosco.",
    }
)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("A entrada é toda plana e tem elevador.", True),
        ("Pode vir tranquilo, não há nenhum degrau.", True),
        ("Pela rampa ela entra sem degraus.", False),
        ("O portão tem três degraus, sem corrimão.", False),
        ("Tem elevador, sem custo.", False),
        ("Se estiver cheio, o estacionamento ao lado é conveniado.", True),
        ("O estacionamento ao lado é pago, não é conveniado.", False),
        ("Seu convênio é aceito. Há duas vagas na frente.", False),
    ],
)
def test_it_is_not_the_contrary_of_what_the_file_says(text: str, wrong: bool) -> None:
    assert (Access(FACTS).mistake(text) is not None) is wrong


def test_what_is_there_on_one_side_only_is_let_pass() -> None:
    facts = FACTS.model_copy(update={"accessibility": "Dois degraus no portão; a outra porta é sem degraus."})
    assert Access(facts).mistake("É tudo sem degraus.") is None
