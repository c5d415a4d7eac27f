"""Sends without a range: the number's row is the lock, and what may have left is never sent again."""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import Connection
from sqlmodel import select

from clinic_bot.events import Contact, Delivery, Echo
from clinic_bot.store import notices, switches
from clinic_bot.store.notices import EXPIRES_AFTER_MS, Concluded, Intent, NotNow
from clinic_bot.store.session import session_on
from clinic_bot.store.tables import Notice, NoticeState, SwitchName
from clinic_bot.store.watch import stuck
from tests.support import builders as b
from tests.support.fixtures import ON_POSTGRES
from tests.support.locks import blocked
from tests.support.store import Store

TO = b.contact()
TEXT = "Uma conversa ficou sem resposta."


def add(store: Store, text: str = TEXT) -> int:
    return store.run(partial(notices.add, kind="turn_dead", text=text, now_ms=store.now_ms))


def intend(store: Store, notice_id: int, *, owner: str = "p1", to: Contact = TO) -> Intent | NotNow:
    return store.run(
        partial(
            notices.intend,
            notice_id=notice_id,
            to=to,
            owner=owner,
            now_ms=store.now_ms,
            lease_ms=b.LEASE_MS,
            policy=store.policy,
        )
    )


def intended(store: Store, notice_id: int) -> Intent:
    intent = intend(store, notice_id)
    assert isinstance(intent, Intent), intent
    return intent


def conclude(
    store: Store, intent: Intent, state: NoticeState = NoticeState.SENT, *, message_id: str | None = None
) -> Concluded:
    return store.run(
        partial(
            notices.conclude,
            intent=intent,
            state=state,
            now_ms=store.now_ms,
            policy=store.policy,
            message_id=message_id,
        )
    )


def state_of(store: Store, notice_id: int) -> str:
    def load(connection: Connection) -> str:
        return connection.execute(select(Notice.state).where(Notice.id == notice_id)).scalar_one()

    return store.run(load)


def _echo(connection: Connection, *, event: Echo, now_ms: int) -> bool:
    with session_on(connection) as session:
        return notices.echo(session, event, now_ms)


def _delivery(connection: Connection, *, event: Delivery, now_ms: int, refused: bool) -> bool:
    with session_on(connection) as session:
        return notices.delivery(session, event, now_ms, refused=refused)


def due(store: Store) -> list[int]:
    return [notice for at, notice in store.run(notices.waiting) if at <= store.now_ms]


def test_an_alert_leaves_once(store: Store) -> None:
    notice = add(store)
    intent = intended(store, notice)
    assert (intent.phone, intent.text) == (b.PHONE, TEXT)
    assert intend(store, notice, owner="p2") == NotNow()
    assert conclude(store, intent, message_id="A1").state is NoticeState.SENT
    assert intend(store, notice) == NotNow()
    conversation = store.conversation()
    assert (conversation.owner, conversation.wake_at_ms, conversation.attempts) == (None, None, 0)
    assert due(store) == []


def test_while_an_alert_is_on_its_way_its_number_is_not_answered(store: Store) -> None:
    intent = intended(store, add(store))
    store.take(b.message())
    conversation = store.conversation()
    assert conversation.wake_at_ms == store.now_ms + b.LEASE_MS  # the lease; messages do not write it
    store.later(b.CAP_MS)
    store.try_claim(owner="turns")
    assert store.turns() == []
    concluded = conclude(store, intent)
    assert concluded.wake_at_ms == store.now_ms - b.CAP_MS + b.QUIET_MS  # the burst's own instant
    store.claim()


def test_an_alert_does_not_go_into_an_open_burst_or_a_turn(store: Store) -> None:
    notice = add(store)
    store.take(b.message())
    assert intend(store, notice) == NotNow()
    assert due(store) == []
    claim = store.claim_when_due()
    assert intend(store, notice) == NotNow()
    store.intent(claim)
    assert intend(store, notice) == NotNow()
    store.outcome(claim)
    store.later(2_000)
    assert due(store) == [notice]
    intended(store, notice)


