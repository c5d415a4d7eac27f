"""Times that a reply counts for the patient: a fast of 6 hours before a visit at 10h40 begins at 4h40. Pure."""

import re
from collections.abc import Collection

from clinic_bot.clinic.spelling import plain

_DAY = 24 * 60
#: What one does, or leaves, some time before a visit.
_BEFORE = re.compile(
    r"\b(?:jejum|antes|desde|a partir d|ate as?\b|beb[aei]|agua|com(?:a|er|eu)\b|aliment|refeic|jant|almoc|lanch|cafe\b"
    r"|pare\b|parar\b|parad|repouso|prepar|lentes?\b|barulho|urin|ultim|avis|cancel|desmarc|remarc|prazo|antecede"
    r"|lembrete|saia|madrugada|isso (?:da|e)\b|ou seja)"
)
_AFTER = re.compile(
    r"\b(?:termin|acab|fim|final|sai|saem|liberad|libera|dura|ate as?\b|ate por volta|tolerancia|atras)"
)
#: What is offered or settled has been shown by a tool, or is none.
_IS_A_SLOT = re.compile(
    r"\b(?:tenho|temos|vagas?|livres?|disponive\w+|encaix\w+|consigo|opc(?:ao|oes)|prefer\w+|marcad\w+|remarcad\w+"
    r"|agendad\w+|reservad\w+|confirmad\w+|ficou|pode (?:ser|vir)|que tal)\b"
)


def is_counted(
    at: str, shown: str, sentence: str, anchors: Collection[str], minutes: Collection[int]
) -> bool:
    """Whether a time is what a length that was told makes of a time that was told, and is none of a visit's own.

    Args:
        at: ``HH:MM``; ``shown`` as it was written.
        sentence: plain; it says what that time is for.
        anchors: times told, each ``HH:MM``.
        minutes: lengths told.
    """
    parts = re.split(r"[,;:()]\s", sentence)
    part = next((one for one in parts if plain(shown) in one), sentence)
    if _IS_A_SLOT.search(part):
        return False
    before, after = bool(_BEFORE.search(sentence)), bool(_AFTER.search(sentence))
    if not before and not after:
        return False
    wanted = _minute(at)
    return any(
        (before and (_minute(one) - length) % _DAY == wanted)
        or (after and (_minute(one) + length) % _DAY == wanted)
        for one in anchors
        for length in minutes
    )


def _minute(at: str) -> int:
    return int(at[:2]) * 60 + int(at[3:])
