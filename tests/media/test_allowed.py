"""What Groq grants for files is minded by all replicas together: what one was refused, the others do not ask."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from clinic_bot.agent.limits import DAY_MS, Figures
from clinic_bot.clock import Clock
from clinic_bot.errors import StorageUnavailable
from clinic_bot.media import asking
from clinic_bot.media.allowance import Allowance
from clinic_bot.media.allowed import AllowedTogether
from clinic_bot.media.asking import Asking, NotAsked, NotRead
from clinic_bot.media.sniffing import sound
from clinic_bot.media.transcribe import Hearing
from clinic_bot.sandbox.groq import build_groq, groq_state
from clinic_bot.sandbox.groq_limits import FREE, Plan
from clinic_bot.sandbox.groq_state import GroqState
from clinic_bot.sandbox.serving import serving
from clinic_bot.sandbox.voice import voice_note
from clinic_bot.store.database import Database, Job, T
from clinic_bot.store.places import Place, open_database
from tests.support.clock import START_MS
from tests.support.fixtures import ON_POSTGRES
from tests.support.waiting import until_async

KEY, MODEL = "gsk_test", "whisper-large-v3-turbo"
HOUR_S = 60
TIGHT = Plan(rpm=9, rpd=9, tpm=9, tpd=9, audio_rpm=100, ash=HOUR_S)


class Away:
    """The database of one replica, which may be cut off."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.is_away = False

    async def write(self, job: Job[T], *, urgent: bool = False) -> T:
        if self.is_away:
            raise StorageUnavailable("cut off")
        return await self._database.write(job, urgent=urgent)


@dataclass
class Replica:
    database: Away
    hearing: Hearing

    async def hear(self, seconds: float) -> str:
        note = sound(voice_note(seconds, "quero marcar"))
        assert note is not None
        return (await self.hearing.hear(note, said_s=seconds)).text


@dataclass
class Several:
    groq: GroqState
    replicas: list[Replica]

    @property
    def asked(self) -> int:
        return len(self.groq.requests)


@pytest.fixture
async def several(place: Place) -> AsyncIterator[Several]:
    clock = Clock(rate=20)
    app = build_groq(clock=clock, api_key=KEY, plan=FREE)
    async with serving(app) as url, AsyncExitStack() as stack:
        sdk = asking.client(KEY, url)
        stack.push_async_callback(sdk.close)
        replicas = []
        for _ in range(2):
            database = open_database(place)
            stack.push_async_callback(database.close)
            cut = Away(database)
            allowed = AllowedTogether(cut, f"Groq {MODEL}", clock)  # type: ignore[arg-type]
            ask = Asking(sdk, clock, timeout_s=30, tell=lambda _: None, model=MODEL, allowed=allowed)
            replicas.append(Replica(cut, Hearing(ask, longest_s=600, billed=lambda _model, _seconds: None)))
        yield Several(groq_state(app), replicas)


@ON_POSTGRES
async def test_a_wait_that_was_stated_to_one_replica_is_kept_by_all(several: Several) -> None:
    one, other = several.replicas
    several.groq.add_fault({"kind": "status", "name": "rate_limit_429_rpm", "count": 1})
    with pytest.raises(Exception, match="retry in"):
        await one.hear(5)
    assert several.asked == 1
    with pytest.raises(NotAsked):
        await other.hear(5)
    assert several.asked == 1

    async def heard() -> bool:
        with contextlib.suppress(NotAsked):
            return await other.hear(5) == "quero marcar"
        return False

    await until_async(heard)
    assert several.asked == 2


@ON_POSTGRES
async def test_the_hours_audio_is_taken_by_all_from_one_count(several: Several) -> None:
    several.groq.set_plan(TIGHT)
    one, other = several.replicas
    await one.hear(45)
    with pytest.raises(Exception, match="retry in"):
        await one.hear(40)  # so its limit is known
    asked = several.asked
    with pytest.raises(NotAsked) as caught:
        await other.hear(40)
    assert caught.value.retry_after_s == pytest.approx(25 * 60, abs=90)
    with pytest.raises(NotRead):
        await other.hear(HOUR_S + 1)  # more than there ever is
    assert several.asked == asked
    await other.hear(12)  # what is left
    with pytest.raises(NotAsked):
        await one.hear(12)
    assert several.asked == asked + 1


@ON_POSTGRES
async def test_without_the_database_each_goes_by_what_it_knew_last(several: Several) -> None:
    several.groq.set_plan(TIGHT)
    one, other = several.replicas
    await one.hear(45)
    with pytest.raises(Exception, match="retry in"):
        await one.hear(40)
    asked = several.asked
    for replica in several.replicas:
        replica.database.is_away = True
    with pytest.raises(NotAsked):
        await one.hear(40)
    assert several.asked == asked
    assert await other.hear(3) == "quero marcar"  # it was told of nothing, and asks


# What is kept.


RPM, ASPH = Figures("RPM", 20, 20, 1), Figures("ASPH", 7_200, 7_195, 60)


@pytest.mark.parametrize("said", [RPM, ASPH, Figures("RPD", 2_000, 2_000, 1), None])
def test_what_is_written_down_is_what_was_known(said: Figures | None) -> None:
    known = Allowance()
    assert known.ask(60, START_MS) == 0
    known.refused(said, 60, 9_000, START_MS)
    read = Allowance.of_text(known.text())
    assert read == known
    waits = [one.ask(60, START_MS + 10) for one in (known, read)]
    assert waits[0] == waits[1] > 0


@pytest.mark.parametrize("text", ["", "{}", "[]", "[[1,2],3,4]", "null", "[[0,0,0,0],[0,0,0,0],null]"])
def test_what_cannot_be_read_is_begun_anew(text: str) -> None:
    assert Allowance.of_text(text) == Allowance()


def test_a_clock_that_was_set_back_keeps_nobody_waiting() -> None:
    known = Allowance()
    known.refused(None, 0, 60_000, START_MS)
    assert known.ask(10, START_MS) == 60_000
    assert known.ask(10, START_MS - 2 * DAY_MS) == 0
