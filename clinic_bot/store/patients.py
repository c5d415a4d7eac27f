"""The people for whom a phone speaks. Whose they are comes from the conversation, never from a text."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlmodel import col

from clinic_bot.store import contacts
from clinic_bot.store.clinic_tables import Patient
from clinic_bot.store.tables import Conversation


@dataclass(frozen=True, slots=True)
class Owner:
    """A conversation as the owner of records: its own, and those of all that were merged into it."""

    instance: str
    conversation_id: int
    parts: tuple[int, ...]
    display_name: str | None  #: as WhatsApp shows it; the person chose it


@dataclass(frozen=True, slots=True)
class PatientRow:
    id: int
    name: str
    name_key: str
    born: str | None = None  #: ISO date, where it is known


#: An id is only absent before its row is written, which its column's type cannot say.
_ROW: tuple[Any, ...] = (col(Patient.id), col(Patient.name), col(Patient.name_key), col(Patient.born))


def owner(connection: Connection, conversation_id: int) -> Owner:
    instance, name = connection.execute(
        select(col(Conversation.instance), col(Conversation.name)).where(
            col(Conversation.id) == conversation_id
        )
    ).one()
    return Owner(instance, conversation_id, tuple(contacts.aliases(connection, conversation_id)), name)


def of(connection: Connection, who: Owner) -> list[PatientRow]:
    """The patients of this conversation, those known longest first; each once, where two were merged."""
    rows = connection.execute(
        select(*_ROW).where(col(Patient.conversation_id).in_(who.parts)).order_by(col(Patient.id))
    )
    found: dict[tuple[str, str | None], PatientRow] = {}
    for row in rows:
        one = PatientRow(*row)
        found.setdefault((one.name_key, one.born), one)
    return list(found.values())


def find_or_add(
    connection: Connection, who: Owner, *, name: str, name_key: str, now_ms: int, born: str | None = None
) -> int:
    """The id of the patient of that name in this conversation, who may be new.

    Args:
        born: tells two of one name apart, and is learnt of one who was known without it.
    """
    same = [one for one in of(connection, who) if one.name_key == name_key]
    known = next((one for one in same if one.born == born), None)
    if known is None and born is None and same:
        return same[0].id
    if known is None and (undated := next((one for one in same if one.born is None), None)) is not None:
        connection.execute(update(Patient).where(col(Patient.id) == undated.id).values(born=born))
        known = undated
    if known is not None:
        return known.id
    written = connection.execute(
        insert(Patient).values(
            instance=who.instance,
            conversation_id=who.conversation_id,
            name=name,
            name_key=name_key,
            born=born,
            created_ms=now_ms,
        )
    )
    assert written.inserted_primary_key is not None
    return int(written.inserted_primary_key[0])
