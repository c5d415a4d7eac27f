"""Whether an answer agrees with the entries of the clinic's file that a scenario names. Pure.

An entry is a path: ``hours.sat``, ``services.ecg.price_brl``, ``free_slots.ana``; in a list by id, name or phone. An
answer need not say what stands there. What it does say of prices, times, links, phones and names must stand in the
file, a time in the entries named or in what holds for everybody, and no plan that is accepted may be refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clinic_bot.agent.guards.inventions import invented
from clinic_bot.agent.guards.language.clauses import sentences
from clinic_bot.agent.guards.language.figures import Kind, figures
from clinic_bot.agent.guards.language.known import Known
from clinic_bot.agent.guards.people.staff import Staff
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

_NAMES = ("id", "name", "phone", "topic")
#: A time of the day that belongs to somebody: to be said it has to be named.
_SOMEBODY_S = ("free_slots", "appointments", "patients")
_ROLES = {"price_brl": "price"}


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an answer may build on.

    Args:
        data: the clinic's file as it was read, TOML or JSON.
        said: what the patient wrote, and our last message before it.
    """

    facts: ClinicFacts
    data: Mapping[str, Any]
    said: str = ""

    def problems(self, answer: str, paths: Sequence[str]) -> list[str]:
        """How ``answer`` contradicts the entries, and which of them there are not."""
        found: list[str] = []
        entries: list[tuple[str, Any]] = []
        for path in paths:
            value = entry(self.data, path)
            if value is None:
                found.append(f"grounded_on: the clinic's file has no {path}")
            else:
                entries.append((path, value))
        if not answer:
            return found
        told = self._told(entries)
        problem = invented(
            answer, told, (Known(self.said, loosely=True),), times=not self._has_weekly_hours()
        ) or self._invented_professional(answer, told)
        if problem:
            found.append(problem)
        for path, value in entries:
            found += _contradicts(answer, path, value)
        return found

    def _told(self, entries: Sequence[tuple[str, Any]]) -> tuple[Known, ...]:
        everybody_s = {name: part for name, part in self.data.items() if name not in _SOMEBODY_S}
        fixed = self.facts.texts
        return (
            Known("\n".join(f"{section.title}: {section.text}" for section in self.facts.sections())),
            Known("\n".join(_told(everybody_s))),
            Known("\n".join(line for _, value in entries for line in _told(value))),
            Known("\n".join((fixed.emergency, fixed.emotional_crisis, fixed.hand_over))),
        )

    def _invented_professional(self, answer: str, told: Sequence[Known]) -> str | None:
        staff = Staff(self.facts, "\n".join(one.text for one in told))
        texts = [one.text for one in told]
        found = (staff.invented(sentence, texts, plain(self.said)) for sentence in sentences(answer))
        return next(filter(None, found), None)

    def _has_weekly_hours(self) -> bool:
        """Then a free time is calculated and stands in no entry."""
        return any(one.hours is not None and any(one.hours.periods()) for one in self.facts.professionals)


def entry(data: object, path: str) -> object | None:
    """What stands at ``path``; None where nothing does."""
    found: object | None = data
    for name in path.split("."):
        found = _inside(found, name)
        if found is None:
            return None
    return found


def _inside(data: object, name: str) -> object | None:
    if isinstance(data, Mapping):
        key = name if name in data else _ROLES.get(name, "")
        found: object | None = data[key] if key in data else _range(data, name)
        return "" if found is None and key in data else found
    if isinstance(data, list):
        for one in data:
            if isinstance(one, Mapping) and any(plain(str(one.get(key))) == plain(name) for key in _NAMES):
                return one
            if isinstance(one, str) and plain(one).startswith(plain(name)):
                return one
    return None


def _range(data: Mapping[str, Any], name: str) -> object | None:
    """``mon`` stands in ``mon_fri``."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    if name[:3] not in days:
        return None
    for key, value in data.items():
        first, _, last = key.partition("_")
        ends = (first[:3], (last or first)[:3])
        if not set(ends) <= set(days):
            continue
        begin, end = map(days.index, ends)
        if begin <= days.index(name[:3]) <= end:
            found: object = value
            return found
    return None


def _told(value: object) -> Iterator[str]:
    """Every text and number of an entry, as an answer may say it."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            is_number = isinstance(part, int | float) and not isinstance(part, bool)
            if is_number and not str(name).startswith("price"):
                yield str(part)
            else:
                yield from _told(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _told(part)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        yield f"R$ {value}".replace(".", ",")
    else:
        yield re.sub(r"(?<=\d)T(?=\d\d:)", " ", str(value))


def _contradicts(answer: str, path: str, value: object) -> Iterator[str]:
    if path.rpartition(".")[2].startswith("price") and isinstance(value, int | float):
        amounts = {one.value for one in figures(answer) if one.kind is Kind.AMOUNT}
        if amounts and f"{value:.2f}" not in amounts:
            yield f"names a price that is not that of {path}"
    if path.endswith("accepted") and isinstance(value, list):
        for plan in value:
            if _refuses(answer, str(plan)):
                yield f"refuses a plan of {path}"


def _refuses(answer: str, plan: str) -> bool:
    """In a clause of its own: ``aceitamos este, e aquele não`` refuses only the other."""
    clauses = re.split(r"[.,;:!?\n]| mas | e ", plain(answer.replace("\n", ". ")))
    wanted = plain(plan).split()[0]
    return any(
        wanted in clause.split() and re.search(r"\bnao (?:e |sao )?(?:aceit|atend|cobr)", clause)
        for clause in clauses
    )
