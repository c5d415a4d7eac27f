"""What became of the clinic's appointments in a phase, and whether it is what a scenario wanted. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HAND_OVER = "handoff_opened"
NONE = "none"
CREATED, MOVED = "appointment_created", "appointment_rescheduled"
CANCELLED, CONFIRMED = "appointment_cancelled", "appointment_confirmed"
OPTED_OUT, DATA_REQUEST = "optout_recorded", "data_request_recorded"
#: What leaves a record that can be looked at.
KNOWN = frozenset((HAND_OVER, NONE, OPTED_OUT, DATA_REQUEST, CREATED, MOVED, CANCELLED, CONFIRMED))
#: Other words for the kinds of a request.
_SAME = {
    "copy": "access",
    "export": "access",
    "portability": "access",
    "rectification": "correction",
    "erasure": "deletion",
}
#: What of an effect names the record it is about.
_FIELDS = ("id", "phone", "service", "professional", "start", "patient", "kind")
#: How often, one of which, and why in words that nobody can hold a record against.
_ABOUT = ("type", "count", "options", "reason")

Effect = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """An appointment as it stands at one moment. ``id`` is the scenario's, where it knew it."""

    row: int
    id: str
    phone: str
    patient: str
    service: str
    professional: str
    start: str  #: local, ``2026-10-08T16:00``
    status: str

    def effect(self, kind: str) -> Effect:
        return {"type": kind, **{name: getattr(self, name) for name in _FIELDS if name != "kind"}}


def between(before: Iterable[Kept], after: Iterable[Kept]) -> list[Effect]:
    """What was done between two looks at the agenda."""
    known = {one.row: one for one in before}
    found: list[Effect] = []
    for now in after:
        was = known.get(now.row)
        if was is None:
            found.append(now.effect(CREATED))
        elif (was.start, was.professional) != (now.start, now.professional):
            found.append(now.effect(MOVED))
        if now.status != (was.status if was else "scheduled"):
            kind = {"cancelled": CANCELLED, "confirmed": CONFIRMED}.get(now.status)
            found += [now.effect(kind)] if kind else []
    return found


def problems(wanted: Sequence[Effect], happened: Sequence[Effect]) -> list[str]:
    """What was wanted and did not happen, and what happened and was not wanted."""
    left = list(happened)
    found: list[str] = []
    for effect in wanted:
        taken = next(
            (taken for option in options(effect) if (taken := _take(option, left)) is not None), None
        )
        if taken is None:
            found.append(f"did not happen: {_told(effect)}")
            continue
        for one in taken:
            left.remove(one)
    return found + [f"was not expected: {_told(one)}" for one in left]


def options(effect: Effect) -> Sequence[Effect]:
    """The effects of which one is enough, those that want something before the one that wants nothing."""
    if effect.get("type") != "any_of":
        return (effect,)
    given = effect.get("options")
    listed = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    return sorted(listed, key=lambda one: one.get("type") == NONE)


def unknown(wanted: Sequence[Effect]) -> list[str]:
    """What a list of effects says that has no meaning here."""
    every = [option for effect in wanted for option in (effect, *options(effect))]
    kinds = KNOWN | {"any_of"}
    found = [
        f"effects: type {one.get('type')!r} is not known" for one in every if one.get("type") not in kinds
    ]
    found += [
        f"effects: {one.get('type')}: {name!r} is not known"
        for one in every
        for name in one
        if name not in (*_FIELDS, *_ABOUT)
    ]
    return list(dict.fromkeys(found))


def _take(option: Effect, left: Sequence[Effect]) -> Sequence[Effect] | None:
    """Those of ``left`` that fulfil an option, as many as it counts; None when they do not."""
    if option.get("type") == NONE:
        return ()
    count = option.get("count", 1)
    fitting = [one for one in left if _fits(option, one)]
    return fitting[:count] if isinstance(count, int) and len(fitting) >= count else None


def _fits(option: Effect, one: Effect) -> bool:
    if option.get("type") != one.get("type"):
        return False
    return all(
        _plain(option[name]) == _plain(one.get(name)) for name in _FIELDS if name in option and name in one
    )


def _plain(value: object) -> str:
    said = " ".join(str(value).casefold().split())
    return _SAME.get(said, said)


def _told(effect: Effect) -> str:
    """Without phones and names, which are patients' even where they are made up."""
    kinds = [str(option.get("type")) for option in options(effect)]
    return " or ".join(kinds) + (f" at {effect['start']}" if effect.get("start") else "")
