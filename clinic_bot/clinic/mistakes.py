"""What is wrong in a clinic's file, in words of the person who wrote it: which field, and what to write. Pure."""

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

#: By pydantic's name of a mistake; its own words where none is here.
_FIXES = {
    "missing": "is missing; write it",
    "string_type": 'is a text; write it in quotes, such as "08:00-18:00"',
    "string_too_short": "is empty; write it, or leave the line out",
    "decimal_parsing": "is a number; write 240 or 240.50, without R$ and with a point",
    "decimal_type": "is a number; write 240 or 240.50, without R$ and with a point",
    "int_parsing": "is a whole number, such as 30",
    "int_from_float": "is a whole number, such as 30",
    "int_type": "is a whole number, such as 30",
    "date_parsing": "is a day; write 2026-11-20, without quotes",
    "date_from_datetime_parsing": "is a day; write 2026-11-20, without quotes",
    "date_type": "is a day; write 2026-11-20, without quotes",
    "datetime_parsing": "is a day and an hour; write 2026-10-24T09:00:00, without quotes",
    "datetime_from_date_parsing": "is a day and an hour; write 2026-10-24T09:00:00, without quotes",
    "timezone_naive": "is an hour in the clinic's own zone; leave the zone out",
    "tuple_type": 'is a list; write it in brackets, such as ["Unimed", "Cassi"]',
}
_TABLE = "is a table; write it as [{name}] with its fields below, or as [[{name}]] where there are several"
_PATTERNS = {
    "yearly_holidays": "is day/month, such as 25/12",
    "never_answer": "is a number with country and area code, such as 55 19 93000-0001",
    "alerts_to": "is a number with country and area code, such as 55 19 93000-0001",
}


def explain(exc: ValidationError, model: type[BaseModel]) -> str:
    """One clause a field, with where it stands, and never with what stood there: listed phones are nobody's business.

    Args:
        model: of the whole file.
    """
    return "; ".join(
        f"{_place(error['loc']) or 'file'}: {_fix(error, model)}"
        for error in exc.errors(include_url=False, include_context=False, include_input=False)
    )


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in location)


def _fix(error: Mapping[str, Any], model: type[BaseModel]) -> str:
    kind, location = error["type"], error["loc"]
    names = [part for part in location if isinstance(part, str)]
    if kind == "extra_forbidden":
        return _unknown(names, model)
    if kind in ("model_type", "model_attributes_type"):
        return _TABLE.format(name=".".join(names))
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(names[-1], str(error["msg"]))
    return str(_FIXES.get(kind, error["msg"].removeprefix("Value error, ")))


def _unknown(names: list[str], model: type[BaseModel]) -> str:
    known = list(_fields_at(names[:-1], model))
    near = difflib.get_close_matches(names[-1], known, n=1)
    guess = f"did you mean {near[0]}? " if near else ""
    return f"unknown field; {guess}example.toml shows the ones there are"


def _fields_at(path: list[str], model: type[BaseModel]) -> Mapping[str, Any]:
    """The fields of the table at a path; none where the path leads nowhere."""
    for name in path:
        field = model.model_fields.get(name)
        found = None if field is None else _table_in(field.annotation)
        if found is None:
            return {}
        model = found
    return model.model_fields


def _table_in(annotation: Any) -> type[BaseModel] | None:
    """The table that a field is, or is a list of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _table_in(part))), None)
