"""Who waits for whom where several replicas write: a conversation is locked before anything of it is read to change.

One order for everybody, so that nobody waits in a circle: conversations by id, then bodies by key, then turns.
"""

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import Connection

from clinic_bot.events import Contact
from clinic_bot.store.session import driver_of, is_postgres

_TAKE = """
SELECT phone_key, lid FROM conversation WHERE instance = ?1 AND (phone_key = ANY(?2::text[]) OR lid = ANY(?3::text[]))
ORDER BY id FOR UPDATE"""


#: In the order of the numbers, so that two who want the same names wait in one order.
_TAKE_NAMES = """
SELECT pg_advisory_xact_lock(key)
FROM (SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest(?1::text[]) AS name ORDER BY key) AS keys"""


def take(connection: Connection, contacts: Iterable[Contact]) -> None:
    """Lock the conversations of these people until the end of the transaction; SQLite's single writer is the lock.

    There is no row to lock of somebody who has none yet, and what two replicas store of him at one moment must not
    pass each other by: an edit would wait for ever for a message that is there. So his names are locked.
    """
    if not is_postgres(connection):
        return
    driver = driver_of(connection)
    for instance, group in groupby(sorted(contacts, key=lambda one: one.instance), lambda one: one.instance):
        people = list(group)
        keys = {one.phone_key for one in people if one.phone_key is not None}
        # A bare LID may stand where a number should.
        lids = {lid for one in people for lid in (one.lid, one.phone) if lid is not None}
        asked = (instance, list(keys), list(lids))
        found = {name for row in driver.execute(_TAKE, asked).fetchall() for name in row}
        unknown = [name for one in people for name in (one.phone_key, one.lid) if name and name not in found]
        if unknown:
            driver.execute(_TAKE_NAMES, ([f"{instance}:{name}" for name in unknown],))
            driver.execute(_TAKE, asked)  # of whom another replica has just opened one
