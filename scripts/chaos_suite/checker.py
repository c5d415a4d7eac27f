"""The judge: the acknowledgements given, what left Z-API and what the database says, held against each other. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from chaos_suite.ledger import TOKEN, Delivered, mark_in
from chaos_suite.plan import Kind
from chaos_suite.records import Message, Records, Thought, Turn
from chaos_suite.tally import Tally
from clinic_bot.sandbox.zapi_state import Left
from clinic_bot.store.tables import Author, TurnState

#: A send in one of these may have left without our knowing, or certainly did not; the turn says which and is shown.
_SHOWN = (TurnState.UNDELIVERED, TurnState.HELD, TurnState.UNKNOWN, TurnState.DEAD)
_OPEN = (TurnState.THINKING, TurnState.SENDING)
#: Two processes read one clock this far apart, in the machine's milliseconds.
_CLOCKS_APART_MS = 2


@dataclass(frozen=True)
class Evidence:
    """Everything that is known of one segment.

    Args:
        asked: by the mark of an answer, the words of the messages it read.
        left: what left Z-API's queue.
        human_ms: how long a hand-written answer keeps the bot silent.
    """

    delivered: Sequence[Delivered]
    asked: Mapping[str, Sequence[str]]
    left: Sequence[Left]
    records: Records
    human_ms: int
    speed: float

    @cached_property
    def turns_of(self) -> Mapping[int, Sequence[Turn]]:
        found: dict[int, list[Turn]] = defaultdict(list)
        for turn in sorted(self.records.turns, key=lambda turn: (turn.low, turn.id)):
            found[turn.conversation_id].append(turn)
        return found

    @cached_property
    def rows_of(self) -> Mapping[str, Sequence[Message]]:
        found: dict[str, list[Message]] = defaultdict(list)
        for message in self.records.messages:
            found[message.provider_id].append(message)
        return found

    @cached_property
    def reached(self) -> Sequence[Left]:
        return [left for left in self.left if left.went_out]

    @cached_property
    def times_left(self) -> Counter[str]:
        return Counter(left.text for left in self.left)

    @cached_property
    def conversations_of(self) -> Mapping[str, set[int]]:
        """By phone, the conversations that its messages were stored in, merges followed."""
        found: dict[str, set[int]] = defaultdict(set)
        for item in self.delivered:
            for row in self.rows_of.get(item.message_id, ()):
                found[item.phone].add(self.records.root(row.conversation_id))
        return found


def judge(evidence: Evidence, tally: Tally) -> None:
    """Count everything into ``tally``."""
    tally.replies += len(evidence.reached)
    tally.prepared += evidence.records.prepared
    _messages(evidence, tally)
    _doubled(evidence, tally)
    _overlapping(evidence, tally)
    _after_human(evidence, tally)
    for turn in evidence.records.turns:
        if (ending := _uncertain(evidence, turn)) is not None:
            tally.uncertain[ending] += 1


# Lost: every message that got a 200 has a fate.


def _messages(evidence: Evidence, tally: Tally) -> None:
    for item in evidence.delivered:
        if item.acked_ms is None:
            continue
        author = Author.CLINIC if item.kind is Kind.STAFF else Author.PATIENT
        rows = [row for row in evidence.rows_of.get(item.message_id, ()) if row.author == author]
        if item.kind is Kind.STAFF:
            tally.hand_written += 1
            if not rows:
                tally.offend("lost", f"hand-written answer {item.message_id}: not stored")
        elif item.kind in (Kind.EDIT, Kind.DELETE):
            tally.changes += 1
            if rows and not _has_change(item, rows):
                tally.offend(
                    "lost", f"{item.kind} of {item.message_id} ({item.answer}): {item.text!r} is not stored"
                )
        elif item.kind is Kind.TEXT:
            tally.acknowledged += 1
            tally.stored += bool(rows)
            fate, why = _fate(evidence, rows)
            if fate == "lost":
                tally.offend(
                    "lost", f"{item.message_id} {item.text!r} of {item.phone} ({item.answer}): {why}"
                )
            else:
                setattr(tally, fate, getattr(tally, fate) + 1)


def _has_change(item: Delivered, rows: Sequence[Message]) -> bool:
    """A deletion is above every edit: what was deleted stays so."""
    if any(row.deleted_ms is not None for row in rows):
        return True
    return item.kind is Kind.EDIT and any(row.text == item.text for row in rows)


def _fate(evidence: Evidence, rows: Sequence[Message]) -> tuple[str, str]:
    """What became of a message, and why, when it was lost; of a corrected one, the worst of its versions."""
    if not rows:
        return "lost", "not stored"
    fates = [_fate_of_row(evidence, row) for row in rows]
    return next((fate for fate in fates if fate[0] == "lost"), fates[0])


def _fate_of_row(evidence: Evidence, row: Message) -> tuple[str, str]:
    if row.deleted_ms is not None:
        return "deleted", ""
    covering = [
        turn
        for turn in evidence.turns_of.get(row.conversation_id, ())
        if turn.low <= row.seq <= turn.high and turn.state not in _OPEN
    ]
    verdicts = [_in_turn(evidence, row, turn) for turn in covering]
    for wanted in ("lost", "answered", "handled", "shown"):
        for fate, why in verdicts:
            if fate == wanted:
                return fate, why
    if row.handled_ms is not None:
        return "handled", ""
    conversation = evidence.records.conversations[row.conversation_id]
    if row.seq > conversation.done_seq:
        if conversation.wake_at_ms is not None or conversation.owner is not None or conversation.park_reason:
            return "pending", ""
        return "lost", f"pending in conversation {conversation.id}, which nobody will look at"
    return "lost", f"seq {row.seq} of conversation {conversation.id} is done and in no closed turn"


def _in_turn(evidence: Evidence, row: Message, turn: Turn) -> tuple[str, str]:
    """What turn ``turn`` did for a message in its range; an empty fate: nothing, by its own account."""
    where = f"turn {turn.id} of conversation {turn.conversation_id}"
    if turn.state in (TurnState.SENT, *_SHOWN) and turn.reply is not None:
        if row.handled_ms is None and not _has_read(evidence, row, turn):
            return "lost", f"{where} ({turn.state}) covers seq {row.seq} and its reply had not read it"
        if evidence.times_left[turn.reply]:
            return "answered", ""
    if turn.state == TurnState.SENT:
        return "lost", f"{where} says sent, and nothing left Z-API"
    if turn.state in _SHOWN:
        return "shown", ""
    if turn.state == TurnState.WITHDRAWN and turn.settled_by is not None:
        return "handled", ""  # its reply was recalled because a person had answered
    if turn.state == TurnState.SILENT:
        return "handled", ""
    return "", ""


def _has_read(evidence: Evidence, row: Message, turn: Turn) -> bool:
    """Whether the reply read it, or the correction that stands in its place in the same turn."""
    mark = mark_in(turn.reply or "")
    read = evidence.asked.get(mark, ()) if mark is not None else ()
    versions = [row] + [
        later
        for later in evidence.rows_of.get(row.provider_id, ())
        if later.corrects
        and row.seq < later.seq <= turn.high
        and later.conversation_id == row.conversation_id
    ]
    found = [word[0] for version in versions if (word := TOKEN.search(version.text)) is not None]
    return mark is None or not found or any(word in read for word in found)


# Doubled.


def _doubled(evidence: Evidence, tally: Tally) -> None:
    replies = {turn.reply: turn for turn in evidence.records.turns if turn.reply is not None}
    read_in: dict[str, list[str]] = defaultdict(list)
    canned: Counter[tuple[str, str]] = Counter()
    said: Counter[str] = Counter()
    for left in evidence.reached:
        mark = mark_in(left.text)
        if mark is None:
            canned[left.phone, left.text] += 1
            continue
        said[mark] += 1
        if said[mark] == 1:
            for word in evidence.asked.get(mark, ()):
                read_in[word].append(mark)
        if left.text not in replies:
            tally.offend("doubled", f"{mark} reached {left.phone}, and no turn has it")
    for mark, times in said.items():
        if times > 1:
            tally.offend("doubled", f"{mark} was said {times} times")
    for word, marks in read_in.items():
        if len(marks) > 1:
            tally.offend("doubled", f"message {word} was answered by {' and by '.join(marks)}")
    _canned_doubled(evidence, canned, tally)


def _canned_doubled(evidence: Evidence, canned: Mapping[tuple[str, str], int], tally: Tally) -> None:
    """The clinic's own sentences carry no mark: no chat gets one more often than turns say it."""
    by_root: Counter[tuple[int, str]] = Counter(
        (evidence.records.root(turn.conversation_id), turn.reply)
        for turn in evidence.records.turns
        if turn.reply is not None and turn.intent_ms is not None
    )
    for (phone, text), times in canned.items():
        recorded = sum(by_root[root, text] for root in evidence.conversations_of.get(phone, ()))
        if times > recorded:
            tally.offend("doubled", f"{phone} got {text[:40]!r} {times} times, {recorded} turns say it")


