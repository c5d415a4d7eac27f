"""Writes docs/configuration.md from the settings themselves; ``--check`` only says whether it is up to date."""

import sys
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from annotated_types import Ge, Gt, Le, Lt
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from clinic_bot.settings import Settings

PAGE = Path(__file__).parent.parent / "docs" / "configuration.md"

INTRODUCTION = """\
# Configuration

Every setting is an environment variable; a file named `.env` in the working directory is read too, and the
environment wins. An empty variable counts as not set. The service reads them once, at start, and refuses to
start on a value that cannot work or a name with a typo, naming the variable. `.env.example` holds what `live` needs.

This page is written by `scripts/docs` from `clinic_bot/settings.py`: change the text there.
"""

#: What the settings of the section before it cannot say in their own lines.
KEPT = Path(__file__).parent / "configuration_kept.md"

#: Titles, with the names of settings or the beginnings of names (they end in ``_``) that belong there.
SECTIONS = {
    "The service": (
        *("mode", "host", "port", "database_url", "clinic_file"),
        *("webhook_secret", "health_token", "alert_url", "log_format"),
    ),
    "The model": ("groq_", "agent_", "review_model"),
    "Z-API": ("zapi_",),
    "Voice notes and pictures": (
        "whisper_model",
        "vision_model",
        "hear_wait_s",
        "media_max_mb",
        "audio_max_s",
    ),
    "Window, turn and history": (),
    "The sandbox": ("sandbox_",),
}
THE_REST = "Window, turn and history"


def variable(name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    return alias if isinstance(alias, str) else f"CLINIC_BOT_{name.upper()}"


def section_of(name: str) -> str:
    for title, members in SECTIONS.items():
        if any(name == each or (each.endswith("_") and name.startswith(each)) for each in members):
            return title
    return THE_REST


def default_of(field: FieldInfo) -> str:
    value = field.default
    if value is None:
        return "not set"
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, tuple):
        value = ",".join(str(each) for each in value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def allowed(field: FieldInfo) -> str:
    """The values it takes, in words short enough for a table."""
    kind = field.annotation
    if SecretStr in (kind, *get_args(kind)):
        return "secret"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{each.value}`" for each in kind)
    bounds = [text for each in field.metadata if (text := _bound(each))]
    words: dict[object, str] = {int: "whole number", float: "number", bool: "true or false"}
    unit = words.get(kind, "text")
    return " ".join([unit, " and ".join(bounds)]).strip()


def _bound(constraint: Any) -> str:
    match constraint:
        case Ge(ge=low):
            return f"≥ {low}"
        case Gt(gt=low):
            return f"> {low}"
        case Le(le=high):
            return f"≤ {high}"
        case Lt(lt=high):
            return f"< {high}"
    return ""


def page() -> str:
    parts = [INTRODUCTION]
    for title in SECTIONS:
        rows = [
            f"| `{variable(name, field)}` | {default_of(field)} | {allowed(field)} | {field.description} |"
            for name, field in Settings.model_fields.items()
            if section_of(name) == title
        ]
        head = ["| variable | default | takes | what it does |", "| --- | --- | --- | --- |"]
        parts.append("\n".join([f"## {title}", "", *head, *rows, ""]))
        if title == THE_REST:
            parts.append(KEPT.read_text("utf-8"))
    return "\n".join(parts)


def main() -> int:
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), "utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text("utf-8") == page():
        return 0
    print("docs/configuration.md is not what the settings say: run scripts/docs", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
