"""Taking events in: stored, armed, and harmless when they come again."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import Connection

from clinic_bot.events import PresenceStatus, Reason, ReceiptStatus
from clinic_bot.store import inbox
from clinic_bot.store.database import Database
from clinic_bot.store.inbox import UNREADABLE_BYTES, UNREADABLE_ROWS, Answer
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.store import Store

DAY_MS = 86_400_000


def test_a_message_is_kept_and_opens_a_window(store: Store) -> None:
    taken = store.take(b.message("oi"), body=b'{"as": "it came"}')
    assert (taken.answer, taken.conversation_id) == (Answer.QUEUED, 1)
    assert taken.wake_at_ms == START_MS + b.QUIET_MS
    assert store.texts() == ["oi"]
    kept = store.run(lambda c: c.exec_driver_sql("SELECT key, outcome, body FROM inbox").one())
    assert tuple(kept) == ("received:m1", "queued", b'{"as": "it came"}')


def test_each_piece_moves_the_window_on_up_to_the_cap(store: Store) -> None:
    for n, at_ms in enumerate(range(0, 60_000, 5_000)):
        taken = store.at(at_ms).take(b.message(f"parte {n}", id=f"m{n}"))
        assert taken.wake_at_ms == START_MS + min(at_ms + b.QUIET_MS, b.CAP_MS)
    assert store.wake_ms == b.CAP_MS


def test_seq_is_gapless_in_the_order_of_the_commits_whatever_the_provider_says(store: Store) -> None:
    store.take(b.message("segunda", id="m2", sent_ms=START_MS - 1_000))
    store.take(b.message("primeira", id="m1", sent_ms=START_MS - 2_000))
    store.take(b.staff("da clínica", who=b.contact("5511987650002")))
    assert [(m.seq, m.text) for m in store.messages()] == [(1, "segunda"), (2, "primeira")]


def test_a_redelivery_changes_nothing_however_often_it_comes(store: Store) -> None:
    store.take(b.message("oi"))
    before = store.conversation()
    for n in range(5):
        assert store.at(1_000 * n).take(b.message("oi")).answer is Answer.DUPLICATE
    assert store.conversation() == before
    assert store.texts() == ["oi"]


def test_a_redelivery_is_known_after_the_answer_too(store: Store) -> None:
    store.take(b.message("oi"))
    store.answer()
    assert store.later(7 * DAY_MS).take(b.message("oi")).answer is Answer.DUPLICATE
    assert store.wake_ms is None


async def test_fifty_deliveries_of_one_message_at_once_store_it_once(database: Database) -> None:
    job = partial(inbox.take_in, event=b.message("oi"), body=b"{}", now_ms=START_MS, policy=b.POLICY)
    answers = [taken.answer for taken in await asyncio.gather(*(database.write(job) for _ in range(50)))]
    assert sorted(answers) == [Answer.DUPLICATE] * 49 + [Answer.QUEUED]
    assert await database.read(_counts) == (1, 1)


def _counts(connection: Connection) -> tuple[int, int]:
    row = connection.exec_driver_sql("SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM message)")
    inbox_rows, messages = row.one()
    return inbox_rows, messages


def test_two_messages_with_one_text_are_two_messages(store: Store) -> None:
    store.take(b.message("sim", id="m1"))
    assert store.take(b.message("sim", id="m2")).answer is Answer.QUEUED
    assert store.texts() == ["sim", "sim"]


def test_a_flood_becomes_one_turn_and_no_text_is_lost(store: Store) -> None:
    for n in range(200):
        store.at(n * 50).take(b.message(f"mensagem {n}", id=f"m{n}"))
    claim = store.claim_when_due()
    assert [m.text for m in claim.messages] == [f"mensagem {n}" for n in range(200)]
    assert store.now_ms <= START_MS + b.CAP_MS


@pytest.mark.parametrize("reason", Reason)
def test_what_is_ignored_is_kept_with_its_reason_and_opens_nothing(store: Store, reason: Reason) -> None:
    assert store.take(b.ignored(reason)).reason is reason
    outcome = store.run(lambda c: c.exec_driver_sql("SELECT outcome FROM inbox").scalar_one())
    assert outcome == reason.value
    assert store.count("conversation") == 0
    assert store.take(b.ignored(reason)).answer is Answer.DUPLICATE


def test_an_event_without_identity_is_kept_every_time(store: Store) -> None:
    nameless = b.ignored()
    event = type(nameless)("", nameless.instance, nameless.reason)
    assert [store.take(event).answer for _ in range(3)] == [Answer.IGNORED] * 3
    assert store.count("inbox") == 3


@pytest.mark.parametrize("status", PresenceStatus)
def test_presence_opens_no_conversation_and_is_not_kept(store: Store, status: PresenceStatus) -> None:
    assert store.take(b.presence(status)).answer is Answer.QUEUED
    assert (store.count("inbox"), store.count("conversation")) == (0, 0)


def test_typing_holds_the_window_and_pausing_lets_it_go(store: Store) -> None:
    store.take(b.message("oi"))
    store.at(5_000).take(b.presence(PresenceStatus.COMPOSING))
    assert store.wake_ms == 5_000 + b.HOLD_MS
    store.at(6_000).take(b.presence(PresenceStatus.PAUSED))
    assert store.wake_ms == 8_000


def test_typing_known_by_a_bare_lid_holds_the_window(store: Store) -> None:
    store.take(b.message("oi", who=b.contact(lid=b.LID)))
    store.at(5_000).take(b.presence(PresenceStatus.RECORDING, who=b.contact(None, lid=b.LID)))
    assert store.wake_ms == 5_000 + b.HOLD_MS


def test_typing_before_the_first_word_holds_nothing_and_a_later_signal_does_no_harm(store: Store) -> None:
    store.take(b.message("oi"))
    store.answer()
    store.later(1_000).take(b.presence(PresenceStatus.COMPOSING))
    assert store.wake_ms is None


@pytest.mark.parametrize(
    "status", [PresenceStatus.AVAILABLE, PresenceStatus.PAUSED, PresenceStatus.COMPOSING]
)
def test_presence_never_brings_a_retry_forward(store: Store, status: PresenceStatus) -> None:
    """The provider said when to come back; that the patient looks at the chat changes nothing about it."""
    store.take(b.message("oi"))
    store.give_back(store.claim_when_due(), after_ms=300_000)
    retry_ms = store.wake_ms
    store.later(1_000).take(b.presence(status))
    assert store.wake_ms == retry_ms


def test_a_message_from_before_the_horizon_is_stored_and_not_armed(store: Store) -> None:
    taken = store.take(b.message("de outro mês", sent_ms=START_MS - b.HORIZON_MS - 1))
    assert (taken.answer, taken.wake_at_ms) == (Answer.QUEUED, None)
    assert store.texts() == ["de outro mês"]
    assert store.wake_ms is None


def test_an_old_message_does_not_disturb_an_open_window(store: Store) -> None:
    store.take(b.message("oi", id="new"))
    store.at(2_000).take(b.message("velha", id="old", sent_ms=START_MS - b.HORIZON_MS - 1))
    assert store.wake_ms == b.QUIET_MS
    assert [m.text for m in store.claim_when_due().messages] == ["oi"]


def test_a_receipt_for_several_messages_is_new_as_long_as_one_of_them_is(store: Store) -> None:
    assert store.take(b.receipt(ReceiptStatus.READ, "a")).answer is Answer.QUEUED
    assert store.take(b.receipt(ReceiptStatus.READ, "a", "b")).answer is Answer.QUEUED
    assert store.take(b.receipt(ReceiptStatus.READ, "a", "b")).answer is Answer.DUPLICATE


def test_an_emergency_does_not_wait_for_the_window(store: Store) -> None:
    store.take(b.message("tô com uma dor muito forte", id="m1"))
    taken = store.at(2_000).take(b.message("no peito", id="m2"))
    assert (taken.emergency, taken.wake_at_ms) == (True, START_MS + 2_000)


# What cannot be read.


def _unreadable(store: Store, body: bytes) -> None:
    store.run(partial(inbox.keep_unreadable, body=body, problem="not JSON", now_ms=store.now_ms))


def test_of_what_cannot_be_read_the_newest_thousand_are_kept(store: Store) -> None:
    for n in range(UNREADABLE_ROWS + 20):
        _unreadable(store, str(n).encode())
    bodies = store.run(lambda c: c.exec_driver_sql("SELECT body FROM unreadable ORDER BY id").scalars().all())
    assert [int(body) for body in bodies] == list(range(20, UNREADABLE_ROWS + 20))


def test_of_an_endless_unreadable_body_the_beginning_is_kept(store: Store) -> None:
    _unreadable(store, b"x" * (UNREADABLE_BYTES + 1))
    kept = store.run(lambda c: c.exec_driver_sql("SELECT length(body) FROM unreadable").scalar_one())
    assert kept == UNREADABLE_BYTES == 64 * 1024
