"""Settings for a target, from recorded conversations. Proposes; changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from clinic_bot.debounce.patience import DEFAULT, Limits
from clinic_bot.lab.replay import Row

#: What is tried: every care with every ceiling, in seconds.
CARES = (3, 6, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 300)
CEILINGS_S = (8, 10, 13, 16, 20, 30)


@dataclass(frozen=True, slots=True)
class Target:
    """At most one of them, or both: then the wait is the shortest that keeps both, if any does."""

    early_per_100: float | None = None
    mean_wait_s: float | None = None

    def words(self) -> str:
        early = (
            None
            if self.early_per_100 is None
            else f"at most {self.early_per_100:g} early answers in 100 turns"
        )
        wait = None if self.mean_wait_s is None else f"at most {self.mean_wait_s:g} s of mean wait"
        return " and ".join(one for one in (early, wait) if one)

    def is_met(self, row: Row) -> bool:
        return (self.early_per_100 is None or row.early_per_100 <= self.early_per_100) and (
            self.mean_wait_s is None or row.mean_wait_s <= self.mean_wait_s
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    limits: Limits
    row: Row  #: what it comes to

    def lines(self) -> tuple[str, ...]:
        """Of the environment, or of ``.env``."""
        return (
            f"CLINIC_BOT_PATIENCE_CARE={self.limits.care:g}",
            f"CLINIC_BOT_PATIENCE_FLOOR_S={self.limits.floor_ms / 1000:g}",
            f"CLINIC_BOT_PATIENCE_CEILING_S={self.limits.ceiling_ms / 1000:g}",
        )


def tried(base: Limits = DEFAULT) -> dict[str, Limits]:
    """Every setting that is tried, by a name that says what it is."""
    return {
        f"care-{care}-ceiling-{ceiling_s}": replace(base, care=float(care), ceiling_ms=ceiling_s * 1000)
        for care in CARES
        for ceiling_s in CEILINGS_S
    }


def best(found: Sequence[Row], settings: Mapping[str, Limits], target: Target) -> Proposal | None:
    """The setting that meets the target best: the shortest wait for a number of early cuts, the fewest early cuts for
    a wait; None when none meets it."""
    meeting = [row for row in found if row.policy in settings and target.is_met(row)]
    if not meeting:
        return None

    def worth(row: Row) -> tuple[float, float, str]:
        if target.early_per_100 is None:
            return row.early_per_100, row.mean_wait_s, row.policy
        return row.mean_wait_s, row.early_per_100, row.policy

    chosen = min(meeting, key=worth)
    return Proposal(settings[chosen.policy], chosen)


def frontier(found: Sequence[Row]) -> Iterator[Row]:
    """The curve: the settings of which no other is both quicker and earlier less often, the quickest first."""
    least = float("inf")
    for row in sorted(found, key=lambda one: (one.mean_wait_s, one.early_per_100, one.policy)):
        if row.early_per_100 < least:
            least = row.early_per_100
            yield row
