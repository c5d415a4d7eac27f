"""Load over keep-alive connections on raw sockets: cheap, since it shares its cores with what it measures."""

import asyncio
import resource
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from bench_suite.bodies import Arrival

#: An open load takes another connection whenever all are busy, up to here; then it waits, and says so.
_MOST_CONNECTIONS = 1_000
_DRAIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where webhooks go."""

    port: int
    path: str

    def request(self, body: bytes) -> bytes:
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
        )
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass(slots=True)
class Load:
    """What came back, and what making the load cost."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    sent_ns: list[int] = field(default_factory=list)  #: of the same index as the latency
    #: How late an open load sent, by our own fault.
    lags_ms: list[float] = field(default_factory=list)
    refused: int = 0  #: answers other than 200
    cpu_s: float = 0.0  #: of this process

    @property
    def rate(self) -> float:
        return len(self.latencies_ms) / self.seconds

    @property
    def share(self) -> float:
        """Of one core, what this process took."""
        return self.cpu_s / self.seconds


class _Channel(asyncio.Protocol):
    """One connection with at most one request on its way."""

    def __init__(self, answered: Callable[["_Channel", int], None]) -> None:
        self._answered = answered
        self._buffer = b""
        self.transport: asyncio.Transport
        self.sent_ns = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own is no subclass

    def send(self, request: bytes) -> None:
        self.sent_ns = time.time_ns()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        data = self._buffer = self._buffer + data if self._buffer else data
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return
        at = data.find(b"content-length: ") + 16
        if len(data) < end + 4 + int(data[at : data.find(b"\r", at)]):
            return
        self._buffer = b""
        self._answered(self, int(data[9:12]))


async def _connect(target: Target, answered: Callable[[_Channel, int], None]) -> _Channel:
    loop = asyncio.get_running_loop()
    _, channel = await loop.create_connection(lambda: _Channel(answered), "127.0.0.1", target.port)
    return channel


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def closed_load(target: Target, bodies: Iterator[bytes], *, connections: int, seconds: float) -> Load:
    """Each connection sends its next request when the one before is answered, for ``seconds``."""
    load = Load(seconds=seconds)
    deadline_ns = time.time_ns() + round(seconds * 1e9)
    busy, finished = connections, asyncio.Event()

    def answered(channel: _Channel, status: int) -> None:
        nonlocal busy
        now_ns = time.time_ns()
        if now_ns >= deadline_ns:
            busy -= 1
            if not busy:
                finished.set()
            return
        load.latencies_ms.append((now_ns - channel.sent_ns) / 1e6)
        load.refused += status != 200
        channel.send(target.request(next(bodies)))

    channels = [await _connect(target, answered) for _ in range(connections)]
    cpu_s = _cpu_s()
    deadline_ns = time.time_ns() + round(seconds * 1e9)
    for channel in channels:
        channel.send(target.request(next(bodies)))
    async with asyncio.timeout(seconds + _DRAIN_S):
        await finished.wait()
    load.cpu_s = _cpu_s() - cpu_s
    for channel in channels:
        channel.transport.close()
    return load


async def open_load(target: Target, plan: Sequence[Arrival], *, connections: int = 64) -> Load:
    """Send at the planned moments whatever the server does; nothing waits for an answer.

    Latencies count from the sending. What we sent late is in ``lags_ms``: our own process was late, and a request
    that was never held back for want of a connection hides nothing.
    """
    load = Load()
    idle: deque[_Channel] = deque()
    waiting, done = len(plan), asyncio.Event()

    def answered(channel: _Channel, status: int) -> None:
        nonlocal waiting
        load.latencies_ms.append((time.time_ns() - channel.sent_ns) / 1e6)
        load.sent_ns.append(channel.sent_ns)
        load.refused += status != 200
        idle.append(channel)
        waiting -= 1
        if not waiting:
            done.set()

    for _ in range(connections):
        idle.append(await _connect(target, answered))
    channels = list(idle)
    cpu_s, started = _cpu_s(), time.perf_counter()
    for arrival in plan:
        ahead_s = started + arrival.at_s - time.perf_counter()
        if ahead_s > 0:
            await asyncio.sleep(ahead_s)
        if not idle and len(channels) < _MOST_CONNECTIONS:
            channels.append(await _connect(target, answered))
            idle.append(channels[-1])
        while not idle:  # noqa: ASYNC110 - rare, and an event for each answer is not
            await asyncio.sleep(0.001)
        load.lags_ms.append((time.perf_counter() - started - arrival.at_s) * 1000)
        idle.popleft().send(target.request(arrival.body))
    async with asyncio.timeout(_DRAIN_S):
        await done.wait()
    load.seconds, load.cpu_s = time.perf_counter() - started, _cpu_s() - cpu_s
    for channel in channels:
        channel.transport.close()
    return load
