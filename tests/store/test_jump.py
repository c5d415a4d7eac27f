"""A clock that is set: every wait keeps its length, what tells of the past stays."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlmodel import SQLModel

from clinic_bot.events import PresenceStatus
from clinic_bot.store import jump
from clinic_bot.store.claims import Later
from clinic_bot.store.gate import Gate
from clinic_bot.store.tables import Turn, TurnState
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.reminding import ahead, book
from tests.support.store import Store

HOUR_MS = 3_600_000
JUMPS = pytest.mark.parametrize("by_ms", [HOUR_MS, -HOUR_MS], ids=["an hour forward", "an hour back"])

#: Every instant that is stored, and whether it moves. A new column has to be thought through here.
ARMED = {
    *("conversation.wake_at_ms", "conversation.first_pending_ms", "conversation.last_ms"),
    *("conversation.hold_until_ms", "conversation.human_until_ms", "conversation.signal_ms"),
    *("message.received_ms", "message.edited_ms"),  # while pending: the window is computed from them
    "message.media_until_ms",  # while it is to be read: when to try, or the end of a lease
    *("turn.due_ms", "turn.claimed_ms", "turn.intent_ms", "turn.outcome_ms"),  # while open or just ended
    *("turn_event.at_ms", "switch.since_ms", "mark.at_ms"),
    *("notice.created_ms", "notice.due_ms", "notice.intent_ms", "notice.outcome_ms"),  # while it is not done
    *("proposal.created_ms", "proposal.held_until_ms", "agenda_cell.held_until_ms"),  # while it is open
}
RECORDS = {
    *("inbox.received_ms", "unreadable.received_ms", "early_change.received_ms"),  # kept for days
    "message.sent_ms",  # the provider's
    *("patient.created_ms", "appointment.created_ms", "block.created_ms"),
    "appointment.changed_ms",  # but after now it never lies
    # When somebody sits in the clinic: the calendar's, not the machine's.
    *("appointment.start_ms", "appointment.end_ms", "proposal.start_ms", "proposal.end_ms"),
    *("block.start_ms", "block.end_ms", "reminder.start_ms"),
    "reminder.created_ms",
    "duty.until_ms",  # of replicas, which share a server; alone a process has every duty
    # Only whether there is one matters.
    *("message.deleted_ms", "message.handled_ms", "turn.settled_ms", "turn.waits_told_ms"),
    *("reminder.answered_ms", "conversation.opted_out_ms"),
}


@pytest.fixture
def place(database_file: Path) -> Path:
    """Only a file's instants are moved."""
    return database_file


def set_clock(store: Store, by_ms: int) -> jump.Shifted:
    """Somebody sets the machine's clock."""
    shifted = store.run(partial(jump.shift, by_ms=by_ms, before_ms=store.now_ms))
    store.later(by_ms)
    return shifted


def open_turn(store: Store) -> Turn:
    (turn,) = store.turns()
    return turn


def test_every_stored_instant_is_thought_of() -> None:
    durations = {"turn_event.took_ms", "conversation.patience_ms", "turn.patience_ms"}
    tables = SQLModel.metadata.tables.values()
    stored = {f"{table.name}.{column.name}" for table in tables for column in table.columns}
    instants = {name for name in stored if name.endswith("_ms")} - durations
    assert instants == ARMED | RECORDS


@JUMPS
def test_a_window_keeps_its_seconds(store: Store, by_ms: int) -> None:
    store.take(b.message("oi"))
    store.later(2_000).take(b.message("bom dia", id="m2"))
    store.later(1_000)
    assert set_clock(store, by_ms).conversations == 1
    store.later(b.QUIET_MS - 1_000 - 1)
    assert isinstance(store.try_claim(), Later)
    store.later(1)
    assert store.claim().high == 2


@JUMPS
def test_a_window_that_is_computed_anew_keeps_its_seconds(store: Store, by_ms: int) -> None:
    store.take(b.message("oi"))
    store.take(b.message("bom dia", id="m2"))
    set_clock(store, by_ms)
    store.later(1_000).take(b.deletion(of="m2"))
    assert store.wake_ms == by_ms + b.QUIET_MS


@JUMPS
def test_the_cap_counts_from_the_first_message(store: Store, by_ms: int) -> None:
    store.take(b.message("oi"))
    set_clock(store, by_ms)
    for n in range(2, 14):
        store.later(5_000).take(b.message("e mais", id=f"m{n}"))
    assert store.wake_ms == by_ms + b.CAP_MS


@JUMPS
def test_typing_holds_as_long_as_before(store: Store, by_ms: int) -> None:
    store.take(b.message("oi"))
    store.take(b.presence(PresenceStatus.COMPOSING))
    set_clock(store, by_ms)
    assert store.wake_ms == by_ms + b.HOLD_MS


@JUMPS
def test_a_person_keeps_the_chat_for_her_hours(store: Store, by_ms: int) -> None:
    store.take(b.staff())
    store.take(b.message("obrigada"))
    set_clock(store, by_ms)
    conversation = store.conversation()
    assert conversation.human_until_ms == START_MS + by_ms + b.HUMAN_MS
    assert store.wake_ms == by_ms + b.ALERT_MS


def test_a_take_over_that_is_over_does_not_begin_again_when_the_clock_goes_back(store: Store) -> None:
    store.take(b.staff())
    store.later(b.HUMAN_MS + 60_000)
    set_clock(store, -HOUR_MS)
    store.take(b.message("oi"))
    assert store.wake_ms == store.now_ms - START_MS + b.QUIET_MS


