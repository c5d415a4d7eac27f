"""A crowd of patients who write at once, each webhook delivered once to three times and out of order."""

import asyncio
import random
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from clinic_bot.sandbox import standins
from clinic_bot.sandbox.payloads import Line, received_text
from clinic_bot.sandbox.receptionist import BrainTurn

QUIET_S = 3.0
LINE = Line(standins.INSTANCE_ID, "551140000001")


@dataclass(frozen=True)
class Delivery:
    """One webhook call: the same message may come in several."""

    at_s: float  #: after the start
    message_id: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Crowd:
    """Bursts by phone, as the texts that were written in order, and how their webhooks arrive."""

    bursts: dict[str, list[str]]
    deliveries: list[Delivery]
    text_of: dict[str, str]  #: by message id


def crowd(phones: int, *, seed: int) -> Crowd:
    """A random burst for each phone; arrivals stay closer together than the patience, whatever their order."""
    rng = random.Random(seed)
    bursts: dict[str, list[str]] = {}
    deliveries: list[Delivery] = []
    text_of: dict[str, str] = {}
    base_ms = time.time_ns() // 1_000_000 - 60_000
    for n in range(phones):
        phone = f"55119{n:08d}"
        at_s = rng.uniform(0, 2)
        for m in range(rng.randint(1, 6)):
            text, message_id = f"p{n}m{m}.", f"3A{n:010d}{m:08d}"
            bursts.setdefault(phone, []).append(text)
            text_of[message_id] = text
            payload = received_text(
                LINE, phone, text, message_id=message_id, at_ms=base_ms + m * 1000, name=f"Paciente {n}"
            )
            deliveries.extend(
                Delivery(at_s + rng.uniform(0, 0.4 * QUIET_S), message_id, payload)
                for _ in range(rng.randint(1, 3))
            )
            at_s += rng.uniform(0, 0.4 * QUIET_S)
    deliveries.sort(key=lambda delivery: delivery.at_s)
    return Crowd(bursts, deliveries, text_of)


class Recorder:
    """The model's part: notes what it was asked and says something nobody said before."""

    def __init__(self) -> None:
        self.asked: dict[str, list[str]] = {}  #: by the word that marks the answer

    def reply(self, request: Mapping[str, Any]) -> BrainTurn:
        text = request["messages"][-1]["content"]
        word = f"resposta{len(self.asked)}x"
        self.asked[word] = re.findall(r"p\d+m\d+\.", text)
        return BrainTurn(text=f"Sou assistente virtual. {word}")


@dataclass
class Ledger:
    """What the webhook acknowledged."""

    acknowledged: set[str] = field(default_factory=set)
    answers: dict[str, int] = field(default_factory=dict)

    def note(self, delivery: Delivery, status: str) -> None:
        self.acknowledged.add(delivery.message_id)
        self.answers[status] = self.answers.get(status, 0) + 1


async def deliver(crowd: Crowd, url: str, ledger: Ledger) -> None:
    """Post every webhook at its time; what is not acknowledged, because nobody is there, is posted again."""
    started_s = time.monotonic()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as session:

        async def post(delivery: Delivery) -> None:
            await asyncio.sleep(max(0.0, started_s + delivery.at_s - time.monotonic()))
            while True:
                try:
                    async with session.post(url, json=delivery.payload) as response:
                        if response.status == 200:
                            ledger.note(delivery, (await response.json())["status"])
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)

        await asyncio.gather(*(post(delivery) for delivery in crowd.deliveries))


def covering(sent: list[str], asked: Mapping[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Each reply that left, with the messages its turn had read."""
    for text in sent:
        word = next(word for word in asked if word in text)
        yield word, asked[word]
