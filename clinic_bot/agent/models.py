"""The models of the list and what is known of each: which may be asked now, and what an answer taught about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clinic_bot.agent.breaker import Breaker, Why
from clinic_bot.agent.chat import Outcome
from clinic_bot.agent.limits import ModelLimits, told
from clinic_bot.agent.pacing import Line, Pass
from clinic_bot.agent.reading import PROVIDER, Refusal
from clinic_bot.agent.shared_model import Hold
from clinic_bot.agent.sharing import Sharing
from clinic_bot.agent.telling import Teller
from clinic_bot.agent.together import View
from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, ClinicBotError, ModelUnusable, ProviderBusy, ProviderDown

_ACCOUNT_MS = 30_000  # a key that is refused is refused to every call; a person has to act first
_GONE_MS = 3_600_000  # how long a model that is gone is not asked again; it may be a mistake of an hour


class NextModel(Exception):  # not an error: a way on
    """This model cannot be asked now; another one may be."""


@dataclass(slots=True)
class KnownModel:
    """
    Args:
        max_tokens: the most it may write in one call.
        answers: it is one of the list; else it is only asked for JSON, and shortly.
        takes_schema: whether it can be held to a JSON schema, as far as anybody knows.
    """

    name: str
    max_tokens: int
    breaker: Breaker
    limits: ModelLimits
    line: Line
    answers: bool = True
    takes_schema: bool = True


class Models:
    """Best first. The breaker of each says whether it is asked; a limit of the minute is waited for in its line.

    Args:
        reviewer: asked beside them and in no one's place; one of them, or another model.
        sharing: who else takes from the same limits; it hears of what holds for all, and is heard.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        max_tokens: int,
        tokens_per_minute: int,
        requests_per_minute: int,
        clock: Clock,
        teller: Teller,
        sharing: Sharing,
        reviewer: str | None = None,
    ) -> None:
        self._clock = clock
        self._teller = teller
        self._sharing = sharing
        self._account_error: ClinicBotError | None = None
        self._account_again_ms = 0

        def known(name: str) -> KnownModel:
            limits = ModelLimits(tokens_per_minute=tokens_per_minute, requests_per_minute=requests_per_minute)
            breaker = Breaker()
            line = Line(PROVIDER, limits, breaker, clock)
            return KnownModel(name, max_tokens, breaker, limits, line, answers=name in names)

        self._all = [known(name) for name in names]
        self._reviewer = next((model for model in self._all if model.name == reviewer), None)
        self._known = self._all
        if reviewer is not None and self._reviewer is None:
            self._reviewer = known(reviewer)
            self._known = [*self._all, self._reviewer]
        sharing.listen(self._heard)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(model.name for model in self._all)

    def askable(self, *, fallback: bool) -> Iterator[KnownModel]:
        """Those that may be asked or waited for; with ``fallback`` without the first of them.

        Raises AccountRefused while the whole account is: one call tries every now and then, the others wait.
        """
        self._look_at_account()
        askable = [model for model in self._all if self._may_ask(model)]
        yield from askable[1:] if fallback else askable

    def reviewer(self, name: str) -> Iterator[KnownModel]:
        """The one that reads replies, where it may be asked or waited for. Raises as ``askable`` does."""
        self._look_at_account()
        if self._reviewer is not None and self._reviewer.name == name and self._may_ask(self._reviewer):
            yield self._reviewer

    def has_room(self, prompt_tokens: float) -> bool:
        """Whether the best one, and the reviewer, could take a call that is nobody's turn, and nobody would feel it."""
        asked = [self._all[0]]
        if self._reviewer is not None and self._may_ask(self._reviewer):
            asked.append(self._reviewer)
        return self._account_error is None and all(self._is_idle(model, prompt_tokens) for model in asked)

    def _is_idle(self, model: KnownModel, prompt_tokens: float) -> bool:
        free = model.limits.stays_half_free(prompt_tokens + model.max_tokens, self._clock.steady_ms())
        return free and model.breaker.is_untroubled and model.line.is_empty

    def _look_at_account(self) -> None:
        now_ms = self._clock.steady_ms()
        if self._account_error is not None:
            if now_ms < self._account_again_ms:
                raise self._account_error.with_traceback(None)
            self._account_again_ms = now_ms + _ACCOUNT_MS

    def _may_ask(self, model: KnownModel) -> bool:
        return model.breaker.why in (None, Why.LIMIT) or model.breaker.may_ask(self._clock.steady_ms())

    def nobody_left(self, *, fallback: bool) -> ClinicBotError:
        """What it means that none of them answered."""
        if fallback:
            return ModelUnusable("the provider refused every call, and no other model can be asked")
        now_ms = self._clock.steady_ms()
        there = [model.breaker for model in self._all if model.breaker.why is not Why.GONE]
        if not there:
            self._sharing.ask_again()
            for model in self._all:
                model.breaker.reset()  # asked again at the next call: the operator may have acted meanwhile
            return AccountRefused(PROVIDER, f"none of the models is there: {', '.join(self.names)}")
        first = min(there, key=lambda breaker: breaker.remaining_ms(now_ms))
        back_s = first.back_ms(now_ms) / 1000
        if first.why is Why.DOWN:
            self._teller.nobody_answers(now_ms)
            return ProviderDown(PROVIDER, "over capacity or silent", retry_after_s=back_s)
        return ProviderBusy(PROVIDER, retry_after_s=back_s)

    def answered(self, model: KnownModel, passed: Pass, headers: Mapping[str, str]) -> None:
        """It was reached and the account is in order, whatever it said."""
        if passed.leave is not None:
            news = self._account_error is not None or model.breaker.why is not None
            self._sharing.answered(passed.leave, told(headers, "tokens"), news=news)
        model.limits.read(headers, passed.reservation, self._clock.steady_ms())
        model.breaker.succeeded(probe=passed.probe)
        self._account_error = None
        self._teller.answered(model.name)

    def held(self, model: KnownModel, passed: Pass, hold: Hold) -> Exception:
        """Another replica stands before this call, or Groq told it something. Returns what to raise.

        A wait that is short is one in the line, where the place is kept.
        """
        now_ms, breaker = self._clock.steady_ms(), model.breaker
        model.limits.not_taken(passed.reservation)
        breaker.dropped(probe=passed.probe)
        if hold.account is not None:
            self._account_error = AccountRefused(PROVIDER, hold.account)
            self._account_again_ms = now_ms + round(hold.wait_ms)
            return self._account_error
        if hold.why is not None:
            breaker.rest(now_ms, hold.wait_ms, hold.why, probe=passed.probe)
        if hold.why not in (None, Why.LIMIT):
            return NextModel()
        return ProviderBusy(PROVIDER, retry_after_s=model.line.refused(passed, hold.wait_ms) / 1000)

    def failed(self, model: KnownModel, passed: Pass, what: str, *, counts: bool = True) -> ProviderDown:
        """No answer, or none that makes sense.

        Args:
            counts: whether that says something about the model.
        """
        now_ms = self._clock.steady_ms()
        if counts:
            model.breaker.failed(now_ms, probe=passed.probe)
        else:
            model.breaker.dropped(probe=passed.probe)
        return ProviderDown(PROVIDER, what, retry_after_s=self._back_s(model, now_ms))

    def refused(
        self, model: KnownModel, passed: Pass, refusal: Refusal, headers: Mapping[str, str]
    ) -> Exception:
        """Take over what a refusal says. Returns what to raise: NextModel where another one is to be asked."""
        breaker, now_ms = model.breaker, self._clock.steady_ms()
        match refusal.outcome:
            case Outcome.RATE_LIMITED:
                return self._limited(model, passed, refusal, headers)
            case Outcome.DAY_EXHAUSTED:
                breaker.rest(now_ms, refusal.wait_s * 1000, Why.DAY, probe=passed.probe)
                self._sharing.stated(model.name, refusal.wait_s * 1000, Why.DAY)
                self._teller.day_exhausted(model.name, refusal.wait_s, now_ms, answers=model.answers)
                return NextModel()
            case Outcome.MODEL_GONE:
                breaker.rest(now_ms, _GONE_MS, Why.GONE, probe=passed.probe)
                self._sharing.stated(model.name, _GONE_MS, Why.GONE)
                self._teller.gone(model.name, now_ms, answers=model.answers)
                return NextModel()
            case Outcome.OVER_CAPACITY:
                breaker.overloaded(now_ms, probe=passed.probe)
                return NextModel()
            case Outcome.SERVER_ERROR:
                breaker.failed(now_ms, probe=passed.probe)
                return ProviderDown(PROVIDER, refusal.what, retry_after_s=self._back_s(model, now_ms))
            case Outcome.ACCOUNT_REFUSED:
                breaker.dropped(probe=passed.probe)
                self._teller.account_refused(refusal.reason, now_ms)
                self._account_error, self._account_again_ms = refusal.error, now_ms + _ACCOUNT_MS
                if refusal.everywhere:
                    self._sharing.account_refused(refusal.what, _ACCOUNT_MS)
            case _:
                self.answered(model, passed, headers)
                if refusal.said is not None and refusal.said.dimension == "OTPM" and refusal.said.limit:
                    # What it may write is too much by itself; asked again with less, it fits.
                    model.max_tokens = min(model.max_tokens, refusal.said.limit)
        return refusal.error

    def _limited(
        self, model: KnownModel, passed: Pass, refusal: Refusal, headers: Mapping[str, str]
    ) -> ProviderBusy:
        """The stated wait is kept by everybody; the call goes back to its place in the line."""
        now_ms = self._clock.steady_ms()
        if passed.leave is not None:
            wait_ms = refusal.wait_s * 1000
            self._sharing.limited(passed.leave, told(headers, "tokens"), refusal.said, wait_ms)
        model.limits.release(passed.reservation, passed.place.tokens, now_ms)
        model.limits.read(headers, passed.reservation, now_ms)
        model.limits.refused(refusal.said, now_ms)
        model.breaker.rest(now_ms, refusal.wait_s * 1000, Why.LIMIT, probe=passed.probe)
        wait_ms = model.line.refused(passed, refusal.wait_s * 1000)
        return ProviderBusy(PROVIDER, retry_after_s=wait_ms / 1000)

    def _heard(self, name: str, view: View, waiting: float) -> None:
        """What all replicas have taken of a model, and what waits in here to be taken: all there is to know."""
        for model in self._known:
            if model.name == name:
                now_ms = self._clock.steady_ms()
                used = view.tokens_used + waiting
                model.limits.follow(view.tokens, used, view.requests, view.requests_used, now_ms)

    def _back_s(self, model: KnownModel, now_ms: int) -> float:
        """Soon, when another model is asked from now on; else when this one may be."""
        if model.breaker.why is None:
            return model.breaker.backoff_ms() / 1000
        other = next(self.askable(fallback=False), None)
        return (other.breaker.backoff_ms() if other is not None else model.breaker.back_ms(now_ms)) / 1000
