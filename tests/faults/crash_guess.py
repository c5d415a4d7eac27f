"""A process that asks the model before windows close, when a play says so."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from clinic_bot.agent.ahead import Guess
from clinic_bot.agent.chat import Completion, Message
from clinic_bot.agent.loop import Agent
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.store.places import Place
from tests.faults.crash import Life
from tests.faults.crash_change import StubbornModel
from tests.faults.crash_outside import Held, Outside
from tests.support.clock import FakeClock
from tests.support.diary import DIARY

#: So long before its end a window is looked at, which is later than anybody would ask.
_BEFORE_MS = 1_000


class SayingModel:
    """Answers each request in words of its own, so that a reply says to which request it belongs."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self.thinks = Held()

    async def complete(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        **_asked: Any,
    ) -> Completion:
        await asyncio.sleep(0)  # before the request leaves
        mine = self._outside.ask(str(messages[-1]["content"]))
        await self.thinks.passed()
        await asyncio.sleep(0)  # before its answer is read
        return Completion(f"Resposta {mine}. Sou a assistente virtual.", (), False, "scripted", 10, 5)


class GuessingLife(Life):
    """Args:
    changes: whether the model makes a change before it has words.
    """

    def __init__(self, place: Place, outside: Outside, clock: FakeClock, *, changes: bool = False) -> None:
        self.model = StubbornModel(outside) if changes else SayingModel(outside)
        tools = [DIARY] if changes else []
        agent = Agent(self.model, example_clinic(), max_steps=3, timeout_s=60, clock=clock, tools=tools)
        super().__init__(place, outside, clock, agent=agent, speculates=self.model)
        self.claimed = asyncio.Event()  #: a turn has come for what was asked ahead
        assert self.ahead is not None
        self._take, self.ahead.take = self.ahead.take, self._taken  # type: ignore[method-assign]

    def _taken(self, conversation_id: int) -> Guess | None:
        self.claimed.set()
        return self._take(conversation_id)

    async def guess(self) -> None:
        """Let the window that is open come to its last second, and have the model asked."""
        found = await self._next()
        assert found is not None
        assert self.ahead is not None
        wake_at_ms, conversation_id = found
        self.clock.advance(wake_at_ms - self.clock.now_ms() - _BEFORE_MS)
        self.ahead.notice(conversation_id, wake_at_ms)
        await self.model.thinks.reached.wait()
