import json
import sys
from pathlib import Path

import pytest

from clinic_bot import cli


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["clinic-bot", "simulate", *arguments])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


def one_line(folder: Path, **changes: object) -> Path:
    """A group message that nobody answers: the shortest scenario there is."""
    event = {"type": "group_text", "at_ms": 0, "group": "Família", "text": "oi gente"}
    expect = {"replies": {"min": 0, "max": 0}}
    row = {
        "id": "g-1", "title": "Grupo", "now": "2026-10-06T10:12:00-03:00", "phone": "5511900000001",
        "phases": [{"events": [event], "expect": expect}], **changes,
    }  # fmt: skip
    path = folder / "one.jsonl"
    path.write_text(json.dumps(row), "utf-8")
    return path


def test_a_file_is_played_and_its_outcome_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = tmp_path / "out.json"
    assert run(monkeypatch, str(one_line(tmp_path)), "--speed", "50", "--json", str(result)) == 0
    assert json.loads(result.read_text("utf-8")) == [
        {"id": "g-1", "phase": 1, "replies": [], "failures": [], "cuts": 0, "passed": True}
    ]
    said = capsys.readouterr().out
    assert "[ 1/1] ok" in said
    assert "1 of 1 went as expected" in said
    assert "real timings" not in said, "those come with the built-in scenarios"


def test_a_missed_expectation_is_exit_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    phases = [
        {
            "events": [{"type": "text", "at_ms": 0, "text": "oi"}],
            "expect": {"replies": {"min": 1, "max": 1, "latest_ms": 1_000}},
        }
    ]
    assert run(monkeypatch, str(one_line(tmp_path, phases=phases)), "--speed", "50") == 1
    assert "MISSED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.jsonl"], "none.jsonl: No such file"),
        (["broken.jsonl"], "broken.jsonl: line 1"),
        (["--only", "dev-99"], "dev-99"),
        (["--only", "dev-01", "--clinic", "none.toml"], "none.toml"),
        (["--only", "dev-01", "--json", "nowhere/out.json"], "nowhere/out.json"),
    ],
    ids=["no file", "no JSON", "no such scenario", "no clinic", "nowhere to write"],
)
def test_what_cannot_be_used_is_one_plain_line_and_exit_status_2(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "broken.jsonl").write_text("{")
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *arguments) == 2
    assert says in capsys.readouterr().err
