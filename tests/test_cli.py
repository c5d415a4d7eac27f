"""The command: what a person must change is one plain sentence, never a traceback."""

import sys
from pathlib import Path

import pytest

import clinic_bot
from clinic_bot import cli
from clinic_bot.settings import Settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*(field.upper() for field in Settings.model_fields), "CLINIC_BOT_MODE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"CLINIC_BOT_{name}", raising=False)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit status of ``clinic-bot ARGUMENTS``."""
    monkeypatch.setattr(sys, "argv", ["clinic-bot", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code if isinstance(ended.value.code, int) else 0


def test_it_says_its_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out.strip() == clinic_bot.__version__


def test_alone_it_shows_its_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch)
    captured = capsys.readouterr()
    assert "serve" in captured.out + captured.err


@pytest.mark.parametrize(
    ("arguments", "environment", "named"),
    [
        pytest.param(("serve",), {}, "GROQ_API_KEY", id="live without keys"),
        pytest.param(("serve", "--sandbox"), {"ZAPI_TOKEN": "real"}, "ZAPI_TOKEN", id="sandbox beside a key"),
        pytest.param(("serve", "--port", "70000"), {}, "CLINIC_BOT_PORT", id="no such port"),
        pytest.param(("serve",), {"CLINIC_BOT_MODE": "lively"}, "CLINIC_BOT_MODE", id="no such mode"),
        pytest.param(("serve",), {"CLINIC_BOT_QUIET_S": "soon"}, "CLINIC_BOT_QUIET_S", id="no number"),
    ],
)
def test_what_a_person_must_change_is_named_in_plain_words(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    environment: dict[str, str],
    named: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run(monkeypatch, *arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("clinic-bot: ")
    assert named in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""
