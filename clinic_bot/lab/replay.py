"""Recorded bursts through every policy, without waiting."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from clinic_bot.debounce.patience import Limits
from clinic_bot.debounce.patience_model import Model
from clinic_bot.lab.candidates import candidates
from clinic_bot.lab.moments import Moment
from clinic_bot.lab.scoring import score


@dataclass(frozen=True, slots=True)
class Row:
    """One policy's score on one file."""

    file: str
    policy: str
    presence: bool
    turn_gap_s: int
    early_per_100: float
    mean_wait_s: float
    median_wait_s: float
    replies_per_turn: float
    misled_wait_s: float | None  #: mean wait when a part of the finished turns is followed by false typing

    def as_json(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if name != "misled_wait_s"}

    @property
    def is_fixed(self) -> bool:
        return self.policy.startswith("fixed-")


def rows(
    file: str,
    moments: Sequence[Moment],
    model: Model,
    settings: Mapping[str, Limits],
    turn_gaps_s: Sequence[int],
    *,
    presences: Sequence[bool] = (False, True),
    answers_in_s: float = 0.0,
) -> Iterator[Row]:
    """Every policy without and with presence, fixed windows first. The order is always the same.

    Args:
        answers_in_s: how long the model takes; the waits then go on until the reply leaves.

    Raises:
        ValueError: there is no moment to score.
    """
    if not moments:
        raise ValueError("nothing to score")
    for candidate in candidates(moments, model, settings, answers_in_s=answers_in_s):
        for presence in presences:
            waits_s = candidate.waits_s(presence)
            for turn_gap_s in turn_gaps_s:
                found = score(
                    waits_s, moments, turn_gap_s=turn_gap_s, presence=presence, answers_in_s=answers_in_s
                )
                yield Row(
                    file,
                    candidate.name,
                    presence,
                    turn_gap_s,
                    early_per_100=round(found.early_per_100, 3),
                    mean_wait_s=round(found.mean_wait_s, 3),
                    median_wait_s=round(found.median_wait_s, 3),
                    replies_per_turn=round(found.replies_per_turn, 4),
                    misled_wait_s=round(found.misled_wait_s, 3) if presence else None,
                )
