"""The scores as a table, for people."""

from collections.abc import Sequence

from rich.table import Table

from clinic_bot.lab.replay import Row
from clinic_bot.lab.scoring import FALSE_TYPING_SHARE

_HEADINGS = ("early", "mean s", "median s", "replies")


def table_of(rows: Sequence[Row], *, turn_gap_s: int, title: str) -> Table:
    """One line for each policy: without presence on the left, with it on the right."""
    found = Table(title=f"{title}: a silence over {turn_gap_s} s starts a new turn", title_justify="left")
    found.add_column("policy", no_wrap=True)
    for heading in (*_HEADINGS, *_HEADINGS, "misled s"):
        found.add_column(heading, justify="right", no_wrap=True)
    here = [row for row in rows if row.turn_gap_s == turn_gap_s]
    plain = {row.policy: row for row in here if not row.presence}
    with_typing = {row.policy: row for row in here if row.presence}
    for policy in plain:
        style = "bold" if policy == "default" else "dim" if plain[policy].is_fixed else ""
        found.add_row(policy, *_cells(plain[policy]), *_cells(with_typing.get(policy)), style=style)
    found.caption = (
        "early answers in 100 turns, wait, replies in a turn: without typing signals, then with them; "
        f"misled: mean wait when {FALSE_TYPING_SHARE:.0%} of the finished turns are followed by false typing"
    )
    return found


def _cells(row: Row | None) -> tuple[str, ...]:
    if row is None:
        return ()
    cells = (
        f"{row.early_per_100:.1f}",
        f"{row.mean_wait_s:.1f}",
        f"{row.median_wait_s:.1f}",
        f"{row.replies_per_turn:.2f}",
    )
    return cells if row.misled_wait_s is None else (*cells, f"{row.misled_wait_s:.1f}")
