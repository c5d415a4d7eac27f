"""Who attends what and when, for the look-up: as the file says it, not what is free. Pure."""

from collections.abc import Iterator

from clinic_bot.clinic.clinic_file import ClinicFile, Professional
from clinic_bot.clinic.hours import Week
from clinic_bot.clinic.lookup import Section, dashed, section, sentences
from clinic_bot.clinic.team import attended_by
from clinic_bot.clinic.texts import enumerate_words

#: How the titles of these sections begin.
TITLE = "Profissional:"


def sections_of(facts: ClinicFile) -> Iterator[Section]:
    """One for each professional of whom the file says more than a name and a speciality."""
    for person in facts.professionals:
        if person.has_agenda or person.services or person.away:
            keywords = f"{person.name} {person.specialty} dias atende agenda quando ferias ausente"
            yield section(f"{TITLE} {person.name}", _text(facts, person), keywords)


def _text(facts: ClinicFile, person: Professional) -> str:
    hours = Week(days=person.hours.periods()).attended() if person.hours else ""
    away = [
        f"{one.first:%d/%m/%Y}" if one.first == one.last else f"de {one.first:%d/%m/%Y} a {one.last:%d/%m/%Y}"
        for one in person.away
    ]
    services = enumerate_words(one.name for one in attended_by(facts, person))
    return sentences(
        dashed(person.specialty, person.notes),
        f"Atende {services}" if services else "",
        f"Dias: {hours}" if hours else "",
        f"Ausente {enumerate_words(away)}" if away else "",
    )
