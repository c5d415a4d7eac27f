"""What came, against what a scenario expects. Pure: replies and effects in, failures out.

Every failure decides.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from clinic_bot.sandbox import effects
from clinic_bot.sandbox.effects import Effect
from clinic_bot.sandbox.grounding import Grounds
from clinic_bot.sandbox.scenario import Expect

#: Messages that leave closer together than this are bubbles of one reply.
BUBBLE_MS = 3_000


@dataclass(frozen=True, slots=True)
class Reply:
    """What one phone received. ``at_ms`` counts from the start of the phase to its first bubble."""

    phone: str
    at_ms: int
    text: str


class Kind(StrEnum):
    COUNT = "count"
    TIME = "time"
    EFFECT = "effect"
    TEXT = "text"  #: a word is missing
    FORBIDDEN = "forbidden"  #: a word stands there that must not
    GROUND = "ground"  #: the clinic's file says something else


#: What an answer that came too early cannot explain. Which entries it builds on, it may: they are those of the whole.
_WHATEVER_WAS_CUT = (Kind.FORBIDDEN,)


@dataclass(frozen=True, slots=True)
class Failure:
    kind: Kind
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    failures: tuple[Failure, ...] = ()
    cuts: int = 0  #: how often the burst was answered before it was complete, whether that failed or not


def grouped(bubbles: Iterable[Reply]) -> tuple[Reply, ...]:
    """Bubbles of one phone that are less than 3 s apart, as one reply; the first one's time counts."""
    replies: list[Reply] = []
    last_ms: dict[str, int] = {}
    for bubble in sorted(bubbles, key=lambda one: one.at_ms):
        before = last_ms.get(bubble.phone)
        last_ms[bubble.phone] = bubble.at_ms
        if before is not None and bubble.at_ms - before < BUBBLE_MS:
            index = max(n for n, reply in enumerate(replies) if reply.phone == bubble.phone)
            replies[index] = replace(replies[index], text=f"{replies[index].text}\n{bubble.text}")
        else:
            replies.append(bubble)
    return tuple(replies)


def judge(
    expect: Expect,
    replies: Sequence[Reply],
    *,
    hand_overs: int | None = None,
    changes: Sequence[Effect] = (),
    grounds: Grounds | None = None,
    presence: bool = True,
    cut_before: bool = False,
) -> Verdict:
    """Hold one phase's replies against its expectations.

    Args:
        hand_overs: how many turns handed over to a person; None when nobody could look.
        changes: what became of the appointments.
        grounds: what the answer may build on; None where there is no clinic to compare it with.
        presence: without the typing signals an early cut, and what follows from it, is counted and not held against
            the scenario.
        cut_before: an earlier phase was cut, so that this one may find another conversation than it expects.
    """
    verdict = (_judge_each if expect.per_phone else _judge_replies)(expect, replies, grounds)
    failures = [*verdict.failures, *_judge_effects(expect.effects, hand_overs, changes)]
    if not presence and (verdict.cuts or cut_before):
        failures = [failure for failure in failures if failure.kind in _WHATEVER_WAS_CUT]
    return Verdict(tuple(failures), verdict.cuts)


def _judge_each(expect: Expect, replies: Sequence[Reply], grounds: Grounds | None) -> Verdict:
    """Each sender by its own expectations; those of the phase hold for all replies together."""
    together = replace(expect, per_phone={}, mentions_all=(), mentions_none=(), grounded_on=())
    verdicts = [_judge_replies(together, replies, grounds)]
    for phone, own in expect.per_phone.items():
        found = _judge_replies(own, [one for one in replies if one.phone == phone], grounds)
        where = f"phone ending in {phone[-4:]}: "
        named = tuple(replace(one, detail=where + one.detail) for one in found.failures)
        verdicts.append(replace(found, failures=named))
    failures = tuple(failure for one in verdicts for failure in one.failures)
    return Verdict(failures, max(one.cuts for one in verdicts))


