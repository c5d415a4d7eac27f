"""Groq and Z-API at their cheapest, in a process of their own, with a note of when each request came.

``python -m bench_suite.standins`` prints its port and serves both, and these, until it is killed:

- ``POST /config`` sets what ``Config`` names.
- ``GET /notes`` gives, by reference (``ref N`` in a text), nanoseconds of the machine's clock: when the model was
  asked, first and last, when it answered, when the reply came; and all references that it was asked with.

The stand-ins of the sandbox are faithful, and slow enough to be measured themselves.
"""

import asyncio
import json
import re
import time
from dataclasses import dataclass
from typing import Any, cast

_REFERENCE = re.compile(rb"ref (\d+)")


@dataclass(slots=True)
class Config:
    """How the model answers."""

    answer_s: float = 0.05
    hold: bool = False  #: answer nothing until it is False again
    spread_s: float = 0.0  #: then answer all that were held, evenly over this long


class StandIns:
    def __init__(self) -> None:
        self.config = Config()
        self.asked_ns: dict[int, int] = {}
        self.asked_last_ns: dict[int, int] = {}
        self.read: dict[int, list[int]] = {}
        self.answered_ns: dict[int, int] = {}
        self.sent_ns: dict[int, int] = {}
        self._held: list[tuple[_Channel, int]] = []

    def handle(self, channel: "_Channel", head: bytes, body: bytes) -> None:
        now_ns = time.time_ns()
        path = head.split(b" ", 2)[1]
        if path.endswith(b"/chat/completions"):
            self._asked(channel, _references(body), now_ns)
        elif path.endswith(b"/send-text"):
            reference = _reference(body)
            self.sent_ns.setdefault(reference, now_ns)
            channel.answer({"zaapId": f"Z{now_ns:X}", "messageId": f"M{now_ns:X}", "id": f"M{now_ns:X}"})
        elif path.endswith(b"/status"):
            channel.answer({"connected": True, "smartphoneConnected": True, "session": True, "error": ""})
        elif path == b"/config":
            self._configure(channel, json.loads(body))
        elif path == b"/notes":
            notes = {"asked": self.asked_ns, "asked_last": self.asked_last_ns}
            channel.answer({**notes, "answered": self.answered_ns, "sent": self.sent_ns, "read": self.read})
        else:
            channel.answer({"error": None})

    def _asked(self, channel: "_Channel", read: list[int], now_ns: int) -> None:
        reference = read[-1] if read else -1
        self.read[reference] = read
        self.asked_ns.setdefault(reference, now_ns)
        self.asked_last_ns[reference] = now_ns
        if self.config.hold:
            self._held.append((channel, reference))
        else:
            asyncio.get_running_loop().call_later(self.config.answer_s, self._answer, channel, reference)

    def _answer(self, channel: "_Channel", reference: int) -> None:
        self.answered_ns.setdefault(reference, time.time_ns())
        channel.answer(_completion(f"Sou o assistente virtual. Para qual serviço seria? ref {reference}"))

    def _configure(self, channel: "_Channel", given: dict[str, Any]) -> None:
        self.config = Config(**given)
        if not self.config.hold:
            loop, held = asyncio.get_running_loop(), self._held
            self._held = []
            for n, (waiting, reference) in enumerate(held):
                loop.call_later(self.config.spread_s * n / len(held), self._answer, waiting, reference)
        channel.answer({})


def _references(body: bytes) -> list[int]:
    """In their order: earlier ones may stand in the conversation's history."""
    return [int(found) for found in _REFERENCE.findall(body)]


def _reference(body: bytes) -> int:
    """The last one."""
    found = _references(body)
    return found[-1] if found else -1


def _completion(text: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": time.time_ns() // 1_000_000_000,
        "model": "openai/gpt-oss-120b",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 2000, "completion_tokens": 40, "total_tokens": 2040},
    }


class _Channel(asyncio.Protocol):
    def __init__(self, standins: StandIns) -> None:
        self._standins = standins
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is no subclass

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            size = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < size:
                return
            body, self._buffer = self._buffer[end + 4 : size], self._buffer[size:]
            self._standins.handle(self, head, body)

    def answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def _serve() -> None:
    standins = StandIns()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Channel(standins), "127.0.0.1", 0, backlog=4096)
    print(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def main() -> None:
    from bench_suite.servers import new_loop

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(_serve())


if __name__ == "__main__":
    main()
