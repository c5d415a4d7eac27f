"""Who may call next: calls are held back while the model's minute is full, and take turns by patient.

Start-time fair queueing (Goyal, Vin and Cheng, 1996): each patient's next call is tagged with where his last one ended
on a clock that counts tokens served to everybody, and the lowest tag goes first. One who floods runs ahead of that
clock and waits for the others; one who wrote little never waits for him. With room for all nobody is tagged at all.

Whoever would wait longer than a moment is told when to come back instead, so that his turn gives its slot back;
his place, and the room that his call needs, are kept until shortly after that instant.
"""

import asyncio
import bisect
import math
import random
from dataclasses import dataclass, field
from operator import attrgetter

from clinic_bot.agent.breaker import Breaker, Why
from clinic_bot.agent.limits import ModelLimits
from clinic_bot.agent.shared_model import Leave
from clinic_bot.clock import Clock
from clinic_bot.errors import ProviderBusy

#: Longer than this nobody waits in here for his first call: giving the turn back costs two small transactions.
PATIENCE_MS = 2_000
#: A turn that has begun waits longer, because going away throws its earlier calls away.
BEGUN_PATIENCE_MS = 15_000
_GRACE_MS = 5_000  # how late somebody may come back to his place
_MOST_KEPT_MS = 3_600_000
_MOST_ACCOUNTS = 512
#: Those who are to come back at one instant come one after the other: each claims its turn again.
_APART_MS = 10.0
_NO_WAIT_MS = 1.0  # what the arithmetic of floats leaves over is none
_FIRST = float("-inf")


@dataclass(slots=True)
class Pass:
    """Leave to make one call. It ends with ``Line.left``, and with ``Line.refused`` before where that was so."""

    place: "_Place"
    reservation: int
    probe: bool
    waited_ms: int
    served: float  #: by how far it moved the clock of what was served to all
    leave: Leave | None = None  #: of the other replicas; set before the call is made


@dataclass(slots=True, eq=False)
class _Place:
    user: str
    tag: float
    tokens: float
    since_ms: int = 0  # when he began to wait in here
    gives_up_ms: int = 0  # how long he waits in here
    kept_until_ms: int = 0  # while he is away
    waiter: asyncio.Future[Pass] | None = None  # None: away


@dataclass(slots=True)
class _Accounts:
    """How far each patient is ahead of the clock that counts what was served to all."""

    now: float = 0.0
    _ahead: dict[str, float] = field(default_factory=dict)

    def tag(self, user: str) -> float:
        return max(self.now, self._ahead.get(user, 0.0))

    def served(self, place: _Place, waiting: int) -> float:
        """Returns by how far the clock moves.

        Args:
            waiting: how many share what there is, this one included.
        """
        step = place.tokens / waiting
        self.now += step
        start = place.tag if place.tag > _FIRST else self.tag(place.user)
        ends = start + place.tokens
        if ends > self.now:
            self._ahead[place.user] = ends
        else:
            self._ahead.pop(place.user, None)
        if len(self._ahead) > _MOST_ACCOUNTS:
            self._ahead = {user: ahead for user, ahead in self._ahead.items() if ahead > self.now}
        return step

    def not_served(self, place: _Place, step: float) -> None:
        """It was refused after all; his place still says where it begins."""
        self.now -= step
        self._ahead.pop(place.user, None)


class Closed(Exception):  # not an error: a way on
    """This model cannot be asked at all now; another one may be."""


