"""What a policy comes to on recorded conversations.

The words are those of the scorer that came with the timings: a turn is a run of one sender's messages, and a silence
over ``turn_gap_s`` starts a new one. A policy says for each message how long to wait after it; a reply leaves when
that wait ends with no new message of the turn. A turn was answered early when a reply left before its last message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from clinic_bot.lab.moments import Moment

#: A typing signal reaches us so long after typing starts, and holds the reply for at most so long.
SIGNAL_S = 0.5
HOLD_S = 25.0
#: False typing: after so large a share of the finished turns the patient types and sends nothing. The worst that it
#: can do: one signal just before the wait ends, which holds the window for 12 s more. It cuts nothing.
FALSE_TYPING_SHARE = 0.2
FALSE_HOLD_S = 12.0


@dataclass(frozen=True, slots=True)
class Score:
    turns: int
    early_per_100: float
    mean_wait_s: float  #: from the last message of a turn to its reply
    median_wait_s: float
    replies_per_turn: float
    misled_wait_s: float  #: mean wait with false typing


def score(
    waits_s: Sequence[float],
    moments: Sequence[Moment],
    *,
    turn_gap_s: float,
    presence: bool = False,
    answers_in_s: float = 0.0,
) -> Score:
    """The score of a wait after each moment, of which the last one ends a turn.

    Args:
        answers_in_s: so long after the wait the reply leaves, and until then a message takes it back.
    """
    ended: list[float] = []
    early = cuts = cuts_before = 0
    for wait_s, moment in zip(waits_s, moments, strict=True):
        if moment.gap_s <= turn_gap_s:
            if moment.gap_s > (_held_s(wait_s, moment) if presence else wait_s) + answers_in_s:
                cuts += 1
            continue
        ended.append(wait_s + answers_in_s)
        early += cuts > cuts_before
        cuts_before = cuts
    turns = len(ended)
    return Score(
        turns,
        early_per_100=100 * early / turns,
        mean_wait_s=fmean(ended),
        median_wait_s=median(ended),
        replies_per_turn=(turns + cuts) / turns,
        misled_wait_s=fmean(ended) + FALSE_TYPING_SHARE * FALSE_HOLD_S,
    )


def _held_s(wait_s: float, moment: Moment) -> float:
    """Until when the reply is held, when the patient is heard typing within the wait."""
    heard_s = moment.gap_s - moment.typing_s + SIGNAL_S
    return max(wait_s, heard_s + HOLD_S) if heard_s <= wait_s else wait_s
