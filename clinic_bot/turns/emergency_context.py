"""What the words around a sign make of it: denied, long ago, somebody's history, a topic, or over.

Everything here works on the canonical line of ``emergency_words``: words between spaces, breaks as tokens.
``emergency_unreal`` and ``emergency_time`` hold the tables, this file weighs them against each other.
"""

import re
from collections.abc import Iterable

from clinic_bot.turns import emergency_time, emergency_unreal
from clinic_bot.turns.emergency_setting import Setting
from clinic_bot.turns.emergency_time import (
    is_chronic,
    is_history,
    is_in_care,
    is_over,
    is_past,
    is_present,
    is_summoned,
    is_told,
)
from clinic_bot.turns.emergency_unreal import is_denied, is_figurative, is_hypothetical, is_topic
from clinic_bot.turns.emergency_words import words


def explains_away(setting: Setting, *, emotional: bool) -> bool:
    """Whether something around the sign says that nobody is in danger now."""
    if is_denied(setting) or is_hypothetical(setting, emotional) or is_topic(setting, emotional):
        return True
    if is_figurative(setting) or is_over(setting):
        return True
    if is_summoned(setting):
        return False
    if emotional:
        return is_past(setting) or (not is_present(setting) and is_history(setting))
    return is_past(setting) or is_chronic(setting) or is_in_care(setting) or is_told(setting)


#: Words that bring an older sign into the present, so a message that holds one may complete an emergency.
WORDS_OF_NOW = words(
    "agora hoje agorinha socorro acode ambulancia samu voltou piorou piorando comecou desde novamente ainda continua "
    "repente nada"
)

# Whole words only: a stem before "\w" is none.
_WORD_IN_PATTERN = re.compile(r"[a-z]{3,}+(?:\[[a-z]+\])?(?![\\\[])")


def words_in(patterns: Iterable[str]) -> frozenset[str]:
    """The words that regular expressions speak of, so that no typo correction turns them into others."""
    found: set[str] = set()
    for pattern in patterns:
        for word in _WORD_IN_PATTERN.findall(pattern):
            stem, _, endings = word.rstrip("]").partition("[")
            found.update(stem + ending for ending in endings or ("",))
    return frozenset(found)


_TABLES = (*vars(emergency_time).values(), *vars(emergency_unreal).values())
CONTEXT_WORDS = (
    words_in(table.pattern for table in _TABLES if isinstance(table, re.Pattern))
    | emergency_unreal.CARRIES_DENIAL
    | emergency_unreal.DENIALS
)
