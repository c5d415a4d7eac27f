"""What Groq grants for audio, as far as its refusals tell: no header speaks of it. Told the time: no clock, no I/O."""

import json
import math
from dataclasses import dataclass, field
from typing import Self

from clinic_bot.agent.limits import DAY_MS, MINUTE_MS, Bucket, Figures

_HOUR_MS = 3_600_000
#: Every recording is billed, and counted, as at least so much.
LEAST_BILLED_S = 10.0


@dataclass(slots=True)
class Allowance:
    """Requests a minute and seconds of audio an hour of one model; nothing is held back before a refusal."""

    requests: Bucket = field(default_factory=lambda: Bucket(MINUTE_MS))
    seconds: Bucket = field(default_factory=lambda: Bucket(_HOUR_MS))
    _rests_until_ms: int = 0

    def ask(self, seconds: float, now_ms: int) -> float:
        """Take a recording of so many seconds, if it may be sent: 0.

        Else how long until it may be; ``inf`` where it alone is more than an hour's audio, and waiting does not help.
        """
        if 0 < self.seconds.limit < seconds:
            return math.inf
        wait_ms = max(
            self.requests.wait_ms(1, now_ms), self.seconds.wait_ms(seconds, now_ms), self._rest_ms(now_ms)
        )
        if wait_ms > 0:
            return wait_ms
        self.requests.take(1, now_ms)
        self.seconds.take(seconds, now_ms)
        return 0

    def refused(self, said: Figures | None, seconds: float, wait_ms: float, now_ms: int) -> None:
        """It was refused before it ran; what the refusal tells of its limit holds from now on."""
        self.requests.take(-1, now_ms)
        self.seconds.take(-seconds, now_ms)
        bucket = {"RPM": self.requests, "ASPH": self.seconds}.get(said.dimension if said else "")
        if bucket is not None and said is not None and said.used is not None:
            bucket.learn(said.limit, said.used, now_ms)
        if bucket is not self.seconds:  # a long recording waits for its seconds, a short one may still fit
            self._rests_until_ms = now_ms + round(max(self._rest_ms(now_ms), wait_ms))

    def _rest_ms(self, now_ms: int) -> int:
        """No limit lasts longer than a day: then somebody set the clock back."""
        left_ms = self._rests_until_ms - now_ms
        return left_ms if 0 < left_ms <= DAY_MS else 0

    def text(self) -> str:
        """What ``of_text`` makes the same of."""
        return json.dumps([self.requests.numbers(), self.seconds.numbers(), self._rests_until_ms])

    @classmethod
    def of_text(cls, text: str) -> Self:
        """What cannot be read is begun anew: the next refusal tells it again."""
        try:
            requests, seconds, rests_until_ms = json.loads(text)
            return cls(
                Bucket.of_numbers(MINUTE_MS, requests),
                Bucket.of_numbers(_HOUR_MS, seconds),
                int(rests_until_ms),
            )
        except (ValueError, TypeError):
            return cls()
