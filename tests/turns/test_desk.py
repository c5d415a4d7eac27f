"""Where operators' commands arrive."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from clinic_bot.errors import StorageUnavailable
from clinic_bot.store import switches
from clinic_bot.store.database import Database
from clinic_bot.store.places import Place, open_database
from clinic_bot.store.tables import SwitchName, TurnState
from clinic_bot.turns.desk import Desk
from tests.support import builders as b
from tests.support.clock import START_MS, FakeClock
from tests.support.store import Store

HELD_AT_MS = 200_000
TURN = 1


@dataclass
class Office:
    """A desk on a file with one held turn, and what it told others."""

    database: Database
    clock: FakeClock
    noticed: list[tuple[int, int | None]] = field(default_factory=list)
    switched: int = 0

    def __post_init__(self) -> None:
        self.desk = Desk(
            self.database,
            self.clock,
            b.POLICY,
            instance=b.INSTANCE,
            notice=lambda conversation_id, wake: self.noticed.append((conversation_id, wake)),
            on_switch=self._switch,
        )

    def _switch(self) -> None:
        self.switched += 1

    async def ask(self, command: str, **more: Any) -> dict[str, Any]:
        return await self.desk.answer({"command": command, **more})


@pytest.fixture
async def office(place: Place, anyio_backend: object) -> AsyncIterator[Office]:
    store = Store(place)
    store.take(b.message())
    claim = store.claim_when_due()
    store.intent(claim)
    store.outcome(claim, TurnState.UNKNOWN)
    store.close()
    database = open_database(place)
    yield Office(database, FakeClock(START_MS + HELD_AT_MS))
    await database.close()


async def test_a_retry_says_what_waits_and_wakes_the_conversation(office: Office) -> None:
    said = await office.ask("retry", turn=TURN)
    wake_ms = START_MS + HELD_AT_MS + b.QUIET_MS
    assert said == {
        "ok": True, "turn": TURN, "state": "withdrawn", "conversation": 1, "low": 2, "high": 2,
        "wake_at_ms": wake_ms, "stopped_by": [],
    }  # fmt: skip
    assert office.noticed == [(1, wake_ms)]


async def test_a_retry_while_answers_are_stopped_says_by_what(office: Office) -> None:
    await office.ask("pause", reason="holiday")
    said = await office.ask("retry", turn=TURN)
    assert [switch["reason"] for switch in said["stopped_by"]] == ["holiday"]


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        pytest.param({"command": "settle", "arrived": True}, "sent", id="it arrived"),
        pytest.param({"command": "settle", "arrived": False}, "undelivered", id="it did not"),
        pytest.param({"command": "discard"}, "silent", id="discarded"),
    ],
)
async def test_a_turn_is_closed_as_a_person_says(office: Office, asked: dict[str, Any], state: str) -> None:
    assert await office.desk.answer({**asked, "turn": TURN}) == {"ok": True, "turn": TURN, "state": state}
    again = await office.desk.answer({**asked, "turn": TURN})
    assert (again["ok"], again["error"].partition(";")[0]) == (False, f"turn {TURN} is {state} already")
    assert office.noticed == []


async def test_pause_and_resume_tell_whether_they_changed_anything(office: Office) -> None:
    first = await office.ask("pause", reason="holiday")
    paused = {"name": "paused", "since_ms": START_MS + HELD_AT_MS, "reason": "holiday"}
    assert first == {"ok": True, "changed": True, "stopped_by": [paused]}
    assert await office.ask("pause", reason="other") == {**first, "changed": False}
    assert await office.ask("resume") == {"ok": True, "changed": True, "stopped_by": []}
    assert await office.ask("resume") == {"ok": True, "changed": False, "stopped_by": []}
    assert office.switched == 2


async def test_resume_leaves_what_the_providers_stopped(office: Office) -> None:
    off = partial(
        switches.turn_on,
        instance=b.INSTANCE,
        name=SwitchName.ZAPI_ACCOUNT,
        reason="subscription",
        now_ms=START_MS,
    )
    await office.database.write(off)
    await office.ask("pause")
    said = await office.ask("resume")
    assert [switch["name"] for switch in said["stopped_by"]] == ["zapi_account"]


@pytest.mark.parametrize(
    "asked",
    [{}, {"command": "dance"}, {"command": "retry"}, {"command": "retry", "turn": "1"},
     {"command": "discard", "turn": True}, {"command": "settle", "turn": 1}],
    ids=str,
)  # fmt: skip
async def test_what_is_not_understood_changes_nothing(office: Office, asked: dict[str, Any]) -> None:
    said = await office.desk.answer(asked)
    assert said["ok"] is False
    assert said["error"].startswith("not understood")


async def test_a_database_that_cannot_be_written_is_said(office: Office) -> None:
    async def full(*_args: object, **_more: object) -> None:
        raise StorageUnavailable("database or disk is full")

    office.database.write = full  # type: ignore[method-assign, assignment]
    said = await office.ask("discard", turn=TURN)
    assert said == {"ok": False, "error": "the database cannot be written: database or disk is full"}
