"""By which numbers a body of a webhook is somebody's, and a text without them. Pure."""

import json
import re
from collections.abc import Iterable, Iterator

from clinic_bot.storable import mark


def unnamed(text: str, numbers: Iterable[str]) -> str:
    """A key or an id without the numbers that stand in it: what comes again under it is still known."""
    for number in sorted(numbers, key=len, reverse=True):
        text = text.replace(number, mark(number))
    return text


_MOBILE = re.compile(r"(55[1-9][1-9])9?([6-9]\d{7})", re.ASCII)


def spellings(number: str) -> frozenset[str]:
    """The digits of a phone as bodies may have them: of a Brazilian mobile with its ninth digit and without."""
    found = _MOBILE.fullmatch(number)
    return frozenset((f"{found[1]}{found[2]}", f"{found[1]}9{found[2]}")) if found else frozenset((number,))


#: Where a body says who wrote it, in whose chat, and of whom a notification is. The rest of it is somebody's words.
_WHOSE = ("phone", "chatLid", "senderLid", "participant", "participantPhone", "participantLid")
_OF_SEVERAL = ("notificationParameters", "broadcastRecipients")
_ADDRESS = re.compile(r"\+?(\d+)(?::\d+)?(?:@(?:lid|s\.whatsapp\.net|c\.us))?", re.ASCII)


def speaks_of(body: bytes, numbers: Iterable[str]) -> bool:
    """Whether a body is about one of the numbers: by its address, whoever's numbers stand in the words.

    A number that another patient wrote is in that one's words, and no reason to hand them out or to erase them. Where
    a body has no address that can be read, a number that stands in it by itself is all there is to go by.
    """
    wanted = frozenset(numbers)
    if addresses := frozenset(_addresses(body)):
        return not addresses.isdisjoint(wanted)
    return any(re.search(rb"(?<!\d)%s(?!\d)" % number.encode(), body) for number in wanted)


def _addresses(body: bytes) -> Iterator[str]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return
    if not isinstance(fields, dict):
        return
    named = [fields.get(name) for name in _WHOSE]
    for name in _OF_SEVERAL:
        several = fields.get(name)
        named += several if isinstance(several, list) else []
    for one in named:
        if isinstance(one, str | int) and (address := _ADDRESS.fullmatch(str(one))):
            yield address[1]
