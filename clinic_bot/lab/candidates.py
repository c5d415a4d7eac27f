"""The policies that are compared: fixed windows, and settings of our own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from clinic_bot.debounce.patience import DEFAULT, Limits, best_wait_s, foresee, limits_for
from clinic_bot.debounce.patience_model import Model
from clinic_bot.lab.moments import Moment

FIXED_S = range(1, 21)
#: (care, ceiling in seconds): from about 1 s to about 20 s of mean wait on the chats that come with the project.
SETTINGS = (
    (3, 13), (8, 13), (15, 13), (25, 13), (50, 13), (60, 13), (68, 13), (80, 16), (100, 20), (150, 25), (300, 30),
)  # fmt: skip

Waits = Sequence[float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A policy. ``waits_s`` gives the wait after each moment, with and without typing signals."""

    name: str
    waits_s: Callable[[bool], Waits]
    limits: Limits | None = None  #: None: a fixed window


def candidates(
    moments: Sequence[Moment], model: Model, settings: Mapping[str, Limits], *, answers_in_s: float = 0.0
) -> tuple[Candidate, ...]:
    """The fixed windows, then each of the settings. A forecast is made once and serves all settings.

    Args:
        answers_in_s: so long after the wait a message takes the reply back; where typing signals are waited for, ours
            does not count on that.
    """
    count = len(moments)
    forecasts = {
        typing: [foresee(one.talk, model, typing_expected=typing) for one in moments]
        for typing in (False, True)
    }

    def fixed(seconds: int) -> Candidate:
        return Candidate(f"fixed-{seconds}", lambda _presence: [float(seconds)] * count)

    def ours(name: str, limits: Limits) -> Candidate:
        return Candidate(
            name,
            lambda presence: [
                best_wait_s(
                    seen,
                    model.edges_s,
                    limits_for(one.talk, limits, typing_expected=presence),
                    supersede_s=0.0 if presence else answers_in_s,
                )
                for seen, one in zip(forecasts[presence], moments, strict=True)
            ],
            limits,
        )

    return (*map(fixed, FIXED_S), *(ours(name, limits) for name, limits in settings.items()))


def usual_settings() -> dict[str, Limits]:
    """Our settings from the quickest to the slowest, and the default."""
    found = {
        f"care-{care}": Limits(DEFAULT.fixed_ms, DEFAULT.floor_ms, ceiling_s * 1000, float(care))
        for care, ceiling_s in SETTINGS
    }
    return {**found, "default": DEFAULT}
