"""Fetches the file behind a URL that came with an unsigned request.

Only https, only addresses of the internet, whatever the name resolved to a moment ago: what is checked is the address
that the socket is about to connect to, of every redirect anew. The name stays in TLS and in the request. Bounded in
redirects, bytes and seconds. A file's link is signed, and names instance and message: it stands in no log and no error.
"""

import asyncio
import socket
from dataclasses import dataclass

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDictProxy
from yarl import URL

from clinic_bot.clock import Clock
from clinic_bot.errors import GiveUp, Retry
from clinic_bot.media.addresses import is_public

_MOST_REDIRECTS = 3
_CHUNK = 64 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
#: What may work in a moment; every other refusal is for good. Z-API deletes a file after 30 days.
_PASSING = (408, 425, 429)
_HTTPS = 443
#: What a file store says of a file that it does not know better.
_ANY_TYPE = ("application/octet-stream", "binary/octet-stream", "")
_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "clinic_bot"}

AddressInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


class NotFetched(GiveUp):
    """There is no such file to be had. ``reason`` is one word for logs and metrics."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"a file was not fetched: {reason}")


class FetchLater(Retry):
    """The same may work in a moment."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"a file was not fetched yet: {reason}")


@dataclass(frozen=True, slots=True)
class Limits:
    bytes: int
    ms: int = 15_000  #: for everything, redirects and a server that drips included


class Fetcher:
    """Fetches files.

    Args:
        stand_in: base URL of the sandbox's stand-in, ``http://127.0.0.1:PORT``, which alone may be fetched from
            besides the internet; None everywhere else.
        resolver: how names become addresses; None: the system's way.
    """

    def __init__(
        self,
        clock: Clock,
        limits: Limits,
        *,
        stand_in: str | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._stand_in = URL(stand_in) if stand_in is not None else None
        self._resolver = resolver
        self._tls = httpx.create_ssl_context(trust_env=False)

    async def fetch(self, url: str, *, types: tuple[str, ...]) -> bytes:
        """The file's bytes.

        Args:
            types: beginnings of the content types that make sense for it.

        Raises:
            NotFetched, FetchLater
        """
        try:
            async with asyncio.timeout(self._clock.real_s(self._limits.ms)):
                return await self._follow(_parsed(url), types)
        except TimeoutError:
            raise FetchLater("timeout") from None
        except aiohttp.InvalidURL:
            raise NotFetched("url") from None
        except (aiohttp.ClientError, OSError):  # their texts hold the address
            raise FetchLater("connection") from None

    async def _follow(self, url: URL, types: tuple[str, ...]) -> bytes:
        for _ in range(_MOST_REDIRECTS + 1):
            door = self._door(url)
            found = await self._ask(url, door, types)
            if isinstance(found, bytes):
                return found
            url = url.join(_parsed(found))
        raise NotFetched("redirects")

    def _door(self, url: URL) -> "_Door":
        """What may be connected to for this URL, and nothing else."""
        stand_in = self._stand_in
        if url.scheme not in ("http", "https") or not url.host:
            raise NotFetched("scheme")
        if stand_in is not None and url.origin() == stand_in.origin():
            return _Door(only=(stand_in.host or "", stand_in.port or 0))
        if url.scheme != "https":
            raise NotFetched("scheme")
        if url.port != _HTTPS or url.user is not None or url.password is not None:
            raise NotFetched("url")
        return _Door()

    async def _ask(self, url: URL, door: "_Door", types: tuple[str, ...]) -> bytes | str:
        """The file, or where it is."""
        connector = aiohttp.TCPConnector(
            ssl=self._tls,
            resolver=self._resolver,
            use_dns_cache=False,
            force_close=True,
            socket_factory=door.socket,
        )
        async with aiohttp.ClientSession(
            connector=connector,
            connector_owner=True,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None),  # the limit is around everything
        ) as session:
            try:
                async with session.get(url, headers=_HEADERS, allow_redirects=False) as response:
                    return await self._read(response, types)
            except aiohttp.ClientConnectorError:
                if door.refused:
                    raise NotFetched("address") from None
                raise

    async def _read(self, response: aiohttp.ClientResponse, types: tuple[str, ...]) -> bytes | str:
        status, headers = response.status, response.headers
        if status in _REDIRECTS:
            return headers.get("Location") or _raise(NotFetched("redirects"))
        if status in _PASSING or status >= 500:
            raise FetchLater(f"http_{status}")
        if status != 200:
            raise NotFetched("gone" if status in (404, 410) else f"http_{status}")
        if not _is_of(headers, types):
            raise NotFetched("type")
        if (response.content_length or 0) > self._limits.bytes:
            raise NotFetched("size")
        kept = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            kept += chunk
            if len(kept) > self._limits.bytes:
                raise NotFetched("size")
        if not kept:
            raise NotFetched("empty")
        return bytes(kept)


class _Door:
    """Makes the socket for one address, if that is one to connect to.

    Args:
        only: host and port of the one place there is; None: the internet's https.
    """

    def __init__(self, *, only: tuple[str, int] | None = None) -> None:
        self.refused = False
        self._only = only

    def socket(self, info: AddressInfo) -> socket.socket:
        """Called for every address right before it is connected to, with that very address."""
        family, kind, protocol, _, where = info
        host, port = str(where[0]), where[1]
        allowed = is_public(host) and port == _HTTPS if self._only is None else (host, port) == self._only
        if not allowed:
            self.refused = True
            raise PermissionError("not an address to fetch from")
        return socket.socket(family=family, type=kind, proto=protocol)


def _parsed(url: str) -> URL:
    """A signature holds only as it was written, so what is written properly is not written anew."""
    try:
        return URL(url, encoded=url.isascii() and url.isprintable() and " " not in url)
    except (ValueError, TypeError):
        raise NotFetched("url") from None


def _is_of(headers: CIMultiDictProxy[str], types: tuple[str, ...]) -> bool:
    packed = ",".join(headers.getall("Content-Encoding", ())).lower().split(",")
    if any(one.strip() not in ("identity", "") for one in packed):
        return False
    said = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return said in _ANY_TYPE or said.startswith(types)


def _raise(error: Exception) -> str:
    raise error
