"""Whether a reply says of a professional a day or an hour that is somebody else's, or nobody's. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from clinic_bot.agent.guards.language.clauses import Clause, clauses, whole
from clinic_bot.agent.guards.language.days import (
    DAYS,
    FROM_TO,
    PART_OF_DAY,
    PARTS_OF_DAY,
    WEEKDAYS,
    dates_in,
    days_in,
    times_in,
)
from clinic_bot.agent.guards.language.names import first_names
from clinic_bot.clinic.clinic_file import Away, Professional
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.hours import Period
from clinic_bot.clinic.spelling import plain, words_of

_DAY = "diz que um profissional atende em um dia que não é dele"
_HOUR = "diz que um profissional atende em um horário que não é dele"
_ATTENDS = re.compile(r"\b(?:atend\w+|receb\w+|trabalha|costuma)\b")
#: What says it only where somebody is named beside it.
_IS_THERE = re.compile(r"\b(?:est(?:a|ara)|vem|consegue|pode|faz|realiza|abre|tem|fica)\b")
_HABIT = re.compile(
    rf"\b(?:(?:{'|'.join(WEEKDAYS)})s|tod[ao]s? (?:[ao]s )?(?:{'|'.join(WEEKDAYS)})s?|todos os dias|diariamente"
    r"|de segunda a)\b"
)
_AWAY = re.compile(
    r"\b(?:fora|ferias|ausente|afastad\w+|licenca|viage\w+|volta\w*|retorna\w*|so|depois|antes|sem|cheia|lotad\w+)\b"
)
_SOMETHING_ELSE = re.compile(
    r"\b(?:(?:a|nossa) clinica|recepcao|abrimos|fechamos|funcionamos|voce|prazo|resultado|laudo|lembrete)\b"
)
_GOES_ON = re.compile(r"^(?:e |ja |mas )?(?:el[ae]\b|atende\b|recebe\b|esta\b|trabalha\b)")
#: Not who does it: ``quinta com a Dra. Marta, e sexta com o Dr. Otávio``.
_BESIDE = re.compile(r"\b(?:com|d[ao]|pel[ao])(?: [ao])?(?: dra?| doutora?| enf| fga)? (\w+)")
_ONLY_WHEN = re.compile(
    r"\b(?:d?[aeo]s?|n?[ao]s?|de|em|e|tambem|ja|manha|tarde|noite|pela|so|ate|das?|para|horas?|h|\d\S*|meio|dia)\b"
)
_YES = re.compile(r"^\W*(?:sim|claro|atende|com certeza)\b")
#: Says of the day before it that there is room on it, and goes on to say with whom.
_GOES_WELL = re.compile(
    r"^(?:esta (?:\w+ )?(?:tranquil\w+|livre|vag\w+|bo[am])|da(?: sim)?|tem(?:os)?(?: sim)?|sim|pode ser"
    r"|consigo)\W*$"
)
#: Here it makes no exception, where a clause would end.
_OUT = re.compile(r"\b(est(?:a|ara|ao)|fica\w*|continua|segue) fora\b")
_NO_VERB = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class _One:
    """A professional.

    Args:
        names: what they are called by.
        days: on which they attend week by week; none where the file does not say.
        single: on which they attend once.
        periods: of each weekday, shape (7,); none where the file does not say.
        noted: times of the day that stand in their notes.
    """

    names: frozenset[str]
    days: frozenset[int]
    single: frozenset[int]
    periods: tuple[tuple[Period, ...], ...]
    noted: frozenset[time]
    away: tuple[Away, ...]


class Attendance:
    """When the professionals of one clinic attend."""

    def __init__(self, facts: ClinicFacts) -> None:
        self._all = [_read(one) for one in facts.professionals]

    def mistake(self, text: str, told: Iterable[str], asked: str, now: datetime | None) -> str | None:
        """What ``text`` says wrongly, in Portuguese; None for nothing.

        Args:
            told: results of tools and earlier messages of the clinic.
            asked: the burst that is answered, plain.
            now: in the clinic's zone.
        """
        who = self._named(asked)
        words = set(words_of(text))
        if who is None and not any(one.names & words for one in self._all):
            return None
        lines = [plain(line) for one in told for line in one.splitlines()]
        answers = _YES.search(plain(text)) is not None and now is not None
        asked_for = dates_in(asked, now) if now and answers else ()
        for n, sentence in enumerate(whole(text)):
            if sentence.endswith("?"):
                continue
            if not (_GOES_ON.search(sentence) or (n == 0 and answers)):
                who = None
            dates = (dates_in(sentence, now) if now else ()) or asked_for
            for part in _with_days(clauses(_OUT.sub(r"\1 ausente", sentence), _NO_VERB, _NO_VERB)):
                said = set(words_of(part.text))
                here = [one for one in self._all if one.names & said]
                if here and any(one.names & set(_BESIDE.findall(part.text)) for one in here):
                    who = None
                elif here or _SOMETHING_ELSE.search(part.text):
                    who = here[0] if len(here) == 1 and not _SOMETHING_ELSE.search(part.text) else None
                if len(here) > 1 and part.says is not False and _none_of_one(here, part.text, now):
                    return _DAY
                if who and (problem := _wrong(who, part, lines, dates, now, named=bool(here))):
                    return problem
        return None

    def _named(self, text: str) -> _One | None:
        here = [one for one in self._all if one.names & set(words_of(text))]
        return here[0] if len(here) == 1 else None


def _none_of_one(here: Sequence[_One], text: str, now: datetime | None) -> bool:
    """Whether several are said to attend on days of which one has none."""
    days = set(days_in(text, now)) if re.search(r"\batendem\b", text) else set()
    return bool(days) and any(one.days and not days & one.days for one in here)


def _with_days(parts: Iterable[Clause]) -> Iterator[Clause]:
    """Each clause with the days said before it: ``na quarta, a Dra. Marta atende``, ``às quartas, das 8h às 12h``."""
    days, alone = "", False
    for part in parts:
        own, when = [match[0] for match in DAYS.finditer(part.text)], _is_when(part.text)
        yield part if own or not (when or alone) else Clause(f"{days} {part.text}", part.says)
        if own:
            days, alone = " ".join(own), when
        elif not when and not (alone and _GOES_WELL.search(part.text)):
            days, alone = "", False


def _is_when(text: str) -> bool:
    """Whether it names days, dates and hours only."""
    return not re.search(r"[a-z]", _ONLY_WHEN.sub("", DAYS.sub("", text)))


def _wrong(
    who: _One, part: Clause, lines: Sequence[str], dates: Sequence[date], now: datetime | None, *, named: bool
) -> str | None:
    text = part.text
    if part.says is False or _AWAY.search(text):
        return None
    attends = _ATTENDS.search(text) or _HABIT.search(text) or (named and _IS_THERE.search(text))
    if not attends and (named or not _is_when(text)):
        return None
    if attends and any(one.first <= day <= one.last for one in who.away for day in dates):
        return _DAY
    theirs = [line for line in lines if who.names & set(words_of(line))]
    days = set(days_in(text, now))
    told = {day for line in theirs for day in days_in(line, now)}
    if who.days and days - who.days - told - (frozenset() if _HABIT.search(text) else who.single):
        return _DAY
    known = who.periods and not days - who.days
    return _HOUR if known and any(_outside(who, text, days, theirs)) else None


def _outside(who: _One, text: str, days: Iterable[int], theirs: Sequence[str]) -> Iterator[bool]:
    """Whether a part of the day or an hour is said at which they are not there."""
    on = [who.periods[day] for day in days] or [periods for periods in who.periods if periods]
    for match in PART_OF_DAY.finditer(text):
        first, last = PARTS_OF_DAY[match[1]]
        yield not any(one.opens < last and one.closes > first for periods in on for one in periods)
    told = {at for line in theirs for at in times_in(line)}
    times = set(times_in(text)) - told - who.noted
    edges = {at for periods in on for one in periods for at in (one.opens, one.closes)}
    if _ATTENDS.search(text) or _HABIT.search(text) or FROM_TO.search(text):
        yield any(not any(one.opens <= at <= one.closes for periods in on for one in periods) for at in times)
        yield FROM_TO.search(text) is not None and not times <= edges


def _read(one: Professional) -> _One:
    notes = [part for part in re.split(r"[;.](?:\s|$)", plain(one.notes)) if not re.search(r"\bnao\b", part)]
    periods = one.hours.periods() if one.hours else ()
    regular = {n for n, some in enumerate(periods) if some}
    noted = {day for part in notes if "atende" in part for day in days_in(part)}
    days = {*regular, *noted}
    return _One(
        frozenset(first_names(one.name)),
        frozenset(days),
        frozenset(slot.weekday() for slot in one.slots),
        periods if regular >= days else (),
        frozenset(at for part in notes for at in times_in(part)),
        one.away,
    )
