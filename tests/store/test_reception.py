"""What the reception is shown: what was handed to her, why, and whether somebody came."""

from functools import partial

from clinic_bot.store import gate, reception
from clinic_bot.store.gate import Draft, Gate
from clinic_bot.store.reception import Errand
from tests.support import builders as b
from tests.support.store import Store

OTHER = "5511987650002"
DAY_MS = 86_400_000


def handed(store: Store, phone: str, why: str, words: str | None, *, id: str) -> int:
    """A patient writes and reads a reply that gives the reception something to do; answers the turn's id."""
    taken = store.take(b.message("oi", id=id, who=b.contact(phone)))
    assert taken.conversation_id is not None
    claim = store.claim_when_due(taken.conversation_id)
    draft = Draft("oi", "Avisei a recepção.", hand_over=words, for_reception=why)
    write = partial(gate.write_intent, claim=claim, draft=draft, now_ms=store.now_ms, policy=b.POLICY)
    assert store.run(write)[0] is Gate.OPEN
    assert store.outcome(claim, message_id=f"r{id}").ours
    return claim.turn_id


def errands(store: Store) -> list[Errand]:
    return store.run(lambda c: reception.errands(c, since_ms=store.now_ms - DAY_MS))


def nobody_came(store: Store, *, after_ms: int = 600_000) -> list[int]:
    found = store.run(
        lambda c: reception.nobody_came(
            c, since_ms=store.now_ms - DAY_MS, before_ms=store.now_ms - after_ms, now_ms=store.now_ms
        )
    )
    return [one.turn_id for one in found]


def test_what_was_handed_over_waits_until_somebody_writes(store: Store) -> None:
    asked = handed(store, b.PHONE, "pediu para falar com uma pessoa", "Ana quer um recibo", id="m1")
    call = handed(store.later(1_000), OTHER, "ligação perdida", None, id="m2")
    newest, oldest = errands(store)
    assert (newest.turn_id, newest.why, newest.words, newest.is_hers) == (
        call,
        "ligação perdida",
        None,
        False,
    )
    assert (oldest.turn_id, oldest.words, oldest.is_hers) == (asked, "Ana quer um recibo", True)
    assert (oldest.phone, oldest.answered_ms) == (b.PHONE, None)
    assert nobody_came(store) == []
    store.later(700_000)
    assert nobody_came(store) == [asked]  # for the call nobody was promised anything
    assert nobody_came(store) == []  # told once
    store.take(b.staff("Oi, Ana! Aqui é a Rosa.", who=b.contact(b.PHONE)))
    assert [one.answered_ms for one in errands(store)] == [None, store.now_ms]


def test_who_was_answered_does_not_wait(store: Store) -> None:
    handed(store, b.PHONE, "reclamação", "reclama", id="m1")
    store.later(1_000).take(b.staff("Olá", who=b.contact(b.PHONE)))
    handed(store, OTHER, "reclamação", "reclama", id="m2")
    store.later(1_000).take(b.staff("Bom dia", id="s2", who=b.contact(OTHER)))
    store.later(700_000)
    assert nobody_came(store) == []


def test_a_text_that_whatsapp_sends_by_itself_is_nobody(store: Store) -> None:
    asked = handed(store, b.PHONE, "reclamação", "reclama", id="m1")
    store.later(1_000).take(b.staff(b.GREETING, who=b.contact(b.PHONE)))
    store.later(700_000)
    assert nobody_came(store) == [asked]


def test_a_chat_that_was_merged_is_found_under_its_new_number(store: Store) -> None:
    taken = store.take(b.message("oi", id="m1", who=b.contact(None, lid="77")))
    assert taken.conversation_id is not None
    claim = store.claim_when_due(taken.conversation_id)
    draft = Draft("oi", "Avisei.", hand_over="quer alguém", for_reception="pediu para falar com uma pessoa")
    write = partial(gate.write_intent, claim=claim, draft=draft, now_ms=store.now_ms, policy=b.POLICY)
    assert store.run(write)[0] is Gate.OPEN
    store.outcome(claim)
    store.later(1_000).take(b.message("oi?", id="m2", who=b.contact(b.PHONE)))
    store.take(b.message("alô", id="m3", who=b.contact(b.PHONE, lid="77")))
    store.later(1_000).take(b.staff("Oi!", who=b.contact(b.PHONE, lid="77")))
    (one,) = errands(store)
    assert one.answered_ms == store.now_ms
