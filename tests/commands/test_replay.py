"""``clinic-bot replay`` at files and at the clinic's own database."""

import json
from pathlib import Path

import pytest

from clinic_bot.cli import app
from clinic_bot.commands import replay as command
from clinic_bot.debounce import patience_model
from clinic_bot.errors import Misconfigured
from clinic_bot.events import PresenceStatus
from tests.commands.terminal import Terminal
from tests.support import builders as b
from tests.support.store import Store

BURSTS = Path(__file__).parent.parent / "data" / "bursts"
FIELDS = {
    "file", "policy", "presence", "turn_gap_s", "early_per_100", "mean_wait_s", "median_wait_s", "replies_per_turn",
}  # fmt: skip


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """The first conversations of chitchat, away from the repository."""
    lines = (BURSTS / "chitchat.jsonl").read_text("utf-8").splitlines(keepends=True)[:12]
    path = tmp_path / "few.jsonl"
    path.write_text("".join(lines), "utf-8")
    return path


def test_every_policy_is_scored_with_and_without_presence_at_both_gaps(terminal: Terminal, few: Path) -> None:
    terminal.said("replay", str(few), "--json", "out.json")
    found = json.loads((terminal.folder / "out.json").read_text("utf-8"))
    assert {frozenset(row) for row in found} == {frozenset(FIELDS)}
    assert {row["file"] for row in found} == {str(few)}
    each = {(row["policy"], row["presence"], row["turn_gap_s"]) for row in found}
    assert len(each) == len(found)
    names = {policy for policy, _, _ in each}
    assert len(each) == len(names) * 4
    assert {f"fixed-{seconds}" for seconds in range(1, 21)} | {"default"} <= names
    waits = [
        row["mean_wait_s"] for row in found if not row["policy"].startswith("fixed-") and not row["presence"]
    ]
    assert min(waits) < 1.5
    assert max(waits) > 18
    assert sum(1 <= wait <= 20 for wait in waits) >= 2 * 5


def test_twice_the_same_input_gives_the_same_bytes(terminal: Terminal, few: Path) -> None:
    names = ("one", "two")
    said = [
        terminal.said("replay", str(few), "--json", f"{name}.json", "--plot", f"{name}.png") for name in names
    ]
    assert said[0] == said[1]
    for suffix in ("json", "png"):
        one, two = (terminal.folder / f"{name}.{suffix}" for name in names)
        assert one.read_bytes() == two.read_bytes()


def test_one_gap_may_be_chosen(terminal: Terminal, few: Path) -> None:
    said = terminal.said("replay", str(few), "--turn-gap", "30")
    assert "over 30 s" in said
    assert "over 60 s" not in said


def test_what_the_fit_saw_is_said_and_can_be_left_out(terminal: Terminal, few: Path) -> None:
    assert "the fit saw" in terminal.said("replay", str(few))
    assert "that the fit never saw" in terminal.said("replay", str(few), "--held-out")


def test_several_files_are_scored_one_by_one(terminal: Terminal, few: Path) -> None:
    other = few.with_name("other.jsonl")
    other.write_bytes(few.read_bytes())
    terminal.said("replay", str(few), str(other), "--json", "out.json", "--turn-gap", "60")
    found = json.loads((terminal.folder / "out.json").read_text("utf-8"))
    assert {row["file"] for row in found} == {str(few), str(other)}


def test_a_bad_line_is_named(terminal: Terminal, few: Path) -> None:
    few.write_text(few.read_text("utf-8") + "{\n", "utf-8")
    result = terminal.run("replay", str(few))
    assert isinstance(result.exception, Misconfigured)
    assert "few.jsonl, line 13: not JSON" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("replay",), "name a file"),
        (("replay", "--from-database"), "no conversation to score"),
        (("replay", "none.jsonl"), "No such file"),
    ],
    ids=" ".join,
)
def test_what_is_missing_is_said(terminal: Terminal, arguments: tuple[str, ...], says: str) -> None:
    result = terminal.run(*arguments)
    assert isinstance(result.exception, Misconfigured)
    assert says in str(result.exception)


@pytest.mark.parametrize("arguments", [("--tune",), ("--early", "10"), ("--wait", "5")], ids=" ".join)
def test_a_target_and_tuning_go_together(terminal: Terminal, few: Path, arguments: tuple[str, ...]) -> None:
    assert terminal.run("replay", str(few), *arguments).exit_code == 2


def test_settings_are_proposed_for_a_target(terminal: Terminal, few: Path) -> None:
    said = terminal.said("replay", str(few), "--tune", "--wait", "6", "--turn-gap", "60")
    assert "For at most 6 s of mean wait" in said
    assert "CLINIC_BOT_PATIENCE_CARE=" in said
    assert "Nothing was changed" in said


def test_a_target_that_cannot_be_met_is_said_so(terminal: Terminal, few: Path) -> None:
    result = terminal.run("replay", str(few), "--tune", "--early", "1", "--wait", "2", "--turn-gap", "60")
    assert result.exit_code == command.MISSED
    assert "No setting meets" in result.output


def test_the_clinics_own_traffic_is_read_and_left_alone(terminal: Terminal, store: Store) -> None:
    for n in range(8):
        store.take(b.message("queria remarcar", id=f"m{n}"))
        store.later(7_000)
    before = store.violations(), store.count("message"), store.count("turn")
    terminal.environment["CLINIC_BOT_PATIENCE_CARE"] = "70"
    said = terminal.said("replay", "--from-database", "--json", "out.json", "--tune", "--wait", "30")
    assert (store.violations(), store.count("message"), store.count("turn")) == before
    found = json.loads((terminal.folder / "out.json").read_text("utf-8"))
    assert {row["presence"] for row in found} == {False}
    assert "configured" in {row["policy"] for row in found}
    assert "remarcar" not in said + (terminal.folder / "out.json").read_text("utf-8")


def test_where_typing_was_seen_the_clinics_own_rows_and_the_proposal_go_by_it(
    terminal: Terminal, store: Store
) -> None:
    store.take(b.message("oi", id="m1"))
    store.later(1_000).take(b.presence(PresenceStatus.COMPOSING))
    store.later(4_000).take(b.message("queria remarcar", id="m2"))
    store.claim_when_due()
    said = terminal.said("replay", "--from-database", "--json", "out.json", "--tune", "--wait", "30")
    found = json.loads((terminal.folder / "out.json").read_text("utf-8"))
    assert {row["presence"] for row in found} == {False, True}
    assert "The curve, with typing signals" in said


def test_damaged_coefficients_are_said_so(
    terminal: Terminal, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "load_model", lambda: None)
    result = terminal.run("replay", str(few))
    assert isinstance(result.exception, Misconfigured)
    assert "install clinic-bot again" in str(result.exception)


def test_an_interruption_leaves_no_file(
    terminal: Terminal, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "rows", interrupted)
    result = terminal.run("replay", str(few), "--json", "out.json")
    assert result.exit_code == command.STOPPED
    assert "stopped" in result.output
    assert not (terminal.folder / "out.json").exists()


def test_the_command_is_listed() -> None:
    assert "replay" in {
        one.name or (one.callback and one.callback.__name__) for one in app.registered_commands
    }
    assert patience_model.load_model() is not None
