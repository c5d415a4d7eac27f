"""Watch mode, over HTTP: everything is read and drafted, and nothing that could reach a phone leaves."""

from typing import Any

from clinic_bot.sandbox import standins
from clinic_bot.settings import Mode
from clinic_bot.store.places import Place
from clinic_bot.store.tables import TurnState
from tests.support.builders import EMERGENCY_TEXT
from tests.support.service import Clinic, clinic
from tests.support.waiting import until_async

PHONE = "5511987650001"
#: What Z-API lets one read. Anything else changes something there or reaches a phone.
READING = {"status", "phone-exists", "queue", "chats", "device", "contacts", "me"}
DRAFT = TurnState.NO_REPLY.value


def watching(place: Place, **given: Any) -> Any:
    return clinic(
        place,
        mode=Mode.WATCH,
        groq_api_key=standins.GROQ_KEY,
        zapi_instance_id=standins.INSTANCE_ID,
        zapi_token=standins.TOKEN,
        zapi_client_token=standins.CLIENT_TOKEN,
        **given,
    )


def changing(it: Clinic) -> list[str]:
    return [call.operation for call in it.stand_ins.zapi.calls if call.operation not in READING]


async def every_turn_ended(it: Clinic, count: int) -> None:
    async def done() -> bool:
        states = await it.states()
        return len(states) == count and not {"thinking", "sending"} & set(states)

    await until_async(done)


async def test_a_watching_service_never_sends_and_never_changes_anything(place: Place) -> None:
    async with watching(place) as it:
        await it.patient(phone=PHONE, text="vocês abrem às 8h?")
        await it.patient(phone="5511987650002", text=EMERGENCY_TEXT)
        await it.patient(phone="5511987650003", text="quero falar com uma pessoa")
        await it.patient(phone="5511987650004", text="oi")
        await it.staff(phone="5511987650004", text="Oi, aqui é a Ana")
        await every_turn_ended(it, 3)
        assert changing(it) == []
        assert it.sent == []
        assert it.stand_ins.zapi.queue == {}


async def test_a_watching_service_says_what_it_is(place: Place) -> None:
    async with watching(place) as it:
        ready = (await it.http.get(f"{it.url}/health/ready")).json()
        assert (ready["status"], ready["mode"]) == ("ready", "watch")


async def test_each_burst_is_drafted_and_the_draft_is_kept(place: Place) -> None:
    async with watching(place, says=("Abrimos às 8h.",)) as it:
        await it.patient(phone=PHONE, text="vocês abrem às 8h?")
        await it.until_states(DRAFT)
        await it.patient(phone=PHONE, text="e aos sábados?")
        await it.until_states(DRAFT, DRAFT)
        turns = await it.turns()
        assert [turn.reason for turn in turns] == ["draft", "draft"]
        assert all((turn.reply or "").endswith("Abrimos às 8h.") for turn in turns)
        assert changing(it) == []


async def test_neither_a_hand_over_nor_a_person_silences_the_drafts(place: Place) -> None:
    async with watching(place) as it:
        await it.patient(phone=PHONE, text=EMERGENCY_TEXT)
        await it.until_states(DRAFT)
        await it.staff(phone=PHONE, text="Oi, aqui é a Ana")
        await it.patient(phone=PHONE, text="obrigada, e o horário?")
        await it.until_states(DRAFT, DRAFT)
        assert (await it.turns())[0].hand_over is not None
        assert changing(it) == []
