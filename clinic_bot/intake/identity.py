"""Who a chat is with: numbers, Linked IDs, and the addresses that are no person at all.

Z-API puts all of them into ``phone``. Sources: reference of Z-API, "Who is this".
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers

from clinic_bot.intake.fields import ident

_BRAZILIAN_MOBILE = re.compile(r"55[1-9][1-9]9[6-9]\d{7}", re.ASCII)
_LID = re.compile(r"(\d{1,20})(?::\d+)?(?:@lid)?", re.ASCII)
_LID_ADDRESS = re.compile(r"(\d{1,20})(?::\d+)?@lid", re.ASCII)
_NUMBER = re.compile(r"\+?([\d().-]*\d[\d().-]*)(?::\d+)?(?:@(?:s\.whatsapp\.net|c\.us))?", re.ASCII)
_OLD_GROUP = re.compile(r"\d{10,15}-\d{9,11}", re.ASCII)
_NOT_A_DIGIT = re.compile(r"[^0-9]")

_LONGEST_NUMBER = 15  #: E.164
_LONGEST_USUAL = 13  #: 55 + DDD + 9 digits; a bare LID is usually longer


class Chat(StrEnum):
    """What kind of chat an address leads to."""

    PERSON = "person"
    GROUP = "group"
    CHANNEL = "channel"
    BROADCAST = "broadcast"
    STORY = "story"
    NOBODY = "nobody"  #: missing, or nothing WhatsApp could mean


@dataclass(frozen=True, slots=True)
class Address:
    """``phone`` read: a person has either digits of a number or digits of a LID."""

    chat: Chat
    phone: str | None = None
    lid: str | None = None


def digits(text: str) -> str:
    """The ASCII digits of a text, as ``+55 (11) 98765-4321`` becomes ``5511987654321``."""
    return _NOT_A_DIGIT.sub("", text)


def phone_key(phone: str) -> str:
    """Digits that are equal for both spellings of a Brazilian mobile: without its ninth digit.

    The nine only ever stood before subscriber numbers that start with 6 to 9, so anything else, landlines
    and foreign numbers included, is its own key.
    """
    return phone[:4] + phone[5:] if _BRAZILIAN_MOBILE.fullmatch(phone) else phone


def with_country(number: str) -> str:
    """The digits of a number as a person writes it, with its country code.

    A plus or two zeros before it say that it is there. Else ten or eleven digits are a Brazilian number, also with the
    zero before its area: a Peruvian one without its plus is read as somebody's in Porto Alegre.
    """
    written, plain = number.strip(), digits(number)
    if written.startswith("+"):
        return plain
    if plain.startswith("00"):
        return plain.lstrip("0")
    plain = plain.lstrip("0")
    return f"55{plain}" if len(plain) in (10, 11) else plain


def listed_key(number: str) -> str:
    """The key of a number as a clinic writes it in its lists: without country code it is a Brazilian one."""
    return phone_key(with_country(number))


def asked_key(text: str) -> str | None:
    """The key of whom a person at a terminal means: a number in any spelling, or a LID. None: it could be anybody.

    A number without its area may be somebody else's, and is nobody's here.
    """
    address = parse_phone(text.strip()) if "@" in text or any(map(str.isalpha, text)) else None
    if address is not None and address.chat is not Chat.PERSON:
        return None
    if address is not None and address.lid is not None:
        return address.lid
    if address is not None:  # as WhatsApp writes it
        return phone_key(address.phone) if address.phone else None
    return listed_key(text) if 10 <= len(digits(text).lstrip("0")) <= 20 else None


def parse_lid(value: object) -> str | None:
    """Digits of a field that holds a LID, with or without ``@lid`` and a device number."""
    text = ident(value)
    match = _LID.fullmatch(text) if text else None
    return match[1] if match else None


def parse_phone(value: object, *, bare_lid: bool = False) -> Address:
    """Read ``phone``.

    Args:
        value: as the payload has it: a string, a number, or anything.
        bare_lid: whether digits that cannot be a phone number are a LID without its suffix, as presence
            events carry it.
    """
    text = ident(value)
    if text is None:
        return Address(Chat.NOBODY)
    if not (text.isascii() and text.isdigit()):
        return _parse_marked(text.lower(), bare_lid)
    return _parse_digits(text, bare_lid)


def _parse_digits(text: str, bare_lid: bool) -> Address:
    if len(text) > _LONGEST_NUMBER:
        return Address(Chat.GROUP if text.startswith("120363") else Chat.NOBODY)
    if bare_lid and (len(text) > _LONGEST_USUAL or not _may_be_number(text)):
        return Address(Chat.PERSON, lid=text)
    return Address(Chat.PERSON, phone=text)


def _parse_marked(text: str, bare_lid: bool) -> Address:
    if text.endswith("@lid"):
        match = _LID_ADDRESS.fullmatch(text)
        return Address(Chat.PERSON, lid=match[1]) if match else Address(Chat.NOBODY)
    if text == "status@broadcast":
        return Address(Chat.STORY)
    if text.endswith(("-group", "@g.us")) or _OLD_GROUP.fullmatch(text):
        return Address(Chat.GROUP)
    if text.endswith("@newsletter"):
        return Address(Chat.CHANNEL)
    if text.endswith(("-broadcast", "@broadcast")):
        return Address(Chat.BROADCAST)
    match = _NUMBER.fullmatch(text)
    return _parse_digits(digits(match[1]), bare_lid) if match else Address(Chat.NOBODY)


@lru_cache(maxsize=4096)  # the library takes some 20 µs, and typing signals repeat
def _may_be_number(text: str) -> bool:
    if text.startswith("55") and len(text) in (12, 13):
        return True
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse("+" + text, None))
    except phonenumbers.NumberParseException:
        return False
