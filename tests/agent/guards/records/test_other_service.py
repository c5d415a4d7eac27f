import pytest

from clinic_bot.agent.guards.records.other_service import other_service

SERVICES = ("avaliacao ortodontica", "instalacao de aparelho fixo", "holter 24 horas", "mapa 24 horas")
BOOKED = [
    "feito, marcada: avaliacao ortodontica com dra noemi cavalcante, quinta-feira, 08/10 as 16h50, para ana."
]
CANCELLED = [
    "feito, cancelada: mapa 24 horas com enf rosangela dutra, quarta-feira, 14/10 as 13h40, para josue."
]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sua instalacao do aparelho ficou para quinta, 08/10, as 16h50", BOOKED),
        ("o seu holter 24 horas do dia 14/10, as 13h40, foi cancelado.", CANCELLED),
    ],
)
def test_an_appointment_is_of_the_service_that_the_records_name(text: str, told: list[str]) -> None:
    assert other_service(text, told, SERVICES)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sua avaliacao ficou para quinta, 08/10, as 16h50", BOOKED),
        ("sua avaliacao e na quinta, as 16h50. depois dela se ve quando e a instalacao.", BOOKED),
        ("sua consulta ficou para quinta, 08/10, as 16h50", BOOKED),
        ("sua instalacao depende da avaliacao de quinta, 08/10.", BOOKED),
        ("seu holter e na quarta, 14/10, as 13h40", []),
    ],
)
def test_one_that_is_told_as_it_stands_or_of_none_that_stands(text: str, told: list[str]) -> None:
    assert not other_service(text, told, SERVICES)
