"""What a clinic has and has not, as its file says."""

import pytest

from clinic_bot.agent.guards.catalogue import Catalogue
from clinic_bot.clinic.clinic_file import Professional, Service, Topic
from clinic_bot.clinic.facts import ClinicFacts, example_clinic

TOPICS = (
    Topic(
        topic="O que não fazemos", text="Não fazemos tomografia, ressonância, mamografia nem coleta em casa."
    ),
    Topic(topic="Estacionamento", text="Seis vagas próprias na frente, sem custo. Não há manobrista."),
    Topic(topic="Entrada", text="Tudo no térreo, sem elevador e com rampa."),
)


def catalogue() -> Catalogue:
    facts: ClinicFacts = example_clinic().model_copy(
        update={
            "services": (
                Service(name="Ultrassom de tireoide"),
                Service(name="Coleta de sangue"),
                Service(name="Raio-x"),
            ),
            "professionals": (Professional(name="Dra. Ivana Lacerda", specialty="radiologia"),),
            "parking": "",
            "accessibility": "",
            "more": TOPICS,
        }
    )
    return Catalogue(facts, "\n".join(f"{one.title}: {one.text}" for one in facts.sections()))


@pytest.mark.parametrize(
    "text",
    [
        "Não realizamos ressonância. Também não fazemos tomografia nem mamografia.",
        "Infelizmente, não fazemos coleta em casa.",
        "Temos seis vagas próprias na frente. Só não contamos com manobrista.",
        "Não fazemos ultrassom de mama, mas fazemos o de tireoide.",
        "Temos rampa; elevador não temos.",
    ],
)
def test_what_the_file_denies_may_be_denied(text: str) -> None:
    assert catalogue().mistake(text, "oi") is None


@pytest.mark.parametrize(
    "text",
    [
        "Fazemos ressonância e mamografia.",
        "Fazemos coleta em casa.",
        "Nossa equipe vai até a residência do paciente.",
        "Temos elevador.",
        "Contamos com manobrista.",
        "Não fazemos raio-x.",
        "Não fazemos ultrassom de tireoide.",
        "Não temos rampa.",
    ],
)
def test_nothing_else_is_there_or_is_not(text: str) -> None:
    assert catalogue().mistake(text, "oi") is not None
