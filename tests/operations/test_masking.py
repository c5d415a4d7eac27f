"""Phones, words and secrets in what is about to be logged."""

import json

import pytest

from clinic_bot.operations.masking import mask_field, mask_phone, mask_phones_in, secret_scrubber


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        pytest.param("5511987654321", "55119*****321", id="mobile with the ninth digit"),
        pytest.param("551187654321", "5511*****321", id="mobile without it"),
        pytest.param("+55 (11) 98765-4321", "55119*****321", id="as people write it"),
        pytest.param("100000000000004@lid", "***********0004", id="lid"),
        pytest.param("5511987654321@c.us", "55119*****321", id="with WhatsApp's ending"),
        pytest.param("1234567", "***", id="too short to show anything"),
        pytest.param("", "***", id="empty"),
    ],
)
def test_a_phone_keeps_enough_to_tell_chats_apart(number: str, shown: str) -> None:
    assert mask_phone(number) == shown


@pytest.mark.parametrize(
    "text",
    [
        "sent to 5511987654321",
        "sent to +5511987654321, queued",
        "chat 100000000000004@lid is gone",
        "GET /phone-exists/551187654321 failed",
    ],
)
def test_phones_inside_a_text_are_masked(text: str) -> None:
    masked = mask_phones_in(text)
    assert masked != text
    assert not any(number in masked for number in ("5511987654321", "100000000000004", "551187654321"))


@pytest.mark.parametrize("text", ["at 1763827171000", "id 3EB0C431C26A1916E07A", "took 12345678 ns", "5511"])
def test_other_numbers_stay(text: str) -> None:
    assert mask_phones_in(text) == text


@pytest.mark.parametrize(
    "name", ["phone", "lid", "chat", "to_phone", "phone_key", "from_lid", "connectedphone"]
)
@pytest.mark.parametrize("value", ["5511987654321", 5511987654321, ["5511987654321"]])
def test_fields_named_for_a_phone_are_masked_whatever_their_type(name: str, value: object) -> None:
    assert "5511987654321" not in repr(mask_field(name, value))


def test_words_show_their_length_alone_however_deep() -> None:
    masked = mask_field("turn", {"text": "estou com dor", "messages": [{"body": b"oi"}], "count": 2})
    assert masked == {"text": "<13 characters>", "messages": [{"body": "<hidden>"}], "count": 2}


@pytest.mark.parametrize("value", [None, 3, 1.5, True])
def test_plain_values_stay_as_they_are(value: object) -> None:
    assert mask_field("seconds", value) is value


def test_a_secret_is_struck_out_in_every_spelling() -> None:
    secret = 'S3/"crét+'
    scrub = secret_scrubber([secret])
    for line in (
        secret,
        json.dumps({"url": secret}),
        "https://h/x/S3%2F%22cr%C3%A9t%2B/y",
        "S3/%22cr%C3%A9t%2B",
    ):
        assert "***" in scrub(line)
        assert "cr" not in scrub(line)


def test_a_secret_that_begins_with_another_leaves_no_rest() -> None:
    assert secret_scrubber(["token", "token-of-the-account"])("x token-of-the-account y") == "x *** y"


def test_without_secrets_a_line_stays() -> None:
    assert secret_scrubber(["", ""])("a line") == "a line"
