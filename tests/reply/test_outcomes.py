"""Every text and status of Z-API's reference, and what each means."""

import pytest

from clinic_bot.events import SendFailure, Trouble, Verdict
from clinic_bot.reply import outcomes
from clinic_bot.sandbox.zapi_refusals import REFUSALS
from clinic_bot.sandbox.zapi_state import DELIVERY_ERRORS

# The classes of the reference's list of delivery errors; "never queued" is a no that came too late to try again.
_CLASSES = {
    "restricted": Verdict.INSTANCE,
    "bad_recipient": Verdict.REFUSED,
    "bad_content": Verdict.REFUSED,
    "too_late": Verdict.REFUSED,
    "uncertain": Verdict.UNKNOWN,
    "never_queued": Verdict.NOT_SENT,
}


@pytest.mark.parametrize(
    ("name", "error"), [(name, error) for name, errors in DELIVERY_ERRORS.items() for error in errors]
)
def test_each_delivery_error_of_the_reference_has_its_class(name: str, error: str) -> None:
    assert outcomes.of_delivery(error, None).verdict is _CLASSES[name]
    assert outcomes.of_delivery(error.upper(), None).verdict is _CLASSES[name]


def test_the_error_code_alone_tells_a_shadow_ban() -> None:
    assert outcomes.of_delivery("something new", "SHADOW_BAN").trouble is Trouble.RESTRICTED


def test_a_delivery_error_that_nobody_has_described_is_a_no_to_this_message() -> None:
    assert outcomes.of_delivery("algo novo", None) == SendFailure(Verdict.REFUSED, Trouble.OTHER)


_ANSWERS = {
    "client_token_missing": (Verdict.INSTANCE, Trouble.SECURITY_TOKEN),
    "client_token_wrong": (Verdict.INSTANCE, Trouble.SECURITY_TOKEN),
    "token_null": (Verdict.INSTANCE, Trouble.SECURITY_TOKEN),
    "ip": (Verdict.INSTANCE, Trouble.IP_LIST),
    "subscription": (Verdict.INSTANCE, Trouble.SUBSCRIPTION),
    "not_found": (Verdict.INSTANCE, Trouble.ADDRESS),
    "invalid_phone": (Verdict.REFUSED, Trouble.BAD_RECIPIENT),
    "smartphone": (Verdict.NOT_SENT, Trouble.PHONE_OFFLINE),
    "not_connected": (Verdict.NOT_SENT, Trouble.DISCONNECTED),
    "restore_session": (Verdict.NOT_SENT, Trouble.DISCONNECTED),
    "queue_full": (Verdict.NOT_SENT, Trouble.QUEUE_FULL),
    "never_queued": (Verdict.NOT_SENT, Trouble.NOT_QUEUED),
    "unauthorized": (Verdict.INSTANCE, Trouble.TOKEN),
    "too_many": (Verdict.NOT_SENT, Trouble.BUSY),
    "empty": (Verdict.UNKNOWN, Trouble.UNCLEAR),
    "without_id": (Verdict.UNKNOWN, Trouble.UNCLEAR),
}


def test_every_answer_of_the_stand_in_is_classed_below() -> None:
    assert set(_ANSWERS) == set(REFUSALS)


@pytest.mark.parametrize("named", list(_ANSWERS))
def test_each_answer_that_the_stand_in_can_give_has_its_class(named: str) -> None:
    status, body = REFUSALS[named]
    text = f"{body.get('error', '')} {body.get('message', '')}"
    assert outcomes.of_answer(status, text) == SendFailure(*_ANSWERS[named])


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_fault_on_their_side_proves_nothing_whatever_it_says(status: int) -> None:
    assert outcomes.of_answer(status, "Invalid phone").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_says_what_happened_and_what_to_do(trouble: Trouble) -> None:
    text = outcomes.operator_text(trouble)
    assert text[0].isupper()
    assert text.endswith(".")
    assert outcomes.WHAT_TO_DO[outcomes.TASK_OF[trouble]] in text
    assert outcomes.WORDS[trouble]


@pytest.mark.parametrize(
    ("reason", "trouble"),
    [
        ("Phone number does not exist", Trouble.BAD_RECIPIENT),
        ("SHADOW_BAN", Trouble.RESTRICTED),
        ("Z-API send-text: HTTP 400: invalid phone", Trouble.BAD_RECIPIENT),
        (f"Z-API send-text: HTTP 422: {outcomes.WORDS[Trouble.OTHER]}", Trouble.OTHER),
        ("Z-API send-text: HTTP 400: invalid content", Trouble.BAD_CONTENT),
        ("", Trouble.OTHER),
    ],
)
def test_the_reason_stored_with_a_turn_leads_back_to_its_trouble(reason: str, trouble: Trouble) -> None:
    assert outcomes.of_reason(reason) is trouble
