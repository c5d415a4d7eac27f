"""The people for whom a phone speaks. Whose they are comes from the conversation, never from a text."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select, update
from sqlmodel import col

from clinic_bot.store import contacts
from clinic_bot.store.clinic_tables import Appointment, Patient
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
        born: tells two of one name apart, and is learnt of one who was known without it, where that can be nobody else.
            Which of several is meant by the name alone is never guessed: then it is one without a birth date.
    """
    same = [one for one in of(connection, who) if one.name_key == name_key]
    if (known := next((one for one in same if one.born == born), None)) is not None:
        return known.id
    if len(same) == 1 and born is None:
        return same[0].id
    if len(same) == 1 and born is not None and same[0].born is None and _may_be(same[0], who, born, now_ms):
        connection.execute(update(Patient).where(col(Patient.id) == same[0].id).values(born=born))
        return same[0].id
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


def forget_unbooked(connection: Connection, patient_id: int) -> None:
    """Keep nobody's name of whom nothing was ever booked."""
    visits = exists().where(col(Appointment.patient_id) == patient_id)
    connection.execute(delete(Patient).where(col(Patient.id) == patient_id, ~visits))


def prune(connection: Connection, *, limit: int) -> int:
    """Forget a slice of those of whom nothing is booked: an older version left them where a time could not be had."""
    visits = exists().where(col(Appointment.patient_id) == col(Patient.id))
    unbooked = select(col(Patient.id)).where(~visits).limit(limit)
    return connection.execute(delete(Patient).where(col(Patient.id).in_(unbooked))).rowcount


def doubt(connection: Connection, who: Owner, name_key: str, born: str | None) -> str | None:
    """Why a person who books by name has to say more: there are several of it on this phone."""
    same = [one for one in of(connection, who) if one.name_key == name_key]
    if born is not None or len(same) < 2:
        return None
    return f"há {len(same)} pacientes com esse nome nesse telefone: diga com --born a data de nascimento de qual deles"


def _may_be(undated: PatientRow, who: Owner, born: str, now_ms: int) -> bool:
    """Whether it can be the same person: a child that has the name of the phone's holder is somebody else."""
    first, *_ = _plain(undated.name).split() or [""]
    return first not in _plain(who.display_name or "").split() or not _is_minor(born, now_ms)


def _is_minor(born: str, now_ms: int) -> bool:
    today = datetime.fromtimestamp(now_ms / 1000, UTC)
    return born > f"{today.year - 18:04}-{today:%m-%d}"


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return "".join(one for one in letters if not unicodedata.combining(one)).casefold()
