"""What is fetched, and what is not: a table of hostile links, servers that misbehave, and the limits."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from clinic_bot.clock import Clock
from clinic_bot.media import fetch
from clinic_bot.media.addresses import is_public
from clinic_bot.media.fetch import Fetcher, FetchLater, Limits, NotFetched, _Door
from clinic_bot.sandbox.serving import serving

VOICE = b"OggS" + bytes(1_000)
LIMIT = 5_000
TYPES = ("audio/",)
#: Of the internet, and nobody's: it is never connected to.
PUBLIC = "93.184.216.34"


@dataclass
class Site:
    """A file server under the test's hand, standing where the sandbox's stand-in does."""

    base: str
    fetcher: Fetcher
    asked: list[str]

    async def fetch(self, path: str) -> bytes:
        return await self.fetcher.fetch(f"{self.base}{path}", types=TYPES)


async def _drip() -> AsyncIterator[bytes]:
    while True:
        yield b"."
        await asyncio.sleep(0.005)


async def _flood() -> AsyncIterator[bytes]:
    for _ in range(100):
        yield bytes(1_000)


@pytest.fixture
async def site(anyio_backend: object) -> AsyncIterator[Site]:
    asked: list[str] = []

    async def serve(request: Request) -> Response:
        asked.append(request.url.path)
        assert request.headers["accept-encoding"] == "identity"
        what, _, rest = request.path_params["path"].partition("/")
        match what:
            case "ok":
                return Response(VOICE, media_type="audio/ogg; codecs=opus")
            case "untyped":
                return Response(VOICE, media_type="application/octet-stream")
            case "status":
                return Response("no", status_code=int(rest))
            case "to":
                return RedirectResponse(request.query_params["url"], status_code=302)
            case "hops":
                left = int(rest)
                return RedirectResponse(f"/hops/{left - 1}" if left else "/ok", status_code=307)
            case "html":
                return Response("<html>", media_type="text/html")
            case "packed":
                return Response(VOICE, media_type="audio/ogg", headers={"content-encoding": "gzip"})
            case "large":
                return Response(bytes(LIMIT + 1), media_type="audio/ogg")
            case "flood":  # without a length
                return StreamingResponse(_flood(), media_type="audio/ogg")
            case "drip":
                return StreamingResponse(_drip(), media_type="audio/ogg")
            case "empty":
                return Response(b"", media_type="audio/ogg")
            case "nowhere":
                return Response(status_code=302)
        raise AssertionError(what)

    async with serving(Starlette(routes=[Route("/{path:path}", serve)])) as base:
        yield Site(base, Fetcher(Clock(), Limits(LIMIT, ms=300), stand_in=base), asked)


@pytest.mark.parametrize("path", ["/ok", "/untyped", "/hops/2"])
async def test_a_file_is_fetched(site: Site, path: str) -> None:
    assert await site.fetch(path) == VOICE


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/status/404", "gone"),
        ("/status/410", "gone"),
        ("/status/403", "http_403"),
        ("/html", "type"),
        ("/packed", "type"),
        ("/large", "size"),
        ("/flood", "size"),
        ("/empty", "empty"),
        ("/nowhere", "redirects"),
        ("/hops/4", "redirects"),
    ],
)
async def test_what_will_never_be_fetched(site: Site, path: str, reason: str) -> None:
    with pytest.raises(NotFetched) as caught:
        await site.fetch(path)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("path", "reason"), [("/status/503", "http_503"), ("/status/429", "http_429"), ("/drip", "timeout")]
)
async def test_what_may_be_fetched_later(site: Site, path: str, reason: str) -> None:
    with pytest.raises(FetchLater) as caught:
        await site.fetch(path)
    assert caught.value.reason == reason


async def test_of_several_addresses_only_those_of_the_internet_are_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both listen; what stands for the internet here is the one by IPv6."""
    greeted: list[str] = []

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeted.append(writer.get_extra_info("sockname")[0])
        writer.close()  # no TLS is spoken

    inside = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = inside.sockets[0].getsockname()[1]
    async with inside, await asyncio.start_server(greet, "::1", port):
        monkeypatch.setattr(fetch, "_HTTPS", port)
        monkeypatch.setattr(fetch, "is_public", lambda host: host == "::1")
        for addresses in ("127.0.0.1 ::1", "::1 127.0.0.1", "127.0.0.1"):
            fetcher = Fetcher(Clock(), Limits(LIMIT), resolver=Rebinding(addresses))
            with pytest.raises((NotFetched, FetchLater)):
                await fetcher.fetch(f"https://files.example.com:{port}/a.ogg", types=TYPES)
    assert set(greeted) == {"::1"}
    assert len(greeted) >= 2


