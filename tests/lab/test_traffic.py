"""The clinic's own conversations as recordings."""

from collections.abc import Iterator

import pytest

from clinic_bot.debounce.piece import PieceKind
from clinic_bot.events import PresenceStatus
from clinic_bot.lab.moments import moments
from clinic_bot.lab.scoring import SIGNAL_S
from clinic_bot.lab.traffic import recordings_of
from clinic_bot.store import signals
from clinic_bot.store.gate import Gate
from clinic_bot.store.tables import TurnState
from clinic_bot.store.timings import Event, every_event
from tests.support import builders as b
from tests.support.store import Store

S = 1_000


def events(*written: tuple[float, str, str]) -> Iterator[Event]:
    return (
        Event(1, round(at_s * S), by_patient=who == "patient", kind="text", text=text)
        for at_s, who, text in written
    )


def gaps(*written: tuple[float, str, str]) -> list[float]:
    (recording,) = recordings_of(events(*written))
    return [one.gap_s for one in moments(recording)]


def test_only_the_patients_turns_are_scored() -> None:
    found = gaps(
        (0, "patient", "oi"), (4, "patient", "bom dia"), (20, "clinic", "Bom dia!"), (50, "patient", "ok")
    )
    assert found == [4, float("inf"), float("inf")]


def test_a_reply_that_came_too_early_shows_as_a_gap() -> None:
    found = gaps((0, "patient", "oi"), (6, "clinic", "Bom dia!"), (8, "patient", "queria remarcar"))
    assert found == [8, float("inf")]


def test_what_the_clinic_asked_is_known() -> None:
    (recording,) = recordings_of(
        events((0, "patient", "oi"), (6, "clinic", "Posso confirmar?"), (20, "patient", "sim"))
    )
    last = list(moments(recording))[-1].talk.last
    assert last is not None
    assert (last.kind, last.fits) == (PieceKind.ACK, True)


def test_a_conversation_without_the_patient_is_left_out() -> None:
    assert list(recordings_of(events((0, "clinic", "Lembrete: amanhã às 10h.")))) == []


@pytest.mark.parametrize("answered", [True, False])
def test_the_database_is_read_by_time(store: Store, answered: bool) -> None:
    store.take(b.message("oi", id="m1"))
    began_ms = store.now_ms
    if answered:
        claim = store.claim_when_due()
        assert store.later(1_000).intent(claim, "Bom dia!") is Gate.OPEN
        store.outcome(claim, TurnState.SENT, reason="", zaap_id="z", message_id="m")
    store.now_ms = began_ms + 50_000
    store.take(b.message("queria remarcar", id="m2"))
    (recording,) = recordings_of(store.run(lambda connection: list(every_event(connection))))
    first, last = moments(recording)
    assert first.gap_s == (float("inf") if answered else 50)
    assert last.gap_s == float("inf")
    assert "remarcar" not in repr(recording)


def test_when_the_patient_began_to_type_is_read_with_the_turns(store: Store) -> None:
    store.take(b.message("oi", id="m1"))
    store.later(1 * S).take(b.presence(PresenceStatus.COMPOSING))
    store.later(4 * S).take(b.presence(PresenceStatus.COMPOSING))  # goes on
    store.later(2 * S).take(b.message("queria remarcar", id="m2"))
    store.later(1 * S).take(b.presence(PresenceStatus.RECORDING))
    claim = store.claim_when_due()
    store.later(1 * S).take(b.message("para quinta", id="m3"))  # and the turn is given back for it
    assert store.intent(claim) is Gate.NEWER
    store.claim_when_due()
    assert store.conversation().typed is None
    (recording,) = recordings_of(store.run(lambda connection: list(every_event(connection))))
    typed_s = [one.typing_s for one in recording.messages]
    assert typed_s[:2] == [0, 6 + SIGNAL_S]
    assert typed_s[2] == recording.messages[2].at_s - recording.messages[1].at_s - 1 + SIGNAL_S
    assert [one.typing_s for one in moments(recording)] == [6.5, typed_s[2], 0]


def test_typing_that_led_to_nothing_does_not_pile_up(store: Store) -> None:
    store.take(b.message("oi"))
    row = store.conversation()
    for n in range(100):
        row.last_ms = n * 10
        signals.note(row, n * 10 + 5)
    assert signals.typed_ms(row.typed or "")[0] == 365
    assert len(signals.typed_ms(row.typed or "")) == 64
