"""One try of a turn at the model: the calls that it makes, and what its tools change."""

import asyncio
import contextlib
from functools import partial

from clinic_bot.agent.answer import tokens_spent
from clinic_bot.agent.chat import CallRecord
from clinic_bot.agent.toolbox import Effect, Query
from clinic_bot.clock import Clock
from clinic_bot.store import gate
from clinic_bot.store.call_detail import CallDetail
from clinic_bot.store.database import Database
from clinic_bot.store.gate import Change, Gate
from clinic_bot.store.lease import Claim
from clinic_bot.store.policy import Policy
from clinic_bot.store.story import Moment, What


class NotChanged(Exception):
    """The gate let a tool change nothing, and ended this try of the turn in the same transaction."""

    def __init__(self, gate: Gate, wake_at_ms: int | None) -> None:
        self.gate = gate
        self.wake_at_ms = wake_at_ms
        super().__init__(gate.value)


class Attempt:
    """What one try of a turn does until its answer is there.

    Args:
        text: the burst as the model reads it.
    """

    def __init__(self, database: Database, clock: Clock, policy: Policy, claim: Claim, text: str) -> None:
        self.claim = claim
        self.text = text
        self.calls: list[CallRecord] = []
        self._database = database
        self._clock = clock
        self._policy = policy
        self.changed: list[tuple[str, str]] = [(step.tool, step.result) for step in claim.done_steps]
        self._told = 0
        self._began_ms = clock.now_ms()
        self._holds = False  # a change was made, or is being written

    @property
    def spent(self) -> int:
        """Tokens, so far."""
        return tokens_spent(self.calls)

    def joins(self, revision: int) -> bool:
        """Whether something newer still joins this turn, as far as anybody knows before its gate."""
        if self._holds or revision <= self.claim.revision:
            return False
        return self._clock.now_ms() < self.claim.newer_until_ms

    def tell(self) -> None:
        """Write the calls that ended since the last time into the story."""
        for call in self.calls[self._told :]:
            if call.waited_ms:
                in_line = "its place in line at the model"
                self.claim.story.append(Moment(What.WAITED, call.at_ms, call.waited_ms, in_line))
            ended_ms = call.at_ms + call.took_ms
            prepared = call.ahead and ended_ms <= self._began_ms
            what = What.PREPARED if prepared else What.MODEL_CALL
            self.claim.story.append(Moment(what, ended_ms, call.took_ms, _detail(call).told()))
        self._told = len(self.calls)

    async def read(self, query: Query) -> str:
        """What a look at this conversation's records answers. Raises StorageUnavailable."""
        return await self._database.read(lambda connection: query(connection, self.claim.conversation_id))

    async def change(self, tool: str, arguments: str, effect: Effect) -> str:
        """Make a tool's change and journal it, if the gate is open; answers what the effect answered.

        Whoever cancels this waits for what was queued, and learns of a try that the gate has ended meanwhile:
        cancelling is not rolling back (rule 12).

        Raises:
            NotChanged: the try is over.
            StorageUnavailable: nobody knows whether it was made; the next try does.
            What the effect raises: nothing was changed.
        """
        self.tell()  # the gate writes the story down where it ends the try
        began_ms, held, self._holds = self._clock.now_ms(), self._holds, True
        job = partial(
            gate.record_change,
            claim=self.claim,
            tool=tool,
            arguments=arguments,
            effect=lambda connection: effect(connection, self.claim.conversation_id),
            now_ms=began_ms,
            policy=self._policy,
            spent=self.spent,
        )
        writing = asyncio.ensure_future(self._database.write(job, urgent=True))
        try:
            change = await asyncio.shield(writing)
        except asyncio.CancelledError:
            while not writing.done():
                with contextlib.suppress(asyncio.CancelledError):  # who cancels twice waits as well
                    await asyncio.wait([writing])
            if writing.exception() is None:
                self._made(tool, writing.result(), began_ms)
            raise
        except Exception:
            self._holds = held
            raise
        return self._made(tool, change, began_ms)

    def _made(self, tool: str, change: Change, began_ms: int) -> str:
        if change.gate is not Gate.OPEN:
            raise NotChanged(change.gate, change.wake_at_ms)
        now_ms = self._clock.now_ms()
        self.changed.append((tool, change.result))
        self.claim.story.append(Moment(What.CHANGED, now_ms, now_ms - began_ms, tool))
        return change.result


def _detail(call: CallRecord) -> CallDetail:
    spent = (call.prompt_tokens, call.completion_tokens) if call.review else (0, 0)
    return CallDetail(call.model, call.outcome, call.review, *spent, early=call.ahead)
