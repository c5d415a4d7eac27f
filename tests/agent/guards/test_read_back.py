"""Whoever reads the file out to a patient says nothing wrong, whatever was asked."""

from datetime import datetime

import pytest

from clinic_bot.agent.guards.facts_check import FactsCheck
from clinic_bot.clinic.facts import ClinicFacts, example_clinic, load_clinic
from tests.support.redteam import FOLDER

FILES = {
    "example": example_clinic(),
    "third of the red team": load_clinic(FOLDER / "third_clinic.toml"),
    "fixture": load_clinic(FOLDER.parent / "clinic_fixture.json"),
}


@pytest.mark.parametrize("facts", FILES.values(), ids=FILES)
def test_the_file_may_be_read_out(facts: ClinicFacts) -> None:
    check = FactsCheck(facts, books=True)
    now = datetime(2026, 10, 14, 10, tzinfo=facts.timezone)
    for section in facts.sections():
        for asked in ("oi", f"{section.title}?"):
            found = check.mistake(f"Olá!\n{section.title}: {section.text}", [], [], [asked], now)
            assert found is None, f"{section.text!r} was asked for as {asked!r}"
