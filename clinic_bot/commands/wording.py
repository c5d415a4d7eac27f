"""How operators read instants, durations and people at a terminal."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from clinic_bot.clinic.texts import WEEKDAYS
from clinic_bot.operations.masking import mask_phone, mask_phones_in

#: What a state means to the person who has to decide.
STATES = {
    "thinking": "it is being answered, or waits to be",
    "sending": "its reply is on its way",
    "sent": "its reply left",
    "unknown": "its reply may or may not have left; evidence is awaited",
    "withdrawn": "its reply never left; its messages went on to another turn",
    "undelivered": "its reply did not arrive",
    "held": "nobody knows whether its reply arrived",
    "dead": "it failed every time it was tried",
    "silent": "a person has it",
    "no_reply": "there was nothing to say",
    "empty": "the patient deleted every message",
}

#: What closed the window.
CLOSED_BY = {
    "quiet": "nothing more came",
    "cap": "it was open for as long as a window may be",
    "presence": "the patient stopped typing",
    "voice": "what was said in a voice note was there, or waited for long enough",
    "emergency": "an emergency, which does not wait",
}


def instant(ms: int | None, zone: ZoneInfo) -> str:
    if ms is None:
        return ""
    at = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)
    return f"{at:%Y-%m-%d %H:%M:%S}.{ms % 1000:03d}"


def minute(ms: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone):%Y-%m-%d %H:%M}"


def spoken(ms: int, zone: ZoneInfo) -> str:
    """A minute as the reception reads it: ``qui 24/09/2026 15:00``."""
    at = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)
    return f"{WEEKDAYS[at.weekday()][:3]} {at:%d/%m/%Y %H:%M}"


def duration(ms: int | None) -> str:
    """Exact below a minute, since parts are compared with their total."""
    if ms is None:
        return ""
    if ms < 60_000:
        return f"{ms / 1000:.3f} s"
    minutes, rest_ms = divmod(ms, 60_000)
    return f"{minutes} min {rest_ms / 1000:06.3f} s"


def person(phone: str | None, lid: str | None, *, full: bool) -> str:
    """Who it is, so that an operator can tell them apart; with ``full``, so that one can call."""
    number = phone or (f"{lid}@lid" if lid else "")
    return number if full else mask_phone(number)


def remark(text: str | None, *, full: bool) -> str:
    return (text or "") if full else mask_phones_in(text or "")