# Overlapping.


def _overlapping(evidence: Evidence, tally: Tally) -> None:
    tolerance_ms = _CLOCKS_APART_MS * evidence.speed
    for turns in evidence.turns_of.values():
        replied = [turn for turn in turns if turn.intent_ms is not None and turn.state != TurnState.WITHDRAWN]
        for before, after in pairwise(replied):
            if after.low <= before.high:
                tally.offend("overlapping", f"turns {before.id} and {after.id} both cover seq {after.low}")
        for before, after in pairwise(sorted(turns, key=lambda turn: (turn.claimed_ms, turn.id))):
            ended_ms = before.intent_ms or before.outcome_ms
            if ended_ms is not None and after.claimed_ms < ended_ms - tolerance_ms:
                tally.offend("overlapping", f"turn {after.id} began while turn {before.id} was thinking")
    _thinking_at_once(evidence, tally, tolerance_ms)


def _thinking_at_once(evidence: Evidence, tally: Tally, tolerance_ms: float) -> None:
    """Over all claims of a turn, where its row only tells the last; replicas write them, each by its own clock."""
    by_conversation: dict[int, list[Thought]] = defaultdict(list)
    for thought in evidence.records.thoughts:
        by_conversation[thought.conversation_id].append(thought)
    for thoughts in by_conversation.values():
        for before, after in pairwise(sorted(thoughts, key=lambda one: (one.from_ms, one.until_ms))):
            if after.from_ms < before.until_ms - tolerance_ms:
                tally.offend(
                    "overlapping",
                    f"turn {after.turn_id} was claimed {before.until_ms - after.from_ms} ms before turn "
                    f"{before.turn_id} of the same conversation had been thought through",
                )


