from typing import Any

import pytest

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.fixture import from_fixture
from clinic_bot.sandbox.grounding import Grounds, entry

DATA: dict[str, Any] = {
    "clinic": {"name": "Vila Serena", "assistant_name": "Bel", "parking": "Vaga, R$ 8 por hora.", "map_url": None},
    "hours": {"mon_fri": "09:00-19:00", "sat": "09:00-13:00"},
    "professionals": [{"id": "ana", "name": "Dra. Ana Reis", "specialty": "ortodontia"}],
    "services": [
        {"id": "limpeza", "name": "Limpeza", "price_brl": 180, "minutes": 30},
        {"id": "clarear", "name": "Clareamento", "price_brl": 1220.5, "minutes": 60},
    ],
    "insurance": {"accepted": ["Uniodonto", "Bradesco Dental"]},
    "free_slots": {"ana": ["2026-10-08T16:00"], "rui": ["2026-10-08T17:00"]},
    "appointments": [{"id": "A1", "phone": "5511", "patient": "Rita", "start": "2026-10-08T15:00"}],
}  # fmt: skip
GROUNDS = Grounds(ClinicFacts.model_validate(from_fixture(DATA)), DATA, said="tem as 18h30?")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("hours.sat", "09:00-13:00"),
        ("hours.wed", "09:00-19:00"),
        ("hours.sun", None),
        ("services.limpeza.price_brl", 180),
        ("services.Clareamento.price_brl", 1220.5),
        ("services.botox", None),
        ("appointments.A1.patient", "Rita"),
        ("insurance.accepted.uniodonto", "Uniodonto"),
        ("clinic.map_url", ""),
        ("policy", None),
    ],
)
def test_an_entry_is_found_by_key_id_or_name(path: str, found: object) -> None:
    assert entry(DATA, path) == found


@pytest.mark.parametrize(
    ("answer", "paths"),
    [
        ("Sim! Sábado das 9h às 13h.", ["hours.sat"]),
        ("A limpeza custa R$ 180,00; clareamento R$ 1.220,50.", ["services.limpeza.price_brl"]),
        ("A vaga custa R$ 8 por hora.", ["clinic.parking"]),
        ("Tenho quinta, 08/10, às 16h com a Dra. Ana.", ["free_slots.ana", "professionals.ana"]),
        ("Às 18h30 não tenho.", ["free_slots.ana"]),
        ("Aceitamos Uniodonto e Bradesco Dental; Amil não.", ["insurance.accepted"]),
        ("Não atendemos Amil, só Uniodonto.", ["insurance.accepted"]),
        ("A recepção informa.", ["services.limpeza.price_brl"]),
        ("Presença confirmada, Marina!", ["professionals.ana"]),
    ],
)
def test_an_answer_may_agree_or_say_nothing(answer: str, paths: list[str]) -> None:
    assert GROUNDS.problems(answer, paths) == []


@pytest.mark.parametrize(
    ("answer", "paths", "says"),
    [
        ("Sábado das 8h às 13h.", ["hours.sat"], "um horário"),
        ("A limpeza custa R$ 190.", ["services.limpeza.price_brl"], "um valor"),
        (
            "A limpeza custa R$ 1.220,50.",
            ["services.limpeza.price_brl"],
            "not that of services.limpeza.price_brl",
        ),
        ("Tenho às 17h com a Dra. Ana.", ["free_slots.ana"], "um horário"),
        ("A consulta da Rita é às 15h.", ["free_slots.ana"], "um horário"),
        ("A Dra. Bia atende.", ["professionals.ana"], "um profissional"),
        ("Não atendemos Uniodonto.", ["insurance.accepted"], "refuses a plan"),
        ("oi", ["policy.cancel"], "the clinic's file has no policy.cancel"),
    ],
)
def test_what_contradicts_the_file_is_named(answer: str, paths: list[str], says: str) -> None:
    assert says in "; ".join(GROUNDS.problems(answer, paths))
