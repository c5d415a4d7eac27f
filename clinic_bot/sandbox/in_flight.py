"""Events without a time of their own: they fire when the system does something.

A scenario says in plain words when, such as "while the model is generating" or "300 ms after the tool call"; this
finds the moment in it. What it does not name is taken as the moment most such events mean: the model is at work.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from clinic_bot.sandbox.stage import Stage

_LOOK_S = 0.002
#: An event whose moment never comes fires all the same, so that the scenario goes on and fails by its replies.
_WITHIN_MS = 90_000


class Moment(StrEnum):
    MODEL = "model"  #: the model has been asked and has not answered
    TOOL = "tool"  #: it answered by calling a tool
    QUEUED = "queued"  #: the reply is in Z-API's queue
    LEFT = "left"  #: the patient has the reply


_WORDS: tuple[tuple[Moment, re.Pattern[str]], ...] = (
    (
        Moment.LEFT,
        re.compile(
            r"\bafter (?:the |our )?(?:previous |first |last )?reply|deliver(?:ed|y)|received by|left"
        ),
    ),
    (Moment.TOOL, re.compile(r"\btools?\b|ferramenta")),
    (Moment.QUEUED, re.compile(r"queue|\bfila\b|send-text|\bsend(?:ing)?\b|\bsent\b|envi")),
)
_AFTER = re.compile(r"(\d+(?:[.,]\d+)?)\s*(ms|milliseconds?|s|seconds?|segundos?)\b")


def moment_of(at: str) -> tuple[Moment, int]:
    """Which moment the words mean, and how many milliseconds after it."""
    words = at.casefold()
    moment = next((one for one, pattern in _WORDS if pattern.search(words)), Moment.MODEL)
    after = _AFTER.search(words)
    if after is None:
        return moment, 0
    number = float(after[1].replace(",", "."))
    return moment, round(number if after[2].startswith("m") else number * 1000)


async def arrives(at: str, stage: Stage, *, since_ms: int) -> None:
    """Wait for the moment, from ``since_ms`` on, and then for what is to pass after it."""
    moment, after_ms = moment_of(at)
    until_ms = stage.clock.now_ms() + _WITHIN_MS
    has_come = _CONDITIONS[moment]
    while not has_come(stage, since_ms) and stage.clock.now_ms() < until_ms:  # noqa: ASYNC110  # it lies in a server
        await asyncio.sleep(_LOOK_S)
    await stage.clock.sleep(after_ms)


def _asked(stage: Stage, since_ms: int) -> bool:
    groq = stage.pair.groq
    return stage.doing.thinks or (groq.running > 0 and groq.requests[-1].operation in ("chat", "review"))


def _called(stage: Stage, since_ms: int) -> bool:
    return any(one.called and (one.out_ms or 0) >= since_ms for one in stage.pair.groq.requests)


def _queued(stage: Stage, since_ms: int) -> bool:
    return bool(stage.pair.zapi.queue) or _left(stage, since_ms)


def _left(stage: Stage, since_ms: int) -> bool:
    return any(left.left_ms >= since_ms for left in stage.pair.zapi.sent)


_CONDITIONS: Mapping[Moment, Callable[[Stage, int], bool]] = {
    Moment.MODEL: _asked,
    Moment.TOOL: _called,
    Moment.QUEUED: _queued,
    Moment.LEFT: _left,
}
