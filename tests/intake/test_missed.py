"""What an operator reads after an outage, from the stand-in's chats and what is stored."""

from zoneinfo import ZoneInfo

from clinic_bot.clock import Clock
from clinic_bot.intake.identity import phone_key
from clinic_bot.intake.missed import Missed, MissedReport, told
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.sandbox import standins
from clinic_bot.sandbox.payloads import lid_of
from clinic_bot.sandbox.standins import StandIns, stand_ins
from clinic_bot.store.places import open_database
from tests.support import builders as b
from tests.support.builders import contact
from tests.support.clock import START_MS
from tests.support.store import Store

ZONE = ZoneInfo("America/Sao_Paulo")
OTHER, THIRD, LISTED = "5511987650002", "5511987650003", "5511987650004"
MINUTE_MS = 60_000


async def report(store: Store, pair: StandIns, *, minutes: int = 30) -> list[str]:
    """Report an outage of the last minutes; the alerts it raised."""
    alerts: list[str] = []
    zapi = ZapiClient(pair.zapi_url, standins.INSTANCE_ID, standins.TOKEN, standins.CLIENT_TOKEN, 5, Clock())
    database = open_database(store.place)
    missed = MissedReport(
        database,
        zapi,
        ZONE,
        is_listed=lambda key, _lid: key == phone_key(LISTED),
        alert=lambda _kind, text: alerts.append(text),
    )
    try:
        await missed(store.now_ms - minutes * MINUTE_MS, store.now_ms)
    finally:
        await zapi.close()
        await database.close()
    return alerts


async def test_chats_newer_than_what_is_stored_are_named(store: Store) -> None:
    store.take(b.message(who=contact(b.PHONE)))  # heard
    store.take(b.message(id="m2", who=contact(OTHER)))  # heard, and then something more was written
    store.later(30 * MINUTE_MS)
    async with stand_ins(Clock(START_MS)) as pair:
        pair.zapi.chats |= {
            b.PHONE: START_MS,
            OTHER: START_MS + 5 * MINUTE_MS,
            THIRD: START_MS + 6 * MINUTE_MS,
            LISTED: START_MS + 7 * MINUTE_MS,
            "120363000000000001-group": START_MS + 8 * MINUTE_MS,
            "5511987650009": START_MS - 60 * MINUTE_MS,  # before the outage
        }
        pair.zapi.chat_names |= {OTHER: "Ana", THIRD: "Beto"}
        (text,) = await report(store, pair)
    assert text.endswith("responda à mão: Beto, Ana.")
    assert "Mensagens podem ter se perdido entre" in text


async def test_a_chat_known_by_its_lid_alone_is_found(store: Store) -> None:
    lid = lid_of(OTHER).removesuffix("@lid")
    store.take(b.message(who=contact(None, lid=lid), sent_ms=START_MS))
    async with stand_ins(Clock(START_MS)) as pair:
        pair.zapi.chats[OTHER] = START_MS
        assert await report(store, pair, minutes=1) == []


async def test_many_chats_are_read_page_by_page(store: Store) -> None:
    async with stand_ins(Clock(START_MS)) as pair:
        for n in range(230):
            pair.zapi.chats[f"55119876{n:05d}"] = START_MS - n
        (text,) = await report(store, pair)
    assert "e mais 215." in text


async def test_a_short_absence_without_a_newer_chat_is_not_worth_a_word(store: Store) -> None:
    async with stand_ins(Clock(START_MS)) as pair:
        assert await report(store, pair, minutes=1) == []
        (text,) = await report(store, pair, minutes=10)
    assert "Nenhuma conversa" in text


async def test_when_the_chats_cannot_be_read_the_operator_is_told_to_look(store: Store) -> None:
    async with stand_ins(Clock(START_MS)) as pair:
        pair.zapi.add_fault({"kind": "fail", "operation": "chats"})
        (text,) = await report(store, pair, minutes=1)
    assert "Não foi possível comparar" in text


def test_the_instants_are_the_clinic_s_and_a_nameless_chat_shows_no_number() -> None:
    text = told([Missed("55119*****001")], START_MS, START_MS + MINUTE_MS, ZONE)
    assert text.startswith("Mensagens podem ter se perdido entre 21/09 às 11:13 e 21/09 às 11:14.")
