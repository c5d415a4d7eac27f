from datetime import UTC, datetime

import pytest

from clinic_bot.agent.guards.times.mixups import MixUps
from clinic_bot.clinic.clinic_file import Professional, Service
from clinic_bot.clinic.facts import example_clinic

NOW = datetime(2026, 10, 6, 9, tzinfo=UTC)
SERVICES = ("Avaliação ortodôntica", "Instalação de aparelho", "Holter 24 horas", "MAPA 24 horas")
FACTS = example_clinic().model_copy(
    update={
        "professionals": (Professional(name="Dra. Noemi Lima"), Professional(name="Dr. Davi Aquino")),
        "services": tuple(
            Service(name=name)
            for name in (
                "Avaliação ortodôntica",
                "Instalação de aparelho",
                "Holter 24 horas",
                "MAPA 24 horas",
            )
        ),
    }
)
FREE = "Avaliação ortodôntica (40 min). Livres:\nDra. Noemi Lima: quinta 08/10: 16h50\nDr. Davi Aquino: sexta 09/10: 9h"
DONE = "Feito, cancelada: MAPA 24 horas com Dr. Davi Aquino, quarta-feira, 14/10 às 13h40, para Ana Reis."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Na quinta, 08/10, às 16h50, pode ser com o Dr. Davi 😊 Quer esse?", "profissional"),
        ("Sua instalação do aparelho ficou para quinta, 08/10, às 16h50.", "serviço"),
        ("Seu Holter 24 horas do dia 14/10, às 13h40, foi cancelado.", "serviço"),
    ],
)
def test_a_time_is_of_whom_and_of_what_it_was_told(text: str, problem: str) -> None:
    found = MixUps(FACTS).mistake(text, [FREE, DONE], NOW)
    assert found is not None
    assert problem in found


@pytest.mark.parametrize(
    "text",
    [
        "Na quinta, 08/10, às 16h50, é com a Dra. Noemi, e na sexta, às 9h, com o Dr. Davi.",
        "Sua avaliação para o aparelho é quinta, 08/10, às 16h50.",
        "Antes da instalação, a avaliação ortodôntica é quinta, 08/10, às 16h50.",
        "Seu MAPA do dia 14/10, às 13h40, foi cancelado; o Holter, não.",
        "Sua consulta para ver o aparelho é quinta, às 16h50.",
    ],
)
def test_what_was_told_together_may_be_told_together(text: str) -> None:
    assert MixUps(FACTS).mistake(text, [FREE, DONE], NOW) is None
