"""What Groq grants for audio, as far as its refusals tell: no header speaks of it. Told the time: no clock, no I/O."""

from dataclasses import dataclass, field

from clinic_bot.agent.limits import MINUTE_MS, Bucket, Figures

_HOUR_MS = 3_600_000
#: Every recording is billed, and counted, as at least so much.
LEAST_BILLED_S = 10.0


@dataclass(slots=True)
class Allowance:
    """Requests a minute and seconds of audio an hour of one model; nothing is held back before a refusal."""

    requests: Bucket = field(default_factory=lambda: Bucket(MINUTE_MS))
    seconds: Bucket = field(default_factory=lambda: Bucket(_HOUR_MS))
    _rests_until_ms: int = 0

    def wait_ms(self, seconds: float, now_ms: int) -> float:
        """How long until a recording of so many seconds may be sent."""
        buckets = max(self.requests.wait_ms(1, now_ms), self.seconds.wait_ms(seconds, now_ms))
        return max(buckets, self._rests_until_ms - now_ms, 0)

    def never_fits(self, seconds: float) -> bool:
        """Whether a recording alone is more than an hour's audio; waiting does not help."""
        return 0 < self.seconds.limit < seconds

    def take(self, seconds: float, now_ms: int) -> None:
        self.requests.take(1, now_ms)
        self.seconds.take(seconds, now_ms)

    def refused(self, said: Figures | None, seconds: float, wait_ms: float, now_ms: int) -> None:
        """It was refused before it ran; what the refusal tells of its limit holds from now on."""
        self.requests.take(-1, now_ms)
        self.seconds.take(-seconds, now_ms)
        bucket = {"RPM": self.requests, "ASPH": self.seconds}.get(said.dimension if said else "")
        if bucket is not None and said is not None and said.used is not None:
            bucket.learn(said.limit, said.used, now_ms)
        if bucket is not self.seconds:  # a long recording waits for its seconds, a short one may still fit
            self._rests_until_ms = max(self._rests_until_ms, now_ms + round(wait_ms))