def test_what_was_written_before_the_clock_went_back_does_not_hold_a_new_window(store: Store) -> None:
    store.take(b.message("oi"))
    store.answer()
    set_clock(store, -HOUR_MS)
    store.take(b.message("mais uma coisa", id="m2"))
    assert store.conversation().last_ms == store.now_ms


@JUMPS
def test_a_wait_for_the_model_keeps_its_length(store: Store, by_ms: int) -> None:
    store.take(b.message("oi"))
    store.give_back(store.claim_when_due(), after_ms=20_000)
    set_clock(store, by_ms)
    store.later(19_999)
    assert isinstance(store.try_claim(), Later)
    store.later(1)
    assert store.claim().first_due_ms == START_MS + by_ms + b.QUIET_MS


@JUMPS
def test_a_lease_keeps_its_length(store: Store, by_ms: int) -> None:
    store.take(b.message("oi"))
    store.claim_when_due()
    set_clock(store, by_ms)
    assert store.wake_ms == by_ms + b.QUIET_MS + b.LEASE_MS
    assert isinstance(store.try_claim(owner="p2"), Later)


@JUMPS
def test_an_uncertain_send_is_held_after_its_two_minutes(store: Store, by_ms: int) -> None:
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    assert store.intent(claim) is Gate.OPEN
    store.outcome(claim, TurnState.UNKNOWN)
    set_clock(store, by_ms)
    turn = open_turn(store)
    assert turn.intent_ms == turn.outcome_ms == store.now_ms


@JUMPS
def test_a_hand_over_of_a_reply_that_never_left_is_still_undone(store: Store, by_ms: int) -> None:
    """It is recognised by when it began, so both must move alike."""
    store.take(b.message("oi"))
    claim = store.claim_when_due()
    assert store.intent(claim, hand_over="pediu uma pessoa") is Gate.OPEN
    set_clock(store, by_ms)
    store.give_back(claim, after_ms=5_000, withdrawn="never left")
    assert store.conversation().human_until_ms == 0


def test_what_is_long_past_stays_as_it_was_written(store: Store) -> None:
    store.take(b.message("oi"))
    store.answer()
    written = (open_turn(store), store.messages()[0].received_ms)
    store.later(2 * HOUR_MS)
    assert set_clock(store, -HOUR_MS) == jump.Shifted(-HOUR_MS, conversations=0, turns=0)
    assert (open_turn(store), store.messages()[0].received_ms) == written


@pytest.mark.parametrize(("by_ms", "known_ms"), [(HOUR_MS, START_MS), (-HOUR_MS, START_MS - HOUR_MS)])
def test_nobody_booked_in_the_future(store: Store, by_ms: int, known_ms: int) -> None:
    store.take(b.message("oi"))
    store.run(partial(book, at_ms=store.now_ms))
    set_clock(store, by_ms)
    assert [one.known_ms for one in ahead(store)] == [known_ms]


def test_a_text_typed_an_hour_ago_is_not_taken_for_one_that_goes_to_many_at_once(store: Store) -> None:
    for n in range(4):
        who = b.contact(f"551198765000{n}")
        store.later(10 * 60_000).take(b.message("oi", id=f"m{n}", who=who))
        store.take(b.staff("Bom dia!", id=f"s{n}", who=who))
        if n == 2:
            store.later(60_000)
            set_clock(store, -HOUR_MS)
    assert all(conversation.human_until_ms > store.now_ms for conversation in store.conversations())


def test_messages_long_answered_are_not_read(store: Store) -> None:
    """There are a million of them."""

    def plan(connection: Connection) -> str:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {jump._MESSAGES}", {"by": 1, "since": 1})
        return " / ".join(row[3] for row in rows)

    assert "SCAN message" not in store.run(plan)


# A clock that was set back while no process ran.


def test_nobody_waits_for_the_hour_that_the_clock_went_back_in_the_night(store: Store) -> None:
    store.take(b.message("oi"))
    store.later(-HOUR_MS)
    caught_up = store.run(partial(jump.catch_up, now_ms=store.now_ms))
    assert caught_up == jump.Shifted(-HOUR_MS, conversations=1, turns=0)
    assert store.wake_ms == -HOUR_MS + b.QUIET_MS


@pytest.mark.parametrize("while_away", [True, False], ids=["while no process ran", "while one ran"])
def test_a_clock_that_went_back_is_followed_once_however_often_we_start(
    store: Store, while_away: bool
) -> None:
    store.take(b.message("oi"))
    store.answer()
    store.take(b.staff())
    until_ms = store.conversation().human_until_ms
    if while_away:
        store.later(-HOUR_MS)
        store.run(partial(jump.catch_up, now_ms=store.now_ms))
    else:
        set_clock(store, -HOUR_MS)
    store.later(60_000)
    assert store.run(partial(jump.catch_up, now_ms=store.now_ms)) is None
    assert store.conversation().human_until_ms == until_ms - HOUR_MS


@pytest.mark.parametrize("later_ms", [0, HOUR_MS, -jump.LEAST_MS], ids=["at once", "later", "a small step"])
def test_a_start_with_a_right_clock_moves_nothing(store: Store, later_ms: int) -> None:
    store.take(b.message("oi"))
    assert store.run(partial(jump.catch_up, now_ms=store.now_ms + later_ms)) is None
    assert store.wake_ms == b.QUIET_MS


def test_an_empty_file_has_no_clock(store: Store) -> None:
    assert store.run(partial(jump.catch_up, now_ms=0)) is None