def _judge_replies(expect: Expect, replies: Sequence[Reply], grounds: Grounds | None) -> Verdict:
    earliest_ms = expect.earliest_ms or 0
    early = [one for one in replies if one.at_ms < earliest_ms]
    # One that was decided before the last piece may leave after it: then it shows as one too many.
    surplus = 0 if expect.max_replies is None else len(replies) - max(1, expect.max_replies)
    failures = [
        *_judge_count(expect, len(replies)),
        *(Failure(Kind.TIME, f"reply at {_s(one.at_ms)}, before {_s(earliest_ms)}") for one in early),
        *_judge_latest(expect, replies),
        *_judge_text(expect, replies),
        *_judge_grounds(expect, replies, grounds),
    ]
    return Verdict(tuple(failures), max(len(early), surplus, 0))


def _judge_count(expect: Expect, count: int) -> Iterable[Failure]:
    least, most = expect.min_replies, expect.max_replies
    if count < least or (most is not None and count > most):
        wanted = (
            f"at least {least}" if most is None else f"{least}" if least == most else f"{least} to {most}"
        )
        yield Failure(Kind.COUNT, f"{count} replies, expected {wanted}")


def _judge_latest(expect: Expect, replies: Sequence[Reply]) -> Iterable[Failure]:
    """The replies that must come must come in time; one more that is merely allowed may come later."""
    if expect.latest_ms is None:
        return
    for reply in replies[: max(1, expect.min_replies)]:
        if reply.at_ms > expect.latest_ms:
            yield Failure(Kind.TIME, f"reply at {_s(reply.at_ms)}, after {_s(expect.latest_ms)}")


def _s(ms: int) -> str:
    return f"{ms / 1000:.1f} s"


# Texts.


def _judge_text(expect: Expect, replies: Sequence[Reply]) -> Iterable[Failure]:
    said = "\n".join(reply.text for reply in replies)
    if replies:  # a reply that is missing is a matter of the count
        for group in expect.mentions_all:
            if not any(mentions(said, spelling) for spelling in group):
                yield Failure(Kind.TEXT, f"says none of: {', '.join(group)}")
    for spelling in expect.mentions_none:
        if mentions(said, spelling):
            yield Failure(Kind.FORBIDDEN, f"must not say: {spelling.strip()}")


def _judge_grounds(expect: Expect, replies: Sequence[Reply], grounds: Grounds | None) -> Iterable[Failure]:
    if grounds is None or not expect.grounded_on:
        return
    for problem in grounds.problems("\n".join(reply.text for reply in replies), expect.grounded_on):
        yield Failure(Kind.GROUND, problem)


def mentions(text: str, spelling: str) -> bool:
    """Whether ``spelling`` stands in ``text``, without case or accents, and not inside a longer number."""
    wanted = re.escape(_plain(spelling))
    if spelling.lstrip()[:1].isdigit():
        wanted = rf"(?<!\d)(?<!\d[.,]){wanted}"
    if spelling.rstrip()[-1:].isdigit():
        wanted = rf"{wanted}(?!\d)(?![.,]\d{{3}}(?!\d))"
    return re.search(wanted, f" {_plain(text)} ") is not None


def _plain(text: str) -> str:
    """Lower case without accents and WhatsApp's markup; every run of spaces is one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(one for one in decomposed if not unicodedata.combining(one) and one not in "*_~")
    return re.sub(r"\s+", " ", bare)


# Effects.


def _judge_effects(
    wanted: Sequence[Effect] | None, hand_overs: int | None, changes: Sequence[Effect]
) -> Iterable[Failure]:
    for problem in effects.unknown(wanted or ()):
        yield Failure(Kind.EFFECT, problem)
    if wanted is None or hand_overs is None:
        return
    happened = [*changes, *({"type": effects.HAND_OVER} for _ in range(hand_overs))]
    for problem in effects.problems(wanted, happened):
        yield Failure(Kind.EFFECT, problem)
