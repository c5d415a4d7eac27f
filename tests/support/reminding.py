"""Patients with something booked, and reminders of it through the store's own transactions."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection
from sqlmodel import col, select

from clinic_bot.clinic.spelling import name_key
from clinic_bot.events import Contact
from clinic_bot.reply.reminders import stops
from clinic_bot.store import notices, reminders, seed
from clinic_bot.store.appointments import Wanted
from clinic_bot.store.cells import Place
from clinic_bot.store.clinic_tables import Reminder
from clinic_bot.store.notices import Concluded, Intent, NotNow
from clinic_bot.store.reminders import Booked, Due, Skipped
from clinic_bot.store.tables import Notice, NoticeState
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.store import Store

HOUR_MS = 3_600_000
#: Thursday, 24 September 2026, 14:00 in São Paulo; the tests begin on Monday at 11:13.
THURSDAY_14H_MS = 1_790_269_200_000


def book(
    connection: Connection,
    *,
    start_ms: int = THURSDAY_14H_MS,
    patient: str = "Maria Souza",
    who: Contact | None = None,
    service: str = "derma",
    professional: str = "ana",
    at_ms: int = START_MS,
) -> int:
    """Its id."""
    place = Place(b.INSTANCE, professional, start_ms, start_ms + 1_800_000)
    wanted = Wanted(patient, name_key(patient), service, place)
    booked = seed.has_booked(connection, who or b.contact(), wanted, at_ms=at_ms, policy=b.POLICY)
    assert booked is not None
    return booked


def ahead(store: Store) -> list[Booked]:
    span = partial(reminders.ahead, from_ms=START_MS, to_ms=START_MS + 30 * 24 * HOUR_MS)
    return store.run(partial(span, instance=b.INSTANCE))


def intend(
    store: Store, due: Sequence[Due], *, owner: str = "p1", words: str = "Lembrete!"
) -> Intent | NotNow | Skipped:
    return store.run(
        partial(
            reminders.intend, due=due, words=words, stops=stops, owner=owner, now_ms=store.now_ms,
            lease_ms=b.LEASE_MS, policy=store.policy,
        )
    )  # fmt: skip


def remind(store: Store, *hours: int, message_id: str = "R1", words: str = "Lembrete!") -> Intent:
    """All that is booked, in one text that arrives."""
    intent = intend(store, [Due(one, hour) for one in ahead(store) for hour in hours or (24,)], words=words)
    assert isinstance(intent, Intent), intent
    conclude(store, intent, message_id=message_id)
    return intent


def conclude(
    store: Store, intent: Intent, state: NoticeState = NoticeState.SENT, *, message_id: str | None = None
) -> Concluded:
    return store.run(
        partial(
            notices.conclude, intent=intent, state=state, now_ms=store.now_ms, policy=store.policy,
            message_id=message_id,
        )
    )  # fmt: skip


def rows(connection: Connection) -> list[tuple[int, str | None, str | None]]:
    """Hours before, why it was skipped, how its notice stands."""
    found = connection.execute(
        select(col(Reminder.hours), col(Reminder.skipped), col(Notice.state))
        .select_from(Reminder)
        .outerjoin(Notice, col(Notice.id) == col(Reminder.notice_id))
        .order_by(col(Reminder.id))
    )
    return [(row[0], row[1], row[2]) for row in found]
