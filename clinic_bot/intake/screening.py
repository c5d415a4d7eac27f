"""Which events the clinic does not want acted on. It never looks at what a patient wrote to decide that.

Floods and repetitions are no reason here: they are merged into one turn, with every text kept.
"""

from dataclasses import dataclass

from clinic_bot.events import (
    Deletion,
    Delivery,
    Echo,
    Edit,
    Event,
    Ignored,
    Message,
    Presence,
    Reason,
    Receipt,
    StaffMessage,
)


@dataclass(frozen=True, slots=True)
class ScreeningLists:
    """The clinic's lists, in the form they are compared in."""

    never_answer: frozenset[str] = frozenset()  #: phone keys; the digits of a LID may stand here too
    automatic_texts: frozenset[str] = frozenset()  #: as ``normalised`` returns them
    give_back_phrase: str = ""  #: likewise; empty where the clinic wants none


def normalised(text: str) -> str:
    """A text as automatic texts are compared: without case and with single spaces."""
    return " ".join(text.casefold().split())


def screen(event: Event, lists: ScreeningLists) -> Event:
    """Return the event, or Ignored when its chat is with a number the clinic listed.

    Echoes and deliveries always pass: they are evidence about our own sends, alerts to staff included.
    """
    if not lists.never_answer or isinstance(event, Ignored | Echo | Delivery):
        return event
    contact = event.contact
    if contact.phone_key not in lists.never_answer and contact.lid not in lists.never_answer:
        return event
    pair = contact if contact.phone_key is not None and contact.lid is not None else None
    kept = not isinstance(event, Presence)
    return Ignored(_key(event), contact.instance, Reason.LISTED_NUMBER, kept=kept, pair=pair)


def _key(event: Message | StaffMessage | Edit | Deletion | Presence | Receipt) -> str:
    if isinstance(event, Presence):
        return ""  # has no identity
    return event.keys[0] if isinstance(event, Receipt) else event.key


def is_automatic_text(text: str, lists: ScreeningLists) -> bool:
    """Whether a hand-written answer is in fact a greeting or away text of WhatsApp Business.

    Only the whole text counts: somebody who quotes the greeting and adds a word has written by hand.
    """
    return bool(text) and normalised(text) in lists.automatic_texts


def is_give_back_phrase(text: str, lists: ScreeningLists) -> bool:
    """Whether somebody of the clinic gives the chat back to the bot: the phrase and nothing else."""
    return bool(lists.give_back_phrase) and normalised(text) == lists.give_back_phrase
