"""Scenarios, played against a real server in a process of its own."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import clinic_bot.sandbox
from clinic_bot.sandbox.outcome import PhaseOutcome
from clinic_bot.sandbox.payloads import received_text
from clinic_bot.sandbox.player import play, play_all
from clinic_bot.sandbox.scenario import Event, Expect, Phase, Scenario, read_scenarios
from clinic_bot.sandbox.scene import Scene
from clinic_bot.sandbox.stage import Stage, Theatre
from clinic_bot.store.sqlite import reader_engine

FOLDER = Path(clinic_bot.sandbox.__file__).parent / "scenarios"
DATA = Path(__file__).parent.parent / "data"
FIXTURE = FOLDER / "clinic_fixture.json"
SPEED = 10
NOW = datetime.fromisoformat("2026-10-06T10:12:00-03:00")
PHONE, OTHER = "5511900000001", "5511900000002"


async def theatre_in(folder: Path, *, clinic: Path = FIXTURE) -> Theatre:
    theatre = Theatre(folder, clinic=clinic, speed=SPEED)
    await theatre.prepare()
    return theatre


def event(kind: str, at_ms: int | None, *, at: str = "", phone: str | None = None, **fields: Any) -> Event:
    return Event(kind, at_ms, at, phone, fields.get("key"), fields)


def of_everything() -> Scenario:
    """Every type of event the built-in scenarios have not, and one that fires while the model thinks."""
    events = (
        event("text", 0, text="oi", key="a"),
        event("text", 1_000, text="qto custa a dermto", key="b"),
        event("redelivery", 2_000, of="b"),
        event("edit", 2_500, of="b", text="qto custa a dermato"),
        event("text", 3_000, text="esquece", key="c"),
        event("delete", 3_500, of="c"),
        event("text", 4_000, phone=OTHER, text="vcs abrem sabado?"),
        event("document", 4_500, file_name="pedido.pdf", caption="meu pedido"),
        event("text", None, at="while the model is generating", text="e tem estacionamento?"),
    )
    # Whether a message that comes meanwhile gets a turn of its own is another test's matter.
    patient = Expect(min_replies=1, max_replies=2, earliest_ms=4_500, mentions_all=(("350",), ("98",)))
    other = Expect(min_replies=1, max_replies=1, mentions_all=(("8h",),))
    expect = Expect(min_replies=2, max_replies=3, per_phone={PHONE: patient, OTHER: other})
    return Scenario("all-1", "", NOW, PHONE, {}, (Phase(False, 0, events, expect),))


@pytest.mark.paired
async def test_what_scenarios_book_and_cancel_is_in_the_records(tmp_path: Path) -> None:
    """Of another clinic than the built-in one: a booking, a slot that the reception takes, a race of two phones."""
    wanted = ("vb-02", "vb-03", "vb-09")
    scenarios = [one for one in read_scenarios(DATA / "second_scenarios.jsonl") if one.id in wanted]
    outcomes = await play_all(
        await theatre_in(tmp_path, clinic=DATA / "second_clinic.json"),
        scenarios,
        jobs=3,
        presence=True,
        begun=lambda _: None,
        ended=lambda _, __: None,
    )
    assert [(one.id, one.phase, one.failures) for one in outcomes if not one.passed] == []
    assert len(outcomes) == 5


@pytest.mark.paired
async def test_a_clinic_that_nobody_had_seen_is_answered_from_its_file(tmp_path: Path) -> None:
    """Of the third clinic: a correction, a field's other name, reminders that stop beside another wish, two services
    in one burst."""
    wanted = ("br-03", "br-08", "br-23", "br-35")
    scenarios = [one for one in read_scenarios(DATA / "third_scenarios.jsonl") if one.id in wanted]
    outcomes = await play_all(
        await theatre_in(tmp_path, clinic=DATA / "third_clinic.json"),
        scenarios,
        jobs=4,
        presence=True,
        begun=lambda _: None,
        ended=lambda _, __: None,
    )
    assert [(one.id, one.phase, one.failures) for one in outcomes if not one.passed] == []
    assert len(outcomes) == 6
    reminders = next(one for one in outcomes if one.id == "br-23")
    assert "não recebe mais lembretes" in reminders.replies[0].text


@pytest.mark.paired
async def test_scenarios_meet_their_counts_and_times(tmp_path: Path) -> None:
    wanted = ("dev-01", "dev-04", "dev-13", "dev-15")
    scenarios = [one for one in read_scenarios(FOLDER / "scenarios.jsonl") if one.id in wanted]
    begun: list[Scene] = []
    ended: dict[str, tuple[PhaseOutcome, ...]] = {}
    outcomes = await play_all(
        await theatre_in(tmp_path),
        [*scenarios, of_everything()],
        jobs=3,
        presence=True,
        begun=begun.append,
        ended=lambda scene, found: ended.update({scene.scenario.id: found}),
    )
    assert [(one.id, one.failures) for one in outcomes if not one.passed] == []
    phases = [(one.id, one.phase) for one in outcomes]
    assert phases == [("dev-01", 1), ("dev-04", 1), ("dev-04", 2), ("dev-13", 1), ("dev-15", 1), ("all-1", 1)]
    assert len(begun) == len(ended) == 5
    everything = outcomes[-1]
    assert everything.passed, everything.failures
    assert "192" in outcomes[3].replies[0].text
    assert outcomes[4].replies == ()
    as_json = outcomes[0].as_json()
    assert set(as_json) == {"id", "phase", "replies", "failures", "cuts", "passed"}
    assert begun[0].lines[0] == (begun[0].lines[0][0], "patient", "oi")


async def test_player_and_server_share_one_clock(tmp_path: Path) -> None:
    theatre = await theatre_in(tmp_path)
    async with theatre.stage(NOW, phone=PHONE, state={"last_bot_message": "Qual prefere?"}) as stage:
        now_ms = stage.clock.now_ms()
        assert now_ms >= round(NOW.timestamp() * 1000)
        zapi = stage.pair.zapi
        posted = await zapi.emit(received_text(zapi.line, PHONE, "oi", message_id="3A1", at_ms=now_ms))
        assert posted is not None
        assert posted.accepted
        received_ms = await asyncio.to_thread(_received_ms, stage)
        assert abs(received_ms - now_ms) < 200 * SPEED, "a server that starts takes ten times as long"
        await _until_asked(stage)
        assert stage.pair.groq.requests[0].messages >= 4, (
            "system, the bot's last message, context, the patient"
        )


def _received_ms(stage: Stage) -> int:
    engine = reader_engine(stage.database)
    with engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT received_ms FROM message").one()
    engine.dispose()
    return int(row[0])


async def _until_asked(stage: Stage) -> None:
    async with asyncio.timeout(20):
        while not stage.pair.groq.requests:  # noqa: ASYNC110  # the event to wait for lies in a server
            await asyncio.sleep(0.005)


async def test_a_server_that_does_not_start_fails_its_scenario(tmp_path: Path) -> None:
    broken = tmp_path / "clinic.toml"
    broken.write_text("name = 3\n")
    theatre = await theatre_in(tmp_path, clinic=broken)
    scenario = of_everything()
    (outcome,) = await play(theatre, scenario)
    assert not outcome.passed
    assert "did not start" in outcome.failures[0].detail
    assert "clinic.toml" in outcome.failures[0].detail, "its own last words"


@pytest.mark.parametrize(
    ("llm", "latency_s", "faults"),
    [
        ("slow", 8.0, []),
        ("down", 0.6, ["status"]),
        ({"latency_ms": 2_500}, 2.5, []),
        ({"fault": {"kind": "status", "status": 500, "count": 1}}, 0.6, ["status"]),
        ({"mode": "timeout"}, 0.6, ["hang"]),
        ({"replies": ["Temos às 15h."]}, 0.6, []),
        ({"calls": [{"name": "montar_resposta", "arguments": {}}]}, 0.6, []),
        (None, 0.6, []),
    ],
)
def test_a_scenario_makes_the_model_slow_broken_or_scripted(
    llm: str | Mapping[str, Any] | None, latency_s: float, faults: list[str]
) -> None:
    from clinic_bot.clock import Clock
    from clinic_bot.sandbox.groq import build_groq, groq_state
    from clinic_bot.sandbox.mind import set_mind

    groq = groq_state(build_groq(clock=Clock(), api_key=None))
    set_mind(groq, llm)
    assert groq.latency_s == latency_s
    assert [fault["kind"] for fault in groq.faults.as_json() if isinstance(fault, dict)] == faults
