"""A process that hears voice notes besides, on a stand-in for the file's server and for Whisper."""

import asyncio
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import cast

from clinic_bot.events import Content, Found, Kind, MediaState, Message
from clinic_bot.media.ears import Ears, Senses
from clinic_bot.media.fetch import Fetcher
from clinic_bot.media.sniffing import Sound
from clinic_bot.media.transcribe import Hearing
from clinic_bot.operations.metrics import Metrics
from clinic_bot.sandbox.voice import voice_note
from clinic_bot.store import media
from clinic_bot.store.media import Settled
from clinic_bot.store.places import Place
from tests.faults.crash import Life
from tests.faults.crash_outside import Held, Outside
from tests.support import builders as b
from tests.support.clock import FakeClock

SAID = "queria marcar um horário"
POLICY = replace(b.POLICY, fetches=frozenset({Kind.AUDIO}), hear_ms=20_000)

_metrics = cache(Metrics)


def voice(id: str = "v1") -> Message:
    content = Content(Kind.AUDIO, "", {"seconds": 2, "url": "https://files.example.com/a.ogg"})
    return Message(f"received:{id}", b.contact(lid=b.LID), id, None, content)


@dataclass
class HearingOutside(Outside):
    heard: int = field(default=0, init=False)  #: how often Whisper was asked


class HearingLife(Life):
    """What it hears it works off when it is told to, and always before a turn is taken to its end."""

    def __init__(self, place: Place, outside: Outside, clock: FakeClock) -> None:
        super().__init__(place, outside, clock, policy=POLICY)
        self.hears = Held()
        senses = Senses(
            cast(Fetcher, _Files()), cast(Hearing, _Whisper(cast(HearingOutside, outside), self.hears))
        )
        self._ears = Ears(self.database, senses, clock, POLICY, _metrics(), tell=self._tell, alone=True)

    async def start(self) -> None:
        await super().start()
        await self.database.write(media.take_back)

    async def hear(self) -> None:
        """Until nothing is on the list."""
        while await self.database.read(partial(media.next_due, now_ms=self.clock.now_ms())) is not None:
            await self._ears._begin()
            await asyncio.gather(*self._ears._reading)

    async def settle(self) -> None:
        await self.hear()
        await super().settle()

    def _tell(self, settled: Settled) -> None:
        if settled.revision is not None and settled.conversation_id in self._running:
            self.runner.newer(settled.conversation_id, settled.revision)


class _Files:
    async def fetch(self, url: str, *, types: tuple[str, ...]) -> bytes:
        await asyncio.sleep(0)  # before the request leaves
        return voice_note(2, SAID)


class _Whisper:
    def __init__(self, outside: HearingOutside, hears: Held) -> None:
        self._outside = outside
        self._hears = hears

    async def hear(self, sound: Sound, *, said_s: float) -> Found:
        await asyncio.sleep(0)  # before the request leaves
        self._outside.heard += 1
        await self._hears.passed()
        await asyncio.sleep(0)  # before its answer is read
        return Found(MediaState.READ, SAID)
