"""Reads the clinic of recorded scenarios (JSON) as if it were a clinic file.

Its free slots are the agenda; its patients and appointments are records, not facts, and the stage of a scenario
writes them into the database (``booked`` reads them). The format belongs to the scenarios, and they may grow: a text
under a key that is not known is one more topic to look up, and whatever else stands there is left out on purpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = {day[:3]: number for number, day in enumerate(_DAYS)}
_SAME = ("name", "assistant_name", "ai_disclosure", "address", "landmark", "map_url", "parking")
#: The rules that code holds itself, and what is no fact for patients.
_NO_TOPICS = ("emergency", "no_medical_advice", "timezone", "id")
_NOTES = ("notes", "note", "obs", "observacao", "observacoes")
_POLICIES = ("cancel", "late", "minors", "privacy", "reminders")


def from_fixture(data: object) -> dict[str, Any]:
    """The clinic's facts in the shape of the TOML file.

    Raises:
        ValueError: it is no object, or ``hours`` names a day that is none.
    """
    if not isinstance(data, dict):
        raise ValueError("expected a JSON object")
    clinic, policy = _table(data, "clinic"), _table(data, "policy")
    preparation, insurance = _table(data, "preparation"), _table(data, "insurance")
    facts: dict[str, Any] = {
        key: value
        for key in (*_SAME, "accessibility", "phone")
        if (value := clinic.get(key, data.get(key))) is not None
    }
    facts |= {
        "payment": data.get("payment") or "",
        "preparation": preparation.get("general") or "",
        "hours": _hours(_table(data, "hours")),
        "professionals": [_professional(row, data) for row in data.get("professionals") or []],
        "services": [_service(row, preparation) for row in data.get("services") or []],
        "insurance": {
            "accepted": insurance.get("accepted") or [],
            "notes": _joined(insurance, *_NOTES, "not_listed"),
        },
        "policies": _pick(policy, *_POLICIES) | {"return_visit": data.get("return_visit") or ""},
    }
    if more := list(_more(data, clinic, insurance, preparation, policy)):
        facts["more"] = more
    if zone := clinic.get("timezone", data.get("timezone")):
        facts["timezone"] = zone
    for key in ("texts", "whatsapp", "agenda"):
        if key in data:
            facts[key] = data[key]
    return facts


def _more(
    data: dict[str, Any],
    clinic: dict[str, Any],
    insurance: dict[str, Any],
    preparation: dict[str, Any],
    policy: dict[str, Any],
) -> Iterator[dict[str, str]]:
    """Texts under keys that nothing else reads, as topics."""
    of_services = {str(row.get("id")) for row in data.get("services") or []}
    at_the_top = (*_SAME, "accessibility", "phone")
    for title, table, known in (
        ("{}", data, {*at_the_top, "payment", "return_visit"}),
        ("{}", clinic, {*at_the_top}),
        ("{}", policy, {*_POLICIES}),
        ("Convênios ({})", insurance, {"accepted", "not_listed", *_NOTES}),
        ("Preparo ({})", preparation, {"general", *of_services}),
    ):
        for key, value in table.items():
            if key not in known and key not in _NO_TOPICS and isinstance(value, str) and value.strip():
                yield {"topic": title.format(key.replace("_", " ")), "text": value}


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _pick(row: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: row[key] for key in keys if row.get(key) is not None}


def _joined(table: dict[str, Any], *keys: str) -> str:
    """The texts under ``keys``, each a sentence of its own; the last as it is."""
    texts = [str(table[key]).strip() for key in keys if table.get(key)]
    return (
        ". ".join(text.rstrip(".") for text in texts[:-1])
        + f"{'. ' if texts[1:] else ''}{''.join(texts[-1:])}"
    )


def _noted(row: dict[str, Any], *known: str) -> dict[str, str]:
    """Every other text that stands at a service or a professional, as its notes; a lone word is a mark of the file."""
    others = [
        key for key, value in row.items() if key not in known and isinstance(value, str) and " " in value
    ]
    return {"notes": notes} if (notes := _joined(row, *others)) else {}


def _professional(row: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    known = ("id", "name", "specialty", "away")
    professional = _pick(row, *known) | _noted(row, *known)
    if isinstance(hours := row.get("hours"), dict):
        professional["hours"] = _hours(hours)
    if slots := _table(data, "free_slots").get(str(row.get("id"))):
        professional["slots"] = slots
    if services := list(_attended(row, data)):
        professional["services"] = services
    return professional


def _attended(row: dict[str, Any], data: dict[str, Any]) -> Iterator[str]:
    """The services that somebody is said to attend, there or at the service."""
    yield from row.get("services") or ()
    for service in data.get("services") or []:
        if row.get("id") in (service.get("professionals") or [service.get("professional")]):
            yield service["name"]


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment that a scenario finds. ``start`` is local and has no zone."""

    id: str
    phone: str
    patient: str
    service: str
    professional: str
    start: datetime


def booked(data: object) -> tuple[Booked, ...]:
    """The appointments of a recorded clinic that stand.

    Raises:
        ValueError, KeyError: a start is no date and time, or a field is missing.
    """
    rows = data.get("appointments") if isinstance(data, dict) else None
    standing = [row for row in rows or [] if row.get("status") not in ("cancelled", "canceled")]
    return tuple(
        Booked(
            id=str(row.get("id") or ""),
            phone=str(row["phone"]),
            patient=str(row["patient"]),
            service=str(row["service"]),
            professional=str(row["professional"]),
            start=datetime.fromisoformat(row["start"]),
        )
        for row in standing
    )


def families(data: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each phone of a recorded clinic with the patients it speaks for, its holder first."""
    rows = data.get("patients") if isinstance(data, dict) else None
    return tuple(
        (str(row.get("phone")), (str(row.get("name")), *map(str, row.get("dependants") or ())))
        for row in rows or []
    )


def _service(row: dict[str, Any], preparation: dict[str, Any]) -> dict[str, Any]:
    known = ("id", "name", "price_note", "minutes", "walk_in")
    service = _pick(row, *known) | _noted(row, *known)
    if row.get("price_brl") is not None:
        service["price"] = row["price_brl"]
    if own := preparation.get(str(row.get("id"))):
        service["preparation"] = own
    return service


def _hours(table: dict[str, Any]) -> dict[str, Any]:
    hours: dict[str, Any] = {}
    for key, value in table.items():
        if key == "holidays":
            hours["holidays"] = value or []
        elif key == "holiday_note":
            hours["holiday_note"] = value or ""
        else:
            for day in _days(key):
                hours[day] = value or ""
    return hours


def _days(key: str) -> tuple[str, ...]:
    """The weekdays that ``mon_fri`` or ``sat`` means."""
    first, _, last = key.partition("_")
    try:
        start, end = _SHORT[first[:3]], _SHORT[(last or first)[:3]]
    except KeyError as exc:
        raise ValueError(f"hours.{key}: no weekday; write mon_fri, sat, sun or the like") from exc
    return _DAYS[start : end + 1]
