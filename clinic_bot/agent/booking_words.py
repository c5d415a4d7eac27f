"""What the agenda's tools say to the model, in Portuguese. Pure; no id of a row stands in it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from clinic_bot.clinic.agenda import Slot
from clinic_bot.clinic.clinic_file import Professional, Service
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.team import visit_words
from clinic_bot.clinic.texts import clock_time, day_and_hour, enumerate_words, short_weekday
from clinic_bot.store.clinic_tables import Action, AppointmentStatus

_MOST_STARTS = 12
_MOST_OF_A_DAY = 6
DONE = {Action.BOOK: "marcada", Action.MOVE: "remarcada", Action.CANCEL: "cancelada"}
TO_DO = {Action.BOOK: "marcar", Action.MOVE: "remarcar", Action.CANCEL: "cancelar"}
_STATUS = {
    AppointmentStatus.SCHEDULED: "marcada",
    AppointmentStatus.CONFIRMED: "presença confirmada",
    AppointmentStatus.CANCELLED: "cancelada",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What the keys of the records are called. What the file no longer names has no name."""

    facts: ClinicFacts

    def service(self, key: str) -> str:
        return next((one.name for one in self.facts.services if one.key == key), "consulta")

    def professional(self, key: str) -> str:
        return next((one.name for one in self.facts.professionals if one.key == key), "")

    def both(self, service: str, professional: str) -> str:
        """``Consulta de dermatologia com Dra. Ana Reis``."""
        return visit_words(self.facts, service, professional)

    def local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, self.facts.timezone)

    def visit(self, service: str, professional: str, start_ms: int, patient: str) -> str:
        return f"{self.both(service, professional)}, {day_and_hour(self.local(start_ms))}, para {patient}"


def appointment_label(number: int) -> str:
    return f"consulta#{number}"


def proposal_label(number: int) -> str:
    return f"proposta#{number}"


def status(value: str) -> str:
    return _STATUS[AppointmentStatus(value)]


def done(action: Action, visit: str) -> str:
    return f"Feito, {DONE[action]}: {visit}. Diga isso ao paciente."


def present(visit: str) -> str:
    return f"Presença confirmada: {visit}."


_DONE = re.compile(
    r"Feito, (\w+): (.+)\. Diga isso ao paciente\.(?:\s[\s\S]*)?|(Presença confirmada): (.+)\."
)


def what_was_done(result: str) -> str | None:
    """What ``done`` or ``present`` told of, as one tells it to a patient; None of any other answer."""
    match = _DONE.fullmatch(result)
    if match is None:
        return None
    return f"consulta {match[1]}: {match[2]}" if match[1] else f"presença confirmada: {match[4]}"


def offered(slots: Sequence[Slot]) -> str:
    """``Dra. Ana Reis: quinta 08/10: 8h30, 9h; sexta 09/10: 10h``, as many as are of use."""
    left = _MOST_STARTS
    lines: list[str] = []
    ordered = sorted(slots, key=lambda slot: slot.professional.name)
    for name, own in groupby(ordered, key=lambda slot: slot.professional.name):
        days: list[str] = []
        for day, starts in groupby(own, key=lambda slot: slot.start.date()):
            hours = [clock_time(slot.start.timetz()) for slot in starts]
            kept = _spread(hours, min(_MOST_OF_A_DAY, left))
            left -= len(kept)
            if kept:
                days.append(
                    f"{_short(day)}: {', '.join(kept)}{' e outros' if len(kept) < len(hours) else ''}"
                )
        if days:
            lines.append(f"{name}: {'; '.join(days)}")
    return "\n".join(lines)


def closed(facts: ClinicFacts, days: Iterable[date]) -> str:
    """`` (a clínica não abre sexta 20/11, feriado)``; nothing of days on which it opens."""
    week = facts.hours.week()
    told = [
        f"{_short(day)}{', feriado' if week.is_closed_on(day) else ''}"
        for day in days
        if not week.periods_on(day)
    ]
    return f" (a clínica não abre {enumerate_words(told[:3])})" if told else ""


def _spread(hours: Sequence[str], most: int) -> list[str]:
    """At most so many, over the whole day."""
    if len(hours) <= most or most < 2:
        return list(hours[: max(0, most)])
    return [hours[n * (len(hours) - 1) // (most - 1)] for n in range(most)]


def _short(day: date) -> str:
    return f"{short_weekday(day)} {day:%d/%m}"


def which_service(services: Sequence[Service], all_of_them: Iterable[Service]) -> str:
    if services:
        return f"Qual serviço? {enumerate_words(one.name for one in services)}."
    listed = enumerate_words(one.name for one in all_of_them)
    return f"Esse serviço não se marca por aqui; chame a recepção. Marcam-se: {listed}."


def titled(service: Service, professionals: Sequence[Professional]) -> str:
    who = enumerate_words(one.name for one in professionals)
    return f"{service.name} ({service.minutes} min; {who})"
