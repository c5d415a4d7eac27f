"""The whole service while the clinic's WhatsApp is away or restricted, or Z-API refuses the instance."""

from functools import partial

from clinic_bot.store import switches
from clinic_bot.store.places import Place
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.service import Clinic, clinic
from tests.support.waiting import until, until_async

SENT = TurnState.SENT.value
OTHER = "5511987650002"


async def stopped_by(it: Clinic) -> list[str]:
    on = await it.read(partial(switches.active, instance=it.service.credentials.zapi_instance))
    return [f"{one.name.value}: {one.reason}" for one in on]


async def until_stopped_by(it: Clinic, *expected: str) -> None:
    async def done() -> bool:
        return await stopped_by(it) == list(expected)

    await until_async(done)


async def test_while_whatsapp_is_away_nothing_is_claimed_and_all_is_answered_after_it(
    place: Place,
) -> None:
    async with clinic(place, zapi_poll_s=2) as it:
        await it.patient(phone=b.PHONE, text="vcs abrem sabado?")
        it.zapi_fault(kind="disconnect")
        await until_stopped_by(it, "zapi_disconnected: disconnected")
        due_ms = it.service.clock.now_ms() + 20_000
        await until(lambda: it.service.clock.now_ms() > due_ms)
        assert it.calls == 0
        it.zapi_fault(kind="connect")
        await it.until_states(SENT)
        assert await stopped_by(it) == []
        await until(lambda: len(it.sent) == 1)


async def test_a_webhook_that_says_disconnected_is_believed_only_as_far_as_z_api_confirms_it(
    place: Place,
) -> None:
    async with clinic(place, zapi_poll_s=3600) as it:
        asked = sum(call.operation == "status" for call in it.stand_ins.zapi.calls)
        await it.post({"type": "DisconnectedCallback", "disconnected": True, "error": "forged or old"})
        await until(lambda: sum(call.operation == "status" for call in it.stand_ins.zapi.calls) > asked)
        assert await stopped_by(it) == []
        it.zapi_fault(kind="disconnect")  # this one is true, and its webhook is what tells of it
        await until_stopped_by(it, "zapi_disconnected: disconnected")
        it.zapi_fault(kind="connect")
        await until_stopped_by(it)


async def test_a_shadow_ban_pauses_everybody_and_the_others_are_answered_after_it(
    place: Place,
) -> None:
    async with clinic(place, zapi_poll_s=2, zapi_restricted_pause_s=60) as it:
        it.zapi_fault(kind="delivery_error", **{"class": "restricted"}, count=1)
        await it.patient(phone=b.PHONE, text="vcs abrem sabado?")
        await until_stopped_by(it, "zapi_account: restricted")
        await it.patient(phone=OTHER, text="e no domingo?")
        await it.until_states(TurnState.UNDELIVERED.value, SENT)
        assert await stopped_by(it) == []
        await until(lambda: len(it.stand_ins.zapi.sent) == 2)
        first, second = it.stand_ins.zapi.sent
        assert second.accepted_ms - first.left_ms > 55_000
