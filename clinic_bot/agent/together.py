"""What all replicas know together of Groq's limits, as a text that they keep. Told the time: no clock, no I/O.

A limit is the organisation's, so what one replica takes is gone for the others. One bucket a model counts what all of
them have taken, and each answer of Groq puts it right: its headers count everybody's calls. What Groq stated to one,
to come back later, that a model is gone, that the account is refused, holds for all.

Who has to wait gets a ticket, one a replica, and nobody takes the room that an older ticket waits for. So of the
calls that begin a turn each other replica makes one at most before it is a waiting replica's turn; the calls of turns
that have begun go first, and there are only as many of those as were begun.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from clinic_bot.agent.breaker import Why
from clinic_bot.agent.limits import MINUTE_MS, ON_THE_WAY_MS, Bucket, Told
from clinic_bot.agent.telling import ACCOUNT, gone_key, is_news

#: What Groq counted this long ago says nothing any more; until then it is known what was taken since.
_HORIZON_MS = 1_000
#: How late somebody may come back for whom room is kept.
_GRACE_MS = 7_000
_MOST_KEPT_MS = 600_000
#: So far the clocks of replicas may be apart; more than this, somebody set one back.
_SKEW_MS = 5_000
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
    """The call may be made: its tokens are taken."""

    model: str
    tokens: float
    taken_ms: int


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
        return max(0, self.until_ms - now_ms) if now_ms > self.at_ms - _SKEW_MS else 0


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
class Shared:
    """One model."""

    tokens: Bucket = field(default_factory=lambda: Bucket(MINUTE_MS))
    requests: Bucket = field(default_factory=lambda: Bucket(MINUTE_MS))
    stated: Stated | None = None
    tries_until_ms: int = 0
    learned_ms: int = 0
    young: list[tuple[int, float]] = field(default_factory=list)  #: when, and how many tokens were taken
    tickets: dict[str, Ticket] = field(default_factory=dict)
    held: list[float] = field(
        default_factory=list
    )  #: tokens of who was held back in this transaction; not kept

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

    def give_back(self, leave: Leave, now_ms: int) -> None:
        """It was not called, or refused before it ran."""
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


@dataclass(frozen=True, slots=True)
class View:
    """What one replica has to know of a model's minute."""

    tokens: Bucket
    tokens_used: float
    requests: Bucket
    requests_used: float
    is_tight: bool


@dataclass(slots=True)
class Together:
    """The whole text."""

    models: dict[str, Shared] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)  #: alerts, by what they are about
    account: Stated | None = None  #: how it is refused
    at_ms: int = 0

    def now(self, now_ms: int) -> int:
        """The time for one round of changes: by whoever's clock, it does not go back."""
        behind_ms = self.at_ms - now_ms
        self.at_ms = self.at_ms if 0 < behind_ms < _SKEW_MS else now_ms
        return self.at_ms

    def model(self, name: str) -> Shared:
        return self.models.setdefault(name, Shared())

    def reserve(self, want: Want, now_ms: int) -> Leave | Hold:
        account = self.account
        if account is not None and account.left_ms(now_ms) and account.at_ms >= want.since_ms:
            return Hold(account.left_ms(now_ms), account=account.why)
        return self.model(want.model).reserve(want, now_ms)

    def answered(self, leave: Leave) -> None:
        """Groq was reached by this call, and the account is in order."""
        model = self.model(leave.model)
        model.arrived(leave)
        model.free(leave)
        if model.stated is None:
            self.said.pop(gone_key(leave.model), None)
        if self.account is not None and leave.taken_ms > self.account.at_ms:
            self.account = None
            self.said.pop(ACCOUNT, None)

    def view(self, name: str, replica: str, now_ms: int) -> "View":
        """How a model stands for one replica: what the others wait for is as good as used."""
        model = self.model(name)
        others = [one for key, one in model.tickets.items() if key != replica and one.lives(now_ms)]
        return View(
            model.tokens,
            model.tokens.used(now_ms) + sum(one.tokens for one in others),
            model.requests,
            model.requests.used(now_ms) + len(others),
            is_tight=model.is_tight(now_ms),
        )

    def once(self, key: str, now_ms: int, again_ms: int | None) -> bool:
        """Whether it is for the asker to say."""
        news = is_news(self.said.get(key), now_ms, again_ms)
        if news:
            self.said[key] = now_ms
        return news

    def text(self) -> str:
        kept = asdict(self)
        for name, model in self.models.items():
            kept["models"][name] |= {"tokens": model.tokens.numbers(), "requests": model.requests.numbers()}
            del kept["models"][name]["held"]
        return json.dumps(kept, separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str) -> Self:
        """What cannot be read is begun anew: it is the knowledge of a minute, and another version may have kept it."""
        try:
            kept = json.loads(text)
            return cls(
                {str(name): _model_of(one) for name, one in kept["models"].items()},
                {str(key): int(at_ms) for key, at_ms in kept["said"].items()},
                _stated_of(kept["account"]),
                int(kept["at_ms"]),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()


def _model_of(kept: dict[str, Any]) -> Shared:
    stated = _stated_of(kept["stated"])
    if stated is not None:
        Why(stated.why)  # raises ValueError for a word of another version
    return Shared(
        tokens=Bucket.of_numbers(MINUTE_MS, kept["tokens"]),
        requests=Bucket.of_numbers(MINUTE_MS, kept["requests"]),
        stated=stated,
        tries_until_ms=int(kept["tries_until_ms"]),
        learned_ms=int(kept["learned_ms"]),
        young=[(int(at_ms), float(tokens)) for at_ms, tokens in kept["young"]],
        tickets={
            str(name): Ticket(
                bool(one["begun"]), int(one["since_ms"]), float(one["tokens"]), int(one["until_ms"])
            )
            for name, one in kept["tickets"].items()
        },
    )


def _stated_of(kept: dict[str, Any] | None) -> Stated | None:
    return None if kept is None else Stated(str(kept["why"]), int(kept["at_ms"]), int(kept["until_ms"]))
