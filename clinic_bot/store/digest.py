"""A table as one number, computed from the rows here and by PostgreSQL from what it stored: equal if they are.

A row becomes a text that says where each value ends, the text a hash, and the hashes are summed, so that the order
of the rows does not matter. Both sides compute it from scratch, in their own way.
"""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Boolean, Column, LargeBinary, Table, Text

#: Hexadecimal digits of a row's hash that count: 60 bits, which PostgreSQL still takes for a positive bigint.
_DIGITS = 15


def of_row(values: Sequence[object]) -> int:
    said = ",".join(map(_said, values))
    return int(hashlib.sha256(said.encode()).hexdigest()[:_DIGITS], 16)


def _said(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return f"{len(value)}:{value}"
    if isinstance(value, bytes):
        return f"{len(value)}:{hashlib.sha256(value).hexdigest()}"
    return str(int(value)) if isinstance(value, bool) else str(value)


def query(table: Table) -> str:
    """PostgreSQL's own count of the rows, and sum of their hashes."""
    row = " || ',' || ".join(f"coalesce({_told(column)}, '-')" for column in table.columns)
    hashed = f"left(encode(sha256(convert_to({row}, 'UTF8')), 'hex'), {_DIGITS})"
    number = f"('x' || {hashed})::bit({4 * _DIGITS})::bigint"
    return f'SELECT count(*), coalesce(sum({number}), 0) FROM "{table.name}"'  # noqa: S608 - our own tables


def _told(column: Column[object]) -> str:
    name = f'"{column.name}"'
    if isinstance(column.type, Text):
        return f"length({name}) || ':' || {name}"
    if isinstance(column.type, LargeBinary):
        return f"octet_length({name}) || ':' || encode(sha256({name}), 'hex')"
    if isinstance(column.type, Boolean):
        return f"{name}::int::text"
    return f"{name}::text"
