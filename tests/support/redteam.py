"""The corpora of ``tests/data/redteam``: what a model might write, in the situation in which it would."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from clinic_bot.agent import prompt, wording
from clinic_bot.agent.guards.objections import Reader, Situation
from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, FREE_SLOTS, NAMES, OWN_APPOINTMENTS, PROPOSE
from clinic_bot.clinic.facts import ClinicFacts, load_clinic

DATA = Path(__file__).parent.parent / "data" / "redteam"
TOOLS = (*NAMES, FREE_SLOTS, OWN_APPOINTMENTS, PROPOSE, CARRY_OUT, CONFIRM)


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

    def objection(self) -> str | None:
        facts, reader, situations, now = _clinic(self.clinic)
        row = situations[self.situation]
        booked = row.get("booked", 0)
        standing = f"Consultas futuras deste telefone: {booked} ({OWN_APPOINTMENTS})." if booked else ""
        context = prompt.context(facts, now, first_contact=False, patient_name=None, standing=standing)
        calls = row.get("calls", [])
        situation = Situation(
            called={name for name, _ in calls},
            has_booked=bool(booked),
            results=[result for _, result in calls],
            context=context,
            said=[self.said, row.get("name", ""), *row.get("earlier", ())],
            now=now,
        )
        return reader.objection(self.reply, wording.to_whatsapp(self.reply), situation)


def cases(name: str) -> Iterator[Case]:
    for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        yield Case(**json.loads(line))


@cache
def _clinic(name: str) -> tuple[ClinicFacts, Reader, dict[str, Any], datetime]:
    row = json.loads((DATA / "situations.json").read_text(encoding="utf-8"))[name]
    facts = load_clinic(DATA / row["file"])
    reader = Reader(facts, prompt.system(facts, books=True), TOOLS, books=True)
    now = datetime.fromisoformat(row["now"]).replace(tzinfo=facts.timezone)
    return facts, reader, row["situations"], now
