"""What a phrase means beside the appointment that it moves: ``no mesmo dia mais tarde``, ``terça no mesmo horário``.

Pure. ``dates`` reads a phrase by itself; here is what only the day and hour that are left behind can tell.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from clinic_bot.clinic.dates import When
from clinic_bot.clinic.spelling import plain
from clinic_bot.clinic.time_words import Span

_SAME = r"(?:m(?:esm)?[oa]|msm[oa]?)"
_SAME_DAY = re.compile(rf"\b{_SAME} dia\b|\bdia {_SAME}\b")
_SAME_HOUR = re.compile(rf"\b{_SAME} (?:horario|hora|hr)\b|\b(?:horario|hora) {_SAME}\b")
_LATER = re.compile(r"\bmais (?:tarde|pra frente no dia)\b")
_EARLIER = re.compile(r"\bmais cedo\b")
_OR = re.compile(r"\bou\b")
_STEP = timedelta(minutes=1)


def beside(when: When, phrase: str, start: datetime) -> When:
    """``when``, said of an appointment that begins at ``start``, which is local.

    Its own day, named beside another, is where it is moved from: ``a de quinta pra sexta``.
    """
    text = plain(phrase)
    span = _span(text, start)
    days, spans = when.days, when.spans
    if not days and not when.doubt and _SAME_DAY.search(text):
        days = (start.date(),)
    elif len(days) > 1 and start.date() in days and not when.spread and not _stays(text):
        days = tuple(day for day in days if day != start.date())
        left = tuple(one for one in spans if one != Span(start.time(), start.time()))
        spans = left or spans  # its own hour goes with its day, where another one is named
    if span is not None and days and not spans:
        spans = (span,)
    return replace(when, days=days, spans=spans)


def _stays(text: str) -> bool:
    """Whether the day that is left behind may be wanted again, at another hour."""
    return any(said.search(text) for said in (_SAME_DAY, _LATER, _EARLIER, _OR))


def _span(text: str, start: datetime) -> Span | None:
    if _SAME_HOUR.search(text):
        return Span(start.time(), start.time())
    if _LATER.search(text):
        return Span(earliest=(start + _STEP).time())
    return Span(latest=(start - _STEP).time()) if _EARLIER.search(text) else None
