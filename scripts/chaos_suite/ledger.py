"""What was delivered to the webhook and what it answered, and what the model was asked: the checker's witnesses."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chaos_suite.plan import Kind
from clinic_bot.sandbox.receptionist import BrainTurn, content_of, last_patient_message

TOKEN = re.compile(r"\bb\d+m\d+v\d+\.")
_MARK = re.compile(r"\bresposta r\d+w\d+x")


@dataclass(slots=True)
class Delivered:
    """One thing the patients' side said, over all its deliveries. Instants by the sandbox's clock."""

    kind: Kind
    message_id: str
    phone: str
    text: str
    first_ms: int  #: when the first delivery left
    acked_ms: int | None = None  #: when the first 200 came back
    answer: str = ""  #: the status in it


@dataclass(slots=True)
class Ledger:
    items: dict[tuple[Kind, str, str], Delivered] = field(default_factory=dict)
    deliveries: int = 0
    refused: dict[int, int] = field(default_factory=dict)  #: answers other than 200
    unanswered: int = 0
    latencies_ms: list[float] = field(default_factory=list)  #: of 200s, in the machine's time

    def delivered(self, kind: Kind, message_id: str, phone: str, text: str, now_ms: int) -> Delivered:
        key = (kind, message_id, text)
        if key not in self.items:
            self.items[key] = Delivered(kind, message_id, phone, text, now_ms)
        return self.items[key]

    def acked(self, item: Delivered, answer: str, now_ms: int, took_ms: float) -> None:
        self.latencies_ms.append(took_ms)
        if item.acked_ms is None:
            item.acked_ms, item.answer = now_ms, answer

    def of(self, *kinds: Kind) -> Iterable[Delivered]:
        return [item for item in self.items.values() if item.kind in kinds]


class Recorder:
    """Plays the model: notes which messages it was asked about, and marks its answer so that it is found again."""

    def __init__(self, segment: int) -> None:
        self._segment = segment
        self.asked: dict[str, tuple[str, ...]] = {}  #: by mark

    def reply(self, request: Mapping[str, Any]) -> BrainTurn:
        messages = request["messages"]
        at = last_patient_message(messages)
        mark = f"resposta r{self._segment}w{len(self.asked)}x"
        # A note of the agent's own may stand last: what the patient wrote is then further up.
        while at is not None and at > 0 and not TOKEN.search(content_of(messages[at])):
            at = last_patient_message(messages[:at])
        self.asked[mark] = tuple(TOKEN.findall(content_of(messages[at]))) if at is not None else ()
        return BrainTurn(text=f"Sou a assistente virtual. Esta é a {mark}.")


def mark_in(text: str) -> str | None:
    found = _MARK.search(text)
    return found[0] if found else None
