"""From the bytes of a request to a JSON object. Pure; errors name the problem and never quote the content."""

import json
import zlib

_GZIP = zlib.MAX_WBITS | 16  #: tells zlib to expect the gzip header
_MAGIC = b"\x1f\x8b"
_MOST_MEMBERS = 16  #: one is usual; each copies what is left, so a body of empty ones would cost seconds


class MalformedBody(ValueError):
    """The body will never be readable. The text says what is wrong and holds nothing of the body."""


class TooLarge(ValueError):
    """The body, as sent or once inflated, is over the limit."""


def inflate(body: bytes, encoding: str | None, limit: int) -> bytes:
    """Undo the request's ``Content-Encoding``; ``limit`` holds for the bytes as sent and for the result.

    A body that is marked gzip but does not look like it is passed on as it is: a proxy on the way may have
    inflated it and left the header.

    Raises:
        TooLarge: without inflating more than one byte past the limit.
        MalformedBody: broken gzip, or an encoding Z-API was never seen to use.
    """
    if len(body) > limit:
        raise TooLarge(f"body is over {limit} bytes")
    coding = (encoding or "").strip().lower()
    if coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip"):
        raise MalformedBody("unsupported content encoding")
    return _gunzip(body, limit) if body.startswith(_MAGIC) else body


def _gunzip(body: bytes, limit: int) -> bytes:
    """Inflate all members of a gzip file; what follows the last one is dropped, as gzip itself does."""
    parts: list[bytes] = []
    room = limit
    while body.startswith(_MAGIC):
        if len(parts) == _MOST_MEMBERS:
            raise MalformedBody("too many gzip members")
        member = zlib.decompressobj(_GZIP)
        try:
            part = member.decompress(body, room + 1)  # 0 would mean no bound
        except zlib.error as exc:
            raise MalformedBody("broken gzip data") from exc
        room -= len(part)
        if room < 0:
            raise TooLarge(f"inflated body is over {limit} bytes")
        if not member.eof:
            raise MalformedBody("truncated gzip data")
        parts.append(part)
        body = member.unused_data
    return b"".join(parts)


def _not_a_number(_: str) -> None:
    """Python's reader takes NaN and Infinity, which are not JSON and which no database stores as such."""


# One decoder for all bodies: json.loads builds a new one whenever it is given an option.
_DECODER = json.JSONDecoder(parse_constant=_not_a_number)


def parse_body(body: bytes) -> dict[str, object]:
    """Read one JSON object.

    Raises:
        MalformedBody: empty, not UTF-8, not JSON, nested too deeply, or JSON that is not an object.
    """
    if not body.strip():
        raise MalformedBody("empty body")
    try:
        value = _DECODER.decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise MalformedBody("not UTF-8") from None  # the original error quotes the bytes
    except RecursionError:
        raise MalformedBody("nested too deeply") from None
    except ValueError:  # also an integer of more digits than Python reads
        raise MalformedBody("not JSON") from None
    if not isinstance(value, dict):
        raise MalformedBody("not a JSON object")
    return value
