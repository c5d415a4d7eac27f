"""A clinic of the test's own, seen on Tuesday, 6 October 2026, at 10:12."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.clinic import agenda, team
from clinic_bot.clinic.dates import resolve
from clinic_bot.clinic.facts import ClinicFacts

CLINIC: dict[str, Any] = {
    "name": "Clínica Teste",
    "assistant_name": "Lu",
    "hours": {"holidays": ["2026-10-12"], "yearly_holidays": ["15/10"]},
    "professionals": [
        {
            "id": "ana",
            "name": "Dra. Ana Reis",
            "specialty": "dermatologia",
            "hours": {"monday": "08:00-10:00", "thursday": "08:00-09:30, 14:00-15:00"},
            "slots": ["2026-10-10T09:15:00", "2026-10-12T11:00:00"],
            "away": [{"first": "2026-10-22", "last": "2026-10-28"}],
        },
        {"name": "Dr. Rui Sá", "specialty": "clínica geral", "hours": {"tuesday": "10:00-12:00"}},
        {"name": "Dra. Eva Luz", "specialty": "nutrição"},
    ],
    "services": [
        {"name": "Consulta de dermatologia", "minutes": 30},
        {"name": "Consulta de clínica geral", "minutes": 40},
        {"name": "Coleta", "minutes": 10, "walk_in": "cedo"},
        {"name": "Laudo"},
        {"name": "Consulta de nutrição", "minutes": 30},
    ],
}
FACTS = ClinicFacts.model_validate(CLINIC)
NOW = datetime(2026, 10, 6, 10, 12, tzinfo=FACTS.timezone)


def service(name: str, facts: ClinicFacts = FACTS) -> Any:
    (found,) = team.services_meant(facts, name)
    return found


def starts(name: str, when: str, taken: agenda.Taken | None = None, facts: ClinicFacts = FACTS) -> list[str]:
    slots = agenda.free_slots(facts, service(name, facts), resolve(when, NOW), taken or {}, now=NOW)
    return [f"{slot.start:%d %H:%M}" for slot in slots]


def changed(**fields: Any) -> ClinicFacts:
    return ClinicFacts.model_validate(CLINIC | fields)


def test_slots_follow_the_working_hours_and_the_length_of_the_service() -> None:
    assert starts("dermato", "dia 8") == ["08 08:00", "08 08:30", "08 09:00", "08 14:00", "08 14:30"]
    assert starts("dermato", "quinta de tarde, dia 8") == ["08 14:00", "08 14:30"]
    assert starts("clínico", "dia 13") == ["13 10:00", "13 10:40", "13 11:20"]


def test_holidays_and_absences_are_closed_and_a_single_start_is_not() -> None:
    assert starts("dermato", "dia 12") == ["12 11:00"]
    assert starts("dermato", "dia 15") == []
    assert starts("dermato", "dia 22") == []
    assert starts("dermato", "dia 29") != []
    assert starts("dermato", "sábado") == ["10 09:15"]


def test_what_begins_too_soon_or_too_late_is_not_offered() -> None:
    assert starts("clínico", "hoje") == ["06 11:20"]  # half an hour's notice
    facts = changed(agenda={"days_ahead": 2, "notice_minutes": 0})
    assert starts("dermato", "", facts=facts)[-1] == "08 14:30"
    assert starts("clínico", "", facts=facts) == ["06 10:40", "06 11:20"]


def test_a_finer_step_is_the_clinic_s_choice() -> None:
    facts = changed(agenda={"step_minutes": 20})
    assert starts("dermato", "dia 8 de tarde", facts=facts) == ["08 14:00", "08 14:20"]


def test_what_is_taken_is_not_free_and_its_neighbours_are() -> None:
    begin = datetime(2026, 10, 8, 8, 30, tzinfo=FACTS.timezone).timestamp() * 1000
    taken = {"ana": [(int(begin), int(begin) + 30 * 60_000)], "dr-rui-sa": [(0, 2**50)]}
    assert starts("dermato", "dia 8 de manhã", taken) == ["08 08:00", "08 09:00"]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=6))
def test_no_free_slot_ever_overlaps_what_is_taken(blocks: list[tuple[int, int]]) -> None:
    midnight = round(datetime(2026, 10, 8, 7, tzinfo=FACTS.timezone).timestamp() * 1000)
    taken = [(midnight + a * 900_000, midnight + (a + n) * 900_000) for a, n in blocks]
    for slot in agenda.free_slots(FACTS, service("dermato"), resolve("dia 8", NOW), {"ana": taken}, now=NOW):
        assert not any(begin < slot.end_ms and slot.start_ms < end for begin, end in taken)
        assert slot.start.date() == date(2026, 10, 8)


def test_only_timed_services_of_somebody_with_an_agenda_are_booked() -> None:
    assert set(team.bookable(FACTS)) == {"consulta-de-dermatologia", "consulta-de-clinica-geral"}
    assert FACTS.has_agenda
    nobody = [{"name": "Dra. Ana", "specialty": "dermatologia"}]
    assert not changed(professionals=nobody).has_agenda
    assert not changed(services=[{"name": "Consulta de dermatologia"}]).has_agenda


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("dermato", ["Consulta de dermatologia"]),
        ("DERMATOLOGISTA", ["Consulta de dermatologia"]),
        ("consulta com a Dra. Ana", ["Consulta de dermatologia"]),
        ("clínico geral", ["Consulta de clínica geral"]),
        ("doutor Rui", ["Consulta de clínica geral"]),
        ("nutricionista", []),
        ("uma consulta", []),
        ("", []),
    ],
)
def test_a_service_is_meant_by_its_name_or_by_who_attends_it(words: str, meant: list[str]) -> None:
    assert [one.name for one in team.services_meant(FACTS, words)] == meant


def test_services_named_for_a_professional_are_all_they_attend() -> None:
    people = [
        {"name": "Dr. Rui", "services": ["laudo", "consulta de nutrição"], "hours": {"friday": "8h às 12h"}},
        {"name": "Dra. Ana", "specialty": "estética", "hours": {"friday": "8h às 12h"}},
    ]
    facts = changed(professionals=people)
    rui, ana = facts.professionals
    assert [one.name for one in team.attended_by(facts, rui)] == ["Consulta de nutrição"]
    assert len(team.attended_by(facts, ana)) == 3  # her speciality has no service: what is nobody's


def test_somebody_may_have_several_specialities() -> None:
    people = [{"name": "Dra. Ana", "specialty": "nutrição e dermatologia", "hours": {"friday": "8h às 12h"}}]
    facts = changed(professionals=people)
    attended = team.attended_by(facts, facts.professionals[0])
    assert [one.name for one in attended] == ["Consulta de dermatologia", "Consulta de nutrição"]


DENTAL = changed(
    professionals=[
        {"name": "Dra. Thaís", "specialty": "odontologia", "hours": {"friday": "8h às 12h"}},
        {"name": "Dr. Rui", "specialty": "cardiologia", "hours": {"friday": "8h às 12h"}},
        {"name": "Dra. Ester", "specialty": "ultrassonografia", "hours": {"friday": "8h às 12h"}},
    ],
    services=[
        {"name": "Limpeza dental", "minutes": 30},
        {"name": "Avaliação odontológica", "minutes": 20},
        {"name": "Consulta de cardiologia", "minutes": 30},
        {"name": "Ultrassonografia de abdome", "minutes": 20},
    ],
)


def test_a_service_belongs_to_its_field_by_whatever_word_it_is_called() -> None:
    """Else the dentist attended the evaluation only, and nobody the cleaning."""
    thais, *_ = DENTAL.professionals
    assert [one.name for one in team.attended_by(DENTAL, thais)] == [
        "Limpeza dental",
        "Avaliação odontológica",
    ]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("dentista", ["Limpeza dental", "Avaliação odontológica"]),
        ("limpeza nos dentes", ["Limpeza dental"]),
        ("médico do coração", ["Consulta de cardiologia"]),
        ("usg", ["Ultrassonografia de abdome"]),
        ("ortodontista", []),
    ],
)
def test_a_service_is_meant_by_another_word_for_its_field(words: str, meant: list[str]) -> None:
    assert [one.name for one in team.services_meant(DENTAL, words)] == meant
    assert not words.startswith("dentista") or "odontologia" in DENTAL.about(words)


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"professionals": [CLINIC["professionals"][0]] * 2}, "two professionals"),
        ({"services": [CLINIC["services"][0]] * 2}, "two services"),
        (
            {
                "professionals": [
                    {**CLINIC["professionals"][1], "services": ["Laser"]},
                    CLINIC["professionals"][0],
                ]
            },
            "attends 'Laser'",
        ),
        (
            {"professionals": [{"name": "A", "away": [{"first": "2026-10-02", "last": "2026-10-01"}]}]},
            "last must not",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_agenda_that_is_not_clear_is_refused(fields: dict[str, Any], part: str) -> None:
    with pytest.raises(ValueError, match=part):
        changed(**fields)


def test_a_service_is_meant_by_its_own_word_rather_than_by_another_of_its_field() -> None:
    house = changed(
        professionals=[
            {"name": "Dra. Ana", "specialty": "ginecologia", "hours": {"friday": "8h às 12h"}},
            {"name": "Fga. Bia", "specialty": "fonoaudiologia", "hours": {"friday": "8h às 12h"}},
        ],
        services=[
            {"name": "Sessão de fonoaudiologia", "minutes": 40},
            {"name": "Coleta de preventivo", "minutes": 20},
            {"name": "Consulta de ginecologia", "minutes": 40},
        ],
    )
    for words, meant in (
        ("gineco", "Consulta de ginecologia"),
        ("preventivo", "Coleta de preventivo"),
        ("tem fono segunda?", "Sessão de fonoaudiologia"),
    ):
        assert [one.name for one in team.services_meant(house, words)] == [meant]
