"""The files of an evaluation: ``results.json``, written so that a crash leaves the last whole one, and transcripts."""

import json
import os
from pathlib import Path

from clinic_bot.errors import Misconfigured
from clinic_bot.sandbox.costs import Prices
from clinic_bot.sandbox.evaluated import Evaluated, Results, as_json, from_json
from clinic_bot.sandbox.scenario import Scenario
from clinic_bot.sandbox.transcript import transcript

NAME = "results.json"


def write_results(folder: Path, results: Results, prices: Prices) -> None:
    text = json.dumps(as_json(results, prices), ensure_ascii=False, indent=1)
    new = folder / f".{NAME}"
    new.write_text(f"{text}\n", "utf-8")
    os.replace(new, folder / NAME)


def read_results(folder: Path) -> Results:
    """Raises Misconfigured: there are none, or nothing this version wrote."""
    path = folder / NAME if folder.is_dir() else folder
    try:
        return from_json(json.loads(path.read_text("utf-8")))
    except OSError as exc:
        raise Misconfigured(f"{path}: {exc.strerror}; clinic-bot evaluate --output writes it") from exc
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise Misconfigured(
            f"{path} holds no results of this version of clinic-bot evaluate: choose another folder"
        ) from exc


def write_transcript(folder: Path, scenario: Scenario, one: Evaluated) -> None:
    (folder / f"{file_name(one.id)}.md").write_text(transcript(scenario, one), "utf-8")


def file_name(text: str) -> str:
    """Safe in every folder: an id comes from a file, a model's name has a slash."""
    return (
        "".join(char if char.isalnum() or char in "-_." else "_" for char in text).strip(".")[:80]
        or "scenario"
    )
