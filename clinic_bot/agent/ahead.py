"""Calls to the model that were made before their turn began, and their answers for whoever asks exactly the same.

A guess at a turn's request costs nothing but tokens where it is wrong: at the claim the agent goes through the whole
turn as always, its tools and its gate with it, and only a call whose messages are the very same is spared. So nothing
has to be compared but what the model is told: history, the patient's words, what the records say, the clock.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from clinic_bot.agent.answer import tokens_spent
from clinic_bot.agent.chat import CallRecord, ChatModel, Completion, Form, Message


class NotNow(Exception):  # not an error: an end
    """Nothing more is asked before the turn begins."""


@dataclass(slots=True, eq=False)
class _Call:
    """One call, made or under way."""

    messages: Sequence[Message]
    fallback: bool
    answer: asyncio.Future[Completion | None]  #: None: it came to nothing
    record: list[CallRecord] = field(default_factory=list)
    taken: bool = False
    used: bool = False


class Guess:
    """The calls for one turn that is expected: asked through ``asking``, and given out through ``answering``."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._next = 0
        self._closed = False
        self.given = False  #: a turn has it
        self._work: asyncio.Task[None] | None = None

    def work(self, task: asyncio.Task[None]) -> None:
        """Who makes the calls; it is stopped when nobody wants them."""
        self._work = task

    @property
    def is_over(self) -> bool:
        """Whether nothing is under way."""
        return self._work is None or self._work.done()

    @property
    def asked(self) -> bool:
        return bool(self._calls)

    @property
    def used(self) -> bool:
        return any(call.used for call in self._calls)

    @property
    def thrown_tokens(self) -> int:
        """Spent on answers that nobody got; complete once the work has ended."""
        return sum(tokens_spent(call.record) for call in self._calls if not call.taken)

    def asking(self, model: ChatModel, has_room: Callable[[], bool]) -> ChatModel:
        """The model for the work. It refuses with NotNow where the budget has no room, and once the turn is there."""
        return _Asking(self, model, has_room)

    def answering(self, model: ChatModel) -> ChatModel:
        """The model for the turn itself. From here on no call is begun that was not begun before."""
        self._closed = self.given = True
        return _Answering(self, model)

    async def drop(self) -> None:
        """Stop what nobody wants any more, and wait until it is stopped: only then is known what it has cost."""
        self.stop()
        work = self._work
        if work is not None and not work.done():
            await asyncio.wait([work])

    def stop(self) -> None:
        self._closed = True
        if self._work is not None:
            self._work.cancel()

    async def ask(
        self, model: ChatModel, messages: Sequence[Message], fallback: bool, **how: Any
    ) -> Completion:
        if self._closed:
            raise NotNow
        answer: asyncio.Future[Completion | None] = asyncio.get_running_loop().create_future()
        call = _Call(list(messages), fallback, answer)
        self._calls.append(call)
        completion = None
        try:
            completion = await model.complete(messages, fallback=fallback, record=call.record, **how)
        finally:
            answer.set_result(completion)
        return completion

    async def take(
        self, messages: Sequence[Message], *, fallback: bool, record: list[CallRecord]
    ) -> Completion | None:
        """The answer to exactly this, waiting for it where it is under way; None: it has to be asked."""
        if self._next >= len(self._calls):
            return None
        call = self._calls[self._next]
        if call.fallback != fallback or call.messages != list(messages):
            self._next = len(self._calls)  # what was asked after it is of no use either
            await self.drop()
            return None
        self._next += 1
        try:
            completion = await asyncio.shield(call.answer)
        except asyncio.CancelledError:
            await self.drop()
            raise
        finally:
            call.taken = True
            record += _ahead(call.record)
        call.used = completion is not None
        return completion


def _ahead(record: Sequence[CallRecord]) -> Iterator[CallRecord]:
    return (replace(one, ahead=True) for one in record)


@dataclass(frozen=True, slots=True)
class _Asking:
    guess: Guess
    model: ChatModel
    has_room: Callable[[], bool]

    async def complete(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        *,
        user: str,
        timeout_s: float,
        fallback: bool = False,
        begun: bool = False,
        record: list[CallRecord] | None = None,
        form: Form | None = None,
    ) -> Completion:
        # Never as one that has begun: those go before all others, and this one is nobody's turn.
        if fallback or not self.has_room():
            raise NotNow
        return await self.guess.ask(
            self.model, messages, fallback, tools=tools, user=user, timeout_s=timeout_s, form=form
        )


@dataclass(frozen=True, slots=True)
class _Answering:
    guess: Guess
    model: ChatModel

    async def complete(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        *,
        user: str,
        timeout_s: float,
        fallback: bool = False,
        begun: bool = False,
        record: list[CallRecord] | None = None,
        form: Form | None = None,
    ) -> Completion:
        found = await self.guess.take(messages, fallback=fallback, record=[] if record is None else record)
        if found is not None:
            return found
        return await self.model.complete(
            messages, tools, user=user, timeout_s=timeout_s, fallback=fallback, begun=begun, record=record, form=form
        )  # fmt: skip
