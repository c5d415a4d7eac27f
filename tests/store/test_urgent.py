"""An emergency in a chat that is the reception's: answered at once, unless a person has written there."""

from dataclasses import replace
from functools import partial

import pytest

from clinic_bot.events import Contact
from clinic_bot.store import gate, jump
from clinic_bot.store.gate import Draft, Gate
from clinic_bot.store.inbox import Taken
from clinic_bot.turns.emergency import find_emergency
from tests.support import builders as b
from tests.support.fixtures import ON_SQLITE
from tests.support.store import Store

OTHER, LID = "5511987650002", "77"


def handed_over(store: Store, who: Contact | None = None) -> None:
    store.take(b.message("quero falar com alguém", who=who))
    claim = store.claim_when_due()
    assert store.intent(claim, "Passei para a recepção.", hand_over="quer uma pessoa") is Gate.OPEN
    assert store.outcome(claim, message_id="r1").ours
    store.later(60_000)


def in_danger(store: Store) -> Taken:
    return store.take(b.message(b.EMERGENCY_TEXT, id="m9"))


def rewritten(store: Store) -> Taken:
    store.take(b.message("bom dia", id="m8"))
    return store.take(b.edit(b.EMERGENCY_TEXT, of="m8"))


@pytest.mark.parametrize("happens", [in_danger, rewritten])
def test_where_nobody_came_yet_the_fixed_text_does_not_wait(store: Store, happens: object) -> None:
    handed_over(store)
    assert callable(happens)
    taken: Taken = happens(store)
    assert taken.emergency
    assert taken.wake_at_ms == store.now_ms
    claim = store.claim()
    assert claim.emergency
    draft = Draft(b.EMERGENCY_TEXT, "Ligue 192", hand_over="emergência", emergency="chest_pain")
    write = partial(gate.write_intent, claim=claim, draft=draft, now_ms=store.now_ms, policy=b.POLICY)
    assert store.run(write)[0] is Gate.OPEN
    assert store.conversation().human_until_ms == store.now_ms + b.HUMAN_MS  # hers again


@pytest.mark.parametrize("happens", [in_danger, rewritten])
def test_where_a_person_wrote_the_bot_stays_silent(store: Store, happens: object) -> None:
    handed_over(store)
    store.take(b.staff("Oi, aqui é a Rosa"))
    store.later(1_000)
    assert callable(happens)
    taken: Taken = happens(store)
    assert taken.emergency
    assert (taken.wake_at_ms or 0) > store.now_ms
    assert store.conversation().human_until_ms > store.now_ms


def another_setting(store: Store) -> None:
    store.policy = replace(store.policy, human_ms=store.policy.human_ms + 60_000)


def the_clock_is_set(store: Store) -> None:
    store.later(600_000).run(partial(jump.shift, by_ms=5_000, before_ms=store.now_ms))
    store.later(5_000)


def one_with_another(store: Store) -> None:
    """The LID of the chat, known by it alone until now, turns out to be a phone's that has written too."""
    store.take(b.message("oi", id="m7", who=b.contact(OTHER)))
    store.take(b.message("de novo", id="m8", who=b.contact(OTHER, lid=LID)))


@pytest.mark.parametrize("happens", [another_setting, the_clock_is_set])
@ON_SQLITE
def test_whatever_moves_the_take_over_the_fixed_text_does_not_wait(store: Store, happens: object) -> None:
    handed_over(store)
    assert callable(happens)
    happens(store)
    assert in_danger(store).wake_at_ms == store.now_ms


@pytest.mark.parametrize("came", [False, True])
def test_a_hand_over_before_a_merge_is_one_after_it(store: Store, came: bool) -> None:
    handed_over(store, who=b.contact(None, lid=LID))
    one_with_another(store)
    if came:
        store.take(b.staff("Oi, aqui é a Rosa", who=b.contact(OTHER)))
    taken = store.later(1_000).take(b.message(b.EMERGENCY_TEXT, id="m9", who=b.contact(OTHER)))
    assert taken.emergency
    assert ((taken.wake_at_ms or 0) == store.now_ms) is not came


def test_the_fixed_text_is_read_once(store: Store) -> None:
    handed_over(store)
    in_danger(store)
    claim = store.claim()
    draft = Draft(b.EMERGENCY_TEXT, "Ligue 192", hand_over="emergência", emergency="chest_pain")
    write = partial(gate.write_intent, claim=claim, draft=draft, now_ms=store.now_ms, policy=b.POLICY)
    assert store.run(write)[0] is Gate.OPEN
    store.outcome(claim, message_id="r2")
    taken = store.later(5_000).take(b.message(b.EMERGENCY_TEXT, id="m10"))
    assert taken.emergency  # so the reception is called again
    assert (taken.wake_at_ms or 0) > store.now_ms


def read(store: Store, text: str) -> None:
    """The fixed text for a danger, as the turn that answers it sends it."""
    found = find_emergency([text])
    assert found is not None
    claim = store.claim()
    draft = Draft(text, "Ligue", hand_over="emergência", emergency=found.sign)
    write = partial(gate.write_intent, claim=claim, draft=draft, now_ms=store.now_ms, policy=b.POLICY)
    assert store.run(write)[0] is Gate.OPEN
    store.outcome(claim, message_id=f"r{store.now_ms}")
    store.later(5_000)


CRISIS = "penso em me matar todo dia"


def test_who_read_of_the_one_danger_reads_of_the_other(store: Store) -> None:
    """Told of SAMU 192 for "não to aguentando mais", and then it is a life that is to end: CVV 188."""
    store.take(b.message(b.EMERGENCY_TEXT, id="m9"))
    read(store, b.EMERGENCY_TEXT)
    assert store.take(b.message(CRISIS, id="m10")).wake_at_ms == store.now_ms
    read(store, CRISIS)
    for n, text in enumerate((CRISIS, b.EMERGENCY_TEXT)):
        taken = store.later(1_000).take(b.message(text, id=f"m{11 + n}"))
        assert taken.emergency
        assert (taken.wake_at_ms or 0) > store.now_ms, "both were read"


def test_ordinary_words_wait_for_the_reception(store: Store) -> None:
    handed_over(store)
    taken = store.take(b.message("oi?", id="m9"))
    assert (taken.wake_at_ms or 0) > store.now_ms
    assert store.conversation().human_until_ms > store.now_ms
