"""One model's minute, of which several replicas take. Told the time and who asks: no clock, no I/O.

Who has to wait gets a ticket, one a replica, and nobody takes the room that an older ticket waits for. So of the
calls that begin a turn each other replica makes one at most before it is a waiting replica's turn; the calls of turns
that have begun go first, and there are only as many of those as were begun.
"""

from dataclasses import dataclass, field

from clinic_bot.agent.breaker import Why
from clinic_bot.agent.limits import MINUTE_MS, ON_THE_WAY_MS, Bucket, Told

#: What Groq counted this long ago says nothing any more; until then it is known what was taken since.
_HORIZON_MS = 1_000
#: How late somebody may come back for whom room is kept.
_GRACE_MS = 7_000
_MOST_KEPT_MS = 600_000
#: So far the clocks of replicas may be apart; more than this, somebody set one back.
SKEW_MS = 5_000
#: One call tries a model out after a stated wait, and so long the others wait for its end, looking every second.
_TRY_MS, _LOOK_MS = 5_000, 1_000
_NO_WAIT_MS = 1.0


@dataclass(frozen=True, slots=True)
class Want:
    """A call that somebody wants to make.

    Args:
        since_ms: when this replica began: what was stated before it started, it may try once itself.
    """

    model: str
    tokens: float
    begun: bool
    replica: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class Leave:
    """The call may be made.

    Args:
        counted: its tokens are taken; not where nobody could be asked.
    """

    model: str
    tokens: float
    taken_ms: int
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Hold:
    """The call may not be made now.

    Args:
        why: what Groq stated; None: the minute is full.
        account: how the account is refused, where it is.
    """

    wait_ms: float
    why: Why | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """Something that Groq said to one replica."""

    why: str
    at_ms: int
    until_ms: int

    def left_ms(self, now_ms: int) -> int:
        """How long it holds still; over, where somebody set the clock back to before it was said."""
        return max(0, self.until_ms - now_ms) if now_ms > self.at_ms - SKEW_MS else 0


@dataclass(frozen=True, slots=True)
class Ticket:
    begun: bool
    since_ms: int
    tokens: float
    until_ms: int

    def lives(self, now_ms: int) -> bool:
        return 0 < self.until_ms - now_ms <= _MOST_KEPT_MS + _GRACE_MS

    @property
    def place(self) -> tuple[bool, int]:
        return (not self.begun, self.since_ms)