OK = b"HTTP/1.1 200 OK\r\nContent-Type: audio/ogg\r\n"
#: Answers that no server of ours would give: the bytes, what is said again and again after them, and what it means.
ANSWERS = {
    "a length that never comes": (OK + b"Content-Length: 900\r\n\r\nOggS", b"", "connection"),
    "a length below zero": (OK + b"Content-Length: -1\r\n\r\nOggS", b"", "connection"),
    "a length that is no number": (OK + b"Content-Length: many\r\n\r\nOggS", b"", "connection"),
    "two lengths": (OK + b"Content-Length: 4\r\nContent-Length: 9\r\n\r\nOggS", b"", "connection"),
    "a length beyond the limit": (OK + b"Content-Length: 99999999999999\r\n\r\nOggS", b"", "size"),
    "no end": (OK + b"\r\nOggS", bytes(999), "size"),
    "a chunk without end": (OK + b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\n", bytes(999), "size"),
    "chunks without end": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"3\r\nOgg\r\n", "size"),
    "an extension without end": (OK + b"Transfer-Encoding: chunked\r\n\r\n3;", b"x" * 999, "timeout"),
    "trailers without end": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nOggS\r\n0\r\n", b"X-A: b\r\n" * 99, "connection"
    ),
    "headers without end": (OK, b"X-A: b\r\n" * 99, "connection"),
    "a header without end": (OK + b"X-A: ", b"x" * 999, "connection"),
    "a status line without end": (b"HTTP/1.1 200 ", b"x" * 999, "connection"),
    "a word to go on, again and again": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", "timeout"),
    "nothing": (b"", b"", "timeout"),
    "another protocol": (b"SSH-2.0-OpenSSH_9.6\r\n", b"", "connection"),
    "packed, said second": (
        OK + b"Content-Encoding: identity\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nOggS", b"", "type"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("said", "again", "reason"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_a_hostile_answer_is_read_no_further_than_its_limit(
    said: bytes, again: bytes, reason: str
) -> None:
    written = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        with contextlib.suppress(OSError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            while again:
                writer.write(again)
                await writer.drain()
                written += len(again)
                await asyncio.sleep(0)
            if reason == "timeout":
                await reader.read()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        fetcher = Fetcher(Clock(), Limits(LIMIT, ms=1_000), stand_in=base)
        with pytest.raises((NotFetched, FetchLater)) as caught:
            await fetcher.fetch(f"{base}/a.ogg", types=TYPES)
    assert getattr(caught.value, "reason", None) == reason
    assert reason == "timeout" or written < 5_000_000  # what the parser throws away ends with the time


HOSTILE = [
    pytest.param("http://example.com/a.ogg", "scheme", id="without TLS"),
    pytest.param("http://169.254.169.254/latest/meta-data", "scheme", id="the cloud's own service"),
    pytest.param("https://169.254.169.254/latest/meta-data", "address", id="the same, with TLS"),
    pytest.param("https://127.0.0.1/", "address", id="this machine"),
    pytest.param("https://[::1]/", "address", id="this machine by IPv6"),
    pytest.param("https://[::ffff:127.0.0.1]/", "address", id="this machine as a mapped address"),
    pytest.param("https://[fe80::1]/", "address", id="the link's neighbours"),
    pytest.param("https://10.0.0.7/", "address", id="a private network"),
    pytest.param("https://0.0.0.0/", "address", id="any address"),
    pytest.param("https://2130706433/", "url", id="this machine as one number"),
    pytest.param("https://127.1/", "url", id="this machine, short"),
    pytest.param("https://0x7f000001/", None, id="this machine in hexadecimal"),
    pytest.param("https://example.com:8443/a.ogg", "url", id="another port"),
    pytest.param("https://user:secret@example.com/a.ogg", "url", id="with a password"),
    pytest.param("file:///etc/passwd", "scheme", id="a file of ours"),
    pytest.param("ftp://example.com/a.ogg", "scheme", id="another protocol"),
    pytest.param("data:audio/ogg;base64,T2dnUw==", "scheme", id="no server at all"),
    pytest.param("https://[::1", "url", id="broken"),
]


@pytest.mark.parametrize(("url", "reason"), HOSTILE)
@pytest.mark.parametrize("redirected", [False, True], ids=["itself", "after a redirect"])
async def test_nothing_but_the_internet_is_connected_to(
    site: Site, url: str, reason: str | None, redirected: bool
) -> None:
    asked = f"{site.base}/to?url={url}" if redirected else url
    with pytest.raises((NotFetched, FetchLater)) as caught:
        await site.fetcher.fetch(asked, types=TYPES)
    if reason is not None:
        assert getattr(caught.value, "reason", None) == reason
    assert "169.254" not in str(caught.value)
    assert site.asked == (["/to"] if redirected else [])


async def test_the_stand_in_is_nothing_to_an_installation_without_one(site: Site) -> None:
    outside = Fetcher(Clock(), Limits(LIMIT))
    with pytest.raises(NotFetched) as caught:
        await outside.fetch(f"{site.base}/ok", types=TYPES)
    assert (caught.value.reason, site.asked) == ("scheme", [])


class Rebinding(AbstractResolver):
    """A name that means another address every time somebody asks."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        address = self.addresses.pop(0)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in address.split()
        ]

    async def close(self) -> None: ...


@pytest.mark.parametrize("addresses", ["127.0.0.1", "192.168.0.1 127.0.0.1", "169.254.169.254"])
async def test_a_name_is_judged_by_the_address_that_is_connected_to(addresses: str) -> None:
    resolver = Rebinding(addresses)
    fetcher = Fetcher(Clock(), Limits(LIMIT), resolver=resolver)
    with pytest.raises(NotFetched) as caught:
        await fetcher.fetch("https://files.example.com/a.ogg", types=TYPES)
    assert (caught.value.reason, resolver.addresses) == ("address", [])  # asked once, and not again


def test_a_door_opens_to_the_internet_alone() -> None:
    door = _Door()
    made = door.socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 443)))
    made.close()
    for host, port in ((PUBLIC, 80), ("127.0.0.1", 443), ("100.64.0.1", 443)):
        with pytest.raises(PermissionError):
            door.socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)))
    assert door.refused


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
        ),
        *("224.0.0.1", "255.255.255.255", "192.0.0.192", "168.63.129.16", "198.18.0.1", "240.0.0.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
        *(
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
        ),
        *("fec0::1", "3fff::1", "64:ff9b:1::7f00:1", "::ffff:0:127.0.0.1", "::127.0.0.1", "192.88.99.1"),
        *("2001:4860::5efe:10.0.0.1", "2001:4860::200:5efe:192.168.0.1", "100::1", "2001:0:7f00:1::"),
        *("", "example.com", "2130706433", "127.0.0.1\0", "١٢٧.0.0.1"),
    ],
)
def test_these_are_not_of_the_internet(host: str) -> None:
    assert not is_public(host)


@pytest.mark.parametrize(
    "host", [PUBLIC, "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "2606:4700::5efe:808:808"]
)
def test_these_are(host: str) -> None:
    assert is_public(host)
