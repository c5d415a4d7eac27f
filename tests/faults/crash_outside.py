"""What outlives a process: Z-API with what it accepted, and the webhooks that it posts until they are acknowledged."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clinic_bot.agent.answer import AgentAnswer, AgentRequest
from clinic_bot.agent.loop import Agent
from clinic_bot.errors import NotSent, Uncertain
from clinic_bot.events import Event
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.reply.zapi_answers import PhoneExists, Queued, Sent
from clinic_bot.sandbox.standins import INSTANCE_ID
from tests.support import builders as b


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that Z-API took and delivers."""

    text: str
    message_id: str
    zaap_id: str


@dataclass
class Outside:
    """The world around the process.

    Args:
        events: what will be posted, in order.
        confirms: whether Z-API reports what it delivered.
        not_sent: so many sends find nobody who listens.
        cut: whether the connection breaks after the message was accepted.
        queues: whether what was accepted stands in Z-API's queue to the end, and may be deleted there.
        ledger: where what happened is written down, for a process that takes this object with it.
    """

    events: Sequence[Event]
    confirms: bool = True
    not_sent: int = 0
    cut: bool = False
    ledger: Path | None = None
    queues: bool = False
    accepted: list[Accepted] = field(default_factory=list)
    deleted: int = 0
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.ledger is None or not self.ledger.exists():
            return
        happened = {"ask": self.ask, "accept": self.accept, "delete": self.delete, "miss": self.miss}
        ledger, self.ledger = self.ledger, None
        for line in ledger.read_text("utf-8").splitlines():
            what, said = json.loads(line)
            happened[what](said)
        self.ledger = ledger

    def ask(self, question: str) -> int:
        """The model is asked; how often it was by now."""
        self._note("ask", question)
        self.asked.append(question)
        return len(self.asked)

    def miss(self, text: str) -> bool:
        """Whether this send finds nobody."""
        if not self.not_sent:
            return False
        self._note("miss", text)
        self.not_sent -= 1
        return True

    def accept(self, text: str) -> Accepted:
        self._note("accept", text)
        n = len(self.accepted) + self.deleted + 1
        self.accepted.append(Accepted(text, f"3EB{n}", f"Z{n}"))
        return self.accepted[-1]

    def delete(self, zaap_id: str) -> bool:
        """Take it out of the queue: it is never delivered. False when it has left."""
        self._note("delete", zaap_id)
        kept = [one for one in self.accepted if not (self.queues and one.zaap_id == zaap_id)]
        found = len(self.accepted) - len(kept)
        self.accepted, self.deleted = kept, self.deleted + found
        return found > 0

    def _note(self, what: str, said: str) -> None:
        if self.ledger is not None:
            with self.ledger.open("a", encoding="utf-8") as ledger:
                ledger.write(f"{json.dumps([what, said])}\n")

    def reports(self) -> list[Event]:
        if not self.confirms:
            return []
        return [b.delivery(message_id=one.message_id, zaap_id=one.zaap_id) for one in self.accepted]


class Held:
    """A place where a process stops until it is let on; open from the start unless it was shut."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()

    def shut(self) -> None:
        self._open.clear()

    def let_on(self) -> None:
        self._open.set()

    async def passed(self) -> None:
        self.reached.set()
        await self._open.wait()


class ScriptedAgent(Agent):
    """Answers each question with words of its own, so that a reply says to which call it belongs."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self.thinks = Held()

    async def answer(self, request: AgentRequest) -> AgentAnswer:
        await asyncio.sleep(0)  # before the request leaves
        mine = self._outside.ask(request.text)
        await self.thinks.passed()
        await asyncio.sleep(0)  # before its answer is read
        return AgentAnswer(f"Resposta {mine}.", None, "scripted", 10, 5, 1, ())


class ScriptedZapi(ZapiClient):
    """Z-API without the wire between: a request leaves, is accepted, and answered, with a step between each."""

    def __init__(self, outside: Outside) -> None:
        self.instance_id = INSTANCE_ID
        self._outside = outside
        self.sends = Held()
        self.deletes = Held()

    async def send_text(
        self, phone: str, message: str, *, delay_typing_s: float = 0, delay_s: float | None = None
    ) -> Sent:
        await asyncio.sleep(0)  # before the request leaves
        if self._outside.miss(message):
            raise NotSent("no connection")
        accepted = self._outside.accept(message)
        await self.sends.passed()
        await asyncio.sleep(0)  # before its answer is read
        if self._outside.cut:
            raise Uncertain("broken off")
        return Sent(accepted.zaap_id, accepted.message_id)

    async def phone_exists(self, phone: str) -> PhoneExists | None:
        await asyncio.sleep(0)
        return PhoneExists(True, phone, b.LID)

    async def queue(self) -> tuple[Queued, ...]:
        await asyncio.sleep(0)
        waiting = self._outside.accepted if self._outside.queues else []
        listed = tuple(Queued(one.zaap_id, one.message_id, b.PHONE, one.text, None) for one in waiting)
        await asyncio.sleep(0)  # before its answer is read
        return listed

    async def delete_queued(self, zaap_id: str) -> bool:
        await asyncio.sleep(0)  # before the request leaves
        await self.deletes.passed()
        deleted = self._outside.delete(zaap_id)
        await asyncio.sleep(0)  # before its answer is read
        return deleted
