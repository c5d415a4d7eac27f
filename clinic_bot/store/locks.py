"""Who waits for whom where several replicas write: a conversation is locked before anything of it is read to change.

One order for everybody, so that nobody waits in a circle: conversations by id, then bodies by key, then turns. And the
webhooks, which have many conversations at a time, wait for none: what they cannot have now they ask for again.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from sqlalchemy import Connection

from clinic_bot.events import Contact
from clinic_bot.store.session import Driver, driver_of, is_postgres

#: Whoever has one already is not waited for.
_THERE = """
SELECT phone_key, lid FROM conversation
WHERE instance = ?1 AND (phone_key = ANY(?2::text[]) OR lid = ANY(?3::text[]))"""
_TAKE = f"{_THERE} ORDER BY id FOR UPDATE SKIP LOCKED"
_TAKE_NAMES = """
SELECT name, pg_try_advisory_xact_lock(hashtextextended(?1 || ':' || name, 0))
FROM unnest(?2::text[]) AS name"""


def take(connection: Connection, contacts: Iterable[Contact]) -> Callable[[Contact], bool]:
    """Lock the conversations of these people until the end of the transaction; SQLite's single writer is the lock.

    There is no row to lock of somebody who has none yet, and what two replicas store of him at one moment must not
    pass each other by: an edit would wait for ever for a message that is there. So his names are locked.

    Returns:
        Tells of whom somebody else has something at this moment. Nothing may be stored of him here.
    """
    if not is_postgres(connection):
        return _nobody
    driver = driver_of(connection)
    busy: dict[str, set[str]] = {}
    for instance, group in groupby(sorted(contacts, key=lambda one: one.instance), lambda one: one.instance):
        busy[instance] = _take_of(driver, instance, list(group))
    if not any(busy.values()):
        return _nobody
    return lambda contact: not busy.get(contact.instance, set()).isdisjoint((*_names(contact), contact.phone))


def _take_of(driver: Driver, instance: str, people: Sequence[Contact]) -> set[str]:
    """Lock what is free; answers the names, numbers or LIDs, that somebody else has."""
    missing = _missing(people, _found(driver, _TAKE, instance, people))
    if not missing:
        return set()
    tried = driver.execute(_TAKE_NAMES, (instance, sorted(missing))).fetchall()
    busy = {name for name, is_ours in tried if not is_ours}
    people = [one for one in people if not missing.isdisjoint(_names(one))]
    found = _found(driver, _TAKE, instance, people)  # of whom another replica has just opened one
    if _missing(people, found):
        busy |= _found(driver, _THERE, instance, people) - found
    return busy


def _found(driver: Driver, statement: str, instance: str, people: Sequence[Contact]) -> set[str]:
    """The names of all conversations that ``statement`` finds of these people."""
    keys = {one.phone_key for one in people if one.phone_key is not None}
    # A bare LID may stand where a number should.
    lids = {lid for one in people for lid in (one.lid, one.phone) if lid is not None}
    rows = driver.execute(statement, (instance, list(keys), list(lids))).fetchall()
    return {name for row in rows for name in row if name is not None}


def _missing(people: Sequence[Contact], found: set[str]) -> set[str]:
    return {name for one in people for name in _names(one) if name not in found}


def _names(contact: Contact) -> tuple[str, ...]:
    return tuple(name for name in (contact.phone_key, contact.lid) if name is not None)


def _nobody(_contact: Contact) -> bool:
    return False
