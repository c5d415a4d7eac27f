"""The doctor as a whole: a clinic that is ready, and the command."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clinic_bot.cli import app, main
from clinic_bot.doctor import examine
from clinic_bot.serve import load_settings
from tests.doctor.surgery import HOOK, SECRET, Surgery


async def test_a_ready_clinic_can_serve_patients(surgery: Surgery) -> None:
    findings = await surgery.all(webhook_url=HOOK)
    assert all(finding.good for finding in findings), findings
    assert {finding.what for finding in findings} == {
        *("settings", "clinic file", "agenda", "database", "disk", "port", "clock"),
        *("Groq", "voice notes", "Z-API", "webhooks", "address"),
    }
    assert set(surgery.pair.zapi.webhooks.urls.values()) == {HOOK}
    assert SECRET not in "".join(finding.says for finding in findings)


async def test_the_sandbox_needs_no_account(tmp_path: Path) -> None:
    findings = [
        one
        async for one in examine(
            load_settings(mode="sandbox", database_url=f"sqlite:///{tmp_path}/x.sqlite", port=0)
        )
    ]
    assert all(finding.good for finding in findings), findings


@pytest.mark.parametrize(
    ("arguments", "status", "parts"),
    [
        pytest.param(["--sandbox"], 0, ["ok    Groq", "ok    Z-API"], id="all good"),
        pytest.param([], 1, ["no    settings", "GROQ_API_KEY", "ok    database"], id="keys are missing"),
    ],
)
def test_the_command_shows_every_finding_and_exits_by_the_worst(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int, parts: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLINIC_BOT_PORT", "0")
    result = CliRunner().invoke(app, ["doctor", *arguments])
    assert result.exit_code == status, result.output
    assert [part for part in parts if part not in result.output] == []


@pytest.mark.parametrize(
    ("arguments", "status", "states"),
    [
        pytest.param(["--sandbox"], 0, {"ok"}, id="all good"),
        pytest.param([], 1, {"ok", "no"}, id="keys are missing"),
    ],
)
def test_a_script_gets_one_json_object_and_the_same_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int, states: set[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLINIC_BOT_PORT", "0")
    result = CliRunner().invoke(app, ["doctor", "--json", *arguments])
    assert result.exit_code == status, result.output
    said = json.loads(result.stdout)
    assert (set(said), said["ready"]) == ({"ready", "looks"}, status == 0)
    assert {look["state"] for look in said["looks"]} == states
    assert all(set(look) == {"name", "state", "says"} and look["says"] for look in said["looks"])
    if status:
        assert any("GROQ_API_KEY" in look["says"] for look in said["looks"] if look["state"] == "no")


def test_settings_that_cannot_be_read_are_no_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLINIC_BOT_PORT", "many")
    monkeypatch.setattr("sys.argv", ["clinic-bot", "doctor", "--json"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
