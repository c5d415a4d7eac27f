"""A process whose model changes something by a tool, in every try of every turn.

Run as ``python -m tests.faults.crash_change FOLDER``, it leaves by ``os._exit`` at every commit, as ``crash_child``.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clinic_bot.agent.chat import Completion, Message, ToolCall
from clinic_bot.agent.loop import Agent
from clinic_bot.clinic.facts import example_clinic
from clinic_bot.store.places import Place
from tests.faults import crash_child
from tests.faults.crash import Life
from tests.faults.crash_outside import Held, Outside
from tests.support.clock import FakeClock
from tests.support.diary import BOOK, DIARY


class StubbornModel:
    """Makes the same change in each try, whatever it is shown, and then answers in words of its own."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self.thinks = Held()
        self.finds_words = Held()  #: after the change

    async def complete(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        *,
        begun: bool = False,
        **_asked: Any,
    ) -> Completion:
        await asyncio.sleep(0)  # before the request leaves
        shown = sum(message["role"] == "tool" for message in messages)
        n = self._outside.ask("for words" if begun else f"for a change, {shown} done")
        await (self.finds_words if begun else self.thinks).passed()
        await asyncio.sleep(0)  # before its answer is read
        if begun:
            return Completion(f"Resposta {n}. Sou a assistente virtual.", (), False, "scripted", 10, 5)
        return Completion("", (ToolCall(f"c{n}", BOOK, '{"hora":"15h"}'),), False, "scripted", 10, 5)


class BookingLife(Life):
    def __init__(self, place: Place, outside: Outside, clock: FakeClock) -> None:
        self.model = StubbornModel(outside)
        agent = Agent(self.model, example_clinic(), max_steps=3, timeout_s=60, clock=clock, tools=[DIARY])
        super().__init__(place, outside, clock, agent=agent)


if __name__ == "__main__":
    crash_child.main(Path(sys.argv[1]), begin=BookingLife)
