"""What the clinic says about itself: the only source the agent may answer from.

The file is TOML (``example.toml`` shows every field); the JSON of recorded scenarios is read as well.
"""

import json
import tomllib
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from clinic_bot.clinic import attending, lookup, team, texts
from clinic_bot.clinic.clinic_file import ClinicFile
from clinic_bot.clinic.fixture import from_fixture
from clinic_bot.clinic.lookup import Section
from clinic_bot.clinic.mistakes import explain, explain_toml
from clinic_bot.errors import Misconfigured


class ClinicFacts(ClinicFile):
    """A clinic's file, and the answers to what is asked of it."""

    @property
    def has_agenda(self) -> bool:
        """Whether the assistant may book: somebody has hours, and a service of theirs has a length."""
        return bool(team.bookable(self))

    def about(self, topic: str) -> str:
        """What the clinic wrote about ``topic``, in Portuguese and bounded, or that there is nothing."""
        return lookup.about(self.sections(), topic)

    def sections(self) -> tuple[Section, ...]:
        return (*lookup.sections_of(self), *attending.sections_of(self))

    def is_open(self, at: datetime) -> bool:
        return self.hours.week().is_open(at.astimezone(self.timezone))

    def next_opening(self, at: datetime) -> datetime | None:
        """The next opening after ``at``, in the clinic's zone; None when none is in sight."""
        return self.hours.week().next_opening(at.astimezone(self.timezone))

    def reception_answers(self, at: datetime) -> str:
        """When a person reads this: ``amanhã (terça) a partir das 8h``; while open, ``assim que possível``."""
        opening = None if self.is_open(at) else self.next_opening(at)
        if opening is None:
            return "assim que possível"
        return texts.opening_phrase(opening, at.astimezone(self.timezone))

    def says_when(self, text: str, at: datetime) -> bool:
        """Whether ``text`` tells when a person reads this; while open, and where no opening is in sight, any does."""
        opening = None if self.is_open(at) else self.next_opening(at)
        return opening is None or texts.says_when(text, opening, at.astimezone(self.timezone))

    def hand_over_text(self, at: datetime) -> str:
        return self._with_opening(self.texts.hand_over, at)

    def unavailable_text(self, at: datetime) -> str:
        return self._with_opening(self.texts.unavailable, at)

    def data_request_text(self, reply: str) -> str:
        """What is added to a reply; with the clinic's line on privacy, unless the reply already names who answers."""
        privacy = self.policies.privacy
        where = [word.strip(".,;:()") for word in privacy.split() if "@" in word] or [privacy]
        told = not privacy or any(one in f"{reply}{self.texts.data_request}" for one in where)
        return self.texts.data_request if told else f"{self.texts.data_request} {privacy}"

    def _with_opening(self, text: str, at: datetime) -> str:
        if self.is_open(at):
            return text
        return f"{text} A recepção responde {self.reception_answers(at)}."

    @classmethod
    def read(cls, data: object, *, path: Path) -> Self:
        """Check what a file held. Raises Misconfigured, naming the file and each wrong field."""
        try:
            return cls.model_validate(data)
        except ValidationError as exc:
            # Not chained: pydantic's own text quotes what stood there, listed phones included.
            raise Misconfigured(f"clinic file {path}: {explain(exc, cls)}") from None


def load_clinic(path: Path) -> ClinicFacts:
    """Read the clinic's facts from TOML, or from the JSON of recorded scenarios.

    Raises:
        Misconfigured: names the file, the line or field, and what to do.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        problem = exc.strerror or type(exc).__name__
        todo = "set CLINIC_BOT_CLINIC_FILE to a file"
        if isinstance(exc, PermissionError):
            todo = "the user that clinic-bot runs as has to read it (in the container that is number 10001)"
        raise Misconfigured(f"clinic file {path}: {problem}; {todo}") from exc
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        raise Misconfigured(f"clinic file {path}: line {line} is not UTF-8; save the file as UTF-8") from exc
    try:
        data = from_fixture(json.loads(text)) if path.suffix == ".json" else tomllib.loads(text)
    except json.JSONDecodeError as exc:
        raise Misconfigured(f"clinic file {path}: line {exc.lineno}: {exc.msg}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise Misconfigured(f"clinic file {path}: {explain_toml(exc, text)}") from exc
    except ValueError as exc:
        raise Misconfigured(f"clinic file {path}: {exc}") from exc
    return ClinicFacts.read(data, path=path)


def example_clinic() -> ClinicFacts:
    """The made-up clinic that ships with the package."""
    with resources.as_file(resources.files("clinic_bot.clinic") / "example.toml") as path:
        return load_clinic(path)
