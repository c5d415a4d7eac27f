"""Webhook bodies in Z-API's own shape, cheap enough to make thousands a second."""

import json
from dataclasses import dataclass

from clinic_bot.intake.identity import phone_key
from clinic_bot.sandbox import payloads
from clinic_bot.sandbox.standins import INSTANCE_ID

LINE = payloads.Line(instance_id=INSTANCE_ID, phone="551130000000")
_FIRST_LID = 200_000_000_000_000
_MARKS = ("PHONE", "LID", "MESSAGE", "TEXT")
_AT_MS = 1_234_567_891_000


def phone_of(number: int) -> str:
    """A Brazilian mobile for each number from 0 to 99,999,999."""
    return f"55119{number:08d}"


def key_of(number: int) -> str:
    return phone_key(phone_of(number))


def lid_of(number: int) -> str:
    return str(_FIRST_LID + number)


def asking(reference: int) -> str:
    """A patient's words that the stand-in for Groq finds again in the request: see ``standins``."""
    return f"quero marcar uma consulta na quinta à tarde, ref {reference}"


def is_asking(text: str) -> bool:
    return " ref " in text


def reference_of(text: str) -> int:
    return int(text.rpartition(" ref ")[2])


@dataclass(frozen=True, slots=True)
class Arrival:
    """One webhook of a planned load: when, counted from its start, and what."""

    at_s: float
    body: bytes


class Bodies:
    """Texts of patients. Every body has a message id of its own, and no two makers share one."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._made = 0
        rendered = json.dumps(
            payloads.received_text(
                LINE,
                "{PHONE}",
                "{TEXT}",
                message_id="{MESSAGE}",
                at_ms=_AT_MS,
                chatLid="{LID}@lid",
                name="Ana",
            ),
            ensure_ascii=False,
            separators=(",", ":"),
        )
        template = rendered.replace("%", "%%").replace(str(_AT_MS), "%(at)d")
        for mark in _MARKS:
            template = template.replace("{" + mark + "}", f"%({mark})s")
        self._template = template

    def text(self, number: int, text: str, *, at_ms: int) -> bytes:
        """A message of phone ``number``; ``text`` needs no escaping in JSON."""
        self._made += 1
        return (
            self._template
            % {
                "PHONE": phone_of(number),
                "LID": lid_of(number),
                "MESSAGE": f"3EB0{self._run}{self._made:010X}",
                "TEXT": text,
                "at": at_ms // 1000 * 1000,
            }
        ).encode()
