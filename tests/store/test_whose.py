"""Whose the body of a webhook is."""

import json

import pytest

from clinic_bot.store.whose import speaks_of

PHONE, KEY, LID, CLINIC = "5511987650001", "551187650001", "90210000000007", "551133330000"


@pytest.mark.parametrize(
    "address",
    [
        pytest.param({"phone": f"{PHONE}@s.whatsapp.net"}, id="an address"),
        pytest.param({"phone": int(PHONE)}, id="a number"),
        pytest.param({"chatLid": f"{LID}:3@lid"}, id="a device of a LID"),
        pytest.param({"phone": "120363000000000000-group", "participantPhone": KEY}, id="of a group"),
        pytest.param({"notificationParameters": ["x", f"{LID}@lid"]}, id="named by a notification"),
        pytest.param({"to": f"+{PHONE}"}, id="no address that is known"),
    ],
)
def test_a_body_is_whose_address_it_has(address: dict[str, object]) -> None:
    theirs = json.dumps({"connectedPhone": CLINIC, **address}).encode()
    assert speaks_of(theirs, [PHONE, KEY, LID])
    assert not speaks_of(theirs, [f"{PHONE}1", LID[1:]])


def test_a_number_in_somebody_s_words_is_in_theirs() -> None:
    words = {"text": {"message": f"é a {PHONE}"}, "contact": {"phones": [PHONE]}, "senderName": PHONE}
    body = json.dumps({"phone": "5511987650002", "connectedPhone": CLINIC, **words}).encode()
    assert speaks_of(body, ["5511987650002"])
    assert not speaks_of(body, [PHONE, CLINIC])


@pytest.mark.parametrize("body", [b"phone=5511987650001&text=oi", b"[5511987650001]", b'{"phone": "55119876'])
def test_of_what_cannot_be_read_a_number_by_itself_decides(body: bytes) -> None:
    assert speaks_of(body, [PHONE]) is (PHONE.encode() in body)
    assert not speaks_of(body, [PHONE[1:]])
