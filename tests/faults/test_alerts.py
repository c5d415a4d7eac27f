"""Alerts of a service that runs, over HTTP: what the clinic's hook and its own number get."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clinic_bot.clinic.facts import ClinicFacts, example_clinic
from clinic_bot.operations.alerts import AlertKind
from clinic_bot.sandbox.serving import serving
from clinic_bot.store.places import Place
from clinic_bot.store.tables import TurnState
from tests.support.service import Clinic, clinic
from tests.support.waiting import until, until_async

PHONE = "5511987650001"
DESK = "5519930000009"


@dataclass
class Receiver:
    url: str = ""
    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        return [alert["kind"] for alert in self.got]


@asynccontextmanager
async def a_hook() -> AsyncIterator[Receiver]:
    receiver = Receiver()

    async def receive(request: Request) -> Response:
        receiver.got.append(await request.json())
        return Response(status_code=receiver.status)

    async with serving(Starlette(routes=[Route("/alerts", receive, methods=["POST"])])) as url:
        receiver.url = f"{url}/alerts"
        yield receiver


def told_at(number: str) -> ClinicFacts:
    facts = example_clinic()
    whatsapp = facts.whatsapp.model_copy(update={"alerts_to": number})
    return facts.model_copy(update={"whatsapp": whatsapp})


def at_the_desk(it: Clinic) -> list[str]:
    return [left.text for left in it.stand_ins.zapi.sent if left.phone == DESK and left.went_out]


async def test_an_alert_reaches_the_hook_and_the_clinics_number(place: Place) -> None:
    async with a_hook() as hook, clinic(place, facts=told_at(DESK[2:]), alert_url=hook.url) as it:
        it.service.alerts.alert(AlertKind.PATIENT_WAITS, f"O paciente {PHONE} espera por uma pessoa.")
        await until(lambda: len(hook.got) == 1 and len(at_the_desk(it)) == 1)
        assert hook.got[0]["text"] == "O paciente 55119*****001 espera por uma pessoa."
        assert hook.got[0]["instance"] == it.service.credentials.zapi_instance
        assert PHONE not in at_the_desk(it)[0]


async def test_the_echo_of_an_alert_takes_no_chat_over(place: Place) -> None:
    async with clinic(place, facts=told_at(DESK)) as it:
        it.service.alerts.alert(AlertKind.DISK, "O disco está quase cheio.")
        await until(lambda: len(at_the_desk(it)) == 1)
        await until(lambda: len(it.stand_ins.zapi.webhooks.log) >= 2)  # the echo, the delivery, receipts
        conversation = await it.conversation()
        assert (conversation.human_until_ms, conversation.owner) == (0, None)
        await it.patient(phone=DESK, text="o que houve?")
        await it.until_states(TurnState.SENT.value)


async def test_an_alert_does_not_go_into_a_burst_that_is_open_at_its_number(place: Place) -> None:
    async with clinic(place, facts=told_at(DESK), says=("Abrimos às 8h.",)) as it:
        await it.patient(phone=DESK, text="oi")
        it.service.alerts.alert(AlertKind.DISK, "O disco está quase cheio.")
        await it.patient(phone=DESK, text="tudo bem?")
        await until(lambda: len(at_the_desk(it)) == 2)
        assert at_the_desk(it)[0].endswith("Abrimos às 8h.")
        assert (await it.turns())[0].question == "oi\ntudo bem?"


async def test_a_hook_that_fails_costs_no_patient_anything(place: Place) -> None:
    async with a_hook() as hook, clinic(place, alert_url=hook.url) as it:
        hook.status = 500
        for _ in range(30):
            it.service.alerts.alert(AlertKind.DISK, "O disco está quase cheio.")
        await it.patient(phone=PHONE, text="oi")
        await it.until_states(TurnState.SENT.value)


async def test_a_broken_rule_9_is_told_and_shown_everywhere(place: Place) -> None:
    async with a_hook() as hook, clinic(place, alert_url=hook.url) as it:
        await it.staff(phone=PHONE, text="Oi, aqui é a Ana")
        await it.patient(phone=PHONE, text="oi")

        async def break_it(wake: str) -> None:
            await it.service.database.write(
                lambda connection: connection.exec_driver_sql(f"UPDATE conversation SET wake_at_ms = {wake}")
            )

        async def shown() -> bool:
            ready = (await it.http.get(f"{it.url}/health/ready")).json()
            figures = (await it.http.get(f"{it.url}/metrics")).text
            return ready["rule_9"] == 1 and "clinic_bot_stuck_conversations 1.0" in figures

        await break_it("NULL")
        await until_async(shown)
        await until(lambda: hook.kinds == ["rule9"])
        await break_it(str(it.service.clock.now_ms() + 10_000_000))
