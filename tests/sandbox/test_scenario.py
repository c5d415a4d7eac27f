import json
from pathlib import Path
from typing import Any

import pytest

import clinic_bot.sandbox
from clinic_bot.clinic.facts import load_clinic
from clinic_bot.sandbox.scenario import Unusable, read_scenarios

BUILT_IN = Path(clinic_bot.sandbox.__file__).parent / "scenarios" / "scenarios.jsonl"


def scenario(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "id": "x-1",
        "now": "2026-10-06T10:12:00-03:00",
        "phone": "5511900000004",
        "phases": [phase()],
    }
    return {**whole, **changes}


def phase(*events: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"events": list(events) or [{"type": "text", "at_ms": 0, "text": "oi"}], **changes}


def write(folder: Path, *rows: object) -> Path:
    path = folder / "some.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return path


def test_those_about_reminders_are_read_whole() -> None:
    scenarios = read_scenarios(BUILT_IN.with_name("reminders.jsonl"))
    assert [one.state["reminder_for"] for one in scenarios] == ["A2"] * 3


def test_those_of_the_fifth_clinic_are_read_whole_and_its_file_says_what_it_notes() -> None:
    data = Path(__file__).parents[1] / "data"
    scenarios = read_scenarios(data / "fifth_scenarios.jsonl")
    assert len(scenarios) == 40
    assert sum(len(one.phases) > 1 for one in scenarios) >= 12
    facts = load_clinic(data / "fifth_clinic.json")
    assert "2 anos" in facts.about("fono")
    assert "IPSEMG: só fisioterapia" in facts.about("convênio")


def test_the_built_in_scenarios_are_read_whole() -> None:
    scenarios = read_scenarios(BUILT_IN)
    assert len(scenarios) == 25
    assert sum(len(one.phases) for one in scenarios) == 30
    second = scenarios[1].phases[1]
    assert second.after_reply
    assert second.delay_ms == 15_000
    assert second.expect.latest_ms == 25_000


def test_what_is_not_said_has_a_default(tmp_path: Path) -> None:
    (one,) = read_scenarios(write(tmp_path, "", scenario(unknown="kept out of the way"), ""))
    (only,) = one.phases
    assert one.state == {}
    assert not only.after_reply
    assert only.expect.min_replies == 0
    assert only.expect.max_replies is None
    assert only.expect.effects is None


@pytest.mark.parametrize("as_list", [False, True], ids=["an object by phone", "a list that names phones"])
def test_each_sender_may_have_expectations(tmp_path: Path, as_list: bool) -> None:
    own = {"replies": {"min": 1, "max": 1}}
    given = [{"phone": "5511900000009", **own}] if as_list else {"5511900000009": own}
    (one,) = read_scenarios(write(tmp_path, scenario(phases=[phase(expect={"per_phone": given})])))
    assert one.phases[0].expect.per_phone["5511900000009"].max_replies == 1


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ("{", ["line 1", "JSON"]),
        ("[]", ["line 1", "object"]),
        (scenario(id=None), ["line 1: id: missing"]),
        (scenario(now="2026-10-06T10:12:00"), ["now", "offset"]),
        (scenario(now="soon"), ["now", "offset"]),
        (scenario(phone="+55 11"), ["phone", "digits"]),
        (scenario(phases=[]), ["phases"]),
        (scenario(phases=[phase(start="later")]), ["phases[0]: start"]),
        (scenario(phases=[phase({"type": "sing", "at_ms": 0})]), ["phases[0]: events[0]: type"]),
        (scenario(phases=[phase({"type": "text", "at_ms": 0})]), ["events[0]: text: missing"]),
        (scenario(phases=[phase({"type": "text", "text": "oi"})]), ["events[0]: at_ms"]),
        (scenario(phases=[phase({"type": "text", "text": "oi", "at_ms": -1})]), ["events[0]: at_ms"]),
        (
            scenario(phases=[phase({"type": "presence", "status": "ASLEEP", "at_ms": 0})]),
            ["status", "COMPOSING"],
        ),
        (scenario(phases=[phase({"type": "redelivery", "of": "m9", "at_ms": 0})]), ["of", "'m9'"]),
        (scenario(phases=[phase(expect={"replies": {"min": "one"}})]), ["expect: replies: min"]),
        (scenario(phases=[phase(expect={"mentions_all": [[1]]})]), ["mentions_all"]),
        (
            scenario(phases=[phase(expect={"mention_all": []})]),
            ["expect: mention_all: not known", "mentions_all"],
        ),
        (scenario(phases=[phase(expect={"replies": {"most": 1}})]), ["replies: most: not known"]),
        (scenario(phases=[phase(expect={"per_phone": {"5511": {"tone": "x"}}})]), ["tone: not known"]),
        (scenario(state="x"), ["state"]),
        (scenario(state={"mood": "x"}), ["state: mood: not known", "external_booking"]),
        (
            scenario(state={"external_booking": {"start": "soon", "professional": "a"}}),
            ["external_booking: start"],
        ),
        (scenario(state={"external_booking": {"start": "2026-10-08T16:00"}}), ["professional: missing"]),
        (scenario(state={"external_booking": [{"who": "x"}]}), ["who: not known"]),
    ],
)
def test_an_unusable_line_is_named_with_its_field(tmp_path: Path, row: object, names: list[str]) -> None:
    with pytest.raises(Unusable) as caught:
        read_scenarios(write(tmp_path, row))
    assert [name for name in names if name not in str(caught.value)] == []


def test_an_empty_a_missing_and_a_doubled_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="no scenario"):
        read_scenarios(write(tmp_path, ""))
    with pytest.raises(Unusable, match="No such file"):
        read_scenarios(tmp_path / "none.jsonl")
    with pytest.raises(Unusable, match="twice"):
        read_scenarios(write(tmp_path, scenario(), scenario()))
    (tmp_path / "latin.jsonl").write_bytes(b"\xe7")
    with pytest.raises(Unusable, match="UTF-8"):
        read_scenarios(tmp_path / "latin.jsonl")
