"""Inflating and parsing bodies, with the ways in which they are broken or hostile."""

import contextlib
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.intake.bodies import MalformedBody, TooLarge, inflate, parse_body

LIMIT = 1024 * 1024


@pytest.mark.parametrize("encoding", [None, "", "identity", "Identity"])
def test_a_plain_body_passes(encoding: str | None) -> None:
    assert inflate(b"{}", encoding, 2) == b"{}"


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", " x-gzip "])
def test_gzip_is_inflated(encoding: str) -> None:
    assert inflate(gzip.compress(b'{"a": 1}'), encoding, LIMIT) == b'{"a": 1}'


def test_gzip_may_have_several_members() -> None:
    assert inflate(gzip.compress(b'{"a"') + gzip.compress(b": 1}"), "gzip", LIMIT) == b'{"a": 1}'


def test_a_body_that_was_inflated_on_the_way_passes() -> None:
    assert inflate(b"{}", "gzip", LIMIT) == b"{}"


@pytest.mark.parametrize(
    "bomb",
    [
        gzip.compress(bytes(LIMIT + 1)),
        gzip.compress(bytes(200 * LIMIT)),
        gzip.compress(bytes(LIMIT)) + gzip.compress(b"x"),
        gzip.compress(b"") * 10 + gzip.compress(bytes(LIMIT + 1)),
    ],
    ids=["one byte over", "200 times over", "over in its second member", "behind empty members"],
)
def test_a_bomb_is_too_large(bomb: bytes) -> None:
    with pytest.raises(TooLarge):
        inflate(bomb, "gzip", LIMIT)


def test_a_body_of_exactly_the_limit_passes() -> None:
    assert len(inflate(gzip.compress(bytes(LIMIT)), "gzip", LIMIT)) == LIMIT
    assert len(inflate(bytes(LIMIT), None, LIMIT)) == LIMIT


def test_a_plain_body_over_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge):
        inflate(bytes(LIMIT + 1), None, LIMIT)


@pytest.mark.parametrize(
    ("body", "encoding", "problem"),
    [
        (gzip.compress(b'{"a": 1}')[:-9], "gzip", "truncated gzip data"),
        (b"\x1f\x8b\x08\x00garbage that is no gzip", "gzip", "gzip data"),
        (gzip.compress(b"") * 40_000, "gzip", "too many gzip members"),
        (zlib.compress(b"{}"), "deflate", "unsupported content encoding"),
        (b"{}", "br", "unsupported content encoding"),
    ],
    ids=["truncated", "broken", "endless empty members", "deflate", "brotli"],
)
def test_a_broken_encoding_is_malformed(body: bytes, encoding: str, problem: str) -> None:
    with pytest.raises(MalformedBody, match=problem):
        inflate(body, encoding, LIMIT)


@given(st.binary(max_size=200), st.sampled_from([None, "gzip", "br"]), st.booleans())
def test_inflating_ends_in_bytes_or_in_a_refusal(body: bytes, encoding: str | None, marked: bool) -> None:
    with contextlib.suppress(MalformedBody, TooLarge):
        assert len(inflate(b"\x1f\x8b\x08" + body if marked else body, encoding, 100)) <= 100


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty body"),
        (b" \n ", "empty body"),
        (b"segredo do paciente", "not JSON"),
        (b'{"a": "segredo', "not JSON"),
        (b'{"a": 1} {"b": 2}', "not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"a": "\xff segredo"}', "not UTF-8"),
        (b'["segredo"]', "not a JSON object"),
        (b'"segredo"', "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"a":' * 100_000, "nested too deeply"),
    ],
    ids=[
        "empty",
        "blank",
        "text",
        "cut off",
        "two objects",
        "endless integer",
        "not UTF-8",
        "list",
        "string",
        "null",
        "deep",
    ],
)
def test_the_error_names_the_problem_and_quotes_nothing(body: bytes, problem: str) -> None:
    with pytest.raises(MalformedBody) as caught:
        parse_body(body)
    assert str(caught.value) == problem
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_a_byte_order_mark_is_no_problem() -> None:
    assert parse_body(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_what_is_no_json_number_becomes_null() -> None:
    assert parse_body(b'{"a": NaN, "b": -Infinity}') == {"a": None, "b": None}


@given(st.binary(max_size=100))
def test_any_bytes_are_an_object_or_malformed(body: bytes) -> None:
    with contextlib.suppress(MalformedBody):
        assert isinstance(parse_body(body), dict)
