"""Whose hours a reply tells, and whether they are the file's."""

from datetime import datetime

import pytest

from clinic_bot.agent.guards.times.opening import Opening
from clinic_bot.clinic.facts import ClinicFacts, example_clinic
from clinic_bot.clinic.spelling import plain

EXAMPLE = example_clinic()
FACTS = EXAMPLE.model_copy(
    update={
        "policies": EXAMPLE.policies.model_copy(
            update={"cancel": "Desmarcar até as 16h do dia útil anterior."}
        ),
        "hours": EXAMPLE.hours.model_copy(
            update={
                "holiday_note": "Não abre em feriados. Em 30/12 fecha às 11h.",
                "yearly_holidays": ("24/10",),
            }
        ),
    }
)
NOW = datetime(2026, 10, 14, 10, tzinfo=FACTS.timezone)


def opening(facts: ClinicFacts = FACTS) -> Opening:
    return Opening(facts, plain("\n".join(one.text for one in facts.sections())))


@pytest.mark.parametrize(
    "text",
    [
        "A Dra. Yasmin Couto atende às quintas, das 8h às 11h, e às sextas, das 14h às 17h.",
        "O prazo vai até as 16h de sexta-feira.",
        "O Dr. Pedro Valadares atende às quintas; não atende às terças.",
        "Nossos profissionais de ultrassom não atendem às segundas.",
        "A coleta funciona na terça, até as 9h30.",
        "Sim, paramos no almoço. Depois voltamos a atender até as 18h.",
        "Em 30/12 fechamos às 11h.",
        "No dia 24/10 estaremos fechados, mas na segunda, 26/10, abrimos das 8h às 18h.",
        "Nesse sábado não abrimos: 24/10 é feriado.",
        "No sábado, 24/10, não abrimos; na segunda, 26/10, abrimos das 8h às 18h.",
        "Abrimos na sexta, 23/10; sábado, 24/10, não.",
        "Segunda é feriado, voltamos na terça.",
        "Na quinta, 15/10, às 16h50 ✅ Ficamos na Rua dos Ipês.",
    ],
)
def test_the_hours_of_somebody_else_are_no_opening_hours(text: str) -> None:
    assert opening().mistake(text, "oi", NOW) is None


def test_somebody_is_known_behind_any_title() -> None:
    nurse = FACTS.professionals[0].model_copy(update={"name": "Enf. Rosângela Dutra"})
    there = opening(FACTS.model_copy(update={"professionals": (nurse,)}))
    assert there.mistake("Na segunda atende Rosângela, até as 19h.", "oi", NOW) is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Dia 24/10 é sábado, então abrimos no horário normal.", "dia 24 de outubro abre?"),
        ("Abrimos sim! Quer marcar?", "voces abrem no dia 24/10?"),
        ("Abrimos normalmente! Quer marcar?", "voces abrem no dia 24/10?"),
        ("Dia 24 de outubro, sábado, funcionamos até as 12h.", "oi"),
        ("Abrimos normalmente, sábado, 24/10, das 8h às 12h.", "oi"),
        ("Nos feriados abrimos até as 12h.", "e feriado?"),
        ("No dia 30/12 funcionamos normalmente, até as 18h.", "oi"),
        ("Em 29/12 fechamos às 11h.", "ate que horas?"),
        ("Abrimos de segunda a sexta, das 8h às 16h.", "oi"),
    ],
)
def test_those_of_the_clinic_are_the_file_s(text: str, asked: str) -> None:
    assert opening().mistake(text, asked, NOW) is not None


def test_a_break_is_not_denied() -> None:
    split = FACTS.model_copy(
        update={"hours": FACTS.hours.model_copy(update={"monday": "08:00-12:00, 13:30-18:00"})}
    )
    text = "A recepção não fecha no horário do almoço."
    assert opening(split).mistake(text, "oi", NOW) is not None
    assert opening().mistake(text, "oi", NOW) is None


def test_when_somebody_comes_is_told_as_the_file_notes_it_whatever_was_asked() -> None:
    ana, *others = FACTS.professionals
    noted = ana.model_copy(
        update={"notes": "Vem às quintas à tarde, semana sim, semana não; aos domingos por vídeo."}
    )
    told = opening(FACTS.model_copy(update={"professionals": (noted, *others)}))
    line = f"Profissionais: {ana.name} — {ana.specialty} — Vem às quintas à tarde, semana sim, semana não."
    assert told.mistake(line, "vcs pegam unimed?", NOW) is None
    assert told.mistake("Atendemos aos domingos por vídeo.", "vcs abrem domingo?", NOW) is None
    assert told.mistake("Atendemos aos domingos.", "vcs abrem domingo?", NOW) is not None
