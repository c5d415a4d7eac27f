"""Settling what is uncertain, with Z-API's stand-in as the one who is asked."""

import pytest

from clinic_bot.clock import Clock
from clinic_bot.errors import ProviderDown
from clinic_bot.operations.metrics import Metrics
from clinic_bot.reply.settle import settle_once
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.sandbox import standins
from clinic_bot.sandbox.standins import StandIns, stand_ins
from clinic_bot.store.places import open_database
from clinic_bot.store.tables import Turn, TurnState
from tests.support import builders as b
from tests.support.builders import contact
from tests.support.clock import START_MS
from tests.support.store import Store

REPLY = "Abrimos às 8h."


def an_unknown_send(store: Store, *, phone: str | None = b.PHONE, lid: str | None = None) -> None:
    store.take(b.message(who=contact(phone, lid=lid)))
    store.intent(store.claim_when_due(), REPLY)
    store.recover()


def the_turn(store: Store) -> Turn:
    (turn,) = store.turns()
    return turn


async def settle(store: Store, pair: StandIns, *, after_ms: int = 0) -> Metrics:
    zapi = ZapiClient(pair.zapi_url, standins.INSTANCE_ID, standins.TOKEN, standins.CLIENT_TOKEN, 5, Clock())
    database, metrics = open_database(store.place), Metrics()
    try:
        await settle_once(database, zapi, Clock(store.now_ms + after_ms), metrics)
    finally:
        await zapi.close()
        await database.close()
    return metrics


def queue(pair: StandIns, to: str, text: str = REPLY) -> str:
    pair.zapi.connect(False)  # what is queued stays there
    return pair.zapi.enqueue(to, text, delay_s=15, typing_s=0).zaap_id


@pytest.mark.parametrize(
    ("phone", "lid", "to"),
    [
        pytest.param(b.PHONE, None, b.PHONE, id="a number"),
        pytest.param(None, b.LID, f"{b.LID}@lid", id="a LID alone"),
    ],
)
async def test_what_still_waits_in_the_queue_gets_its_ids(
    store: Store, phone: str | None, lid: str | None, to: str
) -> None:
    an_unknown_send(store, phone=phone, lid=lid)
    async with stand_ins(Clock(START_MS)) as pair:
        zaap_id = queue(pair, to)
        await settle(store, pair)
    assert (the_turn(store).zaap_id, the_turn(store).state) == (zaap_id, TurnState.UNKNOWN)


async def test_two_that_fit_prove_nothing(store: Store) -> None:
    an_unknown_send(store)
    async with stand_ins(Clock(START_MS)) as pair:
        queue(pair, b.PHONE)
        queue(pair, b.PHONE)
        await settle(store, pair)
    assert the_turn(store).zaap_id is None


async def test_absence_from_the_queue_proves_nothing(store: Store) -> None:
    an_unknown_send(store)
    async with stand_ins(Clock(START_MS)) as pair:
        await settle(store, pair)
    assert the_turn(store).state == TurnState.UNKNOWN


async def test_after_two_minutes_a_person_decides_even_when_zapi_is_silent(store: Store) -> None:
    an_unknown_send(store)
    async with stand_ins(Clock(START_MS)) as pair:
        pair.zapi.add_fault({"kind": "fail", "operation": "queue"})
        with pytest.raises(ProviderDown):
            await settle(store, pair, after_ms=120_000)
    assert the_turn(store).state == TurnState.HELD


async def test_with_nothing_unknown_zapi_is_not_asked(store: Store) -> None:
    store.take(b.message())
    store.answer()
    async with stand_ins(Clock(START_MS)) as pair:
        await settle(store, pair)
        assert not pair.zapi.calls
