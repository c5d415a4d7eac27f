"""Reminders over HTTP to Z-API's stand-in, with a clock that stands where the test needs it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest

from clinic_bot.clinic.reminders import Skip
from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, StorageUnavailable
from clinic_bot.events import Trouble
from clinic_bot.operations.metrics import Metrics
from clinic_bot.reply.reminders import Reminders
from clinic_bot.reply.zapi import ZapiClient
from clinic_bot.sandbox import standins
from clinic_bot.sandbox.standins import StandIns, stand_ins
from clinic_bot.store import reminders as store
from clinic_bot.store.database import Database
from tests.operations.test_alerts import total
from tests.support import builders as b
from tests.support.clock import START_MS, FakeClock
from tests.support.desk import FACTS
from tests.support.fixtures import ON_SQLITE
from tests.support.reminding import HOUR_MS, THURSDAY_14H_MS, book, rows
from tests.support.waiting import until

DAY_BEFORE_MS = THURSDAY_14H_MS - 24 * HOUR_MS
SENT, UNKNOWN, REFUSED = ((24, None, state) for state in ("sent", "unknown", "undelivered"))


@dataclass
class Post:
    """Who reminds, and what came of it."""

    database: Database
    pair: StandIns
    clock: FakeClock
    metrics: Metrics
    reminders: Reminders
    released: list[int] = field(default_factory=list)
    refused: list[str | None] = field(default_factory=list)

    @property
    def calls(self) -> int:
        return sum(call.operation == "send-text" for call in self.pair.zapi.calls)

    async def look(self, *, at_ms: int) -> list[tuple[int, str | None, str | None]]:
        """What the records say after it looked at an instant."""
        self.clock.advance(at_ms - self.clock.now_ms())
        await self.reminders.look()
        return await self.database.read(rows)


@asynccontextmanager
async def post(database: Database, *, timeout_s: float = 5, each_takes_ms: int = 0) -> AsyncIterator[Post]:
    """It looks only when the test says so."""

    async def refuse(exc: AccountRefused) -> None:
        refused.append(exc.trouble)

    def let_go(conversation_id: int, _wake_at_ms: int | None) -> None:
        released.append(conversation_id)
        clock.advance(each_takes_ms)

    clock, fast, metrics, released = FakeClock(), Clock(START_MS, rate=50), Metrics(), list[int]()
    refused: list[str | None] = []
    async with stand_ins(fast) as pair:
        zapi = ZapiClient(
            pair.zapi_url, standins.INSTANCE_ID, standins.TOKEN, standins.CLIENT_TOKEN, timeout_s * 50, fast
        )
        reminders = Reminders(
            database, zapi, clock, b.POLICY, metrics, FACTS, instance=b.INSTANCE, owner="p1",
            lease_ms=b.LEASE_MS, released=let_go,
            on_duty=lambda: False, honest=lambda said: said, refused=refuse,
        )  # fmt: skip
        try:
            yield Post(database, pair, clock, metrics, reminders, released, refused)
        finally:
            await reminders.close()
            await zapi.close()


async def test_a_patient_is_reminded_twice_and_each_time_once(database: Database) -> None:
    await database.write(book)
    async with post(database) as it:
        assert await it.look(at_ms=DAY_BEFORE_MS - 1) == []
        for at_ms in (DAY_BEFORE_MS, DAY_BEFORE_MS + 60_000):
            assert await it.look(at_ms=at_ms) == [SENT]
        assert await it.look(at_ms=THURSDAY_14H_MS - 2 * HOUR_MS) == [SENT, (3, None, "sent")]
        await until(lambda: len(it.pair.zapi.sent) == 2)
        first, second = (left.text for left in it.pair.zapi.sent)
        assert (
            "Maria: Consulta de dermatologia com Dra. Ana Reis, amanhã, quinta-feira, 24/09, às 14h" in first
        )
        assert "hoje, quinta-feira" in second
        assert it.released == [1, 1]
        assert total(it.metrics, "reminders_total", outcome="sent") == 2


@ON_SQLITE
async def test_after_an_outage_what_is_of_use_is_sent_and_the_rest_is_written_down(
    database: Database,
) -> None:
    await database.write(book)
    async with post(database) as it:
        found = await it.look(at_ms=THURSDAY_14H_MS - 90 * 60_000)
        assert found == [(24, Skip.LATE.value, None), (3, None, "sent")]
        assert await it.look(at_ms=THURSDAY_14H_MS + HOUR_MS) == found
        assert total(it.metrics, "reminders_total", outcome="skipped") == 1


@ON_SQLITE
async def test_what_was_booked_an_hour_ago_needs_no_reminder(database: Database) -> None:
    await database.write(partial(book, at_ms=DAY_BEFORE_MS - HOUR_MS))
    async with post(database) as it:
        assert (await it.look(at_ms=DAY_BEFORE_MS))[:1] == [(24, Skip.FRESH.value, None)]
        assert it.calls == 0


@ON_SQLITE
async def test_two_of_one_phone_within_the_hour_are_one_text(database: Database) -> None:
    await database.write(book)
    await database.write(
        partial(
            book,
            patient="Ana Souza",
            service="pedia",
            professional="rui",
            start_ms=THURSDAY_14H_MS + 1_800_000,
        )
    )
    async with post(database) as it:
        assert await it.look(at_ms=DAY_BEFORE_MS) == [SENT, SENT]
        await until(lambda: len(it.pair.zapi.sent) == 1)
        (left,) = it.pair.zapi.sent
        assert "• Maria: Consulta de dermatologia" in left.text
        assert "• Ana: Consulta de pediatria" in left.text


@ON_SQLITE
async def test_whose_turn_comes_when_it_is_night_by_then_is_not_written_to(database: Database) -> None:
    """At the day's edge all of the next morning's come together, and between two of them lies a pause."""
    eight_ms = THURSDAY_14H_MS - 6 * HOUR_MS
    await database.write(partial(book, start_ms=eight_ms))
    another = b.contact(phone="5511987650002")
    await database.write(partial(book, start_ms=eight_ms, professional="rui", service="pedia", who=another))
    async with post(database, each_takes_ms=HOUR_MS) as it:
        evening_ms = eight_ms - 12 * HOUR_MS - 60_000  # 19:59, for those of three hours before
        found = await it.look(at_ms=evening_ms)
        assert [one for one in found if one[0] == 3] == [(3, None, "sent")]
        assert it.calls == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("fault", "first", "later", "calls"),
    [
        pytest.param({"kind": "refuse", "named": "smartphone"}, [], [SENT], 2, id="certainly not sent"),
        pytest.param(
            {"kind": "refuse", "named": "invalid_phone"}, [REFUSED], [REFUSED], 1, id="a definite no"
        ),
        pytest.param({"kind": "cut", "when": "after"}, [UNKNOWN], [UNKNOWN], 1, id="uncertain"),
    ],
)
async def test_only_what_certainly_did_not_leave_is_sent_again(
    database: Database, fault: dict[str, str], first: list[object], later: list[object], calls: int
) -> None:
    await database.write(book)
    async with post(database) as it:
        it.pair.zapi.add_fault({**fault, "operation": "send-text", "count": 1})
        at_ms = DAY_BEFORE_MS
        assert await it.look(at_ms=at_ms) == first
        assert await it.look(at_ms=at_ms + 1_000) == first
        assert await it.look(at_ms=at_ms + 30_000) == later
        assert it.calls == calls


@ON_SQLITE
async def test_an_account_that_is_refused_is_told_at_once_and_tries_nobody_else(database: Database) -> None:
    for n in range(3):
        who = b.contact(f"551198765000{n}")
        start_ms = THURSDAY_14H_MS + n * HOUR_MS // 2
        await database.write(partial(book, who=who, patient=f"Pessoa {n}", start_ms=start_ms))
    async with post(database) as it:
        at_ms = DAY_BEFORE_MS + HOUR_MS
        it.pair.zapi.add_fault({"kind": "refuse", "named": "subscription", "operation": "send-text"})
        assert await it.look(at_ms=at_ms) == []
        assert (it.calls, it.refused) == (1, [Trouble.SUBSCRIPTION])
        assert await it.look(at_ms=at_ms + 20_000) == []
        assert it.calls == 2  # another one: the first is waited for longer
        it.pair.zapi.faults.clear()
        assert await it.look(at_ms=at_ms + 60_000) == [SENT] * 3


async def test_an_intent_that_is_stored_although_nobody_says_so_is_undone_and_sent_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the server goes away during a COMMIT: nothing was sent, and only who intended it knows that."""
    await database.write(book)
    write, lost = database.write, 0

    async def losing(job: object, *, urgent: bool = False) -> object:
        nonlocal lost
        done: object = await write(job, urgent=urgent)  # type: ignore[arg-type]
        if getattr(job, "func", None) is store.intend and not lost:
            lost += 1
            raise StorageUnavailable("nobody answers")
        return done

    monkeypatch.setattr(database, "write", losing)
    async with post(database) as it:
        with pytest.raises(StorageUnavailable):
            await it.look(at_ms=DAY_BEFORE_MS)
        assert it.calls == 0
        assert await it.look(at_ms=DAY_BEFORE_MS + 1_000) == [SENT]
        assert (it.calls, lost) == (1, 1)


@ON_SQLITE
async def test_who_wants_none_gets_none(database: Database) -> None:
    await database.write(book)
    await database.write(partial(store.opt, conversation_id=1, out=True, now_ms=START_MS))
    async with post(database) as it:
        assert await it.look(at_ms=DAY_BEFORE_MS) == [(24, store.OPTED_OUT, None)]
        assert it.calls == 0
