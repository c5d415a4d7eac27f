"""A tool that changes something: it writes into a table of its own, which has one line for each hour."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from clinic_bot.agent.loop import Agent
from clinic_bot.agent.toolbox import ChangingTool
from clinic_bot.errors import ChangeRefused
from clinic_bot.sandbox.receptionist import BrainCall, BrainTurn
from clinic_bot.store.session import is_postgres
from clinic_bot.turns.thinking import Thinking
from tests.support.service import Clinic

BOOK = "anotar_na_agenda"
#: What the table holds already, as somebody else's.
TAKEN = "9h"
#: Where the tool has a fault.
BROKEN = "25h"


def create_diary(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS diary (conversation_id INTEGER, hour TEXT)")


def read_diary(connection: Connection) -> Sequence[tuple[int, str]]:
    """Whose line it is, counted as conversations were opened: PostgreSQL leaves numbers out; and what it says."""
    newest = "ctid" if is_postgres(connection) else "rowid"
    whose = "SELECT count(*) FROM conversation WHERE id <= conversation_id"
    rows = connection.exec_driver_sql(f"SELECT ({whose}), hour FROM diary ORDER BY diary.{newest}")
    return [(int(row[0]), str(row[1])) for row in rows]


def _book(connection: Connection, conversation_id: int, arguments: Mapping[str, Any]) -> str:
    hour = str(arguments["hora"])
    connection.execute(text("INSERT INTO diary VALUES (:id, :hour)"), {"id": conversation_id, "hour": hour})
    if hour == TAKEN:
        raise ChangeRefused(f"{hour} está ocupado.")
    if hour == BROKEN:
        raise ZeroDivisionError
    return f"Anotado para {hour}."


DIARY = ChangingTool(
    {
        "type": "function",
        "function": {
            "name": BOOK,
            "description": "Anota um horário na agenda.",
            "parameters": {
                "type": "object",
                "properties": {"hora": {"type": "string", "description": "A hora."}},
                "required": ["hora"],
                "additionalProperties": False,
            },
        },
    },
    _book,
)


def books(hour: str = "15h", *, spaced: bool = False) -> BrainTurn:
    """The model calls the tool."""
    arguments = {"hora": hour}
    return BrainTurn(tool_call=BrainCall(BOOK, json.dumps(arguments, indent=2) if spaced else arguments))


def done_in(request: Mapping[str, Any]) -> list[str]:
    """What the model was shown of this turn's tools: the results, in order."""
    return [str(one["content"]) for one in request["messages"] if one["role"] == "tool"]


async def give_diary(it: Clinic) -> None:
    """Give the agent of a service the tool, and the tool its table."""
    thinking: Thinking = it.service.dispatcher._runner._thinking  # type: ignore[attr-defined]
    had = thinking._agent
    thinking._agent = Agent(
        had._model, it.service.facts, max_steps=5, timeout_s=90, clock=it.service.clock, tools=[DIARY]
    )
    await it.service.database.write(create_diary)


async def diary(it: Clinic) -> Sequence[tuple[int, str]]:
    return await it.read(read_diary)
