"""Leases on PostgreSQL: kept by the server's clock, together, and without waiting for anybody."""

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest
from sqlalchemy import URL, Connection, text
from sqlalchemy.util import await_only

from clinic_bot.store import claims, renewal
from clinic_bot.store.claims import Later
from clinic_bot.store.database import Job
from clinic_bot.store.gate import Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.postgres import PostgresDatabase, engine
from clinic_bot.store.renewal import Seen
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.fixtures import ON_POSTGRES
from tests.support.store import Store

pytestmark = ON_POSTGRES
LEASE_MS = 15_000
HOUR_MS = 3_600_000


def two_claims(store: Store) -> list[Claim]:
    for n in (1, 2):
        store.take(b.message(id=f"m{n}", who=b.contact(f"551198765000{n}")))
    return [store.claim_when_due(n, owner="a") for n in (1, 2)]


def renew(store: Store, held: Sequence[Claim], *, by_server: bool = False) -> dict[int, Seen]:
    now_ms = None if by_server else store.now_ms
    job = partial(renewal.renew, claims=held, owner="a", now_ms=now_ms, lease_ms=LEASE_MS)
    return {seen.conversation_id: seen for seen in store.run(job)}


def server_ms(store: Store) -> int:
    asked = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
    return int(store.run(lambda connection: connection.execute(asked).scalar_one()))


def test_one_statement_renews_all_that_are_ours(store: Store) -> None:
    held = two_claims(store)
    store.later(5_000)
    assert [seen.renewed for seen in renew(store, held).values()] == [True, True]
    assert [one.wake_at_ms for one in store.conversations()] == [store.now_ms + LEASE_MS] * 2


def test_what_another_replica_took_or_closed_is_not_renewed(store: Store) -> None:
    held = two_claims(store)
    store.later(b.LEASE_MS)
    store.try_claim(1, owner="b")  # the lease ran out
    store.claim_when_due(1, owner="b")
    store.intent(held[1])
    store.outcome(held[1])
    before = store.conversation(1).wake_at_ms
    found = renew(store, held)
    assert [(seen.ours, seen.renewed) for seen in found.values()] == [(False, False)] * 2
    assert store.conversation(1).wake_at_ms == before
    assert store.conversation(2).wake_at_ms is None


def test_it_brings_along_what_others_took_in(store: Store) -> None:
    first, second = two_claims(store)
    store.take(b.message(b.EMERGENCY_TEXT, id="m3", who=b.contact("5511987650001")))
    store.take(b.staff(who=b.contact("5511987650002")))
    job = partial(renewal.look, claims=[first, second], owner="a")
    found = {seen.conversation_id: seen for seen in store.run(job)}
    assert found[1].revision > first.revision
    assert found[1].emergency_seq == 2
    assert found[2].human_until_ms == store.now_ms + b.HUMAN_MS
    assert [seen.ours for seen in found.values()] == [True, True]


async def test_a_row_that_somebody_writes_holds_up_no_other(store: Store, place: URL) -> None:
    held = two_claims(store)
    other = engine(place)
    async with other.begin() as connection:
        await connection.execute(text("SELECT id FROM conversation WHERE id = 1 FOR UPDATE"))
        found = await asyncio.to_thread(renew, store, held)
    await other.dispose()
    assert [found[n].renewed for n in (1, 2)] == [False, True]
    assert found[1].ours


def test_a_lease_ends_by_the_servers_clock(store: Store) -> None:
    held = two_claims(store)
    renew(store, held, by_server=True)
    wake = store.conversation(1).wake_at_ms or 0
    assert abs(wake - server_ms(store) - LEASE_MS) < 5_000


@pytest.mark.parametrize("wrong_ms", [-HOUR_MS, HOUR_MS], ids=["an hour behind", "an hour ahead"])
def test_a_replica_with_a_wrong_clock_takes_no_lease_that_lasts(store: Store, wrong_ms: int) -> None:
    held = two_claims(store)
    renew(store, held, by_server=True)
    now_ms = server_ms(store) + wrong_ms
    later = store.run(partial(claim_by_server, now_ms=now_ms))
    assert isinstance(later, Later)
    assert later.wake_at_ms is not None
    assert 0 < later.wake_at_ms - now_ms <= LEASE_MS  # what is left, for a timer by that clock
    assert store.conversation(1).owner == "a"


def claim_by_server(connection: Connection, now_ms: int) -> Claim | Later:
    return claims.claim(
        connection, 1, owner="b", now_ms=now_ms, lease_ms=LEASE_MS, policy=b.POLICY, by_server=True
    )


def test_who_proves_that_a_send_is_his_has_a_lease_again(store: Store) -> None:
    first, _second = two_claims(store)
    assert store.intent(first) is Gate.OPEN
    store.later(b.LEASE_MS + 1)
    assert prove(store, first)
    assert store.conversation(1).wake_at_ms == store.now_ms + LEASE_MS


def test_before_the_gate_and_after_the_end_nothing_is_proved(store: Store) -> None:
    first, second = two_claims(store)
    assert not prove(store, first)
    store.intent(second)
    store.later(b.LEASE_MS)
    store.try_claim(2, owner="b")
    assert store.turns()[1].state == TurnState.UNKNOWN
    assert not prove(store, second)


def prove(store: Store, claim: Claim) -> bool:
    return store.run(partial(renewal.prove, claim=claim, now_ms=store.now_ms, lease_ms=LEASE_MS))


def waiting(release: asyncio.Event) -> Job[bool]:
    return lambda _connection: bool(await_only(release.wait()))


async def test_renewals_wait_for_no_other_work(store: Store, place: URL) -> None:
    """Not even for a job that holds every other connection."""
    (first, _second) = two_claims(store)
    database = PostgresDatabase(place)
    release = asyncio.Event()
    held_up = [asyncio.ensure_future(database.write(waiting(release), urgent=n % 2 == 0)) for n in range(40)]
    job = partial(renewal.renew, claims=[first], owner="a", now_ms=store.now_ms, lease_ms=LEASE_MS)
    assert [seen.renewed for seen in await database.renew(job)] == [True]
    release.set()
    await asyncio.gather(*held_up)
    await database.close()
