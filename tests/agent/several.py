"""Several replicas with one account at Groq's stand-in, on one database and one clock that the test steps."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from clinic_bot.agent.answer import AgentRequest
from clinic_bot.agent.chat import CallRecord, Outcome
from clinic_bot.agent.groq import GroqModel
from clinic_bot.agent.loop import Agent
from clinic_bot.agent.replicas import Replicas
from clinic_bot.agent.reviewer import Reviewer
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.errors import ProviderBusy, ProviderDown, StorageUnavailable
from clinic_bot.sandbox.groq import build_groq, groq_state
from clinic_bot.sandbox.groq_limits import Plan
from clinic_bot.sandbox.groq_state import GroqState
from clinic_bot.sandbox.receptionist import Scripted
from clinic_bot.sandbox.serving import serving
from clinic_bot.store.database import Database, Job, T
from clinic_bot.store.places import Place, open_database
from tests.agent.stepped import BIG, GREETED, NOW, SMALL, SteppedClock
from tests.support.waiting import until

KEY = "gsk_test"


class Counted(Database):
    """A replica's own executor: counts its transactions, and can be away."""

    def __init__(self, place: Place) -> None:
        self._database = open_database(place)
        self.transactions = 0
        self.is_away = False
        self.hangs: asyncio.Event | None = None  #: until when it does not answer

    async def write(self, job: Job[T], *, urgent: bool = False) -> T:
        self.transactions += 1
        if self.is_away:
            raise StorageUnavailable("PostgreSQL: gone")
        if self.hangs is not None:
            await self.hangs.wait()
        return await self._database.write(job, urgent=urgent)

    async def read(self, job: Job[T]) -> T:
        return await self._database.read(job)

    async def reclaim(self, tables: Sequence[str]) -> str | None:
        return await self._database.reclaim(tables)

    async def close(self) -> None:
        await self._database.close()


@dataclass
class Replica:
    database: Counted
    model: GroqModel
    agent: Agent
    calls: list[CallRecord]

    @property
    def outcomes(self) -> list[Outcome]:
        return [call.outcome for call in self.calls]

    @property
    def is_idle(self) -> bool:
        assert isinstance(self.model.sharing, Replicas)
        return self.model.sharing.is_idle

    async def ask(self, user: str = "ana") -> str:
        """Answers by which model."""
        return (await self.agent.answer(AgentRequest(user, "vcs abrem sabado?", GREETED, NOW))).model


class Several:
    """Builds replicas, and steps what they live on."""

    def __init__(
        self, place: Place, clock: SteppedClock, groq: GroqState, base_url: str, stack: AsyncExitStack
    ) -> None:
        self.clock = clock
        self.groq = groq
        self.replicas: list[Replica] = []
        self.alerts: list[str] = []
        self.answered: dict[str, int] = {}  #: when, by whom
        self.given_back = 0
        self._resting = 0  # turns that are to come back
        self._place = place
        self._base_url = base_url
        self._stack = stack

    def start(
        self, *, models: Sequence[str] = (BIG, SMALL), key: str = KEY, reviewer: str | None = None
    ) -> Replica:
        """One more replica."""
        database = Counted(self._place)
        self._stack.push_async_callback(database.close)
        calls: list[CallRecord] = []
        model = GroqModel(
            key,
            base_url=self._base_url,
            models=models,
            max_tokens=900,
            clock=self.clock,
            alert=lambda kind, text: self.alerts.append(kind),
            called=calls.append,
            shared_on=database,
            reviewer=reviewer,
        )
        self._stack.push_async_callback(model.close)
        facts = example_clinic()
        reads = Reviewer(reviewer, facts, books=False, clock=self.clock) if reviewer else None
        agent = Agent(model, facts, max_steps=5, timeout_s=90, clock=self.clock, reviewer=reads)
        self.replicas.append(Replica(database, model, agent, calls))
        return self.replicas[-1]

    async def turn(self, replica: Replica, user: str, times: int = 1) -> None:
        """A patient's turns, each asked as the runner asks: what may be retried comes back."""
        for _ in range(times):
            while True:
                try:
                    await replica.ask(user)
                    break
                except (ProviderBusy, ProviderDown) as exc:
                    self.given_back += 1
                    self._resting += 1
                    await self.clock.sleep(max(250.0, (exc.retry_after_s or 0) * 1000))
                    self._resting -= 1
            self.answered[user] = self.clock.now_ms()

    async def step(self, ms: int) -> None:
        """Move time on, and let everything happen that is due."""
        self.clock.advance(ms)
        await self.settle()

    async def settle(self) -> None:
        for _ in range(3):
            await asyncio.sleep(0.002)
            await until(self._is_still)

    def _is_still(self) -> bool:
        """Whether all that runs waits for the clock: the stand-in, while it plays a slow answer, and turns."""
        answering = self.clock.asleep - self._resting
        return self.groq.running == answering and all(one.is_idle for one in self.replicas)

    async def until_done(self, *turns: asyncio.Task[None], step_ms: int = 500) -> None:
        while not all(turn.done() for turn in turns):
            await self.step(step_ms)
        await asyncio.gather(*turns)

    @property
    def statuses(self) -> list[int | None]:
        return [logged.status for logged in self.groq.requests]

    @property
    def transactions(self) -> int:
        return sum(one.database.transactions for one in self.replicas)


@asynccontextmanager
async def several(place: Place, count: int, *, plan: Plan | None = None) -> AsyncIterator[Several]:
    clock = SteppedClock()
    app = build_groq(clock=clock, api_key=KEY, brain=Scripted(["Abrimos às 8h."]), plan=plan)
    state = groq_state(app)
    state.latency_s = state.per_token_s = 0
    async with AsyncExitStack() as stack:
        base_url = await stack.enter_async_context(serving(app))
        it = Several(place, clock, state, base_url, stack)
        for _ in range(count):
            it.start()
        yield it
