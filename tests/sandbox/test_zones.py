import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from clinic_bot.clinic.facts import load_clinic
from clinic_bot.sandbox.scenario import read_scenarios
from clinic_bot.sandbox.zones import in_their_zone

DATA = Path(__file__).parents[1] / "data"
SCENARIOS = read_scenarios(DATA / "third_scenarios.jsonl")


def file(folder: Path, *, zone: str | None) -> Path:
    data = json.loads((DATA / "third_clinic.json").read_text("utf-8"))
    del data["clinic"]["timezone"]
    path = folder / "clinic.json"
    path.write_text(json.dumps(data | ({"timezone": zone} if zone else {})), "utf-8")
    return path


def test_a_clinic_without_a_zone_keeps_the_time_of_its_scenarios(tmp_path: Path) -> None:
    facts = load_clinic(in_their_zone(file(tmp_path, zone=None), SCENARIOS, tmp_path))
    assert facts.timezone == ZoneInfo("America/Manaus")
    evening = datetime(2026, 9, 2, 22, 30, tzinfo=UTC)  # half past six there, half past seven in São Paulo
    assert facts.is_open(evening.astimezone(facts.timezone))


@pytest.mark.parametrize("zone", ["America/Belem", None])
def test_a_zone_that_is_named_or_not_told_is_left(tmp_path: Path, zone: str | None) -> None:
    clinic = file(tmp_path, zone=zone)
    assert in_their_zone(clinic, SCENARIOS if zone else (), tmp_path) == clinic
