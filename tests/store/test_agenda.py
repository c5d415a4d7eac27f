"""The reception and a patient at one agenda, at one moment, on two connections of one PostgreSQL."""

import asyncio
from functools import partial

from clinic_bot.store import agenda, cells
from clinic_bot.store.agenda import Blocked
from clinic_bot.store.places import Place, open_database
from tests.support import builders as b
from tests.support.agenda import MINUTE_MS, agenda_violations, book, open_conversation, wanted
from tests.support.agenda import place as place_of
from tests.support.clock import START_MS
from tests.support.fixtures import ON_POSTGRES
from tests.support.store import Store

RACES = 15


@ON_POSTGRES
async def test_a_block_and_a_booking_do_not_pass_each_other(place: Place, store: Store) -> None:
    """Who comes second sees the first: a booking in a blocked time is refused, a block tells of the booking."""
    conversation_id = store.run(partial(open_conversation, phone=b.PHONE))
    desk, patient = open_database(place), open_database(place)
    for n in range(RACES):
        where = slot(n)
        blocking = partial(
            agenda.block, instance=b.INSTANCE, professionals=["ana"], start_ms=where.start_ms,
            end_ms=where.end_ms, reason="", now_ms=0, despite=False,
        )  # fmt: skip
        booking = partial(book, conversation_id=conversation_id, what=wanted(where))
        blocked, booked = await asyncio.gather(desk.write(blocking), patient.write(booking))
        assert isinstance(blocked, Blocked)
        assert bool(blocked.ids) == (booked is None)
        assert [one.id for one in blocked.booked] == ([] if booked is None else [booked.id])
    await desk.close()
    await patient.close()
    assert store.run(agenda_violations) == []


def slot(n: int) -> cells.Place:
    return place_of(START_MS // MINUTE_MS // 5 * 5 * MINUTE_MS + n * 30 * MINUTE_MS)
