"""A sentence of the clinic's own below a reply. Pure."""

import re

from clinic_bot.agent.guards.language.marks import PICTURE
from clinic_bot.agent.wording import MAX_CHARS, bounded

#: Asks what the patient may want although they said it, or asks nothing: idle beside a sentence that answers. Only a
#: whole sentence is: of "Oi, como posso ajudar?" something would be left over.
_IDLE = re.compile(
    rf"(^|\n|[.!?…][*_~)\"”]*\s|[{PICTURE}]\s)\s*"
    r"(?:(?:como|em que|no que) (?:eu )?posso (?:te |lhe )?ajudar"
    r"|(?:posso (?:te |lhe )?ajudar|(?:voc[eê] |o senhor |a senhora )?(?:precisa(?: de)?|deseja)) (?:em |com )?"
    rf"(?:algo|(?:mais )?alguma coisa)(?: mais)?)\?[\s{PICTURE}]*$",
    re.IGNORECASE,
)


def below(reply: str, sentence: str) -> str:
    """Both, within what WhatsApp shows; of a reply that is too long the end goes, never the sentence."""
    answer = _IDLE.sub(r"\1", reply.rstrip()).rstrip()
    room = MAX_CHARS - len(sentence) - 2
    return "\n\n".join(filter(None, (bounded(answer, room) if room > 0 else "", sentence)))
