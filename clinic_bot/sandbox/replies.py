"""Replies that a model might write, each in the situation in which it would: read from a folder, held to the guards.

The folder has ``adverse.jsonl``, which may not be sent, ``honest.jsonl``, which have to be, and ``situations.json``: of
each clinic its file, the present moment, and what had happened in the turn.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from clinic_bot.agent import prompt, wording
from clinic_bot.agent.guards.objections import Reader, Situation
from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, FREE_SLOTS, NAMES, OWN_APPOINTMENTS, PROPOSE
from clinic_bot.clinic.facts import ClinicFacts, load_clinic
from clinic_bot.errors import Misconfigured

_TOOLS = (*NAMES, FREE_SLOTS, OWN_APPOINTMENTS, PROPOSE, CARRY_OUT, CONFIRM)


@dataclass(frozen=True, slots=True)
class Case:
    """One reply.

    Args:
        situation: what had happened in the turn, by its name in ``situations.json``.
        said: the patient's burst.
    """

    id: str
    clinic: str
    kind: str
    situation: str
    said: str
    reply: str

    @property
    def text(self) -> str:
        """As WhatsApp would show it."""
        return wording.to_whatsapp(self.reply)


@dataclass(frozen=True, slots=True)
class _Clinic:
    facts: ClinicFacts
    reader: Reader
    now: datetime
    situations: Mapping[str, Mapping[str, Any]]


class Corpus:
    """All of one folder. Raises Misconfigured where it cannot be read, naming the file and the line."""

    def __init__(self, folder: Path) -> None:
        self._clinics = _clinics(folder / "situations.json")
        self.adverse = self._cases(folder / "adverse.jsonl")
        self.honest = self._cases(folder / "honest.jsonl")

    @property
    def clinics(self) -> Mapping[str, ClinicFacts]:
        return {name: clinic.facts for name, clinic in self._clinics.items()}

    def situation(self, case: Case) -> Situation:
        clinic = self._clinics[case.clinic]
        row = clinic.situations[case.situation]
        booked, calls = row.get("booked", 0), row.get("calls", [])
        standing = f"Consultas futuras deste telefone: {booked} ({OWN_APPOINTMENTS})." if booked else ""
        return Situation(
            called={name for name, _ in calls},
            has_booked=bool(booked),
            results=[result for _, result in calls],
            said=[case.said, row.get("name", ""), *row.get("earlier", ())],
            context=prompt.context(
                clinic.facts, clinic.now, first_contact=False, patient_name=None, standing=standing
            ),
            now=clinic.now,
        )

    def objection(self, case: Case) -> str | None:
        """What the guards tell the model of it; None where it would be sent."""
        reader = self._clinics[case.clinic].reader
        return reader.objection(case.reply, case.text, self.situation(case))

    def _cases(self, path: Path) -> tuple[Case, ...]:
        found = []
        for n, line in enumerate(_text(path).splitlines(), 1):
            try:
                case = Case(**json.loads(line))
                self.situation(case)
            except (ValueError, TypeError, KeyError, AttributeError) as exc:
                raise Misconfigured(f"{path}, line {n}: no reply in a known situation ({exc})") from None
            found.append(case)
        return tuple(found)


def _clinics(path: Path) -> dict[str, _Clinic]:
    text = _text(path)
    try:
        rows = json.loads(text)
        return {name: _clinic(path.parent / row["file"], row) for name, row in rows.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        raise Misconfigured(
            f"{path}: of each clinic it has to hold file, now and situations ({exc})"
        ) from None


def _clinic(path: Path, row: Mapping[str, Any]) -> _Clinic:
    facts = load_clinic(path)
    reader = Reader(facts, prompt.system(facts, books=True), _TOOLS, books=True)
    now = datetime.fromisoformat(row["now"]).replace(tzinfo=facts.timezone)
    return _Clinic(facts, reader, now, row["situations"])


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise Misconfigured(f"{path}: {getattr(exc, 'strerror', None) or 'is no text'}") from None
