"""Answers to calls that were made before: given out for exactly the same, and for nothing else."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from clinic_bot.agent.ahead import Guess, NotNow
from clinic_bot.agent.chat import CallRecord, ChatModel, Completion, Message, Outcome
from clinic_bot.errors import ProviderDown

FIRST: list[Message] = [{"role": "user", "content": "que horas abre?"}]
SECOND: list[Message] = [*FIRST, {"role": "tool", "tool_call_id": "1", "content": "8h"}]


class Answering:
    """Answers what it was asked how often; after ``fails`` it does not, and with ``waits`` it takes its time."""

    def __init__(self, *, fails: bool = False, waits: bool = False) -> None:
        self.asked: list[Sequence[Message]] = []
        self._fails = fails
        self.go_on = asyncio.Event()
        if not waits:
            self.go_on.set()

    async def complete(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        *,
        record: list[CallRecord] | None = None,
        **_asked: Any,
    ) -> Completion:
        self.asked.append(messages)
        outcome = Outcome.CANCELLED
        try:
            await self.go_on.wait()
            outcome = Outcome.SERVER_ERROR if self._fails else Outcome.OK
        finally:
            assert record is not None
            record.append(CallRecord("m", 0, 1, outcome, 100, 10))
        if self._fails:
            raise ProviderDown("Groq", "broken")
        return Completion(f"answer {len(self.asked)}", (), False, "m", 100, 10)


async def ask(model: ChatModel, messages: Sequence[Message], record: list[CallRecord] | None = None) -> str:
    found = await model.complete(messages, (), user="u", timeout_s=9, record=[] if record is None else record)
    return found.text


def begin(
    guess: Guess, model: ChatModel, *asked: Sequence[Message], has_room: bool = True
) -> asyncio.Task[None]:
    async def work() -> None:
        for messages in asked:
            await ask(guess.asking(model, lambda: has_room), messages)

    task = asyncio.create_task(work())
    guess.work(task)
    return task


async def test_the_same_calls_are_answered_in_their_order_and_stand_in_the_turns_record() -> None:
    model, guess, record = Answering(), Guess(), list[CallRecord]()
    await begin(guess, model, FIRST, SECOND)
    answering = guess.answering(model)
    assert [await ask(answering, FIRST, record), await ask(answering, SECOND, record)] == [
        "answer 1",
        "answer 2",
    ]
    assert [(one.ahead, one.tokens) for one in record] == [(True, 110), (True, 110)]
    assert (len(model.asked), guess.used, guess.thrown_tokens) == (2, True, 0)


async def test_another_call_is_asked_for_and_what_was_asked_before_is_thrown_away() -> None:
    model, guess, record = Answering(), Guess(), list[CallRecord]()
    await begin(guess, model, FIRST, SECOND)
    answering = guess.answering(model)
    assert await ask(answering, FIRST, record) == "answer 1"
    assert await ask(answering, [*SECOND, *FIRST], record) == "answer 3"
    assert await ask(answering, SECOND, record) == "answer 4"
    assert [one.ahead for one in record] == [True, False, False]
    assert guess.thrown_tokens == 110


async def test_a_call_that_failed_is_made_again() -> None:
    guess, record = Guess(), list[CallRecord]()
    work = begin(guess, Answering(fails=True), FIRST)
    with pytest.raises(ProviderDown):
        await work
    assert await ask(guess.answering(Answering()), FIRST, record) == "answer 1"
    assert [one.outcome for one in record] == [Outcome.SERVER_ERROR, Outcome.OK]


async def test_one_under_way_is_waited_for_and_nothing_more_is_begun() -> None:
    model, guess = Answering(waits=True), Guess()
    work = begin(guess, model, FIRST, SECOND)
    await asyncio.sleep(0)
    waiting = asyncio.create_task(ask(guess.answering(model), FIRST))
    await asyncio.sleep(0)
    model.go_on.set()
    assert await waiting == "answer 1"
    with pytest.raises(NotNow):
        await work
    assert len(model.asked) == 1


async def test_who_is_interrupted_while_waiting_for_one_leaves_nothing_under_way() -> None:
    model, guess, record = Answering(waits=True), Guess(), list[CallRecord]()
    work = begin(guess, model, FIRST)
    await asyncio.sleep(0)
    waiting = asyncio.create_task(ask(guess.answering(model), FIRST, record))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert work.cancelled()
    assert [(one.outcome, one.ahead) for one in record] == [(Outcome.CANCELLED, True)]


async def test_without_room_nothing_is_asked() -> None:
    model, guess = Answering(), Guess()
    with pytest.raises(NotNow):
        await begin(guess, model, FIRST, has_room=False)
    assert (model.asked, guess.asked) == ([], False)
