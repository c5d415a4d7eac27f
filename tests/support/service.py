"""A started service between two stand-ins, all over real HTTP on this machine, on a clock that runs fast."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from clinic_bot.app import Service, running
from clinic_bot.assembly.ground import Credentials
from clinic_bot.clinic.facts import ClinicFacts, example_clinic
from clinic_bot.sandbox import standins
from clinic_bot.sandbox.payloads import Payload
from clinic_bot.sandbox.receptionist import BrainTurn, Scripted
from clinic_bot.sandbox.serving import serving
from clinic_bot.sandbox.standins import StandIns, stand_ins
from clinic_bot.settings import Mode, Settings
from clinic_bot.store.places import Place
from clinic_bot.store.tables import Conversation, Message, Turn
from clinic_bot.web import http_app
from tests.support.clock import START_MS
from tests.support.invariants import violations
from tests.support.loop import LoopClock
from tests.support.store import url_of
from tests.support.waiting import until_async

SECRET = "a-secret-of-the-tests-0001"
RATE = 25.0
T = TypeVar("T")


@dataclass
class Clinic:
    """Everything that runs, and the hands of patients, reception and operator."""

    service: Service
    url: str
    stand_ins: StandIns
    brain: Scripted
    http: httpx.AsyncClient

    @property
    def webhook(self) -> str:
        return f"{self.url}/webhook/zapi/{SECRET}"

    async def post(self, payload: Payload | dict[str, Any]) -> httpx.Response:
        return await self.http.post(self.webhook, json=payload)

    async def patient(self, **doing: Any) -> dict[str, Any]:
        return await self._control("patient", doing)

    async def staff(self, **doing: Any) -> dict[str, Any]:
        return await self._control("staff", doing)

    async def _control(self, who: str, doing: dict[str, Any]) -> dict[str, Any]:
        answer = await self.http.post(f"{self.stand_ins.zapi_url}/control/{who}", json=doing)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def zapi_fault(self, **fault: Any) -> None:
        self.stand_ins.zapi.add_fault(fault)

    def groq_fault(self, **fault: Any) -> None:
        self.stand_ins.groq.add_fault(fault)

    @property
    def sent(self) -> list[str]:
        """What left Z-API's queue and reached a phone."""
        return [left.text for left in self.stand_ins.zapi.sent if left.went_out]

    @property
    def calls(self) -> int:
        """How often a reply was handed to Z-API, whatever came of it."""
        return sum(call.operation == "send-text" for call in self.stand_ins.zapi.calls)

    async def read(self, job: Callable[[Connection], T]) -> T:
        return await self.service.database.read(job)

    async def turns(self) -> list[Turn]:
        def load(connection: Connection) -> list[Turn]:
            with Session(bind=connection, expire_on_commit=False) as session:
                return list(session.exec(select(Turn).order_by(col(Turn.id))))

        return await self.read(load)

    async def conversation(self) -> Conversation:
        def load(connection: Connection) -> Conversation:
            with Session(bind=connection, expire_on_commit=False) as session:
                return session.exec(select(Conversation)).one()

        return await self.read(load)

    async def texts(self) -> list[str]:
        def load(connection: Connection) -> list[str]:
            with Session(bind=connection) as session:
                return list(session.exec(select(Message.text).order_by(col(Message.seq))))

        return await self.read(load)

    async def states(self) -> list[str]:
        return [turn.state for turn in await self.turns()]

    async def until_states(self, *states: str) -> None:
        """Wait until the turns stand so."""

        async def done() -> bool:
            return await self.states() == list(states)

        try:
            await until_async(done)
        except TimeoutError:
            raise AssertionError(f"expected {list(states)}, stand at {await self.states()}") from None


def settings_for(place: Place, **given: Any) -> Settings:
    """Nothing of the machine's environment goes in. Every wait is ``quiet_s``, unless the test speaks of patience."""
    fixed = {"patience_floor_s": given.get("quiet_s", 6), "patience_ceiling_s": given.get("quiet_s", 6)}
    return Settings.model_validate({"mode": Mode.SANDBOX, "database_url": url_of(place), **fixed, **given})


def credentials_for(pair: StandIns, *, secret: str | None = SECRET) -> Credentials:
    return Credentials(
        groq_url=pair.groq_url,
        groq_key=standins.GROQ_KEY,
        zapi_url=pair.zapi_url,
        zapi_instance=standins.INSTANCE_ID,
        zapi_token=standins.TOKEN,
        zapi_client_token=standins.CLIENT_TOKEN,
        webhook_secret=secret,
    )


@asynccontextmanager
async def clinic(
    place: Place,
    *,
    says: Sequence[BrainTurn | str] = ("Abrimos às 8h. Sou a assistente virtual.",),
    thinks_s: float = 0.1,
    secret: str | None = SECRET,
    facts: ClinicFacts | None = None,
    rate: float = RATE,
    **given: Any,
) -> AsyncIterator[Clinic]:
    """Serve it all until the block ends; then the rules are checked in the file that it leaves."""
    async with replicas(
        place, 1, says=says, thinks_s=thinks_s, secret=secret, facts=facts, rate=rate, **given
    ) as (it,):
        yield it


@asynccontextmanager
async def replicas(
    place: Place,
    count: int,
    *,
    says: Sequence[BrainTurn | str] = ("Abrimos às 8h. Sou a assistente virtual.",),
    thinks_s: float = 0.1,
    secret: str | None = SECRET,
    facts: ClinicFacts | None = None,
    rate: float = RATE,
    **given: Any,
) -> AsyncIterator[list[Clinic]]:
    """Several processes' services in one loop, on one database and between the same stand-ins.

    What Z-API tells by itself, echoes and reports, arrives at the last one.
    """
    clock = LoopClock(START_MS, rate)
    brain = Scripted(says)
    async with AsyncExitStack() as stack:
        pair = await stack.enter_async_context(stand_ins(clock, brain=brain))
        pair.groq.latency_s = thinks_s
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=20))
        all_of_them: list[Clinic] = []
        for _ in range(count):
            service = await stack.enter_async_context(
                running(
                    settings_for(place, **given),
                    credentials_for(pair, secret=secret),
                    facts or example_clinic(),
                    clock,
                )
            )
            url = await stack.enter_async_context(serving(http_app(service)))
            pair.zapi.webhooks.set_all(f"{url}/webhook/zapi/{secret or 'any'}")
            all_of_them.append(Clinic(service, url, pair, brain, http))
        yield all_of_them
        assert await all_of_them[-1].service.database.read(violations) == []
