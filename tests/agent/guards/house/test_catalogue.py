"""What a clinic has and has not, as its file says."""

import pytest

from clinic_bot.agent.guards.house.catalogue import Catalogue
from clinic_bot.clinic.clinic_file import Professional, Service, Topic
from clinic_bot.clinic.facts import ClinicFacts, example_clinic

TOPICS = (
    Topic(topic="Terapias", text="Não fazemos acupuntura, RPG nem hidroterapia."),
    Topic(topic="Crianças", text="Há um cantinho. Não há monitor: um adulto fica junto."),
    Topic(topic="Radiografias", text="Panorâmica é feita fora, com pedido do dentista."),
    Topic(
        topic="O que não fazemos", text="Não fazemos tomografia, ressonância, mamografia nem coleta em casa."
    ),
    Topic(topic="Estacionamento", text="Seis vagas próprias na frente, sem custo. Não há manobrista."),
    Topic(topic="Orientação", text="A primeira conversa é presencial, o acompanhamento pode ser on-line."),
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
            "professionals": (
                Professional(
                    name="Dra. Ivana Lacerda", specialty="radiologia", notes="adultos; só presencial"
                ),
            ),
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


@pytest.mark.parametrize(
    ("text", "asked", "wrong"),
    [
        ("Fazemos, sim! O doppler de carótidas não exige preparo.", "fazem doppler de carótidas?", True),
        ("Fazemos, sim! É o ultrassom de tireoide.", "fazem exame de pescoço?", False),
        ("Fazemos, sim!", "fazem ultrasom de tireoide?", False),
        ("Fazemos sim, com a recepção.", "fazem orçamento?", False),
        ("A panorâmica é feita aqui mesmo.", "oi", True),
        ("A panorâmica não é feita aqui.", "oi", False),
        ("O raio-x é feito aqui mesmo.", "oi", False),
        ("Na sexta você pode fazer essa primeira conversa por vídeo.", "oi", True),
        ("Você pode fazer o acompanhamento on-line.", "oi", False),
        ("A Dra. Ivana atende on-line também.", "oi", True),
        ("A Dra. Ivana atende só presencial; on-line temos o acompanhamento.", "oi", False),
        ("Temos, sim! A Dra. Ivana também faz sessões com casais.", "tem terapia de casal?", True),
        ("Terapia de casal não temos.", "tem terapia de casal?", False),
        ("Sobre terapia de casal quem informa é a recepção.", "tem terapia de casal?", False),
        ("Tem sim, amanhã à tarde!", "tem amanhã de tarde?", False),
        ("Fazemos RPG com a Dra. Ivana, sim.", "fazem rpg?", True),
        ("Temos monitor para as crianças.", "oi", True),
        ("Não fazemos RPG, mas temos rampa.", "oi", False),
        ("Nunca fazemos RPG.", "oi", False),
        ("Temos um cantinho infantil, sem monitor.", "oi", False),
    ],
)
def test_it_does_what_the_file_knows(text: str, asked: str, wrong: bool) -> None:
    assert (catalogue().mistake(text, asked) is not None) is wrong
