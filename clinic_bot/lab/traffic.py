"""A clinic's own conversations as recordings: of each message its time and its features, and nothing else."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from clinic_bot.debounce.piece import Asked
from clinic_bot.debounce.piece_words import asked_by, read_piece
from clinic_bot.debounce.talk import unread_ms
from clinic_bot.events import Content, Kind
from clinic_bot.lab.recorded import Recording, Written
from clinic_bot.lab.scoring import SIGNAL_S
from clinic_bot.store.timings import TYPING, Event

_PATIENT, _CLINIC = "patient", "clinic"
_KINDS = frozenset(Kind)


def recordings_of(events: Iterable[Event]) -> Iterator[Recording]:
    """One recording for each conversation in which the patient wrote. Only the patient's turns are scored.

    A piece that came sooner after a reply than anybody could have read it went on with what was there before, so it
    counts as written before the reply: that is how an answer that came too early shows in the clinic's own records.
    """
    for conversation_id, group in groupby(events, key=lambda one: one.conversation_id):
        written = tuple(_in_the_order_meant(_written(group)))
        if any(one.sender == _PATIENT for one in written):
            yield Recording(str(conversation_id), "database", written, frozenset({_PATIENT}))


def _written(events: Iterable[Event]) -> Iterator[Written]:
    asked, typing_ms = Asked.NOTHING, None
    for event in events:
        if event.kind == TYPING:
            typing_ms = event.at_ms if typing_ms is None else typing_ms
            continue
        kind = Kind(event.kind) if event.kind in _KINDS else Kind.UNSUPPORTED
        if event.by_patient:
            piece = read_piece(Content(kind, event.text), asked)
            typing_s = 0.0 if typing_ms is None else (event.at_ms - typing_ms) / 1000 + SIGNAL_S
            typing_ms = None
            yield Written(event.at_ms / 1000, _PATIENT, piece, typing_s)
        else:
            asked = asked_by(event.text)
            yield Written(event.at_ms / 1000, _CLINIC, read_piece(Content(kind, event.text)), asked=asked)


def _in_the_order_meant(written: Iterable[Written]) -> Iterator[Written]:
    """Replies go behind what was being written when they came."""
    waiting: list[Written] = []
    for one in written:
        if one.sender == _CLINIC:
            waiting.append(one)
            continue
        unread = [reply for reply in waiting if (one.at_s - reply.at_s) * 1000 < unread_ms(one.piece)]
        yield from (reply for reply in waiting if reply not in unread)
        yield one
        waiting = [replace(reply, at_s=one.at_s) for reply in unread]
    yield from waiting
