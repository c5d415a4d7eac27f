"""The table at the end of a run."""

from rich.table import Table

from chaos_suite.tally import ZERO, Tally


def table(tally: Tally, *, seed: int | None, speed: float) -> Table:
    """What was counted, with a line on what each count means."""
    minutes, rate = tally.seconds / 60, tally.turns / tally.seconds if tally.seconds else 0.0
    made = Table(
        title=f"{tally.turns:,} turns, {tally.kills:,} kills"
        + (f", seed {seed}" if seed is not None else "")
        + f": {minutes:.1f} minutes, {rate:.1f} turns/s, {speed:g} times as fast as life"
    )
    made.add_column("what")
    made.add_column("count", justify="right")
    made.add_column("meaning", overflow="fold")
    for name, count, meaning in _rows(tally):
        bad = name in {zero.replace("_", " ") for zero in ZERO} and count
        made.add_row(f"[bold red]{name}[/]" if bad else name, f"{count:,}", meaning)
    for name, count in sorted(tally.uncertain.items()):
        made.add_row("uncertain send", f"{count:,}", name)
    for name, count in sorted(tally.complaints.items()):
        made.add_row("[yellow]in the log[/]", f"{count:,}", f"“{name}”: a fault of the server's own")
    return made


def _of_replicas(tally: Tally) -> list[tuple[str, int, str]]:
    """What only several replicas meet."""
    found = [
        ("blocks", tally.blocks, "of an event loop, for longer than a lease"),
        ("cuts", tally.cuts, "connections that PostgreSQL ended"),
        ("restarts", tally.restarts, "of PostgreSQL, orderly and as after a crash"),
    ]
    return [row for row in found if row[1]]


def _rows(tally: Tally) -> list[tuple[str, int, str]]:
    return [
        ("bursts", tally.bursts, "that patients wrote"),
        ("freezes", tally.freezes, "SIGSTOP, then SIGCONT; kills and starts are counted apart"),
        *_of_replicas(tally),
        ("starts", tally.starts, "of the server's process"),
        ("webhooks", tally.deliveries, "posted by patients and reception, redeliveries included"),
        ("no answer", tally.no_answer, "of these: nobody there, or killed meanwhile"),
        ("refused", tally.refused, "of these: answered, and not with 200"),
        ("acknowledged", tally.acknowledged, "messages of patients that got a 200"),
        ("stored", tally.stored, "of these: found in the database"),
        ("answered", tally.answered, "of these: read by a reply that left Z-API"),
        ("by hand", tally.handled, "of these: answered by a person of the clinic"),
        ("deleted", tally.deleted, "of these: taken back by the patient"),
        ("shown", tally.shown, "of these: in a turn without a delivered reply that says why"),
        ("pending", tally.pending, "of these: still to be looked at"),
        ("hand-written", tally.hand_written, "answers of the reception that got a 200"),
        ("changes", tally.changes, "edits and deletions that got a 200"),
        ("replies", tally.replies, "that left Z-API"),
        ("prepared", tally.prepared, "turns whose answer was asked for before their window closed"),
        (
            "lost",
            tally.lost,
            "acknowledged, and not stored, or in no turn, or in one whose reply did not read it",
        ),
        ("doubled", tally.doubled, "a message in two replies, or a reply said twice"),
        ("overlapping", tally.overlapping, "two turns of one conversation at a time, or over one message"),
        ("after human", tally.after_human, "an intent after the 200 to a hand-written answer"),
    ]
