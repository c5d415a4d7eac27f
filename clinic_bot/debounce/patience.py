"""How long to wait for the rest of what a patient is saying, and why.

Pure: what is remembered of the patient's writing and the time in, a decision out. The model says how likely it is
that another piece comes, and when; the wait is where a second more costs everybody as much as it saves::

    minimise over w:  P(this was the last) * w  +  care * P(another piece comes after w)

so a second is worth the same in every situation, and ``care`` (seconds of waiting that one early answer is worth) is
the one number that trades speed for early cuts. It can never switch waiting off: whatever is unexpected
means the clinic's fixed patience, and floor and ceiling hold always.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

from clinic_bot.debounce.patience_model import Forecast, Model, features, forecast, shift
from clinic_bot.debounce.patience_words import reasons
from clinic_bot.debounce.talk import Talk

#: Said when the model could not be asked.
FIXED = "the clinic's fixed patience"
#: A typing signal gets the time to come: 1 to 3 s after a piece.
SIGNAL_MS = 3_000
_TYPING = "the patient is typing or recording"


@dataclass(frozen=True, slots=True)
class Limits:
    """The clinic's choices. Milliseconds, except ``care``."""

    fixed_ms: int  #: waited whenever the model cannot say
    floor_ms: int
    ceiling_ms: int
    care: float  #: seconds of waiting that one early answer is worth; more waits longer


#: ``clinic-bot replay`` shows what they come to, on the clinic's own traffic too.
DEFAULT = Limits(fixed_ms=6_000, floor_ms=1_000, ceiling_ms=13_000, care=40.0)


@dataclass(frozen=True, slots=True)
class Decision:
    wait_ms: int  #: from now; 0 when the burst is due
    patience_ms: int  #: of silence after the last piece, presence aside: the ``quiet_ms`` of ``window.py``
    why: str  #: for the operator
    fault: str | None = None  #: why it is the fixed patience, where that is ours to fix


def decide(
    talk: Talk,
    limits: Limits,
    model: Model | None,
    *,
    now_ms: int,
    hold_until_ms: int = 0,
    typing_expected: bool = False,
    supersede_ms: int = 0,
) -> Decision:
    """How long to wait from now.

    Args:
        hold_until_ms: until when presence holds the window open, as ``window.hold_until_ms`` keeps it: it ends by
            itself, and PAUSED brings it near.
        typing_expected: whether typing signals come from this patient, as ``Talk.typing_expected`` says. They are
            then waited for, which takes less than the message itself. That none came so far says nothing.
        supersede_ms: how long after the wait a reply still does not leave, so that one more piece takes it back;
            0 when it can no longer be superseded. Where typing signals are waited for it counts for nothing: a signal
            takes no reply back, and the piece that it announces comes too late for that.
    """
    supersede_ms = 0 if typing_expected else supersede_ms
    patience_ms, why, fault = _patience(
        talk, limits, model, typing_expected=typing_expected, supersede_ms=supersede_ms
    )
    due_ms = talk.last_ms + patience_ms
    if hold_until_ms > due_ms:
        due_ms, why = hold_until_ms, _TYPING
    return Decision(max(0, due_ms - now_ms), patience_ms, why, fault)


def _patience(
    talk: Talk, limits: Limits, model: Model | None, *, typing_expected: bool, supersede_ms: int
) -> tuple[int, str, str | None]:
    try:
        assert model is not None
        assert talk.last is not None
        outcomes, values = model.outcomes(typing_expected=typing_expected), features(talk, talk.last)
        seen = forecast(outcomes, values, shift(talk.last, talk.burst.pieces))
        limits = limits_for(talk, limits, typing_expected=typing_expected)
        wait_s = best_wait_s(seen, model.edges_s, limits, supersede_s=supersede_ms / 1000)
        wait_ms, why = round(wait_s * 1000), reasons(talk, outcomes.pushes(values))
        fault = None
        if supersede_ms:
            why = f"{why}; for {supersede_ms / 1000:.1f} s more a piece takes the reply back"
    except Exception as exc:  # whatever it is, the patient is waited for
        wait_ms, why, fault = limits.fixed_ms, FIXED, type(exc).__name__
    return max(limits.floor_ms, min(wait_ms, limits.ceiling_ms)), why, fault


def limits_for(talk: Talk, limits: Limits, *, typing_expected: bool) -> Limits:
    """The clinic's limits; with a higher floor where a typing signal that may come would come too late for it.

    A stranger is given that time, but after what ends by itself. So is who answers, unless signals are known not to
    come: what is added ("pode ser", "confirma pra mim pfvr") is being typed by then. After a tapped button, a full
    stop and an exclamation mark nothing is.
    """
    piece = talk.last
    if piece is None:
        return limits
    if piece.fits:
        may_go_on = not piece.punct and (typing_expected or not talk.typing_known)
    else:
        may_go_on = not (talk.rhythm.turns or piece.complete)
    if not may_go_on:
        return limits
    return replace(limits, floor_ms=min(max(limits.floor_ms, SIGNAL_MS), limits.ceiling_ms))


def foresee(talk: Talk, model: Model, *, typing_expected: bool) -> Forecast:
    """The model's forecast for the talk as it stands."""
    assert talk.last is not None
    outcomes = model.outcomes(typing_expected=typing_expected)
    return forecast(outcomes, features(talk, talk.last), shift(talk.last, talk.burst.pieces))


def best_wait_s(
    seen: Forecast, edges_s: Sequence[float], limits: Limits, *, supersede_s: float = 0.0
) -> float:
    """The wait of least cost, between floor and ceiling.

    Chances grow evenly inside a stretch, so the least cost lies where a stretch ends, or at a limit.

    Raises:
        ValueError: the costs cannot be compared.
    """
    floor_s, ceiling_s, care, last = limits.floor_ms / 1000, limits.ceiling_ms / 1000, limits.care, seen.last
    best_s, least = floor_s, last * floor_s - care * _chance_by(floor_s + supersede_s, seen, edges_s)
    for edge_s, by in zip(edges_s, seen.by, strict=True):
        wait_s = edge_s - supersede_s
        if floor_s < wait_s < ceiling_s and (cost := last * wait_s - care * by) < least:
            best_s, least = wait_s, cost
    at_most = last * ceiling_s - care * _chance_by(ceiling_s + supersede_s, seen, edges_s)
    if not (isfinite(least) and isfinite(at_most)):
        raise ValueError("a cost is not a finite number")
    return ceiling_s if at_most < least else best_s


def _chance_by(until_s: float, seen: Forecast, edges_s: Sequence[float]) -> float:
    """How likely something came by then."""
    begin_s = before = 0.0
    for edge_s, by in zip(edges_s, seen.by, strict=True):
        if not until_s >= edge_s:
            return before + (by - before) * (until_s - begin_s) / (edge_s - begin_s)
        begin_s, before = edge_s, by
    return before
