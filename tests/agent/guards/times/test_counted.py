"""Times that follow from a time and a length, against those that only look so."""

import pytest

from clinic_bot.agent.guards.inventions import invented
from clinic_bot.agent.guards.language.known import Known
from clinic_bot.agent.guards.times.counted import is_counted

LENGTHS = (360, 60, 10, 40)


@pytest.mark.parametrize(
    ("at", "shown", "sentence"),
    [
        ("04:40", "4h40", "para o exame as 10h40, o jejum de 6 horas comeca as 4h40."),
        ("09:40", "9h40", "as 9h40, beba os 4 copos de agua."),
        ("11:20", "11h20", "com a duracao de 40 minutos, voce sai por volta das 11h20."),
    ],
)
def test_what_a_length_makes_of_a_time_is_no_invention(at: str, shown: str, sentence: str) -> None:
    assert is_counted(at, shown, sentence, ["10:40"], LENGTHS)


@pytest.mark.parametrize(
    ("at", "shown", "sentence"),
    [
        ("05:40", "5h40", "o jejum de 6 horas comeca as 5h40."),
        ("09:40", "9h40", "seu exame e as 9h40."),
        ("09:40", "9h40", "antes das 10h, temos vaga as 9h40."),
    ],
)
def test_a_wrong_count_and_a_slot_are(at: str, shown: str, sentence: str) -> None:
    assert not is_counted(at, shown, sentence, ["10:40"], LENGTHS)


def test_it_is_counted_from_what_the_patient_and_the_tools_say() -> None:
    file, tool = (
        Known("Jejum de 3 horas. A visita leva cerca de 1h30."),
        Known("consulta#1: quinta 29/10 às 15h"),
    )
    assert invented("Não coma nada a partir do meio-dia.", (file, tool)) is None
    assert invented("Não coma nada a partir das 11h.", (file, tool))
    assert (
        invented("Para vir às 9h, jejum desde as 6h.", (file, Known("")), (Known("e as 9?", loosely=True),))
        is None
    )
    assert invented("Reserve 1h30 para a visita.", (file, tool)) is None
    assert invented("Temos às 12h.", (file, tool))
