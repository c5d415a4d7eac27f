"""Who waits for whom where several replicas write: a conversation is locked before anything of it is read to change.

One order for everybody, so that nobody waits in a circle: conversations by id, then bodies by key, then turns.
"""

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import Connection

from clinic_bot.events import Contact
from clinic_bot.store.session import driver_of, is_postgres

_TAKE = """
SELECT id FROM conversation WHERE instance = ?1 AND (phone_key = ANY(?2::text[]) OR lid = ANY(?3::text[]))
ORDER BY id FOR UPDATE"""


def take(connection: Connection, contacts: Iterable[Contact]) -> None:
    """Lock the conversations of these people until the end of the transaction; SQLite's single writer is the lock.

    One that another replica is opening at this moment is not seen: the unique index stops who comes second, and the
    executor runs him again.
    """
    if not is_postgres(connection):
        return
    driver = driver_of(connection)
    for instance, group in groupby(sorted(contacts, key=lambda one: one.instance), lambda one: one.instance):
        people = list(group)
        keys = {one.phone_key for one in people if one.phone_key is not None}
        # A bare LID may stand where a number should.
        lids = {lid for one in people for lid in (one.lid, one.phone) if lid is not None}
        driver.execute(_TAKE, (instance, list(keys), list(lids)))
