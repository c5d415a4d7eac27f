"""Whose rows are whose: everything that is kept about the person behind a number, in whatever table it stands.

A person is a number or a LID at every instance there ever was here, with all conversations that were merged into it; or
else, where the reception booked without a number, what was opened for those appointments.
Bodies of webhooks have no owner; they are found by the numbers they are addressed with, and by the ids they came under.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, false, or_, select
from sqlmodel import SQLModel, col

from clinic_bot.store import belonging, clinic_tables
from clinic_bot.store.personal import HELD, Held
from clinic_bot.store.session import driver_of, is_postgres
from clinic_bot.store.tables import Conversation, Message, Turn
from clinic_bot.store.whose import speaks_of, spellings

# Importing the tables fills the metadata.
assert clinic_tables.Patient.__tablename__

#: Tables that are searched by what their bodies say.
BODIES = ("inbox", "unreadable")
_PAGE = 2_000
_MANY = 500


#: Whom somebody asks about: digits as ``intake`` reads them, a phone's key or a LID; or appointments that no number
#: leads to, by their ids.
Whom = str | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, by what leads to their rows."""

    numbers: frozenset[str]  #: phones and LIDs, digits, in every spelling
    conversations: tuple[int, ...]  #: of all instances, merged ones too
    ids: frozenset[str]  #: of the provider, of what they wrote and were answered


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a table with bodies: those that are somebody's, and how far it was looked through."""

    rows: tuple[tuple[int, str], ...]  #: (id, key)
    until: int
    is_last: bool


def find(connection: Connection, whom: Whom) -> Person:
    """Nobody has no conversations."""
    if isinstance(whom, tuple):
        booked_in = set(belonging.without_number(connection, whom))
        return Person(frozenset(), tuple(sorted(booked_in)), _ids(connection, booked_in))
    return _behind(connection, whom)


def _behind(connection: Connection, number: str) -> Person:
    ids: set[int] = set()
    asked: ColumnElement[bool] = or_(
        col(Conversation.phone_key).in_(spellings(number)), col(Conversation.lid) == number
    )
    while more := set(connection.execute(select(col(Conversation.id)).where(asked)).scalars()) - ids - {None}:
        ids |= {one for one in more if one is not None}
        asked = or_(col(Conversation.alias_of).in_(ids), col(Conversation.merge_into).in_(ids))
    numbers = set(spellings(number))
    names = select(col(Conversation.phone), col(Conversation.phone_key), col(Conversation.lid))
    for row in connection.execute(names.where(col(Conversation.id).in_(ids))):
        numbers |= {spelling for name in row if name for spelling in spellings(name)}
    return Person(frozenset(numbers), tuple(sorted(ids)), _ids(connection, ids))


def _ids(connection: Connection, conversations: set[int]) -> frozenset[str]:
    said = select(col(Message.provider_id)).where(col(Message.conversation_id).in_(conversations))
    answered = select(col(Turn.message_id), col(Turn.zaap_id)).where(
        col(Turn.conversation_id).in_(conversations)
    )
    found = [*connection.execute(said), *connection.execute(answered)]
    return frozenset(one for row in found for one in row if one)


def table_of(name: str) -> Table:
    return SQLModel.metadata.tables[name]


def rows_of(name: str, held: Held, person: Person) -> ColumnElement[bool]:
    """Which rows of a table are the person's, where the rows themselves say it."""
    table = table_of(name)
    if held.whose in ("id", "conversation_id"):
        return table.c[held.whose].in_(person.conversations)
    if held.whose == "turn_id":
        turns = select(col(Turn.id)).where(col(Turn.conversation_id).in_(person.conversations))
        return table.c.turn_id.in_(turns)
    if name == "notice":
        spoken_of = [table.c.text.contains(number, autoescape=True) for number in person.numbers]
        return or_(table.c.conversation_id.in_(person.conversations), *spoken_of)
    return false()


def bodies(connection: Connection, name: str, person: Person, *, after: int) -> Found:
    """Those behind row ``after`` that are the person's, as far as one page goes. Emptied ones are nobody's."""
    if not (person.numbers or person.ids):
        return Found((), after, is_last=True)
    driver, numbers = driver_of(connection), sorted(person.numbers)
    rows = driver.execute(
        _search(connection, name, len(numbers)), (after, *map(str.encode, numbers))
    ).fetchall()
    maybe = [row[0] for row in rows if row[2]]
    certain = {
        key for key, body in _read(connection, table_of(name), maybe) if speaks_of(body, person.numbers)
    }
    mine = [
        (row[0], row[1]) for row in rows if row[0] in certain or not person.ids.isdisjoint(row[1].split(":"))
    ]
    return Found(tuple(mine), rows[-1][0] if rows else after, len(rows) < _PAGE)


def _search(connection: Connection, name: str, count: int) -> str:
    """The engine looks for the bytes, so that few bodies come here."""
    looks = "position(?{}::bytea in body) > 0" if is_postgres(connection) else "instr(body, ?{}) > 0"
    says = " OR ".join(looks.format(n) for n in range(2, count + 2)) or "false"
    key = "key" if name == "inbox" else "problem"
    return (
        f"SELECT id, {key}, ({says}) FROM {name} WHERE id > ?1 AND length(body) > 0 ORDER BY id LIMIT {_PAGE}"  # noqa: S608 - our own names
    )


def _read(connection: Connection, table: Table, keys: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    for at in range(0, len(keys), _MANY):
        asked = select(table.c.id, table.c.body).where(table.c.id.in_(keys[at : at + _MANY]))
        for key, body in connection.execute(asked):
            yield int(key), bytes(body)


def all_bodies(connection: Connection, name: str, person: Person) -> list[int]:
    """The ids of a whole table's."""
    found, page = [], Found((), 0, is_last=False)
    while not page.is_last:
        page = bodies(connection, name, person, after=page.until)
        found += [key for key, _ in page.rows]
    return found


def targets_of(keys: Iterable[str]) -> frozenset[str]:
    """The ids of the messages that edits and deletions under these keys of ``inbox`` are about."""
    parts = (key.split(":") for key in keys)
    return frozenset(part[2] for part in parts if len(part) > 2 and part[1] in ("edit", "deletion"))


# What a patient who asks for it gets.


def gather(connection: Connection, whom: Whom) -> Mapping[str, list[dict[str, object]]]:
    """Every row of a person, by table, as it is stored."""
    person = find(connection, whom)
    return {name: _rows(connection, name, held, person) for name, held in HELD.items()}


def _rows(connection: Connection, name: str, held: Held, person: Person) -> list[dict[str, object]]:
    table = table_of(name)
    where: list[ColumnElement[bool]]
    if name in BODIES:
        found = all_bodies(connection, name, person)
        where = [table.c.id.in_(found[at : at + _MANY]) for at in range(0, len(found), _MANY)]
    elif name == "early_change":
        keys = select(table_of("inbox").c["key"]).where(
            table_of("inbox").c.id.in_(all_bodies(connection, "inbox", person))
        )
        where = [table.c.target_id.in_(targets_of(connection.execute(keys).scalars()))]
    else:
        where = [rows_of(name, held, person)]
    order = list(table.primary_key.columns)
    return [
        dict(row)
        for one in where
        for row in connection.execute(select(table).where(one).order_by(*order)).mappings()
    ]
