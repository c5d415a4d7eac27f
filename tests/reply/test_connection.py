"""The watch over Z-API's connection and account, against the stand-in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, NotSent
from clinic_bot.events import Trouble
from clinic_bot.operations.neighbours import Neighbours
from clinic_bot.reply import connection
from clinic_bot.reply.connection import ConnectionWatch, Times
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.sandbox import standins
from clinic_bot.sandbox.standins import StandIns, stand_ins
from clinic_bot.store import outages, switches
from clinic_bot.store.database import Database
from clinic_bot.store.places import open_database
from clinic_bot.store.tables import MarkName, SwitchName, TurnState
from tests.support import builders as b
from tests.support.clock import START_MS, FakeClock
from tests.support.store import Store

MINUTE_MS = 60_000
TIMES = Times(poll_ms=30_000, restricted_ms=30 * MINUTE_MS, ttl_ms=MINUTE_MS)


@dataclass
class Watched:
    """A watch, what it watches, and what it said."""

    watch: ConnectionWatch
    pair: StandIns
    clock: FakeClock
    database: Database
    zapi: ZapiClient
    alerts: list[tuple[str, str]] = field(default_factory=list)
    outages: list[tuple[int, int]] = field(default_factory=list)

    async def look(self, *, after_ms: int = 0) -> list[str]:
        """Look, some time later; the switches that are on then."""
        self.clock.advance(after_ms)
        await self.watch.look()
        on = await self.database.read(partial(switches.active, instance=b.INSTANCE))
        return [f"{one.name.value}: {one.reason}" for one in on]

    async def look_for(self, ms: int) -> None:
        """Look as often as it does by itself."""
        for _ in range(ms // TIMES.poll_ms):
            await self.look(after_ms=TIMES.poll_ms)


@asynccontextmanager
async def watched(store: Store, *, pair: StandIns | None = None) -> AsyncIterator[Watched]:
    """A process that watches; its switches and marks outlive it in the file."""
    clock, database = FakeClock(store.now_ms), open_database(store.place)
    async with stand_ins(Clock(START_MS)) as own:
        pair = pair or own
        zapi = ZapiClient(
            pair.zapi_url, standins.INSTANCE_ID, standins.TOKEN, standins.CLIENT_TOKEN, 5, Clock()
        )
        found: Watched

        async def report(since_ms: int, until_ms: int) -> None:
            found.outages.append((since_ms, until_ms))

        def alert(kind: str, text: str) -> None:
            found.alerts.append((kind, text))

        watch = ConnectionWatch(
            database, zapi, clock, store.policy, Neighbours(), TIMES, alert=alert, after_outage=report
        )
        found = Watched(watch, pair, clock, database, zapi)
        yield found
        await zapi.close()
        await database.close()
        store.now_ms = clock.now_ms()


async def test_while_all_is_well_nothing_is_switched_and_nobody_is_told(store: Store) -> None:
    async with watched(store) as it:
        assert await it.look() == []
        assert await it.look(after_ms=30_000) == []
        assert it.alerts == []
        assert it.pair.zapi.refuse_while_disconnected  # replies are not queued blindly


async def test_a_disconnection_stops_answers_until_it_is_over_and_is_told_once(store: Store) -> None:
    async with watched(store) as it:
        it.pair.zapi.connect(False)
        assert await it.look() == ["zapi_disconnected: disconnected"]
        await it.look(after_ms=30_000)
        it.pair.zapi.connect(True)
        assert await it.look(after_ms=30_000) == []
        assert [kind for kind, _ in it.alerts] == ["zapi_disconnected"] * 2
        assert "QR code" in it.alerts[0][1]
        assert "conectado de novo" in it.alerts[1][1]


@pytest.mark.parametrize(
    ("named", "switch"),
    [
        ("client_token_wrong", "zapi_account: security_token"),
        ("ip", "zapi_account: ip_list"),
        ("subscription", "zapi_account: subscription"),
        ("not_found", "zapi_account: address"),
        ("unauthorized", "zapi_account: token"),
    ],
)
async def test_an_account_that_is_refused_stops_answers_until_it_is_accepted(
    store: Store, named: str, switch: str
) -> None:
    async with watched(store) as it:
        it.pair.zapi.add_fault({"kind": "refuse", "named": named, "operation": "*"})
        assert await it.look() == [switch]
        assert await it.look(after_ms=30_000) == [switch]
        it.pair.zapi.faults.clear()
        assert await it.look(after_ms=30_000) == []
        assert [kind for kind, _ in it.alerts] == ["zapi_account"] * 2


async def test_a_lapsed_subscription_is_seen_in_me_and_resumes_when_it_is_paid(store: Store) -> None:
    async with watched(store) as it:
        it.pair.zapi.lapsed = True
        await it.watch.refused(AccountRefused("Z-API", "subscription", trouble=Trouble.SUBSCRIPTION))
        assert await it.look() == ["zapi_account: subscription"]
        assert await it.look(after_ms=5 * MINUTE_MS) == ["zapi_account: subscription"]
        it.pair.zapi.lapsed = False
        assert await it.look(after_ms=30_000) == []


async def test_one_that_is_accepted_when_asked_and_refused_when_it_sends_is_tried_ever_more_slowly(
    store: Store,
) -> None:
    refusal = AccountRefused("Z-API", "address", trouble=Trouble.ADDRESS)
    async with watched(store) as it:
        await it.look()
        waits = []
        for _ in range(3):
            await it.watch.refused(refusal)
            began_ms = it.clock.now_ms()
            await it.look()
            while await it.look(after_ms=10_000):
                pass
            waits.append(it.clock.now_ms() - began_ms)
    assert waits == sorted(waits)
    assert waits[-1] > 2 * waits[0]


async def test_a_shadow_ban_is_waited_out(store: Store) -> None:
    store.take(b.delivery(zaap_id="Z9", error="The message was not sent due to a likely shadow ban"))
    async with watched(store) as it:
        assert await it.look() == ["zapi_account: restricted"]
        assert await it.look(after_ms=TIMES.restricted_ms - 1) == ["zapi_account: restricted"]
        assert await it.look(after_ms=1) == []
        assert "não desconecte" in it.alerts[0][1]


async def test_a_send_that_says_disconnected_stops_the_others_at_once(store: Store) -> None:
    async with watched(store) as it:
        await it.watch.not_sent(NotSent("away", trouble=Trouble.DISCONNECTED))
        on = await it.database.read(partial(switches.active, instance=b.INSTANCE))
        assert [one.name for one in on] == [SwitchName.ZAPI_DISCONNECTED]
        waiting = asyncio.create_task(it.watch.until_connected(1e9))
        await it.look()
        await waiting


async def test_a_send_that_failed_for_another_reason_stops_nothing(store: Store) -> None:
    async with watched(store) as it:
        await it.watch.not_sent(NotSent("no connection"))
        assert await it.look() == []


async def test_silence_of_z_api_says_nothing_about_whatsapp(store: Store) -> None:
    async with watched(store) as it:
        it.pair.zapi.add_fault({"kind": "fail", "operation": "status"})
        assert await it.look() == []
        assert it.alerts == []


# Outages.


async def test_after_a_disconnection_the_outage_is_reported_once_with_its_ends(store: Store) -> None:
    async with watched(store) as it:
        await it.look()
        it.pair.zapi.connect(False)
        await it.look_for(10 * MINUTE_MS)
        it.pair.zapi.connect(True)
        await it.look_for(5 * MINUTE_MS)
        (outage,) = it.outages
        assert outage == (START_MS, START_MS + 10 * MINUTE_MS + 30_000)


async def test_a_process_that_was_away_reports_since_the_one_before_it_heard(store: Store) -> None:
    async with watched(store) as first:
        await first.look()
    store.later(20 * MINUTE_MS)
    async with watched(store) as second:
        await second.look_for(3 * MINUTE_MS)
        assert second.outages == [(START_MS, START_MS + 20 * MINUTE_MS + 30_000)]
        await second.look_for(10 * MINUTE_MS)
        assert len(second.outages) == 1


async def test_a_process_that_stood_still_was_away(store: Store) -> None:
    async with watched(store) as it:
        await it.look()
        await it.look(after_ms=60 * MINUTE_MS)
        await it.look_for(2 * MINUTE_MS)
        assert it.outages == [(START_MS, START_MS + 60 * MINUTE_MS)]


async def test_a_clock_that_was_set_is_no_outage(store: Store) -> None:
    async with watched(store) as it:
        await it.look()
        it.watch.clock_jumped(60 * MINUTE_MS)
        await it.look(after_ms=60 * MINUTE_MS)
        await it.look_for(2 * MINUTE_MS)
        assert it.outages == []


async def test_while_all_is_well_heard_until_moves_on(store: Store) -> None:
    async with watched(store) as it:
        await it.look()
        await it.look_for(10 * MINUTE_MS)
        heard = await it.database.read(partial(outages.marked, instance=b.INSTANCE, name=MarkName.HEARD))
        assert heard == it.clock.now_ms()
        assert it.outages == []


# Replies in Z-API's queue.


async def test_a_reply_that_gets_stale_in_the_queue_is_asked_again(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    store.intent(claim)
    async with watched(store) as it:
        it.pair.zapi.connect(False)
        queued = it.pair.zapi.enqueue(b.PHONE, "Bom dia!", delay_s=15, typing_s=0)
        store.outcome(claim, zaap_id=queued.zaap_id, message_id=queued.message_id)
        await it.look(after_ms=30_000)
        assert store.turns()[0].state == TurnState.SENT  # it may still leave in time
        await it.look(after_ms=31_000)
        assert not it.pair.zapi.queue
        it.pair.zapi.connect(True)
        assert await it.look(after_ms=30_000) == []
    assert store.turns()[0].state == TurnState.WITHDRAWN
    store.take(b.message("alguém?", id="m2"))
    assert [message.text for message in store.claim_when_due().messages] == ["oi", "alguém?"]


async def test_a_reply_that_the_queue_does_not_show_is_left_alone(store: Store) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    store.intent(claim)
    store.outcome(claim, zaap_id="GONE", message_id="3EB01")
    async with watched(store) as it:
        it.pair.zapi.connect(False)
        await it.look(after_ms=2 * MINUTE_MS)
    assert store.turns()[0].state == TurnState.SENT


async def test_the_watch_looks_again_as_soon_as_somebody_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: asyncio.Queue[None] = asyncio.Queue()

    async def look(_self: Any) -> None:
        looked.put_nowait(None)

    monkeypatch.setattr(connection.ConnectionWatch, "look", look)
    async with watched(store) as it:
        real = ConnectionWatch(it.database, it.zapi, Clock(), store.policy, Neighbours(), TIMES)
        task = asyncio.create_task(real.watch_forever())
        async with asyncio.timeout(10):
            await looked.get()
            real.look_soon()
            await looked.get()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
