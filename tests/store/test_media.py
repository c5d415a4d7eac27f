"""The work list of voice notes and pictures, and what their words do to a window, a turn and the history."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Connection

from clinic_bot.events import Content, Found, Json, Kind, MediaState, Message
from clinic_bot.store import erasing, history, media
from clinic_bot.store.claims import Later
from clinic_bot.store.expected import expected
from clinic_bot.store.gate import Gate
from clinic_bot.store.heard import Heard, heard
from clinic_bot.store.media import Settled, Wanted
from clinic_bot.store.patients import owner
from clinic_bot.store.places import Place
from clinic_bot.store.privacy import BODIES
from clinic_bot.store.tables import TurnState
from tests.support import builders as b
from tests.support.clock import START_MS
from tests.support.store import Store

HEAR_MS, LEASE_MS = 20_000, 90_000
POLICY = replace(b.POLICY, fetches=frozenset({Kind.AUDIO}), hear_ms=HEAR_MS)
SAID = Found(MediaState.READ, "quero marcar amanhã")
FAILED = Found(MediaState.FAILED)


@pytest.fixture
def store(place: Place) -> Store:
    return Store(place, POLICY)


@pytest.fixture(autouse=True)
def _checked(store: Store) -> object:
    yield
    assert store.violations() == []
    store.close()


def voice(id: str = "v1", *, url: str | None = "https://files/a.ogg") -> Message:
    detail: dict[str, Json] = {"seconds": 8} if url is None else {"seconds": 8, "url": url}
    return Message(f"received:{id}", b.contact(), id, None, Content(Kind.AUDIO, "", detail))


def take(store: Store, *, most: int = 8) -> list[Wanted]:
    return store.run(partial(media.take, now_ms=store.now_ms, lease_ms=LEASE_MS, most=most))


def settle(store: Store, wanted: Wanted, found: Found = SAID) -> Settled | None:
    return store.run(partial(media.settle, wanted=wanted, found=found, now_ms=store.now_ms, policy=POLICY))


def put_back(store: Store, wanted: Wanted, after_ms: int) -> Settled | None:
    at_ms = store.now_ms + after_ms
    job = partial(media.put_back, wanted=wanted, at_ms=at_ms, now_ms=store.now_ms, policy=POLICY)
    return store.run(job)


def state_of(store: Store, seq: int = 1) -> str | None:
    return store.messages()[seq - 1].media_state


# The list.


def test_a_voice_note_is_taken_once_and_its_lease_ends(store: Store) -> None:
    store.take(voice())
    store.take(b.message("oi", id="m2"))
    store.take(voice("v3", url=None))
    (wanted,) = take(store)
    assert (wanted.kind, wanted.url, wanted.seconds, wanted.tries) == (
        Kind.AUDIO,
        "https://files/a.ogg",
        8,
        1,
    )
    assert "files" not in repr(wanted)
    assert take(store) == []
    store.later(LEASE_MS)
    (again,) = take(store)
    assert again.tries == 2
    assert settle(store, wanted) is None  # who comes back after his lease changes nothing
    assert (settle(store, again), state_of(store)) != (None, "working")
    assert store.texts() == ["quero marcar amanhã", "oi", ""]
    assert store.run(partial(media.next_due, now_ms=store.now_ms)) is None


def test_what_a_dead_process_was_reading_is_read_again_at_once(store: Store) -> None:
    store.take(voice())
    take(store)
    assert store.run(media.take_back) == 1
    assert store.run(partial(media.next_due, now_ms=store.now_ms)) == store.now_ms
    assert len(take(store)) == 1


def test_waiting_for_a_limit_is_no_try(store: Store) -> None:
    store.take(voice())
    for tried, tries in ((False, 1), (True, 1), (False, 2)):
        (wanted,) = take(store)
        assert wanted.tries == tries
        at_ms = store.now_ms
        put = partial(media.put_back, wanted=wanted, at_ms=at_ms, now_ms=at_ms, policy=POLICY, tried=tried)
        assert store.run(put) is not None
    (wanted,) = take(store)
    assert wanted.tries == 2


def test_a_withdrawn_note_is_not_fetched_and_its_words_are_not_kept(store: Store) -> None:
    store.take(voice())
    store.take(voice("v2"))
    first, second = take(store)
    store.take(b.deletion(of="v1"))
    settle(store, first)
    assert store.texts()[0] == ""
    put_back(store, second, 1_000)
    store.take(b.deletion(of="v2"))
    assert take(store.later(1_000)) == []
    assert state_of(store, 2) == "failed"


# The window.


def test_a_window_waits_for_what_is_still_being_heard(store: Store) -> None:
    store.take(voice())
    (wanted,) = take(store)
    assert store.at(b.QUIET_MS).try_claim() == Later(START_MS + HEAR_MS)
    settled = settle(store.at(9_000), wanted)
    assert settled is not None
    assert settled.wake_at_ms == START_MS + 9_000  # its silence is over
    claim = store.claim()
    assert [message.text for message in claim.messages] == ["quero marcar amanhã"]
    assert (claim.due_ms, claim.closed_by) == (START_MS + 9_000, "voice")


def test_nobody_is_asked_ahead_about_a_note_that_is_still_being_heard(store: Store) -> None:
    store.take(voice())
    (wanted,) = take(store)
    seen = partial(expected, conversation_id=1, now_ms=store.now_ms, policy=POLICY)
    assert store.run(seen) is None
    settle(store, wanted)
    found = store.run(seen)
    assert found is not None
    assert [message.text for message in found[0].messages] == ["quero marcar amanhã"]


def test_words_that_come_early_leave_the_window_as_it_is(store: Store) -> None:
    store.take(voice())
    (wanted,) = take(store)
    settled = settle(store.at(1_000), wanted)
    assert settled is not None
    assert settled.wake_at_ms == START_MS + b.QUIET_MS
    assert store.at(b.QUIET_MS).claim().closed_by == "quiet"


def test_a_failed_file_is_waited_for_no_longer(store: Store) -> None:
    store.take(voice())
    (wanted,) = take(store)
    assert isinstance(store.at(b.QUIET_MS).try_claim(), Later)
    settle(store, wanted, FAILED)
    assert [message.media_state for message in store.claim().messages] == ["failed"]


def test_nor_is_one_that_is_tried_again_too_late(store: Store) -> None:
    store.take(voice())
    (wanted,) = take(store)
    assert isinstance(store.at(b.QUIET_MS).try_claim(), Later)
    put_back(store, wanted, 1_000)
    assert isinstance(store.try_claim(), Later)
    (wanted,) = take(store.later(1_000))
    put_back(store, wanted, HEAR_MS)
    store.claim()


@pytest.mark.parametrize("before_ms", [0, 50_000], ids=["by its own limit", "by the cap"])
def test_the_wait_ends(store: Store, before_ms: int) -> None:
    if before_ms:
        store.take(b.message("oi", id="m0"))
        for ms in range(5_000, before_ms, 5_000):
            store.at(ms).take(b.message("e", id=f"m{ms}"))
    store.at(before_ms).take(voice())
    take(store)
    ends_ms = min(before_ms + HEAR_MS, b.CAP_MS)
    while isinstance(found := store.try_claim(), Later):
        assert found.wake_at_ms is not None
        store.now_ms = found.wake_at_ms
    assert store.now_ms == START_MS + ends_ms


def test_an_emergency_waits_for_no_voice(store: Store) -> None:
    store.take(voice())
    take(store)
    store.later(1_000).take(b.message(b.EMERGENCY_TEXT, id="m2"))
    assert store.claim().emergency


@pytest.mark.parametrize(
    "found",
    [Found(MediaState.READ, b.EMERGENCY_TEXT), Found(MediaState.UNCLEAR, doubtful=b.EMERGENCY_TEXT)],
    ids=["clearly", "as far as one can tell"],
)
def test_an_emergency_that_was_said_is_one(store: Store, found: Found) -> None:
    store.take(voice())
    (wanted,) = take(store)
    settled = settle(store.at(2_000), wanted, found)
    assert settled is not None
    assert (settled.emergency, settled.wake_at_ms) == (True, START_MS + 2_000)
    assert store.texts() == [found.text]
    assert store.claim().emergency


# A turn that has it already.


def claimed(store: Store) -> Wanted:
    """A turn that thinks about a voice note which nobody could wait for."""
    store.take(voice())
    (wanted,) = take(store)
    store.at(HEAR_MS)
    return wanted


def test_words_join_a_turn_that_still_thinks(store: Store) -> None:
    wanted = claimed(store)
    claim = store.claim()
    settled = settle(store, wanted)
    assert settled is not None
    assert settled.revision is not None
    assert settled.revision > claim.revision
    assert store.intent(claim) is Gate.NEWER
    assert [message.text for message in store.claim().messages] == ["quero marcar amanhã"]


@pytest.mark.parametrize(
    "found", [FAILED, Found(MediaState.UNCLEAR, doubtful="sim")], ids=["failed", "unclear"]
)
def test_what_says_nothing_disturbs_no_turn(store: Store, found: Found) -> None:
    wanted = claimed(store)
    claim = store.claim()
    settle(store, wanted, found)
    assert store.intent(claim) is Gate.OPEN
    store.outcome(claim)
    assert store.texts() == [""]


def test_words_that_come_after_the_intent_are_for_the_history_alone(store: Store) -> None:
    wanted = claimed(store)
    claim = store.claim()
    assert store.intent(claim) is Gate.OPEN
    assert settle(store, wanted) == Settled(1, late=True)
    store.outcome(claim)
    assert (state_of(store), store.wake_ms) == ("late", None)
    assert store.conversation().revision == claim.revision

    def told(connection: Connection) -> list[str]:
        seen = history.background(connection, 1, turn_id=99, since_ms=0, turns=8, quoted=[])
        return [line.text for line in seen.said]

    assert "quero marcar amanhã" in store.run(told)


def test_late_words_are_no_words_of_the_burst_that_a_change_is_judged_by(store: Store) -> None:
    wanted = claimed(store)
    for n in range(3):
        claim = store.claim()
        store.later(100).take(b.message("e", id=f"m{n}"))
        assert store.intent(claim) is Gate.NEWER
        store.later(b.QUIET_MS)
    store.claim()
    settled = settle(store, wanted, Found(MediaState.READ, "sim pode marcar"))
    assert settled == Settled(1, late=True)

    def words(connection: Connection) -> Heard | None:
        return heard(connection, owner(connection, 1))

    said = store.run(words)
    assert said is not None
    assert "sim" not in said.words


@pytest.mark.parametrize("state", [None, TurnState.SENT], ids=["while it leaves", "after it left"])
def test_an_emergency_that_is_heard_too_late_is_answered_all_the_same(
    store: Store, state: TurnState | None
) -> None:
    wanted = claimed(store)
    claim = store.claim()
    assert store.intent(claim) is Gate.OPEN
    if state is not None:
        store.outcome(claim, state)
    settled = settle(store, wanted, Found(MediaState.READ, b.EMERGENCY_TEXT))
    assert settled is not None
    assert (settled.emergency, settled.late) == (True, True)
    if state is None:
        store.outcome(claim)
    again = store.claim()
    assert again.emergency
    assert [message.text for message in again.messages] == [b.EMERGENCY_TEXT]


def test_what_a_person_answered_is_kept_and_tells_nobody(store: Store) -> None:
    store.take(voice())
    (wanted,) = take(store)
    store.take(b.staff())
    settled = settle(store, wanted)
    assert settled == Settled(1, person_has_it=True)
    assert (store.texts()[0], state_of(store)) == ("quero marcar amanhã", "read")


def test_what_was_erased_meanwhile_is_not_brought_back(store: Store) -> None:
    store.take(voice())
    store.take(voice("v2"))
    reading = take(store, most=1)
    number = store.conversation().phone_key
    assert number is not None
    store.run(
        partial(
            erasing.forget,
            whom=number,
            now_ms=store.now_ms,
            cancel=False,
            until=dict.fromkeys(BODIES, 0),
        )
    )
    assert settle(store, reading[0]) is None
    assert take(store.later(LEASE_MS)) == []
    assert store.texts() == ["", ""]


def test_danger_in_a_chat_that_nobody_came_to_yet_is_answered(store: Store) -> None:
    store.take(b.message("quero falar com alguém", id="m1"))
    claim = store.claim_when_due()
    assert store.intent(claim, hand_over="pediu") is Gate.OPEN
    store.outcome(claim)
    store.later(60_000).take(voice())
    (wanted,) = take(store)
    settled = settle(store, wanted, Found(MediaState.READ, b.EMERGENCY_TEXT))
    assert settled is not None
    assert (settled.emergency, settled.wake_at_ms) == (True, store.now_ms)
    assert store.claim().emergency


def test_a_merge_takes_what_is_being_heard_along(store: Store) -> None:
    lid_only = b.contact(None, lid=b.LID)
    store.take(replace(voice(), contact=lid_only))
    (wanted,) = take(store)
    store.take(b.message("oi", id="m1", who=b.contact()))
    store.take(b.message("bom dia", id="m2", who=b.contact(lid=b.LID)))
    settled = settle(store, wanted)
    assert settled is not None
    assert "quero marcar amanhã" in store.texts(settled.conversation_id)
    assert len(store.texts(settled.conversation_id)) == 3


def test_what_is_seen_on_a_picture_is_not_what_the_patient_says(place: Place) -> None:
    policy = replace(POLICY, fetches=frozenset({Kind.IMAGE}))
    store = Store(place, policy)
    content = Content(Kind.IMAGE, "meu pedido", {"url": "https://files/a.jpg"})
    store.take(Message("received:i1", b.contact(), "i1", None, content))
    (wanted,) = take(store)
    settle(store, wanted, Found(MediaState.READ, seen="um pedido médico; está escrito: sim, pode cancelar"))
    (message,) = store.messages()
    assert (message.text, "pedido médico" in message.detail) == ("meu pedido", True)
    store.close()


def test_words_that_came_in_the_last_moment_of_the_cap_and_joined_no_turn_were_late(store: Store) -> None:
    store.take(voice())
    (wanted,) = take(store)
    claim = store.claim_when_due()
    store.at(b.CAP_MS - 1)
    settled = settle(store, wanted)
    assert settled is not None
    assert not settled.late  # until then they could join
    assert store.later(1).intent(claim) is Gate.OPEN
    assert state_of(store) == MediaState.LATE
    store.outcome(claim)
