"""``clinic-bot replay``: recorded bursts through every policy, and settings for a target.

Exit status: 0 done, 1 no setting meets the target, 2 something cannot be used, 130 interrupted.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from clinic_bot.commands import hands
from clinic_bot.debounce.patience import DEFAULT, Limits
from clinic_bot.debounce.patience_model import Model, load_model
from clinic_bot.errors import Misconfigured
from clinic_bot.lab import plot, tune
from clinic_bot.lab.candidates import FIXED_S, usual_settings
from clinic_bot.lab.moments import Moment, moments
from clinic_bot.lab.recorded import FITTED_SOURCE, HELD_OUT_OF, Recording, is_held_out, read_recordings
from clinic_bot.lab.replay import Row, rows
from clinic_bot.lab.table import table_of
from clinic_bot.lab.traffic import recordings_of
from clinic_bot.policies import limits_of
from clinic_bot.sandbox.show import console
from clinic_bot.store.timings import every_event

DATABASE = "database"
GOOD, MISSED, STOPPED = 0, 1, 130


@dataclass(frozen=True, slots=True)
class Request:
    files: tuple[Path, ...]
    from_database: bool
    held_out: bool
    turn_gaps_s: tuple[int, ...]
    json_file: Path | None
    plot_file: Path | None
    target: tune.Target | None  #: None: no tuning
    answers_in_s: float = 0.0  #: so long the model takes, and the reply does not leave


def replay(request: Request) -> int:
    """Replay and show; the exit status.

    Raises:
        Misconfigured, StorageUnavailable: what was given cannot be used.
    """
    if not request.files and not request.from_database:
        raise Misconfigured("name a file of recorded conversations, or give --from-database")
    if request.plot_file is not None:
        plot.check_can_draw()
    model = load_model()
    if model is None:
        raise Misconfigured(
            "the coefficients of the waiting are missing or damaged: install clinic-bot again"
        )
    out = console()
    try:
        status, found = _run(request, model, out)
    except KeyboardInterrupt:
        out.print("stopped: nothing was written")
        return STOPPED
    if request.json_file is not None:
        text = json.dumps([row.as_json() for row in found], ensure_ascii=False, indent=1) + "\n"
        try:
            request.json_file.write_text(text, "utf-8")
        except OSError as exc:
            raise Misconfigured(f"cannot write {request.json_file}: {exc.strerror or exc}") from exc
    if request.plot_file is not None:
        gap_s = max(request.turn_gaps_s)
        first = [row for row in found if row.turn_gap_s == gap_s and row.file == found[0].file]
        plot.draw(first, request.plot_file, title=Path(found[0].file).name)
    return status


def _run(request: Request, model: Model, out: Console) -> tuple[int, list[Row]]:
    settings, base = usual_settings(), DEFAULT
    if request.from_database:
        base = limits_of(hands.settings())
        if base != DEFAULT:
            settings["configured"] = base
    found: list[Row] = []
    status = GOOD
    with _progress() as progress:
        for source, seen in _sources(request, out):
            name = Path(source).name
            # Without typing signals every row with them would say what the one without says.
            signals = source != DATABASE or any(one.typing_s > 0 for one in seen)
            presences = (False, True) if signals else (False,)
            own_signals = source == DATABASE and signals  # what the server waits by
            tried = tune.tried(base) if request.target else {}
            task = progress.add_task(name, total=_expected(settings, tried, request.turn_gaps_s, presences))
            scored: list[Row] = []
            for row in rows(
                source, seen, model, settings, request.turn_gaps_s,
                presences=presences, answers_in_s=request.answers_in_s,
            ):  # fmt: skip
                scored.append(row)
                progress.advance(task)
            proposed: list[Row] = []
            if request.target:
                gap_s = max(request.turn_gaps_s)
                for row in rows(
                    source, seen, model, tried, (gap_s,),
                    presences=(own_signals,), answers_in_s=request.answers_in_s,
                ):  # fmt: skip
                    proposed.append(row)
                    progress.advance(task)
            progress.remove_task(task)
            for gap_s in request.turn_gaps_s:
                out.print(table_of(scored, turn_gap_s=gap_s, title=name))
            if request.target and not _propose(proposed, tried, request.target, out, presence=own_signals):
                status = MISSED
            found += scored
    return status, found


def _sources(request: Request, out: Console) -> Iterator[tuple[str, list[Moment]]]:
    for path in request.files:
        recordings = list(read_recordings(path))
        seen = sum(one.source == FITTED_SOURCE and not is_held_out(one.id) for one in recordings)
        if seen and request.held_out:
            recordings = [one for one in recordings if is_held_out(one.id)]
            out.print(
                f"{path.name}: {len(recordings)} conversations that the fit never saw: SHA-256 of the id, "
                f"first 8 hex digits, modulo {HELD_OUT_OF} is 0"
            )
        elif seen:
            out.print(
                f"{path.name}: the fit saw {seen} of these {len(recordings)} conversations, "
                "if they are those that come with the project; --held-out scores the others"
            )
        yield str(path), _moments_of(recordings, str(path))
    if request.from_database:
        recordings = hands.read(
            hands.settings(), lambda connection: list(recordings_of(every_event(connection)))
        )
        yield DATABASE, _moments_of(recordings, "the database")


def _moments_of(recordings: Sequence[Recording], where: str) -> list[Moment]:
    found = [moment for recording in recordings for moment in moments(recording)]
    if not found:
        raise Misconfigured(f"{where}: no conversation to score")
    return found


@contextmanager
def _progress() -> Iterator[Progress]:
    """Only a terminal shows it, and it is gone when it is done."""
    shown = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal) as progress:
        yield progress


def _expected(
    settings: Mapping[str, Limits],
    tried: Mapping[str, Limits],
    gaps_s: Sequence[int],
    presences: Sequence[bool],
) -> int:
    """How many rows there will be."""
    usual = (len(settings) + len(FIXED_S)) * len(presences) * len(gaps_s)
    return usual + (len(tried) + len(FIXED_S) if tried else 0)


def _propose(
    found: Sequence[Row], tried: Mapping[str, Limits], target: tune.Target, out: Console, *, presence: bool
) -> bool:
    ours = [row for row in found if row.policy in tried]
    how = "with" if presence else "without"
    curve = Table(title=f"The curve, {how} typing signals", title_justify="left")
    for heading in ("setting", "early", "mean s", "median s"):
        curve.add_column(heading, justify="left" if heading == "setting" else "right", no_wrap=True)
    proposal = tune.best(ours, tried, target)
    for row in tune.frontier(ours):
        chosen = proposal is not None and row.policy == proposal.row.policy
        curve.add_row(
            row.policy,
            f"{row.early_per_100:.1f}",
            f"{row.mean_wait_s:.1f}",
            f"{row.median_wait_s:.1f}",
            style="bold green" if chosen else "",
        )
    out.print(curve)
    if proposal is None:
        out.print(f"No setting meets {target.words()}.")
        return False
    out.print(
        f"For {target.words()}: {proposal.row.early_per_100:.1f} early answers in 100 turns, "
        f"{proposal.row.mean_wait_s:.1f} s of mean wait. Nothing was changed; these lines would:"
    )
    for line in proposal.lines():
        out.print(line)
    return True
