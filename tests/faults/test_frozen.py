"""A process that is stopped for longer than its lease and then goes on, as on an overloaded host."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest

from clinic_bot.store.tables import TurnState
from tests.faults.server import Server, neighbours, server
from tests.support.waiting import until

#: The lease of a turn is over three minutes; so fast it is two seconds and a half.
SPEED = 45.0
FROZEN_S = 5.8


async def freeze(it: Server) -> None:
    """Stop every thread of the process; the time that it sleeps is the fault, not a wait for a result."""
    ((leased_ms,),) = it.rows(
        "SELECT c.wake_at_ms - t.claimed_ms FROM conversation c JOIN turn t ON t.conversation_id = c.id"
    )
    assert FROZEN_S * SPEED * 1000 > leased_ms > 0
    it.process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(FROZEN_S)
    it.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "slow", "seconds": 30}, id="answered while it was frozen"),
        pytest.param({"kind": "hang", "when": "after"}, id="accepted and never answered"),
    ],
)
async def test_a_send_is_not_doubled(tmp_path: Path, fault: dict[str, Any]) -> None:
    async with (
        neighbours(speed=SPEED) as pair,
        server(
            tmp_path, pair, sandbox_speed=str(SPEED), quiet_s="6", zapi_timeout_s="40", reply_ttl_s="5"
        ) as it,
    ):
        pair.zapi.add_fault({**fault, "count": 1, "operation": "send-text"})
        await it.receive("oi")
        await until(lambda: pair.zapi.faults.as_json() == [])  # it struck: Z-API has the request
        await freeze(it)
        await until(lambda: it.states() in ([TurnState.SENT], [TurnState.HELD]))
        await it.receive("obrigada", id="M2")
        await until(lambda: it.states()[1:] == [TurnState.SENT])  # the phone is not blocked
        assert it.calls == 2


async def test_a_turn_that_thought_is_answered_once(tmp_path: Path) -> None:
    async with (
        neighbours(speed=SPEED) as pair,
        server(
            tmp_path, pair, sandbox_speed=str(SPEED), quiet_s="6", zapi_timeout_s="40", reply_ttl_s="5"
        ) as it,
    ):
        pair.groq.add_fault({"kind": "slow", "seconds": 20, "count": 1})
        await it.receive("oi")
        await until(lambda: len(pair.groq.requests) == 1)
        await freeze(it)
        await until(lambda: it.states() == [TurnState.SENT])
        assert it.calls == 1