class Line:
    """The line before one model.

    Args:
        provider: its name, for the error.
        limits, breaker: of this model; the line reserves in the one and begins calls in the other.
    """

    def __init__(self, provider: str, limits: ModelLimits, breaker: Breaker, clock: Clock) -> None:
        self._provider = provider
        self._limits = limits
        self._breaker = breaker
        self._clock = clock
        self._accounts = _Accounts()
        self._places: list[_Place] = []  # by tag; those who are away among them
        self._away: dict[str, _Place] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, user: str, tokens: float, *, begun: bool) -> Pass:
        """Return when this patient's call may be made.

        Args:
            tokens: what the call will reserve.
            begun: the turn has made a call before, which would be thrown away; it goes before those that have not.

        Raises:
            ProviderBusy: it would take longer than a moment; the place is kept until then.
            Closed: ask another model.
        """
        now_ms = self._clock.steady_ms()
        free = not self._places and self._breaker.may_ask(now_ms)
        if free and self._limits.wait_ms(tokens, 1, now_ms) < _NO_WAIT_MS:
            return self._admit(_Place(user, self._accounts.tag(user), tokens, now_ms), now_ms)
        place = self._placed(user, tokens, begun=begun)
        place.since_ms = now_ms
        place.gives_up_ms = now_ms + (BEGUN_PATIENCE_MS if begun else PATIENCE_MS)
        waiter: asyncio.Future[Pass] = asyncio.get_running_loop().create_future()
        place.waiter = waiter
        self._look()
        try:
            return await waiter
        except asyncio.CancelledError:
            self._cancelled(place, waiter)
            raise

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits, and nobody's place is kept."""
        return not self._places

    def left(self) -> None:
        """A call is over, and what it taught is in limits and breaker."""
        if self._places:
            self._look()

    def refused(self, passed: Pass, wait_ms: float) -> float:
        """The minute is full, as the provider or the other replicas say: back to the same place.

        Returns the wait, at least the stated.
        """
        now_ms, place = self._clock.steady_ms(), passed.place
        self._accounts.not_served(place, passed.served)
        self._insert(place)
        self._leave(place, now_ms, wait_ms)
        before = self._places[: self._places.index(place) + 1]
        full_ms = self._limits.wait_ms(sum(one.tokens for one in before), len(before), now_ms)
        wait_ms = max(wait_ms, full_ms) + _apart_ms(len(before) - 1)
        place.kept_until_ms = round(now_ms + wait_ms) + _GRACE_MS
        return wait_ms

    def gone(self, passed: Pass) -> None:
        """Let in, and the call is not made."""
        self._limits.release(passed.reservation, passed.place.tokens, self._clock.steady_ms())
        self._breaker.dropped(probe=passed.probe)
        self.left()

    def forget(self, user: str) -> None:
        """Nobody comes back to the place that is kept for this patient."""
        place = self._away.pop(user, None)
        if place is not None:
            self._places.remove(place)
            self.left()

    def _placed(self, user: str, tokens: float, *, begun: bool) -> _Place:
        """The place kept for this patient, or a new one."""
        place = self._away.pop(user, None)
        if place is None:
            place = _Place(user, _FIRST if begun else self._accounts.tag(user), tokens)
            self._insert(place)
        place.tokens = tokens
        return place

    def _insert(self, place: _Place) -> None:
        bisect.insort_right(self._places, place, key=attrgetter("tag"))

    def _leave(self, place: _Place, now_ms: int, wait_ms: float) -> None:
        place.waiter = None
        place.kept_until_ms = round(now_ms + wait_ms) + _GRACE_MS
        self._away[place.user] = place

    def _drop_lapsed(self, now_ms: int) -> None:
        """Places of those who did not come back. A clock that jumped keeps none for ever."""
        lapsed = [
            one
            for one in self._places
            if one.waiter is None and not 0 <= one.kept_until_ms - now_ms <= _MOST_KEPT_MS
        ]
        for place in lapsed:
            self._places.remove(place)
            if self._away.get(place.user) is place:
                del self._away[place.user]

    def _look(self) -> None:
        """Let in whoever may go in, send away whoever would wait too long, and look again when that changes."""
        now_ms = self._clock.steady_ms()
        self._drop_lapsed(now_ms)
        next_ms, tokens, calls = math.inf, 0.0, 0  # the room that those in front need
        for place in [*self._places]:
            waiter = place.waiter
            if waiter is None or waiter.done():
                tokens, calls = tokens + place.tokens, calls + 1
                continue
            wait_ms = self._limits.wait_ms(tokens + place.tokens, calls + 1, now_ms)
            wait_ms = max(wait_ms, self._breaker.remaining_ms(now_ms))
            if self._breaker.remaining_ms(now_ms) and self._breaker.why not in (None, Why.LIMIT):
                self._places.remove(place)
                waiter.set_exception(Closed())
            elif wait_ms < _NO_WAIT_MS and self._breaker.may_ask(now_ms):
                self._places.remove(place)
                waiter.set_result(self._admit(place, now_ms))  # its room is reserved from here on
            elif now_ms + wait_ms > place.gives_up_ms or now_ms >= place.gives_up_ms:
                self._send_away(place, waiter, now_ms, wait_ms + _apart_ms(calls))
                tokens, calls = tokens + place.tokens, calls + 1
            else:  # with no wait it is for the call that tries the model out, whose end looks again
                next_ms = min(
                    next_ms, wait_ms if wait_ms >= _NO_WAIT_MS else math.inf, place.gives_up_ms - now_ms
                )
                tokens, calls = tokens + place.tokens, calls + 1
        self._look_again(next_ms)

    def _look_again(self, after_ms: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if after_ms < math.inf:
            wait_s = self._clock.real_s(max(1.0, after_ms))
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._look)

    def _send_away(self, place: _Place, waiter: asyncio.Future[Pass], now_ms: int, wait_ms: float) -> None:
        if self._breaker.probing(now_ms):  # it takes its time
            wait_ms += PATIENCE_MS + self._breaker.back_ms(now_ms)
        self._leave(place, now_ms, wait_ms)
        waiter.set_exception(ProviderBusy(self._provider, retry_after_s=wait_ms / 1000))

    def _admit(self, place: _Place, now_ms: int) -> Pass:
        place.waiter = None
        served = self._accounts.served(place, len(self._places) + 1)
        reservation = self._limits.reserve(place.tokens, now_ms)
        return Pass(place, reservation, self._breaker.begin(now_ms), now_ms - place.since_ms, served)

    def _cancelled(self, place: _Place, waiter: asyncio.Future[Pass]) -> None:
        """His turn was interrupted. If it is asked again soon, it is still his place."""
        now_ms = self._clock.steady_ms()
        answered = waiter.done() and not waiter.cancelled()
        if not answered:
            self._leave(place, now_ms, 0)
        elif waiter.exception() is None:  # let in, and gone in the same moment
            self.gone(waiter.result())
            return
        self.left()


def _apart_ms(before: int) -> float:
    return random.uniform(0, _APART_MS) * before