def test_words_that_wait_for_a_person_keep_no_alert_back_and_keep_their_instant(store: Store) -> None:
    store.take(b.message())
    store.take(b.staff())
    store.take(b.message("obrigada", id="m2"))
    before = store.conversation().wake_at_ms
    conclude(store, intended(store, add(store)))
    assert store.conversation().wake_at_ms == before
    assert store.run(stuck) == []


def test_what_certainly_did_not_leave_is_tried_again_later_each_time(store: Store) -> None:
    notice = add(store)
    waits = []
    for _ in range(3):
        conclude(store, intended(store, notice), NoticeState.WAITING)
        ((due_ms, _),) = store.run(notices.waiting)
        waits.append(due_ms - store.now_ms)
        store.now_ms = due_ms
    assert waits == [5_000, 10_000, 20_000]
    assert conclude(store, intended(store, notice)).state is NoticeState.SENT


def test_what_may_have_left_is_never_sent_again(store: Store) -> None:
    notice = add(store)
    conclude(store, intended(store, notice), NoticeState.UNKNOWN)
    store.later(600_000)
    assert due(store) == []
    assert intend(store, notice) == NotNow()


def test_a_process_that_died_while_sending_leaves_it_uncertain_and_the_number_free(store: Store) -> None:
    notice, other = add(store), add(store)
    intended(store, notice)
    store.take(b.message())
    recovered = store.run(partial(notices.recover, now_ms=store.now_ms, policy=store.policy))
    store.recover()
    assert recovered == 1
    assert state_of(store, notice) == "unknown"
    assert store.conversation().attempts == 0
    store.answer()
    intended(store, other)


def test_a_lease_that_ran_out_frees_the_number_and_its_late_outcome_changes_only_the_alert(
    store: Store,
) -> None:
    notice = add(store)
    intent = intended(store, notice)
    store.take(b.message())
    store.later(b.LEASE_MS)
    store.try_claim(owner="turns")  # takes the dead lease back
    claim = store.claim_when_due(owner="turns")
    concluded = conclude(store, intent, message_id="A1")
    assert (concluded.state, concluded.wake_at_ms) == (NoticeState.SENT, None)
    assert store.conversation().owner == "turns"
    store.intent(claim)
    store.outcome(claim)


def taken_for_dead(store: Store) -> Intent:
    """Who sends stands still for longer than the lease, and another replica tidies up after it."""
    intent = intended(store, add(store))
    store.later(b.LEASE_MS)
    recovered = partial(notices.recover, now_ms=store.now_ms, policy=store.policy, alone=False)
    assert store.run(recovered) == 1
    assert state_of(store, intent.notice_id) == "unknown"
    return intent


@pytest.mark.parametrize("state", [NoticeState.SENT, NoticeState.WAITING, NoticeState.UNDELIVERED])
def test_who_was_taken_for_dead_while_sending_still_says_how_it_ended(
    store: Store, state: NoticeState
) -> None:
    intent = taken_for_dead(store)
    assert conclude(store, intent, state).state is state
    assert state_of(store, intent.notice_id) == state


def test_what_evidence_has_proved_stands_whatever_its_sender_thinks(store: Store) -> None:
    intent = taken_for_dead(store)
    store.take(b.echo(TEXT))
    assert conclude(store, intent, NoticeState.WAITING).state is NoticeState.SENT


def test_what_never_left_is_sent_also_before_anybody_missed_it(store: Store) -> None:
    intent = intended(store, add(store))
    store.later(b.LEASE_MS)
    store.try_claim(owner="turns")  # takes the lease back; the alert itself nobody has looked at yet
    assert not store.run(partial(notices.prove, intent=intent, now_ms=store.now_ms, lease_ms=b.LEASE_MS))
    never_left = partial(notices.never_left, intent=intent, now_ms=store.now_ms)
    assert store.run(never_left) is NoticeState.WAITING
    assert due(store) == [intent.notice_id]


