"""Groq's rate limits: four buckets a model, with the headers and the refusals that show them."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from clinic_bot.clock import Clock
from clinic_bot.events import Json

MINUTE_MS, DAY_MS = 60_000, 86_400_000
_HOUR_MS = 3_600_000
_LEAST_AUDIO_S = 10.0
_TOO_LARGE, _REACHED, _ASPH = (
    "Request too large for",
    "Rate limit reached for",
    "seconds of audio per hour (ASPH)",
)
_ORGANISATION = "org_EXAMPLE0000000000000000000"


@dataclass(frozen=True, slots=True)
class Plan:
    """What one model may take. Requests and tokens, a minute and a day; of one that hears, seconds of audio."""

    rpm: int
    rpd: int
    tpm: int
    tpd: int
    audio_rpm: int = 1_000_000
    ash: int = 1_000_000_000  #: seconds of audio an hour


# Free: the limits page of October 2026. Developer: a day's figures are second-hand.
FREE = Plan(rpm=30, rpd=1_000, tpm=8_000, tpd=200_000, audio_rpm=20, ash=7_200)
DEVELOPER = Plan(rpm=1_000, rpd=500_000, tpm=250_000, tpd=10_000_000, audio_rpm=400, ash=400_000)
# Enforced by nobody, and shown where no plan is: a client that paces itself by it is never held back.
UNLIMITED = Plan(rpm=1_000_000, rpd=100_000_000, tpm=1_000_000_000, tpd=100_000_000_000)
PLANS: Mapping[str, Plan] = {"free": FREE, "developer": DEVELOPER}


class Bucket:
    """What was used lately; it drains evenly, so a full one is empty again after ``window_ms``."""

    def __init__(self, limit: int, window_ms: int) -> None:
        self.limit = limit
        self.window_ms = window_ms
        self._used = 0.0
        self._at_ms = 0

    def used(self, now_ms: int) -> float:
        drained = (now_ms - self._at_ms) * self.limit / self.window_ms
        self._used, self._at_ms = max(0.0, self._used - drained), now_ms
        return self._used

    def wait_s(self, amount: float, now_ms: int) -> float:
        """Seconds until ``amount`` fits; 0 when it fits now."""
        over = self.used(now_ms) + amount - self.limit
        return max(0.0, over * self.window_ms / self.limit / 1000)

    def add(self, amount: float, now_ms: int) -> None:
        """Use ``amount``; a negative one gives back."""
        self._used = max(0.0, self.used(now_ms) + amount)

    def remaining(self, now_ms: int) -> int:
        return max(0, math.floor(self.limit - self.used(now_ms)))

    def reset_s(self, now_ms: int) -> float:
        return self.used(now_ms) * self.window_ms / self.limit / 1000


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    body: Json
    retry_after_s: int


class AudioLimits:
    """The buckets of one model that hears. Nothing of them shows in a header."""

    def __init__(self, model: str, plan: Plan, clock: Clock) -> None:
        self._model = model
        self._clock = clock
        self._rpm, self._ash = Bucket(plan.audio_rpm, MINUTE_MS), Bucket(plan.ash, _HOUR_MS)

    def reserve(self, seconds: float) -> Refusal | None:
        """Take one request and its seconds, ten at least, or say why not."""
        now, asked = self._clock.now_ms(), math.ceil(max(_LEAST_AUDIO_S, seconds))
        if asked > self._ash.limit:
            what = (
                f"Limit {self._ash.limit}, Requested {asked}, please reduce your message size and try again."
            )
            return Refusal(413, _error(_told(self._model, _TOO_LARGE, _ASPH, what), "seconds"), 1)
        for bucket, amount, name, kind in (
            (self._rpm, 1, "requests per minute (RPM)", "requests"),
            (self._ash, asked, _ASPH, "seconds"),
        ):
            if (wait_s := bucket.wait_s(amount, now)) > 0:
                used = math.ceil(bucket.used(now))
                what = (
                    f"Limit {bucket.limit}, Used {used}, Requested {amount}. "
                    f"Please try again in {go_duration(wait_s)}."
                )
                return Refusal(429, _error(_told(self._model, _REACHED, name, what), kind), math.ceil(wait_s))
        self._rpm.add(1, now)
        self._ash.add(asked, now)
        return None


class Limits:
    """The buckets of one model."""

    def __init__(self, model: str, plan: Plan, clock: Clock) -> None:
        self._model = model
        self._clock = clock
        self._rpm, self._rpd = Bucket(plan.rpm, MINUTE_MS), Bucket(plan.rpd, DAY_MS)
        self._tpm, self._tpd = Bucket(plan.tpm, MINUTE_MS), Bucket(plan.tpd, DAY_MS)

    def reserve(self, tokens: int) -> Refusal | None:
        """Take one request and ``tokens`` (prompt and the most it may write), or say why not."""
        now = self._clock.now_ms()
        if tokens > self._tpm.limit:
            what = (
                f"Limit {self._tpm.limit}, Requested {tokens}, please reduce your message size and try again."
            )
            message = _told(self._model, _TOO_LARGE, "tokens per minute (TPM)", what)
            return Refusal(413, _error(message, "tokens"), 1)
        for bucket, amount, name, kind in (
            (self._rpm, 1, "requests per minute (RPM)", "requests"),
            (self._rpd, 1, "requests per day (RPD)", "requests"),
            (self._tpm, tokens, "tokens per minute (TPM)", "tokens"),
            (self._tpd, tokens, "tokens per day (TPD)", "tokens"),
        ):
            wait_s = bucket.wait_s(amount, now)
            if wait_s > 0:
                used = math.ceil(bucket.used(now))
                what = (
                    f"Limit {bucket.limit}, Used {used}, Requested {amount}. "
                    f"Please try again in {go_duration(wait_s)}."
                )
                message = _told(self._model, _REACHED, name, what)
                return Refusal(429, _error(message, kind), math.ceil(wait_s))
        for bucket, amount in ((self._rpm, 1), (self._rpd, 1), (self._tpm, tokens), (self._tpd, tokens)):
            bucket.add(amount, now)
        return None

    def settle(self, reserved: int, used: int) -> None:
        """Give back what was reserved and not written, and cached prompt tokens, which do not count."""
        now = self._clock.now_ms()
        for bucket in (self._tpm, self._tpd):
            bucket.add(used - reserved, now)

    def storm(self, wait_s: float) -> Refusal:
        """A refusal for tokens a minute, whatever the buckets say."""
        limit = self._tpm.limit
        what = f"Limit {limit}, Used {limit}, Requested 1443. Please try again in {go_duration(wait_s)}."
        message = _told(self._model, _REACHED, "tokens per minute (TPM)", what)
        return Refusal(429, _error(message, "tokens"), math.ceil(wait_s))

    def headers(self) -> dict[str, str]:
        """Requests are those of the day and tokens those of the minute; the other two never show."""
        now = self._clock.now_ms()
        return {
            "x-ratelimit-limit-requests": str(self._rpd.limit),
            "x-ratelimit-limit-tokens": str(self._tpm.limit),
            "x-ratelimit-remaining-requests": str(self._rpd.remaining(now)),
            "x-ratelimit-remaining-tokens": str(self._tpm.remaining(now)),
            "x-ratelimit-reset-requests": go_duration(self._rpd.reset_s(now)),
            "x-ratelimit-reset-tokens": go_duration(self._tpm.reset_s(now)),
        }


def _told(model: str, what: str, dimension: str, figures: str) -> str:
    return (
        f"{what} model `{model}` in organization `{_ORGANISATION}` service tier `on_demand` on {dimension}: "
        f"{figures} Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing"
    )


def _error(message: str, kind: str) -> Json:
    return {"error": {"message": message, "type": kind, "code": "rate_limit_exceeded"}}


def go_duration(seconds: float) -> str:
    """As Go prints a duration, to the millisecond: ``577ms``, ``7.66s``, ``2m59.56s``, ``1h40m48s``."""
    millis = round(seconds * 1000)
    if millis < 1000:
        return f"{millis}ms" if millis else "0s"
    minutes, millis = divmod(millis, 60_000)
    hours, minutes = divmod(minutes, 60)
    rest = re.sub(r"\.?0+$", "", f"{millis / 1000:.3f}")
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{rest}s"
