"""Which hours a Portuguese phrase names. Pure: ``dates`` puts them together with the days."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Span:
    """Starts that fit: from ``earliest`` to ``latest``, both included. A named hour is both."""

    earliest: time = time.min
    latest: time = time(23, 59)

    @property
    def is_exact(self) -> bool:
        return self.earliest == self.latest

    def holds(self, at: time) -> bool:
        return self.earliest <= at <= self.latest


_HOURS = {
    "uma": 1, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8, "nove": 9, "dez": 10,
    "onze": 11, "doze": 12,
}  # fmt: skip
_WORDED = re.compile(
    rf"\b(as|das|a|ate|ou|e|entre|umas) ({'|'.join(_HOURS)})\b(?! (?:dias?|semanas?|mes))|"
    rf"\b({'|'.join(_HOURS)})(?= (?:h\b|da (?:manha|tarde|noite)|e (?:meia|\d\d)\b))"
)
# With a unit a number is an hour wherever it stands; without one only behind a word that asks for an hour.
_PERIOD = r"(?: d[ae] (manha|tarde|noite))?"
_UNIT = rf"(\d{{1,2}})(?: ?(?:h(?![a-z])|:) ?(?:e )?(\d{{2}})?(?!\d)(?: ?min\w*)?){_PERIOD}"
_ANY = rf"(\d{{1,2}})(?: ?(?:h(?![a-z])|:) ?(?:e )?(\d{{2}}(?! ?h))?)?(?![\d/]){_PERIOD}"

_BETWEEN = re.compile(rf"\b(?:entre(?: as?)?|das?|de) {_ANY} ?(?:e|as?|ate|-)(?: as?)? ?{_ANY}")
_AFTER = re.compile(rf"\b(?:(?:depois|apos|a partir) (?:d?as?|de|do)|apos) {_ANY}")
_BEFORE = re.compile(rf"\bantes (?:d?as?|de|do) {_ANY}")
_UNTIL = re.compile(rf"\bate (?:as?|o) {_ANY}|\bate {_ANY}")
_AROUND = re.compile(rf"\b(?:la (?:as?|para as)|por volta d?as?|umas|mais ou menos as?) {_ANY}")
_EXACT = re.compile(
    rf"\b(?:as|a|das|t) ?{_ANY}|(?<![\d/]){_UNIT}|(?<![\d/:])(\d{{1,2}})() d[ae] (manha|tarde|noite)"
)
_ALSO = re.compile(rf"\b(?:ou|e) (?:as )?{_ANY}")

_PART_OF_DAY = re.compile(r"\b(?:manha|cedo)\b|\bnoite\b")
_FIRST = r"(?:1|primeira|primeirissimo) horario"
_LAST = r"ultimo horario"
# The longer expression first: it takes its words with it.
_PARTS = tuple(
    (re.compile(pattern), Span(earliest, latest))
    for pattern, earliest, latest in (
        (r"\b(?:depois|apos) (?:do|o) almoco\b", time(13), time(17, 59)),
        (r"\bantes do almoco\b", time.min, time(12)),
        (r"\b(?:na|no|a)? ?(?:h|horario) d[eo] almoco\b", time(11, 30), time(14)),
        (rf"\b(?:comeco|inicio|{_FIRST}) da tarde\b", time(12), time(14, 59)),
        (
            rf"\b(?:fim|final|finalzinho|{_LAST}) d[ao] (?:tarde|dia)\b|\btarde?zinha\b|\btardinha\b",
            time(16),
            time(19),
        ),
        (rf"\b(?:fim|final|{_LAST}) da manha\b", time(10), time(12)),
        (
            rf"\b(?:comeco|inicio|{_FIRST}) d[ao] (?:manha|dia)\b|\bcedo\b|\bcedinho\b|\bmanhazinha\b",
            time.min,
            time(10),
        ),
        (rf"\b{_FIRST}\b(?! que| disponivel| livre| vago| possivel| de)", time.min, time(10)),
        (rf"\b{_LAST}\b", time(16), time(23, 59)),
        (r"\b(?:de |pela |na |da |a )?manha\b", time.min, time(11, 59)),
        (r"\b(?:de |a )?noitinha\b", time(18), time(21)),
        (r"\b(?:de |pela |na |da |a )?tarde\b", time(12), time(17, 59)),
        (r"\b(?:de |pela |na |da |a )?noite\b", time(18), time(23, 59)),
    )
)


#: "dez e vinte" is an hour and its minutes, "8 e 10" are two hours unless something says that it is one.
_MINUTES = re.compile(
    r"(?<!entre )(?<!entre as )(?<!das )(?<!de )\b(\d{1,2})(?: ?h)? e (meia|25|3[05]|4[05]|5[05]|(?:05|10|15|20)"
    r"(?= d[ae] (?:manha|tarde|noite)| ?min|\s*$))\b(?! ?h\b|:)"
)
_DOTTED = re.compile(r"\b(\d{1,2})\.([0-5]\d)(?= ?h\b)|(?<=\bas )(\d{1,2})\.([0-5]\d)\b")
#: Lasts so long and is at no time of the day.
_SO_LONG = re.compile(r"\b(?:daqui(?: a)?|ha) (?:uns |umas )?\d{1,2} ?(?:h\b|min\w*)")
#: The hour is told twice: ``10:30h``.
_WITH_SIGN = re.compile(r"\b(\d{1,2}:[0-5]\d) ?h\b")
_RUN_TOGETHER = re.compile(r"(?:^\s*|\bas )([01]\d|2[0-3])([0-5]\d)(?= ?h\b|\s*$)")


def _minutes_from(at: time, minutes: int) -> time:
    total = max(0, min(at.hour * 60 + at.minute + minutes, 24 * 60 - 1))
    return time(total // 60, total % 60)


_READERS: tuple[tuple[re.Pattern[str], Callable[[time, time], Span]], ...] = (
    (_BETWEEN, lambda a, b: Span(min(a, b), max(a, b))),
    (_AFTER, lambda a, _: Span(earliest=a)),
    (_BEFORE, lambda a, _: Span(latest=_minutes_from(a, -1))),
    (_UNTIL, lambda a, _: Span(latest=a)),
    (_AROUND, lambda a, _: Span(_minutes_from(a, -60), _minutes_from(a, 60))),
    (_EXACT, lambda a, _: Span(a, a)),
)


def find(text: str) -> tuple[Span, ...]:
    """Every hour or range named in a plain ``text`` whose days are already blanked; none: any hour will do."""
    text = _in_digits(text)
    part = _PART_OF_DAY.search(text)
    spoken = part[0] if part else None
    spans: list[Span] = []
    for pattern, make in _READERS:
        for match in pattern.finditer(text):
            at = list(_times(match, part=spoken))
            if at:
                spans.append(make(at[0], at[-1]))
                text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    if spans and spans[-1].is_exact:
        spans += [Span(at, at) for match in _ALSO.finditer(text) for at in _times(match, part=spoken)]
    return _within(spans, _parts(text))


def _parts(text: str) -> list[Span]:
    found: list[Span] = []
    for pattern, span in _PARTS:
        text, times = pattern.subn(" ", text)
        found += [span] * bool(times)
    # ``de manhã cedo`` is early, and not early or any time before noon.
    return [one for one in found if not any(_is_inside(other, one) for other in found)]


def _is_inside(one: Span, other: Span) -> bool:
    return one != other and other.earliest <= one.earliest and one.latest <= other.latest


def _within(spans: list[Span], parts: list[Span]) -> tuple[Span, ...]:
    """``de tarde, depois das 15``: the hours that fit both; a part of the day that fits no hour is another thought."""
    if not spans or not parts:
        return tuple(dict.fromkeys(spans or parts))
    both = [
        Span(max(one.earliest, part.earliest), min(one.latest, _end_of(part, one)))
        for one in spans
        for part in parts
        if max(one.earliest, part.earliest) <= min(one.latest, part.latest)
    ]
    return tuple(dict.fromkeys(both or spans))


def _end_of(part: Span, span: Span) -> time:
    """``de tarde, depois das 17``: who leaves less than an hour of a part means its end by no clock."""
    return part.latest if span.earliest < _minutes_from(part.latest, -59) else span.latest


def _in_digits(text: str) -> str:
    text = _WITH_SIGN.sub(r"\1", _SO_LONG.sub(" ", text))
    text = re.sub(r"\bmeio[ -]dia e (meia|\d\d)\b", lambda m: f"12:{m[1].replace('meia', '30')}", text)
    text = re.sub(r"\bmeio[ -]dia\b", "12:00", text)
    text = _WORDED.sub(lambda m: f"{m[1]} {_HOURS[m[2]]}" if m[1] else str(_HOURS[m[3]]), text)
    text = _RUN_TOGETHER.sub(r"as \1:\2", _DOTTED.sub(lambda m: f"{m[1] or m[3]}:{m[2] or m[4]}", text))
    return _MINUTES.sub(lambda m: f"{m[1]}:{'30' if m[2] == 'meia' else m[2]}", text)


def _times(match: re.Match[str], *, part: str | None) -> Iterator[time]:
    groups = match.groups()
    for n in range(0, len(groups), 3):
        hour, minute, period = groups[n : n + 3]
        if hour is not None and int(hour) < 24 and int(minute or 0) < 60:
            yield time(_hour(int(hour), period, part=part), int(minute or 0))


def _hour(hour: int, period: str | None, *, part: str | None) -> int:
    """``às 3`` is in the afternoon, unless the morning is spoken of, and ``de noite, às 7`` in the evening."""
    late = hour >= 5 if part == "noite" else 1 <= hour <= 6
    if period in ("tarde", "noite") or (period is None and late and part not in ("manha", "cedo")):
        return hour + 12 if hour < 12 else hour
    return hour
