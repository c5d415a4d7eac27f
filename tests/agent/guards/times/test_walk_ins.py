from datetime import UTC, datetime

import pytest

from clinic_bot.agent.guards.times.walk_ins import WalkIns
from clinic_bot.clinic.clinic_file import Service
from clinic_bot.clinic.facts import ClinicFacts, example_clinic
from clinic_bot.clinic.spelling import plain

NOW = datetime(2026, 10, 14, 10, tzinfo=UTC)


def facts() -> ClinicFacts:
    services = (
        Service(
            name="Raio-x",
            walk_in="segunda a sexta, das 8h às 11h30 e das 13h às 16h; aos sábados não há raio-x",
        ),
        Service(name="Coleta de sangue", walk_in="segunda a sábado, das 6h30 às 9h30"),
        Service(name="Vacinação", walk_in="segunda a sexta, das 8h às 17h"),
    )
    return example_clinic().model_copy(update={"services": services})


@pytest.mark.parametrize(
    "text",
    [
        "O raio-x é feito aos sábados.",
        "No sábado você faz a coleta até as 9h30 e, logo depois, o raio-x.",
        "A coleta é de segunda a sábado, das 6h30 às 10h30.",
        "A coleta é das 7h às 9h.",
        "A vacinação é das 8h até meio-dia.",
        "O raio-x vai até as 17h.",
    ],
)
def test_a_day_or_an_hour_at_which_it_is_not_done_is_seen(text: str) -> None:
    assert WalkIns(facts()).mistake(plain(text), NOW)


@pytest.mark.parametrize(
    "text",
    [
        "A coleta é de segunda a sábado, das 6h30 às 9h30, e o raio-x só até sexta.",
        "Aos sábados não fazemos raio-x, mas a coleta funciona até as 9h30.",
        "O raio-x é das 8h às 11h30 e das 13h às 16h.",
        "Pode vir para a coleta amanhã, a partir das 7h.",
        "Sua consulta é no domingo, e o raio-x você já tem.",
        "Quer fazer o raio-x no sábado?",
    ],
)
def test_what_the_file_says_may_be_said(text: str) -> None:
    assert not WalkIns(facts()).mistake(plain(text), NOW)
