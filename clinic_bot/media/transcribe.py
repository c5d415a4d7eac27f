"""What a patient said in a voice note, by Groq's Whisper."""

import asyncio
import math
from collections.abc import Callable, Mapping
from typing import Any

import groq
import httpx

from clinic_bot.agent.reading import PROVIDER
from clinic_bot.errors import ProviderDown
from clinic_bot.events import Found
from clinic_bot.media.allowance import LEAST_BILLED_S
from clinic_bot.media.asking import Asking, NotRead
from clinic_bot.media.confidence import heard
from clinic_bot.media.sniffing import Sound, seconds_of

#: What makes sense for a recording; some stores call an Ogg file a video.
TYPES = ("audio/", "video/", "application/ogg")
#: Groq refuses what is shorter.
_SHORTEST_S = 0.01


class Hearing:
    """Transcribes.

    Args:
        longest_s: a longer recording is not sent: it would take the hour's audio from everybody else.
        billed: is told of the model and the seconds that each answer costs.
    """

    def __init__(self, asking: Asking, *, longest_s: float, billed: Callable[[str, float], None]) -> None:
        self._asking = asking
        self._longest_s = longest_s
        self._billed = billed

    async def hear(self, sound: Sound, *, said_s: float) -> Found:
        """The words, or that they are not clear. Raises NotRead and what ``Asking.ask`` raises.

        Args:
            said_s: how long it lasts, as the message said.
        """
        seconds = await asyncio.to_thread(seconds_of, sound, said_s, self._longest_s)
        if seconds > self._longest_s:
            raise NotRead("long")
        if seconds < _SHORTEST_S:
            raise NotRead("short")
        billed_s = max(LEAST_BILLED_S, seconds)

        async def call(sdk: groq.AsyncGroq) -> httpx.Response:
            answer = await sdk.audio.transcriptions.with_raw_response.create(
                file=(sound.name, sound.data, sound.mime_type),
                model=self._asking.model,
                language="pt",
                response_format="verbose_json",  # tells how sure it is
                temperature=0,
            )
            return answer.http_response

        answer = await self._asking.ask(call, seconds=billed_s)
        if not isinstance(answer.get("text"), str):
            raise ProviderDown(PROVIDER, "unreadable answer")
        self._billed(self._asking.model, max(billed_s, _played_s(answer)))
        return heard(answer)


def _played_s(answer: Mapping[str, Any]) -> float:
    """How long it was for whoever decoded it."""
    said = answer.get("duration")
    return float(said) if isinstance(said, int | float) and math.isfinite(said) else 0.0