@dataclass(slots=True)
class SharedModel:
    """What is known of one model, and who waits for it."""

    tokens: Bucket = field(default_factory=lambda: Bucket(MINUTE_MS))
    requests: Bucket = field(default_factory=lambda: Bucket(MINUTE_MS))
    stated: Stated | None = None
    tries_until_ms: int = 0
    learned_ms: int = 0
    young: list[tuple[int, float]] = field(default_factory=list)  #: when, and how many tokens were taken
    tickets: dict[str, Ticket] = field(default_factory=dict)
    #: Tokens of those who were held back in this transaction, in their order; not kept.
    held: list[float] = field(default_factory=list)

    def reserve(self, want: Want, now_ms: int) -> Leave | Hold:
        self.tickets = {name: one for name, one in self.tickets.items() if one.lives(now_ms)}
        if (stated := self._stated_to(want, now_ms)) is not None:
            return stated
        mine = self.tickets.get(want.replica)
        since_ms = mine.since_ms if mine is not None else now_ms
        place = (not want.begun, since_ms)
        others = [one for name, one in self.tickets.items() if name != want.replica and one.place < place]
        before = [one.tokens for one in others] + self.held
        wait_ms = max(
            self.tokens.wait_ms(sum(before) + want.tokens, now_ms),
            self.requests.wait_ms(len(before) + 1, now_ms),
        )
        if wait_ms < _NO_WAIT_MS:
            return self.take(want, now_ms)
        self.held.append(want.tokens)
        until_ms = now_ms + round(min(wait_ms, _MOST_KEPT_MS)) + _GRACE_MS
        self.tickets[want.replica] = Ticket(want.begun, since_ms, want.tokens, until_ms)
        return Hold(wait_ms)

    def take(self, want: Want, now_ms: int) -> Leave:
        """It is called, whether or not it fits."""
        self.tickets.pop(want.replica, None)
        self.tokens.take(want.tokens, now_ms)
        self.requests.take(1, now_ms)
        if self.stated is not None:
            self.tries_until_ms = now_ms + _TRY_MS
        self.young = [one for one in self.young if 0 <= now_ms - one[0] <= _HORIZON_MS + ON_THE_WAY_MS]
        self.young.append((now_ms, want.tokens))
        return Leave(want.model, want.tokens, now_ms)

    def took(self, leave: Leave, now_ms: int) -> None:
        """A replica took it a moment ago, of the room it had, and tells it now."""
        ago_ms = max(0, now_ms - leave.taken_ms)
        self.tokens.take(max(0.0, leave.tokens - ago_ms * self.tokens.drains), now_ms)
        self.requests.take(max(0.0, 1 - ago_ms * self.requests.drains), now_ms)
        if ago_ms <= _HORIZON_MS + ON_THE_WAY_MS:
            self.young.append((leave.taken_ms, leave.tokens))

    def give_back(self, leave: Leave, now_ms: int) -> None:
        """It was not called, or refused before it ran."""
        if not leave.counted:
            return
        self.tokens.take(-leave.tokens, now_ms)
        self.requests.take(-1, now_ms)
        self.arrived(leave)

    def arrived(self, leave: Leave) -> None:
        """From now on Groq's own count has it."""
        if (leave.taken_ms, leave.tokens) in self.young:
            self.young.remove((leave.taken_ms, leave.tokens))

    def learn(self, told: Told, at_ms: int, now_ms: int) -> None:
        """Take over what Groq had counted at ``at_ms``, and what was taken since."""
        if at_ms < self.learned_ms <= now_ms or (
            told.limit == self.tokens.limit and now_ms - at_ms > _HORIZON_MS
        ):
            return
        self.learned_ms = at_ms
        self.tokens.learn(told.limit, told.used, at_ms, reset_ms=told.reset_ms)
        self.tokens.take(sum(tokens for _, tokens in self._since(at_ms)), now_ms)

    def learn_requests(self, told: Told, at_ms: int, now_ms: int) -> None:
        self.requests.learn(told.limit, told.used, at_ms)
        self.requests.take(len(self._since(at_ms)), now_ms)

    def state(self, stated: Stated) -> None:
        """Groq said so; a limit of the minute does not shorten what lasts longer."""
        if self.stated is None or stated.why != Why.LIMIT:
            self.stated = stated
        else:
            until_ms = max(self.stated.until_ms, stated.until_ms)
            self.stated = Stated(self.stated.why, stated.at_ms, until_ms)
        self.tries_until_ms = 0

    def free(self, leave: Leave) -> None:
        """Groq answered. A call that was made before something was stated does not lift it."""
        if self.stated is not None and leave.taken_ms > self.stated.at_ms:
            self.stated, self.tries_until_ms = None, 0

    def is_tight(self, now_ms: int) -> bool:
        """Whether anybody may have to wait soon, so that it matters what a call has really used."""
        waiting = sum(one.tokens for one in self.tickets.values() if one.lives(now_ms))
        used = self.tokens.used(now_ms) + waiting
        return (
            self.stated is not None or waiting > 0 or (self.tokens.limit > 0 and 2 * used > self.tokens.limit)
        )

    def _stated_to(self, want: Want, now_ms: int) -> Hold | None:
        stated = self.stated
        if stated is None:
            return None
        why = Why(stated.why)
        left_ms = stated.left_ms(now_ms)
        if left_ms and (why is Why.LIMIT or stated.at_ms >= want.since_ms):
            return Hold(left_ms, why)
        if 0 < self.tries_until_ms - now_ms <= _TRY_MS:
            return Hold(min(_LOOK_MS, self.tries_until_ms - now_ms), why)
        return None

    def _since(self, at_ms: int) -> list[tuple[int, float]]:
        return [one for one in self.young if one[0] >= at_ms - ON_THE_WAY_MS]
