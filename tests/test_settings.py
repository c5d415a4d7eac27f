"""Settings: what is read, what is refused and how, and that each one is documented."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from clinic_bot.settings import Mode, Settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No .env in the working directory, and none of our variables in the environment."""
    monkeypatch.chdir(tmp_path)
    for name, field in Settings.model_fields.items():
        monkeypatch.delenv(str(field.validation_alias or f"CLINIC_BOT_{name.upper()}"), raising=False)


def test_by_default_it_is_live_on_loopback_with_the_design_s_window() -> None:
    settings = Settings()
    assert (settings.mode, settings.host) == (Mode.LIVE, "127.0.0.1")
    assert (settings.quiet_s, settings.max_wait_s, settings.typing_hold_s) == (6, 60, 12)


@pytest.mark.parametrize(
    ("variable", "value", "field", "read"),
    [
        ("CLINIC_BOT_MODE", "sandbox", "mode", Mode.SANDBOX),
        ("CLINIC_BOT_MODE", "watch", "mode", Mode.WATCH),
        ("CLINIC_BOT_QUIET_S", "4.5", "quiet_s", 4.5),
        ("CLINIC_BOT_CLINIC_FILE", "clinic.toml", "clinic_file", Path("clinic.toml")),
        ("CLINIC_BOT_GROQ_MODELS", " a, b,", "groq_models", ("a", "b")),
        ("CLINIC_BOT_REVIEW_MODEL", " a ", "review_model", "a"),
        ("CLINIC_BOT_REVIEW_MODEL", "", "review_model", None),
        ("GROQ_BASE_URL", "http://127.0.0.1:9/ ", "groq_base_url", "http://127.0.0.1:9"),
        ("ZAPI_INSTANCE_ID", " 3D01 ", "zapi_instance_id", "3D01"),
        ("ZAPI_BASE_URL", "https://api.z-api.io/", "zapi_base_url", "https://api.z-api.io"),
        ("CLINIC_BOT_QUIET_S", "", "quiet_s", 6),
    ],
)
def test_variables_are_read(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, field: str, read: object
) -> None:
    monkeypatch.setenv(variable, value)
    assert getattr(Settings(), field) == read


def test_the_sandbox_has_a_file_of_its_own_unless_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().database_url == "sqlite:///clinic_bot.sqlite"
    assert Settings.model_validate({"mode": "sandbox"}).database_url == "sqlite:///sandbox.sqlite"
    monkeypatch.setenv("CLINIC_BOT_MODE", "sandbox")
    assert Settings().database_url == "sqlite:///sandbox.sqlite"
    monkeypatch.setenv("CLINIC_BOT_DATABASE_URL", "")
    assert Settings().database_url == "sqlite:///sandbox.sqlite"
    monkeypatch.setenv("CLINIC_BOT_DATABASE_URL", "sqlite:///mine.sqlite")
    assert Settings().database_url == "sqlite:///mine.sqlite"


def test_a_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("CLINIC_BOT_QUIET_S=3\nCLINIC_BOT_PORT=9000\nSOMETHING_ELSE=1\n", "utf-8")
    monkeypatch.setenv("CLINIC_BOT_QUIET_S", "4")
    settings = Settings()
    assert (settings.quiet_s, settings.port) == (4, 9000)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"CLINIC_BOT_MAX_WAIT_S": "5"}, "CLINIC_BOT_MAX_WAIT_S must not be below CLINIC_BOT_QUIET_S"),
        ({"CLINIC_BOT_SANDBOX_SPEED": "10"}, "CLINIC_BOT_MODE=sandbox"),
        ({"CLINIC_BOT_SANDBOX_CLOCK": "2026-03-02T09:00:00-03:00"}, "CLINIC_BOT_MODE=sandbox"),
        ({"CLINIC_BOT_WEBHOOK_SECRET": "short"}, "at least 16 characters"),
        ({"GROQ_BASE_URL": "https://api.groq.com/openai/v1"}, "GROQ_BASE_URL"),
        ({"ZAPI_BASE_URL": "api.z-api.io"}, "ZAPI_BASE_URL"),
        ({"CLINIC_BOT_MODE": "test"}, "mode"),
        ({"CLINIC_BOT_PORT": "70000"}, "port"),
        ({"CLINIC_BOT_INBOX_DAYS": "7"}, "inbox_days"),
        (
            {"CLINIC_BOT_INBOX_DAYS": "40", "CLINIC_BOT_RECORDS_DAYS": "39"},
            "CLINIC_BOT_RECORDS_DAYS must not be below",
        ),
        (
            {"CLINIC_BOT_HISTORY_HOURS": "721", "CLINIC_BOT_RECORDS_DAYS": "30"},
            "CLINIC_BOT_RECORDS_DAYS must not be",
        ),
        ({"CLINIC_BOT_LOG_FORMAT": "xml"}, "log_format"),
        ({"CLINIC_BOT_ALERT_URL": "http://hooks.example/x"}, "https address"),
        ({"CLINIC_BOT_ALERT_URL": "ftp://127.0.0.1/x"}, "https address"),
        ({"CLINIC_BOT_ALERT_URL": "https://"}, "https address"),
        ({"CLINIC_BOT_MAX_REPLIES_PER_HOUR": "1"}, "max_replies_per_hour"),
    ],
)
def test_what_cannot_work_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=named):
        Settings()


def test_secrets_show_neither_in_a_repr_nor_in_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_secret")
    monkeypatch.setenv("ZAPI_TOKEN", "zapi_secret")
    assert "secret" not in repr(Settings()).replace("webhook_secret", "")
    monkeypatch.setenv("CLINIC_BOT_WEBHOOK_SECRET", "tiny_secret")
    monkeypatch.setenv("CLINIC_BOT_QUIET_S", "many")
    with pytest.raises(ValidationError) as refusal:
        Settings()
    assert not any(each in str(refusal.value) for each in ("gsk_secret", "zapi_secret", "tiny_secret"))


@pytest.mark.parametrize("url", ["https://hooks.example/services/T0", "http://127.0.0.1:9000/alerts"])
def test_an_alert_hook_is_https_or_on_this_machine_and_a_secret(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("CLINIC_BOT_ALERT_URL", f" {url} ")
    settings = Settings()
    assert settings.alert_url is not None
    assert settings.alert_url.get_secret_value() == url
    assert url not in repr(settings)


def test_settings_never_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description
    assert field.description.endswith(".")
    variable = field.validation_alias or f"CLINIC_BOT_{name.upper()}"
    assert f"| `{variable}` |" in (ROOT / "docs" / "configuration.md").read_text("utf-8")


def test_the_reference_is_what_the_settings_say() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "configuration.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_example_for_live_names_only_variables_that_exist() -> None:
    known = {str(f.validation_alias or f"CLINIC_BOT_{n.upper()}") for n, f in Settings.model_fields.items()}
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    named = {
        line.lstrip("# ").partition("=")[0] for line in lines if "=" in line and " " not in line.lstrip("# ")
    }
    assert named
    assert named <= known
