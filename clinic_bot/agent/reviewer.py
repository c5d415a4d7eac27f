"""Has a second model read a reply that the guards let through.

It fails open: where there is no verdict, in time or at all, the reply goes out as it would have without a reviewer.
The rules that code can hold have been held by then; a reviewer that is busy would else turn every answer into a
hand-over, and an outage of one model into one of the clinic. What went out unread is counted and told in the log.
"""

from dataclasses import dataclass, replace

from clinic_bot.agent import review
from clinic_bot.agent.chat import BadGeneration, CallRecord, ChatModel, Outcome, RequestTooLarge
from clinic_bot.agent.guards.objections import Situation
from clinic_bot.agent.review import Found, Verdict
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clock import Clock
from clinic_bot.errors import ClinicBotError, GiveUp, Operator, ProviderBusy

#: The longest that a patient waits for a review, in the clock's time, and how much it may take of what a turn has left.
MOST_MS, _SHARE = 8_000, 0.25


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of it.

    Args:
        objection: what the model is told that wrote the reply; None of one that may be sent.
        calls: that were made for it.
    """

    found: Found
    objection: str | None
    calls: tuple[CallRecord, ...]


class Reviewer:
    """Reads the replies of one clinic.

    Args:
        model: whom the agent's models have to know as well, for its limits.
        books: whether the assistant has an agenda.
    """

    def __init__(self, model: str, facts: ClinicFacts, *, books: bool, clock: Clock) -> None:
        self._form = review.form(model)
        self._desk = review.Desk(facts, books=books)
        self._most_s = clock.real_s(MOST_MS)

    async def review(
        self,
        by: ChatModel,
        reply: str,
        situation: Situation,
        *,
        user: str,
        left_s: float,
        record: list[CallRecord],
    ) -> Reviewed:
        """Ask once, and take no verdict for consent.

        Args:
            left_s: of the turn, in the machine's seconds.
            record: gets the calls, each with what was found.

        Raises:
            Operator: the account is refused, and the agent's own model will be.
        """
        before = len(record)
        found: Found | None = None
        verdict: Verdict | None = None
        try:
            timeout_s = min(self._most_s, left_s * _SHARE)
            verdict = await self.verdict(by, reply, situation, user=user, timeout_s=timeout_s, record=record)
            found = _found(verdict)
        except Operator:
            raise
        except ClinicBotError as exc:
            found = _without(exc, record[before:])
        finally:
            record[before:] = [replace(call, review=found or "no verdict") for call in record[before:]]
        told = review.objection(verdict.problem) if verdict is not None and not verdict.sendable else None
        return Reviewed(found, told, tuple(record[before:]))

    async def verdict(
        self,
        by: ChatModel,
        reply: str,
        situation: Situation,
        *,
        user: str,
        timeout_s: float,
        record: list[CallRecord],
    ) -> Verdict | None:
        """What the reviewer says; None where that is no verdict. Raises what ``ChatModel.complete`` raises."""
        completion = await by.complete(
            self._desk.messages(reply, situation),
            (),
            user=user,
            timeout_s=timeout_s,
            begun=True,
            record=record,
            form=self._form,
        )
        return review.verdict(completion.text)


def _found(verdict: Verdict | None) -> Found:
    if verdict is None:
        return Found.UNREADABLE
    return Found.SENDABLE if verdict.sendable else Found.OBJECTED


def _without(exc: ClinicBotError, calls: list[CallRecord]) -> Found:
    """Why there is no verdict."""
    if isinstance(exc, BadGeneration):
        return Found.UNREADABLE
    if isinstance(exc, GiveUp | RequestTooLarge):
        return Found.REFUSED
    ended = calls[-1].outcome if calls else None
    if isinstance(exc, ProviderBusy) or ended is Outcome.HELD_BACK:
        return Found.BUSY
    return Found.LATE if ended is Outcome.TIMEOUT else Found.DOWN