# Bot words after a human's.


def _after_human(evidence: Evidence, tally: Tally) -> None:
    _while_a_person_has_it(evidence, tally)
    handled = {
        found[0]: row
        for row in evidence.records.messages
        if row.handled_ms is not None and (found := TOKEN.search(row.text))
    }
    for turn in evidence.records.turns:
        if turn.intent_ms is None or turn.state == TurnState.WITHDRAWN:
            continue
        for word in evidence.asked.get(mark_in(turn.reply or "") or "", ()):
            row = handled.get(word)
            if (
                row is not None
                and turn.low <= row.seq <= turn.high
                and row.conversation_id == turn.conversation_id
            ):
                tally.offend("after_human", f"turn {turn.id} answered {word} after a person had")


def _while_a_person_has_it(evidence: Evidence, tally: Tally) -> None:
    intents: dict[int, list[Turn]] = defaultdict(list)
    for turn in evidence.records.turns:
        if turn.intent_ms is not None:
            intents[evidence.records.root(turn.conversation_id)].append(turn)
    slack_ms = _CLOCKS_APART_MS * evidence.speed
    for item in evidence.delivered:
        if item.kind is not Kind.STAFF or item.acked_ms is None:
            continue
        for row in evidence.rows_of.get(item.message_id, ()):
            until_ms = row.received_ms + evidence.human_ms - slack_ms
            for turn in intents[evidence.records.root(row.conversation_id)]:
                if item.acked_ms + slack_ms < (turn.intent_ms or 0) < until_ms:
                    tally.offend(
                        "after_human",
                        f"turn {turn.id}: its intent came {(turn.intent_ms or 0) - item.acked_ms} ms after the 200 to "
                        f"{item.message_id}",
                    )


# Uncertain sends.


def _uncertain(evidence: Evidence, turn: Turn) -> str | None:
    """How a send ended whose outcome was unknown for a while; None for all others."""
    truth = "it had left" if turn.reply and evidence.times_left[turn.reply] else "it had not left"
    if turn.state == TurnState.HELD:
        return f"held for a person, {truth}"
    if turn.state == TurnState.UNKNOWN:
        return f"still unknown, {truth}"
    if turn.state == TurnState.SENT and turn.reason is not None and turn.settled_by is not None:
        return f"sent, proven by {turn.settled_by}"
    if turn.state == TurnState.UNDELIVERED and turn.settled_by is not None:
        return "not delivered, says its report"
    return None
