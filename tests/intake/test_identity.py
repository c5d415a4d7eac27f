"""Numbers, LIDs and the addresses of chats that are no person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.intake.identity import Address, Chat, asked_key, digits, parse_lid, parse_phone, phone_key


@pytest.mark.parametrize(
    ("phone", "key"),
    [
        ("5511987654321", "551187654321"),
        ("551187654321", "551187654321"),
        ("5548960000000", "554860000000"),
        ("5511955554444", "5511955554444"),
        ("551133334444", "551133334444"),
        ("5511933334444", "5511933334444"),
        ("5501987654321", "5501987654321"),
        ("351912345678", "351912345678"),
        ("4915112345678", "4915112345678"),
        ("", ""),
    ],
    ids=[
        "mobile with the nine",
        "the same without it",
        "lowest subscriber that had a nine put before it",
        "nine before a five belongs to the number",
        "landline",
        "nine before landline digits",
        "no such area",
        "Portugal",
        "thirteen foreign digits",
        "nothing",
    ],
)
def test_phone_key(phone: str, key: str) -> None:
    assert phone_key(phone) == key


@given(st.from_regex(r"55[1-9][1-9][6-9][0-9]{7}", fullmatch=True))
def test_both_spellings_of_a_mobile_have_one_key(short: str) -> None:
    assert phone_key(f"{short[:4]}9{short[4:]}") == phone_key(short) == short


@given(st.text("0123456789", max_size=16))
def test_a_key_is_its_own_key(phone: str) -> None:
    assert phone_key(phone_key(phone)) == phone_key(phone)


def test_digits() -> None:
    assert digits("+55 (11) 98765-4321") == "5511987654321"
    assert digits("٣") == ""


@pytest.mark.parametrize(
    ("value", "lid"),
    [
        ("144000000000000@lid", "144000000000000"),
        ("144000000000000:12@lid", "144000000000000"),
        ("144000000000000", "144000000000000"),
        (144000000000000, "144000000000000"),
        ("120363000000000001-group", None),
        ("@lid", None),
        ("", None),
        (None, None),
        (True, None),
    ],
    ids=str,
)
def test_parse_lid(value: object, lid: str | None) -> None:
    assert parse_lid(value) == lid


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("5544999999999", Address(Chat.PERSON, phone="5544999999999")),
        ("+55 44 99999-9999", Address(Chat.PERSON, phone="5544999999999")),
        ("5544999999999@c.us", Address(Chat.PERSON, phone="5544999999999")),
        ("5544999999999:3@s.whatsapp.net", Address(Chat.PERSON, phone="5544999999999")),
        ("144000000000000@lid", Address(Chat.PERSON, lid="144000000000000")),
        ("144000000000000@LID", Address(Chat.PERSON, lid="144000000000000")),
        ("120363000000000001-group", Address(Chat.GROUP)),
        ("120363000000000001@g.us", Address(Chat.GROUP)),
        ("5511999999999-1623281429", Address(Chat.GROUP)),
        ("120363000000000001@newsletter", Address(Chat.CHANNEL)),
        ("1774895799-broadcast", Address(Chat.BROADCAST)),
        ("1774895799@broadcast", Address(Chat.BROADCAST)),
        ("status@broadcast", Address(Chat.STORY)),
        ("x@lid", Address(Chat.NOBODY)),
        ("Ana", Address(Chat.NOBODY)),
        ("9" * 16, Address(Chat.NOBODY)),
        ("", Address(Chat.NOBODY)),
        (None, Address(Chat.NOBODY)),
        ({}, Address(Chat.NOBODY)),
    ],
    ids=str,
)
def test_parse_phone(value: object, address: Address) -> None:
    assert parse_phone(value) == address


@pytest.mark.parametrize(
    ("value", "is_lid"),
    [
        ("100000000009907", True),
        ("14400000000000", True),
        ("5511234", True),
        ("00000000000", True),
        ("5544999999999", False),
        ("554499999999", False),
        ("351912345678", False),
    ],
)
def test_bare_lid(value: str, is_lid: bool) -> None:
    address = parse_phone(value, bare_lid=True)
    assert (address.lid if is_lid else address.phone) == value


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("+55 (11) 98765-4321", "551187654321"),
        ("5511 8765 4321", "551187654321"),
        ("11 98765-4321", "551187654321"),
        ("(011) 8765-4321", "551187654321"),
        ("0055 11 987654321", "551187654321"),
        ("11 3333-4444", "551133334444"),
        ("5511987654321@c.us", "551187654321"),
        ("351 912 345 678", "351912345678"),
        ("+51 987 654 321", "51987654321"),
        ("0051 987 654 321", "51987654321"),
        ("51 98765-4321", "555187654321"),
        ("+1 (415) 555-2671", "14155552671"),
        ("+598 99 123 456", "59899123456"),
        ("56912345678@c.us", "56912345678"),
        ("90210000000007@lid", "90210000000007"),
        ("90210000000007", "90210000000007"),
        ("98765-4321", None),
        ("120363019502650977-group", None),
        ("status@broadcast", None),
        ("", None),
    ],
)
def test_whom_a_person_at_a_terminal_means(written: str, key: str | None) -> None:
    assert asked_key(written) == key
