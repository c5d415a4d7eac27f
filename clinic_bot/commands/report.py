"""Turns as an operator sees them: tables for a terminal, or plain data for another program.

Phones are masked and patients' words left out unless the operator asks for all of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from clinic_bot.commands.wording import CLOSED_BY, STATES, duration, instant, minute, person, remark
from clinic_bot.store.overview import Case, Listed
from clinic_bot.store.story import What
from clinic_bot.store.switches import ActiveSwitch
from clinic_bot.store.tables import Message, Turn

#: Columns of a turn that hold somebody's words.
_WORDS = {"question", "reply", "hand_over"}
_OF_MESSAGE = ("seq", "kind", "sent_ms", "received_ms", "edited_ms", "deleted_ms", "handled_ms")


@dataclass(frozen=True, slots=True)
class Style:
    """How things are to be said."""

    zone: ZoneInfo
    full: bool


# As data.


def list_data(found: Sequence[Listed], on: Sequence[ActiveSwitch], style: Style) -> dict[str, Any]:
    return {
        "stopped_by": [_switch_data(switch) for switch in on],
        "turns": [_listed_data(one, style) for one in found],
    }


def _switch_data(switch: ActiveSwitch) -> dict[str, Any]:
    return {"name": switch.name.value, "since_ms": switch.since_ms, "reason": switch.reason}


def _listed_data(one: Listed, style: Style) -> dict[str, Any]:
    return {
        "turn": one.id,
        "state": one.state,
        "reason": remark(one.reason, full=style.full) or None,
        "since_ms": one.since_ms,
        "conversation": one.conversation_id,
        "patient": person(one.phone, one.lid, full=style.full),
        "messages": one.messages,
    }


def case_data(case: Case, style: Style) -> dict[str, Any]:
    shown = [name for name in Turn.model_fields if style.full or name not in _WORDS]
    turn = {name: getattr(case.turn, name) for name in shown}
    turn["reason"] = remark(case.turn.reason, full=style.full) or None
    return {
        "turn": turn,
        "patient": person(case.phone, case.lid, full=style.full),
        "messages": [_message_data(message, style) for message in case.messages],
        "steps": [{"tool": step.tool, "state": step.state} for step in case.steps],
        "story": [
            {
                "turn": told.turn_id,
                "at_ms": told.moment.at_ms,
                "what": told.moment.what,
                "took_ms": told.moment.took_ms,
                "detail": remark(told.moment.detail, full=style.full) or None,
            }
            for told in case.story
        ],
        "parts_ms": {part.value: ms for part, ms in case.parts.items()},
        "total_ms": case.total_ms,
        "ended": case.turn.outcome_ms is not None,
    }


def _message_data(message: Message, style: Style) -> dict[str, Any]:
    data = {name: getattr(message, name) for name in _OF_MESSAGE}
    return {**data, "text": message.text} if style.full else {**data, "characters": len(message.text)}


# For a terminal.


def show_list(
    console: Console, found: Sequence[Listed], on: Sequence[ActiveSwitch], style: Style, *, nothing: str
) -> None:
    for switch in on:
        since = minute(switch.since_ms, style.zone)
        _say(console, f"Nothing is answered since {since}: {switch.name.value} ({switch.reason})")
    if not found:
        _say(console, nothing)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("turn", "state", "since", "patient", "messages", "why"):
        table.add_column(column, no_wrap=column != "why", justify="right" if column == "messages" else "left")
    for one in found:
        table.add_row(
            str(one.id),
            one.state,
            minute(one.since_ms, style.zone),
            person(one.phone, one.lid, full=style.full),
            str(one.messages),
            Text(remark(one.reason, full=style.full) or STATES.get(one.state, "")),
        )
    console.print(table)


def show_case(console: Console, case: Case, style: Style) -> None:
    for line in _head(case, style):
        _say(console, line)
    console.print()
    console.print(_messages(case, style))
    console.print()
    console.print(_story(case, style))
    console.print()
    console.print(_parts(case))


def _head(case: Case, style: Style) -> Iterator[str]:
    turn = case.turn
    yield f"Turn {turn.id} is {turn.state}: {STATES.get(turn.state, '')}"
    if turn.reason:
        yield f"  why         {remark(turn.reason, full=style.full)}"
    yield f"  patient     {person(case.phone, case.lid, full=style.full)} (conversation {turn.conversation_id})"
    yield f"  closed by   {turn.closed_by}: {CLOSED_BY.get(turn.closed_by, 'tried again')}"
    if turn.patience_ms is not None:
        yield f"  patience    {duration(turn.patience_ms)} after the last piece: {turn.patience_why}"
    for name, value in _facts(turn, case, style):
        if value:
            yield f"  {name:<11} {value}"
    if turn.settled_ms is not None:
        yield f"  evidence    {turn.settled_by}, {instant(turn.settled_ms, style.zone)}"
    yield f"  times       {style.zone}"
    if style.full and turn.reply:
        yield f"  reply       {turn.reply}"


def _facts(turn: Turn, case: Case, style: Style) -> Iterator[tuple[str, str]]:
    tokens = f"{turn.prompt_tokens} + {turn.completion_tokens} tokens in {turn.calls} calls"
    yield "model", f"{turn.model}, {tokens}" if turn.model else ""
    prepared = any(told.moment.what == What.PREPARED for told in case.story)
    yield "prepared", "in advance: the model was asked before the window closed" if prepared else ""
    yield "thrown away", f"{turn.thrown_tokens} tokens" if turn.thrown_tokens else ""
    yield "tools", ", ".join(f"{step.tool} ({step.state})" for step in case.steps)
    yield "reception", (turn.hand_over if style.full else None) or turn.for_reception or ""
    yield "emergency", turn.emergency or ""
    yield "receipt", turn.receipt or ""
    yield "ids", ", ".join(key for key in (turn.zaap_id, turn.message_id) if key)


def _messages(case: Case, style: Style) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("message", "arrived", "written", "kind", "mark", "text" if style.full else "characters"):
        table.add_column(column, no_wrap=column != "text")
    for message in case.messages:
        table.add_row(
            str(message.seq),
            instant(message.received_ms, style.zone),
            instant(message.sent_ms, style.zone),
            message.kind,
            _mark(message),
            Text(message.text if style.full else str(len(message.text))),
        )
    return table


def _mark(message: Message) -> str:
    marks = {"edited": message.edited_ms, "deleted": message.deleted_ms, "handled": message.handled_ms}
    return ", ".join(name for name, at_ms in marks.items() if at_ms is not None)


def _story(case: Case, style: Style) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("turn", "when", "what", "took", "detail"):
        table.add_column(column, no_wrap=column != "detail", justify="right" if column == "took" else "left")
    for told in case.story:
        moment = told.moment
        table.add_row(
            str(told.turn_id),
            instant(moment.at_ms, style.zone),
            moment.what,
            duration(moment.took_ms),
            Text(remark(moment.detail, full=style.full)),
        )
    return table


def _parts(case: Case) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for part, ms in case.parts.items():
        table.add_row(part.value, duration(ms))
    ended = case.turn.outcome_ms is not None
    table.add_row("first message to outcome" if ended else "first message to now", duration(case.total_ms))
    return table


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
