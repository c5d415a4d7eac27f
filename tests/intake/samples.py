"""The recorded shapes, and short ways to build and name events."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clinic_bot.events import Event, Ignored, Message, Presence, Receipt, StaffMessage
from clinic_bot.intake.payloads import read_event

INSTANCE = "3D000000000000000000000000000001"
NOW_MS = 1_790_000_000_000
PHONE = "5511990000001"
LID = "100000000000004"


@dataclass(frozen=True)
class Sample:
    line: int
    kind: str
    payload: Mapping[str, object]

    @property
    def sign(self) -> str:
        """What beside its kind decides about a payload."""
        payload = self.payload
        phone = str(payload.get("phone"))
        if payload.get("type", "ReceivedCallback") != "ReceivedCallback":
            story = " of a story" if phone == "status@broadcast" else ""
            return f"{payload.get('status', 'no status')}{story}"
        if "messageId" not in payload and "notification" not in payload:
            return "fragment"
        if str(payload.get("notification")).startswith("CALL_MISSED"):
            return "missed"
        if payload.get("isGroup") or phone.endswith("-group"):
            return "in a group"
        if phone.endswith("@newsletter"):
            return "in a channel"
        if payload.get("broadcast"):
            return "to a broadcast list"
        if payload.get("fromMe"):
            return "from the clinic by API" if payload.get("fromApi") else "from the clinic"
        return "from a patient"


def load_samples() -> tuple[Sample, ...]:
    path = Path(__file__).parents[1] / "data" / "zapi_payloads.jsonl"
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return tuple(Sample(line, row["kind"], row["payload"]) for line, row in enumerate(rows, 1))


SAMPLES = load_samples()


def read(
    payload: Mapping[str, object], *, instance_id: str | None = None, received_ms: int = NOW_MS
) -> Event:
    return read_event(payload, instance_id=instance_id, received_ms=received_ms)


def received(**changes: object) -> dict[str, object]:
    """A text as a patient's phone sends it, with what the case changes; ``...`` takes a field away."""
    payload: dict[str, object] = {
        "type": "ReceivedCallback",
        "instanceId": INSTANCE,
        "messageId": "3A0000000000000000D1",
        "phone": PHONE,
        "chatLid": f"{LID}@lid",
        "connectedPhone": "551130000001",
        "fromMe": False,
        "fromApi": False,
        "momment": 1_789_999_999_000,
        "status": "RECEIVED",
        "senderName": "Ana",
        "chatName": "Ana Exemplo",
        "isGroup": False,
        "isNewsletter": False,
        "broadcast": False,
        "isEdit": False,
        "isStatusReply": False,
        "waitingMessage": False,
        "forwarded": False,
        "photo": "https://example.com/photo",
        "text": {"message": "Bom dia"},
    }
    return {key: value for key, value in (payload | changes).items() if value is not ...}


def media(**changes: object) -> dict[str, object]:
    """The same without its text."""
    return received(text=..., **changes)


def message(payload: Mapping[str, object]) -> Message:
    event = read(payload, instance_id=INSTANCE)
    assert isinstance(event, Message)
    return event


def outcome(event: Event) -> str:
    """An event in a few words, as the tables of the tests write it."""
    name = type(event).__name__.lower()
    if isinstance(event, Message | StaffMessage):
        return f"{name} {event.content.kind.value}"
    if isinstance(event, Ignored):
        return f"{name} {event.reason.value}"
    return f"{name} {event.status.value}" if isinstance(event, Receipt | Presence) else name
