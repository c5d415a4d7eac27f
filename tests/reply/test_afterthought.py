"""A message that comes while the reply still stands in Z-API's queue, where the clinic wants it taken back."""

from collections.abc import Awaitable, Callable

import pytest

from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.reply.zapi_answers import Queued
from clinic_bot.store.places import Place
from clinic_bot.store.tables import TurnState
from tests.support.service import Clinic, clinic
from tests.support.waiting import until

PHONE = "5511987650001"
SENT, UNKNOWN, WITHDRAWN = TurnState.SENT.value, TurnState.UNKNOWN.value, TurnState.WITHDRAWN.value

#: Slow enough that a reply is taken back before the next window closes, on a busy machine too.
RATE = 8.0

FIRST, SECOND = "vcs abrem sabado?", "e no domingo?"


async def write(it: Clinic, text: str) -> None:
    await it.patient(phone=PHONE, text=text)


async def ranges(it: Clinic) -> list[tuple[int, int]]:
    """Which messages each turn answers."""
    return [(turn.low, turn.high) for turn in await it.turns()]


def after_listing(monkeypatch: pytest.MonkeyPatch, then: Callable[[], Awaitable[None]]) -> None:
    """Let something happen between the listing of Z-API's queue and what is done about it."""
    listing = ZapiClient.queue

    async def queue(self: ZapiClient) -> tuple[Queued, ...]:
        found = await listing(self)
        await then()
        return found

    monkeypatch.setattr(ZapiClient, "queue", queue)


async def test_the_reply_is_taken_back_and_one_answer_covers_everything(place: Place) -> None:
    async with clinic(place, recall_for_newer=True, rate=RATE) as it:
        it.zapi_fault(kind="slow_queue", seconds=20, count=1)
        await write(it, FIRST)
        await it.until_states(SENT)
        await write(it, SECOND)
        await it.until_states(WITHDRAWN, SENT)
        assert await ranges(it) == [(1, 1), (1, 2)]
        await until(lambda: len(it.sent) == 1)
        assert it.stand_ins.zapi.queue == {}
        first, _ = await it.turns()
        assert first.thrown_tokens == first.prompt_tokens + first.completion_tokens > 0


async def test_what_comes_during_the_send_takes_the_reply_back_when_it_was_accepted(
    place: Place,
) -> None:
    async with clinic(place, recall_for_newer=True, rate=RATE) as it:
        it.zapi_fault(kind="slow_queue", seconds=20, count=1)
        it.zapi_fault(kind="slow", operation="send-text", seconds=5, count=1)
        await write(it, FIRST)
        await it.until_states(TurnState.SENDING.value)
        await write(it, SECOND)
        await it.until_states(WITHDRAWN, SENT)
        await until(lambda: len(it.sent) == 1)


async def test_it_is_off_unless_the_clinic_wants_it(place: Place) -> None:
    async with clinic(place) as it:
        it.zapi_fault(kind="slow_queue", seconds=20, count=1)
        await write(it, FIRST)
        await it.until_states(SENT)
        await write(it, SECOND)
        await it.until_states(SENT, SENT)
        await until(lambda: len(it.sent) == 2)
        assert not any(call.operation == "queue" for call in it.stand_ins.zapi.calls)


async def test_a_reply_that_left_meanwhile_stands_and_the_message_gets_its_own(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clinic(place, recall_for_newer=True, rate=RATE) as it:

        async def leaves() -> None:
            await until(lambda: it.stand_ins.zapi.queue == {})

        after_listing(monkeypatch, leaves)
        await write(it, FIRST)
        await it.until_states(SENT)
        await write(it, SECOND)
        await it.until_states(SENT, SENT)
        await until(lambda: len(it.sent) == 2)
        assert await ranges(it) == [(1, 1), (2, 2)]


async def test_a_listing_without_the_reply_is_no_proof_that_it_did_not_leave(place: Place) -> None:
    async with clinic(place, recall_for_newer=True, rate=RATE) as it:
        await write(it, FIRST)
        await it.until_states(SENT)
        await until(lambda: it.stand_ins.zapi.queue == {})
        await write(it, SECOND)
        await it.until_states(SENT, SENT)
        await until(lambda: len(it.sent) == 2)


async def test_z_api_that_does_not_list_its_queue_lets_the_reply_stand(place: Place) -> None:
    async with clinic(place, recall_for_newer=True, rate=RATE) as it:
        it.zapi_fault(kind="slow_queue", seconds=20, count=1)
        it.zapi_fault(kind="fail", operation="queue", count=1)
        await write(it, FIRST)
        await it.until_states(SENT)
        await write(it, SECOND)
        await it.until_states(SENT, SENT)
        await until(lambda: len(it.sent) == 2)


async def test_a_deletion_without_an_answer_leaves_the_reply_uncertain_and_asks_nothing_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clinic(place, recall_for_newer=True, rate=RATE) as it:

        async def cut() -> None:
            it.zapi_fault(kind="cut", when="after", operation="queue", count=1)

        it.zapi_fault(kind="slow_queue", seconds=20, count=1)
        after_listing(monkeypatch, cut)
        await write(it, FIRST)
        await it.until_states(SENT)
        await write(it, SECOND)
        await it.until_states(UNKNOWN, SENT)
        assert await ranges(it) == [(1, 1), (2, 2)]
        await until(lambda: len(it.sent) == 1)


async def test_a_stream_of_messages_takes_back_three_replies_and_no_fourth(place: Place) -> None:
    async with clinic(place, recall_for_newer=True, quiet_s=3) as it:
        it.zapi_fault(kind="slow_queue", seconds=30)
        await write(it, FIRST)
        for n in range(3):
            await it.until_states(*[WITHDRAWN] * n, SENT)
            await write(it, f"e mais {n}")
        await it.until_states(*[WITHDRAWN] * 3, SENT)
        await write(it, "e ainda")
        await it.until_states(*[WITHDRAWN] * 3, SENT, SENT)
        assert (await ranges(it))[-1] == (5, 5)


async def test_an_emergency_waits_for_no_reply_to_be_taken_back(place: Place) -> None:
    async with clinic(place, recall_for_newer=True, rate=RATE) as it:
        it.zapi_fault(kind="slow_queue", seconds=5)
        await write(it, FIRST)
        await it.until_states(SENT)
        await write(it, "estou com dor no peito e falta de ar")
        await it.until_states(SENT, SENT)
        await write(it, "por favor")
        await until(lambda: len(it.sent) == 2)
        assert await it.states() == [SENT, SENT]  # a hand-over is not taken back either
