"""What all replicas know together of Groq's limits, as a text that they keep. Told the time: no clock, no I/O.

A limit is the organisation's, so what one replica takes is gone for the others. One bucket a model counts what all of
them have taken, and each answer of Groq puts it right: its headers count everybody's calls. What Groq stated to one,
to come back later, that a model is gone, that the account is refused, holds for all.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from clinic_bot.agent.breaker import Why
from clinic_bot.agent.limits import MINUTE_MS, Bucket
from clinic_bot.agent.shared_model import SKEW_MS, Hold, Leave, SharedModel, Stated, Ticket, Want
from clinic_bot.agent.telling import ACCOUNT, gone_key, is_news


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

    models: dict[str, SharedModel] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)  #: alerts, by what they are about
    account: Stated | None = None  #: how it is refused
    at_ms: int = 0

    def now(self, now_ms: int) -> int:
        """The time for one round of changes: by whoever's clock, it does not go back."""
        behind_ms = self.at_ms - now_ms
        self.at_ms = self.at_ms if 0 < behind_ms < SKEW_MS else now_ms
        return self.at_ms

    def model(self, name: str) -> SharedModel:
        return self.models.setdefault(name, SharedModel())

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


def _model_of(kept: dict[str, Any]) -> SharedModel:
    stated = _stated_of(kept["stated"])
    if stated is not None:
        Why(stated.why)  # raises ValueError for a word of another version
    return SharedModel(
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
