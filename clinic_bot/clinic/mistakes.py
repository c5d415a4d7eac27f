"""What is wrong in a clinic's file, in words of the person who wrote it: which field, and what to write. Pure."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from clinic_bot.clinic.spelling import plain

#: By pydantic's name of a mistake; its own words where none is here.
_FIXES = {
    "missing": "is missing; write it",
    "string_type": "is a text; write it in quotes",
    "decimal_parsing": "is a number; write 240 or 240.50, without R$ and with a point",
    "decimal_type": "is a number; write 240 or 240.50, without R$ and with a point",
    "int_parsing": "is a whole number, such as 30",
    "int_from_float": "is a whole number, such as 30",
    "int_type": "is a whole number, such as 30",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "date_parsing": "is a day; write 2026-11-20, without quotes",
    "date_from_datetime_parsing": "is a day; write 2026-11-20, without quotes",
    "date_type": "is a day; write 2026-11-20, without quotes",
    "datetime_parsing": "is a day and an hour; write 2026-10-24T09:00:00, without quotes",
    "datetime_from_date_parsing": "is a day and an hour; write 2026-10-24T09:00:00, without quotes",
    "timezone_naive": "is an hour in the clinic's own zone; leave the zone out",
}
_NUMBER = 'is a number with country and area code, in quotes, such as "55 19 93000-0001"'
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: By field, where a text is wanted and something else stands there.
_SHAPES = {
    "yearly_holidays": 'is day/month in quotes, such as "25/12"',
    "never_answer": _NUMBER,
    "alerts_to": _NUMBER,
    **dict.fromkeys(_DAYS, 'is a text; write it in quotes, such as "08:00-18:00"'),
}
#: Fields as somebody calls them who writes the whole file in Portuguese.
_ENGLISH = {
    "segunda": "monday", "terca": "tuesday", "quarta": "wednesday", "quinta": "thursday", "sexta": "friday",
    "sabado": "saturday", "domingo": "sunday", "feriados": "holidays", "nome": "name", "endereco": "address",
    "telefone": "phone", "estacionamento": "parking", "acessibilidade": "accessibility", "pagamento": "payment",
    "preparo": "preparation", "horario": "hours", "horarios": "hours", "profissionais": "professionals",
    "especialidade": "specialty", "servicos": "services", "preco": "price", "valor": "price", "duracao": "minutes",
    "minutos": "minutes", "convenios": "insurance", "politicas": "policies", "lembretes": "reminders",
    "textos": "texts", "topico": "topic", "texto": "text",
}  # fmt: skip
#: By what ``tomllib`` says; the first that fits.
_TOML = (
    (r"overwrite|twice|already|mutate", "that name stands there a second time; keep one of them"),
    (r"[Dd]ate", "there is no such day or hour; a day is written 2026-11-20"),
    (r"escape", r"write \\ where one \ is meant"),
    (r"character '\\n'|Unterminated|at end of doc", "a quote is opened there and not closed"),
    (r"Expected '='", 'write name = "value"'),
    (r"Expected newline", "one value a line, and a number with a point: 240.50"),
)  # fmt: skip
_ANY_TOML = "texts stand in quotes, lists in [ ]"


def explain_toml(exc: tomllib.TOMLDecodeError, text: str) -> str:
    """What ``tomllib`` stumbled over, and what to write there; never the line itself, which may hold a phone."""
    said = str(exc)
    if text.lstrip().startswith("{"):
        return "this is JSON, and its name does not end in .json; example.toml shows the format"
    at = re.search(r"line (\d+)", said)
    line = text.splitlines()[int(at[1]) - 1 : int(at[1])] if at else []
    if any(quote in part for part in line for quote in "“”‘’„"):
        return f"{said}; quotes have to be straight, as a plain text editor writes them"
    if any(not re.split("[=:]", part)[0].isascii() for part in line):
        return f"{said}; fields have English names, and example.toml shows them"
    return f"{said}; {next((fix for pattern, fix in _TOML if re.search(pattern, said)), _ANY_TOML)}"


def explain(exc: ValidationError, model: type[BaseModel]) -> str:
    """One clause a field, with where it stands, and never with what stood there: listed phones are nobody's business.

    Args:
        model: of the whole file.
    """
    return "; ".join(
        ": ".join(filter(None, (_place(error["loc"]), _fix(error, model))))
        for error in exc.errors(include_url=False, include_input=False)
    )


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in location)


def _fix(error: Mapping[str, Any], model: type[BaseModel]) -> str:
    kind, location = error["type"], error["loc"]
    names = [part for part in location if isinstance(part, str)]
    if kind == "extra_forbidden":
        return _unknown(names, model)
    if kind in ("model_type", "model_attributes_type"):
        return _as_table(names, one_of_many=isinstance(location[-1], int))
    if kind == "tuple_type":
        if _table_in(_fields_at(names[:-1], model)[names[-1]].annotation) is not None:
            return _as_table(names, one_of_many=True)
        return f"is a list; write it in brackets: {names[-1]} = [...]"
    if kind == "string_too_short":
        return "is empty; write it" + (", or leave the line out" if _may_be_left_out(names, model) else "")
    if kind in ("string_pattern_mismatch", "string_type"):
        return _SHAPES.get(names[-1], _FIXES.get(kind, str(error["msg"])))
    fix = str(_FIXES.get(kind, error["msg"].removeprefix("Value error, ")))
    return fix.format(**error["ctx"]) if kind.startswith(("greater", "less")) else fix


def _as_table(names: list[str], *, one_of_many: bool) -> str:
    if len(names) > 1:
        return f"is a table; write {names[-1]} = " + ("[{ ... }]" if one_of_many else "{ ... }")
    if one_of_many:
        return f"is a list of tables; write [[{names[-1]}]], in two brackets, above the fields of each"
    return f"is a table; write [{names[-1]}], in single brackets, above its fields"


def _may_be_left_out(names: list[str], model: type[BaseModel]) -> bool:
    field = _fields_at(names[:-1], model).get(names[-1])
    return field is not None and not field.is_required()


def _unknown(names: list[str], model: type[BaseModel]) -> str:
    path, name = names[:-1], names[-1]
    known = list(_fields_at(path, model))
    if path and name in model.model_fields:
        if _table_in(model.model_fields[name].annotation) is not None:
            return f"is no field of {path[-1]}; write it as a table of its own"
        return f"is no field of {path[-1]}; write it at the top of the file, above the first line in brackets"
    english = _ENGLISH.get(plain(name).removesuffix("-feira"), "")
    near = [english] if english in known else difflib.get_close_matches(name, known, n=1)
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
