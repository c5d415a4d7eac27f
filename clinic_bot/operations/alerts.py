"""Telling a person that something needs one: to the clinic's hook, and to its own WhatsApp.

Whoever raises an alert waits for nothing and learns nothing: a clinic's hook that is down must not hold up a
patient's turn. What was not delivered when the process dies is gone; what it spoke of is not, since everything an
alert tells of stands in the database, in ``/health/ready`` or in the metrics too.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import structlog

from clinic_bot.clock import Clock
from clinic_bot.operations.alert_limits import RateLimit, Rates
from clinic_bot.operations.masking import mask_phones_in
from clinic_bot.operations.metrics import Metrics

log = structlog.get_logger(__name__)

#: So many wait for one channel; more than the rates let through, so that only a stuck channel meets it.
_MOST_WAITING = 100
#: An alert is a sentence or two, not a report.
_LONGEST = 600
_SUMMARIES_MS = 30_000


class AlertKind(StrEnum):
    """What an alert is about; the hook's ``kind``. Raisers may pass other words, these are the known ones."""

    RULE_9 = "rule9"  #: conversations that nothing will wake: a fault of ours
    SEND_HELD = "send_held"  #: nobody knows whether a reply left; a person decides
    SEND_REFUSED = "send_refused"  #: replies that certainly did not arrive
    TURN_DEAD = "turn_dead"  #: a turn failed every time and was set aside
    HANDED_OVER = "handed_over"  #: a chat that the reply gave to the reception
    FOR_RECEPTION = "for_reception"  #: something came for the reception, and the bot goes on
    PATIENT_WAITS = "patient_waits"  #: for the person who has the chat
    LOOP_GUARD = "loop_guard"  #: too many replies in one conversation; a person has it now
    EMERGENCY = "emergency"
    GROQ_ACCOUNT = "groq_account"  #: the key or the account is refused
    GROQ_MODEL_GONE = "groq_model_gone"
    GROQ_DAY_EXHAUSTED = "groq_day_exhausted"
    GROQ_OUT = "groq_out"  #: no model answers
    AUDIO_UNHEARD = "audio_unheard"  #: voice notes are not heard until a person acts
    IMAGE_UNSEEN = "image_unseen"  #: and pictures not seen
    ZAPI_ACCOUNT = "zapi_account"  #: subscription or token
    ZAPI_DISCONNECTED = "zapi_disconnected"  #: the clinic's WhatsApp is not connected
    MESSAGES_MISSED = "messages_missed"  #: patients may have written while nobody listened
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing for a person to know."""

    kind: str
    text: str  #: Portuguese, without patients' words, phones masked
    at_ms: int
    suppressed: int = 0  #: alerts of this kind that were held back since the last one


class Channel(Protocol):
    """A way to a person."""

    name: str

    async def deliver(self, alert: Alert) -> None:
        """Deliver, however long that takes. What goes wrong is the channel's to log and count."""
        ...

    async def close(self) -> None: ...


class Alerts:
    """Takes alerts from everywhere in the loop's thread, and delivers them behind everybody's back."""

    def __init__(self, clock: Clock, metrics: Metrics, *, rates: Rates | None = None) -> None:
        self._clock = clock
        self._metrics = metrics
        self._limit = RateLimit(rates or Rates())
        self._channels: list[tuple[Channel, asyncio.Queue[Alert]]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._going_on: set[str] = set()
        self._early: list[Alert] | None = []  # raised before there was a channel

    def start(self, channels: Sequence[Channel]) -> None:
        """Deliver from now on, what was raised before included."""
        self._channels = [(channel, asyncio.Queue(_MOST_WAITING)) for channel in channels]
        self._tasks = [
            asyncio.create_task(self._summarise()),
            *(asyncio.create_task(self._work(channel, queue)) for channel, queue in self._channels),
        ]
        early, self._early = self._early or [], None
        for alert in early:
            self._hand_out(alert)

    def alert(self, kind: str, text: str) -> None:
        """Tell a person. Never blocks, never raises.

        Args:
            kind: an ``AlertKind``; alerts of one kind share a rate.
            text: Portuguese, what happened and what to do; no patient's words. Phones in it are masked here.
        """
        try:
            self._alert(kind, text)
        except Exception:  # the raiser is in the middle of a patient's turn
            log.exception("alert failed", kind=str(kind))

    def begin(self, kind: str, text: str) -> None:
        """Tell a person once, and not again before ``end``: for what lasts, and is noticed at every try."""
        if kind not in self._going_on:
            self._going_on.add(kind)
            self.alert(kind, text)

    def end(self, kind: str, text: str | None = None) -> None:
        """It is over, whether or not it was going on.

        Args:
            text: what to tell whoever was told that it began; None tells nothing.
        """
        if kind in self._going_on:
            self._going_on.discard(kind)
            log.info("alert over", kind=str(kind))
            if text is not None:
                self.alert(kind, text)

    async def close(self, *, within_s: float = 0.75) -> None:
        """Give what waits a moment to leave, then stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                for _, queue in self._channels:
                    await queue.join()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for channel, _ in self._channels:
            await channel.close()
        self._tasks, self._channels = [], []

    def _alert(self, kind: str, text: str) -> None:
        kind, text = str(kind), mask_phones_in(text)[:_LONGEST]
        now_ms = self._clock.now_ms()
        suppressed = self._limit.admit(kind, text, now_ms)
        self._metrics.alert_raised(kind, suppressed=suppressed is None)
        log.warning("alert", kind=kind, says=text, held_back=suppressed is None)
        if suppressed is not None:
            self._hand_out(Alert(kind, text, now_ms, suppressed))

    def _hand_out(self, alert: Alert) -> None:
        if self._early is not None:
            self._early.append(alert)
            return
        for channel, queue in self._channels:
            try:
                queue.put_nowait(alert)
            except asyncio.QueueFull:
                self._metrics.alert_delivered(channel.name, "dropped")

    async def _work(self, channel: Channel, queue: asyncio.Queue[Alert]) -> None:
        while True:
            alert = await queue.get()
            try:
                await channel.deliver(alert)
            except Exception:  # a channel's fault must not end its worker
                log.exception("alert not delivered", channel=channel.name)
                self._metrics.alert_delivered(channel.name, "failed")
            finally:
                queue.task_done()

    async def _summarise(self) -> None:
        """What was held back is told as soon as its rate has room, also when nothing more happens."""
        while True:
            await self._clock.sleep(_SUMMARIES_MS)
            now_ms = self._clock.now_ms()
            for summary in self._limit.summaries(now_ms):
                self._hand_out(Alert(summary.kind, summary.text, now_ms, summary.suppressed))