@ON_POSTGRES
def test_the_end_of_a_send_waits_for_its_conversation_with_nothing_in_its_hands(store: Store) -> None:
    """A webhook has the conversation first, and asks for the alert then: else they wait in a circle."""
    intent = intended(store, add(store))
    webhook = Store(store.place)

    def meanwhile(connection: Connection) -> str:
        connection.exec_driver_sql("SELECT id FROM conversation FOR UPDATE")
        ending = others.submit(conclude, store, intent)
        while blocked(connection) == 0:
            assert not ending.done()
        connection.exec_driver_sql("SELECT id FROM notice FOR UPDATE NOWAIT")
        endings.append(ending)
        return "had both"

    endings: list[Future[Concluded]] = []
    with ThreadPoolExecutor() as others:
        assert webhook.run(meanwhile) == "had both"
        assert endings[0].result().state is NoticeState.SENT
    webhook.close()


def test_news_grow_old(store: Store) -> None:
    notice = add(store)
    store.later(EXPIRES_AFTER_MS)
    assert intend(store, notice) == NotNow(NoticeState.EXPIRED)
    assert due(store) == []


@pytest.mark.parametrize(
    ("name", "leaves"),
    [
        (SwitchName.ZAPI_ACCOUNT, False),
        (SwitchName.ZAPI_DISCONNECTED, False),
        (SwitchName.PAUSED, True),
    ],
)
def test_only_what_zapi_would_refuse_waits(store: Store, name: SwitchName, leaves: bool) -> None:
    notice = add(store)
    store.run(partial(switches.turn_on, instance=b.INSTANCE, name=name, reason="a test", now_ms=store.now_ms))
    assert isinstance(intend(store, notice), Intent) is leaves
    if leaves:
        return
    assert due(store) == []
    store.run(partial(switches.turn_off, instance=b.INSTANCE, name=name))
    store.later(30_000)
    intended(store, notice)


def test_the_echo_proves_an_uncertain_alert_by_its_words_and_ours_by_its_id(store: Store) -> None:
    notice, other = add(store), add(store, "outra coisa")
    conclude(store, intended(store, notice), NoticeState.UNKNOWN)
    conclude(store, intended(store, other), message_id="A2")
    foreign = b.echo("nada disso", id="E0")
    stranger = b.echo(TEXT, id="E1", who=b.contact("5511987650002"))
    ours = b.echo(TEXT, id="E1")
    by_id = b.echo("qualquer coisa", id="A2")
    found = [
        store.run(partial(_echo, event=event, now_ms=store.now_ms))
        for event in (foreign, stranger, ours, ours, by_id)
    ]
    assert found == [False, False, True, True, True]
    assert state_of(store, notice) == "sent"


def test_evidence_that_comes_before_the_outcome_stands(store: Store) -> None:
    notice = add(store)
    intent = intended(store, notice)
    store.run(partial(_echo, event=b.echo(TEXT, id="E1"), now_ms=store.now_ms))
    assert conclude(store, intent, NoticeState.UNKNOWN).state is NoticeState.SENT
    assert state_of(store, notice) == "sent"


@pytest.mark.parametrize(
    ("error", "refused", "state"),
    [
        pytest.param(None, False, "sent", id="it was handed to WhatsApp"),
        pytest.param("not allowed", True, "undelivered", id="a definite no"),
        pytest.param("timeout on send message", False, "unknown", id="nobody knows"),
    ],
)
def test_a_delivery_report_says_how_it_ended(
    store: Store, error: str | None, refused: bool, state: str
) -> None:
    notice = add(store)
    conclude(store, intended(store, notice), NoticeState.UNKNOWN, message_id="A1")
    for id_, known in (("B1", False), ("A1", True)):
        event = b.delivery(message_id=id_, error=error)
        found = store.run(partial(_delivery, event=event, now_ms=store.now_ms, refused=refused))
        assert found is known
    assert state_of(store, notice) == state


def test_what_ended_is_forgotten_and_what_is_open_is_not(store: Store) -> None:
    done, uncertain, on_its_way, waits = (add(store) for _ in range(4))
    conclude(store, intended(store, done))
    conclude(store, intended(store, uncertain), NoticeState.UNKNOWN)
    intended(store, on_its_way)
    prune = partial(notices.prune, before_ms=store.now_ms + 1, limit=1)
    assert [store.run(prune) for _ in range(3)] == [1, 1, 0]
    assert state_of(store, on_its_way) == "sending"
    assert state_of(store, waits) == "waiting"
