"""A sentence of the clinic's own below a reply. Pure."""

import re

from clinic_bot.agent.wording import MAX_CHARS, bounded

#: Asks what the patient may want although they said it, or asks nothing: idle beside a sentence that answers.
_IDLE = re.compile(
    r"(?:^|\s)(?:como|em que|no que) (?:eu )?posso (?:te |lhe )?ajudar\?$"
    r"|(?:^|\s)(?:posso (?:te |lhe )?ajudar|precisa(?: de)?|deseja) (?:em |com )?"
    r"(?:algo|(?:mais )?alguma coisa)(?: mais)?\?$",
    re.IGNORECASE,
)


def below(reply: str, sentence: str) -> str:
    """Both, within what WhatsApp shows; of a reply that is too long the end goes, never the sentence."""
    answer = _IDLE.sub("", reply.rstrip()).rstrip()
    return "\n\n".join(filter(None, (bounded(answer, MAX_CHARS - len(sentence) - 2), sentence)))
