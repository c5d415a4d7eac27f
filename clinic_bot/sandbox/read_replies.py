"""Has a reviewer read the replies of a corpus, with a real account and under a cap."""

import asyncio
from collections.abc import Callable, Sequence

from clinic_bot.agent import review
from clinic_bot.agent.chat import BadGeneration, CallRecord
from clinic_bot.agent.groq import GroqModel
from clinic_bot.agent.review import Verdict
from clinic_bot.agent.reviewer import Reviewer
from clinic_bot.clock import Clock
from clinic_bot.errors import ClinicBotError, Operator, ProviderBusy, ProviderDown
from clinic_bot.sandbox.replies import Case, Corpus
from clinic_bot.sandbox.spending import Tariff
from clinic_bot.sandbox.stage import Account

_TRIES = 3
_CALL_S = 60.0
#: A limit of the minute is waited for, one of the day is not.
_MOST_WAIT_S = 65.0
_PAUSE_S = 1.0
_IN_A_ROW = 5  #: without an answer, and nothing more is asked


class Readings:
    """What the reviewer said of each reply that it was asked about. Build it inside the running loop, and close it.

    Args:
        read: is told after each.
        cap_usd: what may be spent.
    """

    def __init__(
        self,
        corpus: Corpus,
        account: Account,
        tariff: Tariff,
        *,
        cap_usd: float,
        read: Callable[["Readings"], None],
    ) -> None:
        assert tariff.reviewer is not None
        self.verdicts: dict[Case, Verdict | None] = {}  #: None: it gave none
        self.record: list[CallRecord] = []
        self.why_ended = ""
        self.capped = False
        self._corpus = corpus
        self._tariff = tariff
        self._cap_usd = cap_usd
        self._told = read
        self._under_way = 0
        self._silent = 0
        clock, model = Clock(), tariff.reviewer
        self._model = GroqModel(
            account.key,
            base_url=account.url,
            models=(model,),
            max_tokens=review.MOST_TOKENS,
            clock=clock,
            reviewer=model,
        )
        self._reviewers = {
            name: Reviewer(model, facts, books=True, clock=clock) for name, facts in corpus.clinics.items()
        }

    async def close(self) -> None:
        await self._model.close()

    @property
    def spent_usd(self) -> float:
        """As far as prices are known."""
        model = self._tariff.reviewer or ""
        return sum(
            self._tariff.prices.of(model, call.prompt_tokens, call.completion_tokens) or 0.0
            for call in self.record
        )

    async def read(self, cases: Sequence[Case], *, jobs: int) -> None:
        """All of them, ``jobs`` at a time, until something ends it."""
        free = asyncio.Semaphore(jobs)

        async def one(case: Case) -> None:
            async with free:
                if not self.why_ended and self._may_begin():
                    self._under_way += 1
                    try:
                        await self._ask(case)
                    finally:
                        self._under_way -= 1
                    self._told(self)

        async with asyncio.TaskGroup() as group:
            for case in cases:
                group.create_task(one(case))

    def _may_begin(self) -> bool:
        most = self._tariff.most_of_review((self._under_way + 1) * _TRIES).usd or 0.0
        if self.spent_usd + most > self._cap_usd:
            self.capped = True
            self.why_ended = f"{self.spent_usd:.4f} USD are spent: see --max-cost"
        return not self.why_ended

    async def _ask(self, case: Case) -> None:
        try:
            self.verdicts[case] = await self._verdict(case)
            self._silent = 0
        except Operator as exc:
            self.why_ended = str(exc)
        except ClinicBotError as exc:
            self.verdicts[case] = None
            self._silent += 1
            if self._silent >= _IN_A_ROW:
                self.why_ended = f"{self._silent} replies in a row got no verdict ({exc})"

    async def _verdict(self, case: Case) -> Verdict | None:
        for left in reversed(range(_TRIES)):
            try:
                return await self._reviewers[case.clinic].verdict(
                    self._model,
                    case.text,
                    self._corpus.situation(case),
                    user=case.id,
                    timeout_s=_CALL_S,
                    record=self.record,
                )
            except ProviderBusy as exc:
                if not left or exc.retry_after_s > _MOST_WAIT_S:
                    raise
                await asyncio.sleep(exc.retry_after_s)
            except (ProviderDown, BadGeneration):
                if not left:
                    raise
                await asyncio.sleep(_PAUSE_S)
        raise AssertionError("the last try returns or raises")
