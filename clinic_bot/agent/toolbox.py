"""What one agent may call: tools that read, and tools that change something behind the gate (rule 11)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from clinic_bot.agent.tools import TOOLS, ToolResult, run_tool
from clinic_bot.clinic.facts import ClinicFacts

Schema = Mapping[str, Any]  #: flat and closed, as chat completions take it

#: A change that is ready to be made: on the gate's connection, for the conversation of this id. Answers what the
#: model reads, and raises ``ChangeRefused``.
Effect = Callable[[Connection, int], str]


@dataclass(frozen=True, slots=True)
class ReadingTool:
    """Answers from memory, so it may run again, and what it answered may be thrown away.

    Args:
        run: gets the arguments as the model wrote them, and the clinic's time. What the model did wrong is a text
            for it.
    """

    schema: Schema
    run: Callable[[str, datetime], ToolResult]


#: A look at a conversation's records: on a read-only connection, for the conversation of this id.
Query = Callable[[Connection, int], str]


@dataclass(frozen=True, slots=True)
class RecordTool:
    """Reads records, of this conversation and of what all share; it changes nothing and may run again.

    Args:
        read: gets a read-only connection, the id of the conversation and the arguments; answers what the model reads.
            Whose records it sees comes from the conversation, never from the arguments.
    """

    schema: Schema
    read: Callable[[Connection, int, Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class ChangingTool:
    """Changes something. Its effect and its journalled step are one transaction with the gate.

    Args:
        change: gets the gate's connection, the id of the conversation and the arguments; answers what the model
            reads. Whose the change is comes from the conversation, never from the arguments. It may run twice
            before its commit, so it does nothing beyond its connection. ``ChangeRefused`` undoes it and is told
            to the model; whatever else it raises undoes it and fails the turn.
    """

    schema: Schema
    change: Callable[[Connection, int, Mapping[str, Any]], str]


Tool = ReadingTool | RecordTool | ChangingTool


@dataclass(frozen=True, slots=True)
class Booking:
    """What an agent needs to keep the agenda.

    Args:
        standing: what a turn has to know before it begins, such as what the patient was asked; empty for nothing.
    """

    tools: Sequence[Tool]
    standing: Query


class Toolbox:
    """The tools of an agent by name, in the order in which every request names them."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self.schemas = tuple(tool.schema for tool in tools)
        self._tools: Mapping[str, Tool] = {tool.schema["function"]["name"]: tool for tool in tools}
        if len(self._tools) < len(tools):
            raise ValueError("two tools have one name")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._tools)

    def find(self, name: str) -> Tool | None:
        return self._tools.get(name)


def standard(facts: ClinicFacts) -> tuple[ReadingTool, ...]:
    """The tools that every agent has."""
    return tuple(ReadingTool(schema, partial(_run, facts, schema["function"]["name"])) for schema in TOOLS)


def _run(facts: ClinicFacts, name: str, arguments: str, now: datetime) -> ToolResult:
    return run_tool(name, arguments, facts=facts, now=now)
