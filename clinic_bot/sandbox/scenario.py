"""Reading scenarios: one JSON object a line, checked, with errors that name the line and the field.

What a scenario does not say has a default, and what describes it in words nobody here knows is left alone. A state or
an expectation that is not known is refused with its name, before anything starts: left out, it would make a wrong
verdict.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from clinic_bot.events import PresenceStatus
from clinic_bot.sandbox.external import External, externals

_NEEDS = {
    "text": ("text",),
    "audio": (),
    "image": (),
    "document": (),
    "presence": ("status",),
    "redelivery": ("of",),
    "edit": ("of", "text"),
    "delete": ("of",),
    "group_text": ("text",),
}
_ABOUT_ANOTHER = ("redelivery", "edit", "delete")
_STATES = ("last_bot_message", "reminder_for", "handoff_active", "external_booking", "llm")
_REPLIES = ("min", "max", "earliest_ms", "latest_ms")
#: ``must`` and ``must_not`` are for whoever reads the transcripts.
_EXPECTS = (
    "replies", "effects", "grounded_on", "mentions_all", "mentions_none", "must", "must_not", "per_phone",
)  # fmt: skip


class Unusable(ValueError):
    """The file cannot be played; the text names file, line and field, and quotes no patient."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens on the patients' side. ``fields`` holds what belongs to its type."""

    type: str
    at_ms: int | None  #: from the start of the phase; None: when ``at`` says
    at: str
    phone: str | None  #: another sender than the scenario's
    key: str | None
    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Expect:
    """What a phase, or one sender in it, must bring."""

    min_replies: int = 0
    max_replies: int | None = None
    earliest_ms: int | None = None
    latest_ms: int | None = None
    effects: tuple[Mapping[str, Any], ...] | None = None  #: None: nothing is said about effects
    mentions_all: tuple[tuple[str, ...], ...] = ()
    mentions_none: tuple[str, ...] = ()
    grounded_on: tuple[str, ...] = ()  #: entries of the clinic's file, ``services.ecg.price_brl``
    must: tuple[str, ...] = ()  #: for a judge who reads
    must_not: tuple[str, ...] = ()
    per_phone: Mapping[str, "Expect"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Phase:
    after_reply: bool  #: starts after the reply before it, not at the scenario's start
    delay_ms: int
    events: tuple[Event, ...]
    expect: Expect


@dataclass(frozen=True, slots=True)
class Scenario:
    id: str
    title: str
    now: datetime
    phone: str
    state: Mapping[str, Any]
    phases: tuple[Phase, ...]
    bookings: tuple[External, ...] = ()  #: of others, while it plays


def read_scenarios(path: Path) -> tuple[Scenario, ...]:
    """Every scenario of a file.

    Raises:
        Unusable: the file, a line or a field is wrong, or there is none.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as exc:
        raise Unusable(f"{path}: {exc.strerror or type(exc).__name__}") from exc
    except UnicodeDecodeError as exc:
        raise Unusable(f"{path}: byte {exc.start} is not UTF-8") from exc
    scenarios = tuple(_line(text, f"{path}: line {n}") for n, text in enumerate(lines, 1) if text.strip())
    if not scenarios:
        raise Unusable(f"{path}: no scenario in it; one JSON object a line")
    seen: set[str] = set()
    for scenario in scenarios:
        if scenario.id in seen:
            raise Unusable(f"{path}: id: {scenario.id!r} stands there twice")
        seen.add(scenario.id)
    return scenarios


def _line(text: str, where: str) -> Scenario:
    try:
        row = json.loads(text)
    except ValueError as exc:
        raise Unusable(f"{where}: not JSON ({exc})") from exc
    if not isinstance(row, dict):
        raise Unusable(f"{where}: expected a JSON object")
    reader = _Reader(row, where)
    phases = tuple(_phase(one, n) for n, one in enumerate(reader.objects("phases")))
    if not phases:
        raise Unusable(f"{where}: phases: at least one is needed")
    known = {event.key for phase in phases for event in phase.events}
    for event in (event for phase in phases for event in phase.events):
        if event.type in _ABOUT_ANOTHER and event.text("of") not in known:
            raise Unusable(f"{where}: phases: events: of: no event has the key {event.text('of')!r}")
    state = row.get("state") or {}
    if not isinstance(state, dict):
        raise Unusable(f"{where}: state: expected an object")
    reader.inner("state").only(*_STATES)
    try:
        bookings = externals(state.get("external_booking"))
    except ValueError as exc:
        raise Unusable(f"{where}: state: external_booking: {exc}") from exc
    return Scenario(
        id=reader.text("id"),
        title=str(row.get("title") or ""),
        now=reader.instant("now"),
        phone=reader.phone("phone"),
        state=state,
        phases=phases,
        bookings=bookings,
    )


def _phase(reader: "_Reader", n: int) -> Phase:
    start = reader.row.get("start") or ("after_previous_reply" if n else "scenario_start")
    if start not in ("scenario_start", "after_previous_reply"):
        raise reader.wrong("start", "scenario_start or after_previous_reply")
    events = tuple(_event(one) for one in reader.objects("events"))
    return Phase(
        after_reply=n > 0 and start == "after_previous_reply",
        delay_ms=reader.number("delay_ms") or 0,
        events=events,
        expect=_expect(reader.inner("expect")),
    )


def _event(reader: "_Reader") -> Event:
    kind = reader.text("type")
    if kind not in _NEEDS:
        raise reader.wrong("type", f"one of {', '.join(_NEEDS)}")
    for name in _NEEDS[kind]:
        reader.text(name)
    if kind == "presence" and reader.text("status") not in tuple(PresenceStatus):
        raise reader.wrong("status", f"one of {', '.join(PresenceStatus)}")
    at_ms = reader.number("at_ms")
    at = str(reader.row.get("at") or "")
    if at_ms is None and not at:
        raise reader.wrong("at_ms", "milliseconds, or null with `at`")
    phone = reader.phone("phone") if reader.row.get("phone") else None
    key = reader.row.get("key")
    return Event(kind, at_ms, at, phone, str(key) if key is not None else None, reader.row)


def _expect(reader: "_Reader") -> Expect:
    reader.only(*_EXPECTS, *(("phone",) if "phone" in reader.row else ()))
    row, replies = reader.row, reader.inner("replies")
    replies.only(*_REPLIES)
    effects = [one.row for one in reader.objects("effects")] if "effects" in row else None
    return Expect(
        min_replies=replies.number("min") or 0,
        max_replies=replies.number("max"),
        earliest_ms=replies.number("earliest_ms"),
        latest_ms=replies.number("latest_ms"),
        effects=None if effects is None else tuple(effects),
        mentions_all=tuple(reader.texts(group, "mentions_all") for group in reader.items("mentions_all")),
        mentions_none=reader.texts(reader.items("mentions_none"), "mentions_none"),
        grounded_on=reader.texts(reader.items("grounded_on"), "grounded_on"),
        must=reader.texts(reader.items("must"), "must"),
        must_not=reader.texts(reader.items("must_not"), "must_not"),
        per_phone=_per_phone(reader),
    )


def _per_phone(reader: "_Reader") -> Mapping[str, Expect]:
    """An object by phone, or a list of objects that each name theirs."""
    given = reader.row.get("per_phone") or {}
    if isinstance(given, dict):
        return {phone: _expect(reader.inner("per_phone").inner(phone)) for phone in given}
    return {one.phone("phone"): _expect(one) for one in reader.objects("per_phone")}


@dataclass(frozen=True, slots=True)
class _Reader:
    """One JSON object and where it stands, for errors that say so."""

    row: Mapping[str, Any]
    where: str

    def wrong(self, name: str, expected: str) -> Unusable:
        what = "missing" if self.row.get(name) is None else "wrong"
        return Unusable(f"{self.where}: {name}: {what}; expected {expected}")

    def only(self, *names: str) -> None:
        unknown = [name for name in self.row if name not in names]
        if unknown:
            raise Unusable(f"{self.where}: {', '.join(unknown)}: not known; there are {', '.join(names)}")

    def text(self, name: str) -> str:
        value = self.row.get(name)
        if not isinstance(value, str) or not value:
            raise self.wrong(name, "a text")
        return value

    def number(self, name: str) -> int | None:
        value = self.row.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e10:
            raise self.wrong(name, "a number that is not negative")
        return round(value)

    def phone(self, name: str) -> str:
        value = self.row.get(name)
        if not isinstance(value, str) or not value.isdecimal() or not 8 <= len(value) <= 15:
            raise self.wrong(name, "a phone, digits only")
        return value

    def instant(self, name: str) -> datetime:
        expected = "an instant with its offset, such as 2026-10-06T10:12:00-03:00"
        try:
            instant = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise self.wrong(name, expected) from None
        if instant.tzinfo is None:
            raise self.wrong(name, expected)
        return instant

    def items(self, name: str) -> Sequence[Any]:
        value = self.row.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.wrong(name, "a list")
        return value

    def inner(self, name: str) -> "_Reader":
        value = self.row.get(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.wrong(name, "an object")
        return _Reader(value, f"{self.where}: {name}")

    def objects(self, name: str) -> "Sequence[_Reader]":
        found = []
        for n, value in enumerate(self.items(name)):
            where = f"{self.where}: {name}[{n}]"
            if not isinstance(value, dict):
                raise Unusable(f"{where}: expected an object")
            found.append(_Reader(value, where))
        return found

    def texts(self, values: object, name: str) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one."""
        values = [values] if isinstance(values, str) else values
        if not isinstance(values, Iterable) or not all(isinstance(value, str) for value in values):
            raise self.wrong(name, "texts")
        return tuple(values)
