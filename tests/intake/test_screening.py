"""Listed numbers and automatic texts."""

from dataclasses import replace

import pytest

from clinic_bot.events import (
    Contact,
    Content,
    Deletion,
    Delivery,
    Echo,
    Edit,
    Event,
    Ignored,
    Kind,
    Message,
    Presence,
    PresenceStatus,
    Reason,
    Receipt,
    ReceiptStatus,
    StaffMessage,
)
from clinic_bot.intake.screening import (
    ScreeningLists,
    is_automatic_text,
    is_give_back_phrase,
    normalised,
    screen,
)

CONTACT = Contact("I", "5511987654321", "551187654321", "1440", "Ana")
CONTENT = Content(Kind.TEXT, "oi")
LISTS = ScreeningLists(never_answer=frozenset({"551187654321"}))

SCREENED: list[Event] = [
    Message("k", CONTACT, "m", 1, CONTENT),
    StaffMessage("k", CONTACT, "m", 1, CONTENT),
    Edit("k", CONTACT, "m", 1, CONTENT, False),
    Deletion("k", CONTACT, "m", False),
    Receipt(("k", "l"), CONTACT, ("m", "n"), ReceiptStatus.READ),
]
PASSED: list[Event] = [
    Echo("k", CONTACT, "m", 1, "oi"),
    Delivery("k", CONTACT, "m", "z", None),
    Ignored("k", "I", Reason.GROUP),
]


def name(event: Event) -> str:
    return type(event).__name__


@pytest.mark.parametrize("event", SCREENED, ids=name)
def test_a_listed_number_is_ignored(event: Event) -> None:
    assert not isinstance(event, Ignored | Echo | Delivery)
    # The pair is kept, so that the number is known by its LID alone too.
    assert screen(event, LISTS) == Ignored("k", "I", Reason.LISTED_NUMBER, pair=event.contact)


def test_presence_of_a_listed_number_has_no_key() -> None:
    event = Presence(CONTACT, PresenceStatus.COMPOSING)
    assert screen(event, LISTS) == Ignored("", "I", Reason.LISTED_NUMBER, kept=False, pair=CONTACT)


@pytest.mark.parametrize("event", PASSED, ids=name)
def test_evidence_about_our_own_sends_passes(event: Event) -> None:
    assert screen(event, LISTS) is event


@pytest.mark.parametrize("event", SCREENED, ids=name)
def test_nobody_else_is_touched(event: Event) -> None:
    assert screen(event, ScreeningLists()) is event
    assert screen(event, ScreeningLists(never_answer=frozenset({"551133334444"}))) is event


def test_a_lid_may_be_listed() -> None:
    event = Message("k", replace(CONTACT, phone=None, phone_key=None), "m", 1, CONTENT)
    lists = ScreeningLists(never_answer=frozenset({"1440"}))
    assert screen(event, lists) == Ignored("k", "I", Reason.LISTED_NUMBER)
    assert screen(event, LISTS) is event


@pytest.mark.parametrize(
    ("text", "automatic"),
    [
        ("Olá! Já vamos responder.", True),
        ("  OLÁ!  já vamos\nresponder. ", True),
        ("Olá! Já vamos responder. Sou a Bia.", False),
        ("Olá!", False),
        ("", False),
    ],
)
def test_only_the_whole_text_is_automatic(text: str, automatic: bool) -> None:
    lists = ScreeningLists(automatic_texts=frozenset({normalised("Olá! Já vamos responder.")}))
    assert is_automatic_text(text, lists) is automatic


def test_an_empty_text_is_never_automatic() -> None:
    assert not is_automatic_text("", ScreeningLists(automatic_texts=frozenset({""})))


@pytest.mark.parametrize(
    ("text", "phrase", "gives_back"),
    [
        pytest.param(" #BOT\n", "#bot", True, id="however it is spaced and cased"),
        pytest.param("#bot por favor", "#bot", False, id="with more words it is said to the patient"),
        pytest.param("", "", False, id="no phrase, no words"),
        pytest.param("#bot", "", False, id="no phrase"),
    ],
)
def test_the_phrase_that_gives_a_chat_back_stands_alone(text: str, phrase: str, gives_back: bool) -> None:
    assert is_give_back_phrase(text, ScreeningLists(give_back_phrase=phrase)) is gives_back
