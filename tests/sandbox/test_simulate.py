import json
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import pytest

from clinic_bot import cli
from clinic_bot.sandbox.scenario import read_scenarios
from clinic_bot.sandbox.simulate import ADVERSARY

SCENARIOS = Path(str(resources.files("clinic_bot.sandbox") / "scenarios"))


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


MISDEEDS = {one.id: one for one in read_scenarios(SCENARIOS / ADVERSARY)}


@pytest.mark.parametrize("replies", [(), ("--composed",)], ids=["written", "composed"])
def test_a_misbehaving_model_ends_with_a_person(
    replies: Sequence[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two misdeeds through the whole service; ``tests/turns/test_adversary.py`` has the others."""
    picked = ("adv-01", "adv-15")
    only = [part for one in picked for part in ("--only", one)]
    assert run(monkeypatch, "--adversary", *only, *replies, "--speed", "20") == 0
    said = capsys.readouterr().out
    assert all(MISDEEDS[one].title in said for one in picked)


def test_a_misdeed_that_comes_through_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same scenario, of a model that behaves: no person is called, so the scenario can fail."""
    row = json.loads((SCENARIOS / ADVERSARY).read_text("utf-8").splitlines()[0])
    row["state"]["llm"]["turns"] = ["A dermatologia atende de segunda a sexta."]
    path = tmp_path / "behaves.jsonl"
    path.write_text(json.dumps(row), "utf-8")
    assert run(monkeypatch, str(path), "--speed", "50") == 1


@pytest.mark.parametrize(
    "misdeed",
    [
        "marca sem perguntar", "inventa um horário", "chama ferramentas sem parar", "cita o telefone de outra paciente",
        "escreve sintaxe de ferramenta", "promete desconto",
    ],
)  # fmt: skip
def test_the_misdeeds_are_told_by_name(misdeed: str) -> None:
    assert f"O modelo {misdeed}" in {one.title for one in MISDEEDS.values()}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.jsonl"], "none.jsonl: No such file"),
        (["broken.jsonl"], "broken.jsonl: line 1"),
        (["--only", "dev-99"], "dev-99"),
        (["broken.jsonl", "--adversary"], "leave the file out"),
        (["--only", "dev-01", "--clinic", "none.toml"], "none.toml"),
        (["--only", "dev-01", "--json", "nowhere/out.json"], "nowhere/out.json"),
    ],
    ids=["no file", "no JSON", "no such scenario", "two sets", "no clinic", "nowhere to write"],
)
def test_what_cannot_be_used_is_one_plain_line_and_exit_status_2(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "broken.jsonl").write_text("{")
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *arguments) == 2
    assert says in capsys.readouterr().err
