"""Whether a reply offers a time that no tool showed as free. Pure.

That the clinic opens at 9h makes 9h no free time of anybody's, and what is free on Tuesday is not free on Friday.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from clinic_bot.agent.guards.clauses import sentences
from clinic_bot.agent.guards.days import days_in
from clinic_bot.agent.guards.figures import Kind, figures
from clinic_bot.clinic.spelling import plain

#: Weekdays, none where none is named, and a time as ``HH:MM``.
Pair = tuple[tuple[int, ...], str]

_OFFERS = re.compile(
    r"\b(?:tem|tenho|temos|ha|livres?|vag[ao]u?s?|disponive\w+|encaix\w+|consigo|sobrou|abriu|restou|opc(?:ao|oes))\b"
    r"|\b(?:pode|podem)(?: te)? (?:ser|vir|atender|as)\b|\b(?:atende|fazer)\b|\b(?:que tal|serve)\b"
)
_SETTLES = re.compile(r"\b(?:anotad\w+|combinad\w+|reservad\w+|marcad\w+|agendad\w+|entao|perfeito)\b")
_NO = re.compile(r"\b(?:nao|nem|nenhum\w*|sem|ocupad\w+|lotad\w+|indisponive\w+|infelizmente)\b")
#: What the clinic does all the time is no free time.
_HABIT = re.compile(
    r"\b(?:abr(?:e|imos)|fech\w+|funciona\w*|expediente|coleta|jejum|sem hora marcada|lembrete|recepcao|clinica"
    r"|manobrista|estacionamento|cvv|samu|188|192)\b"
)
_RANGE = re.compile(
    r"\b(?:d?as|de) [\d:h]+(?: ?horas)? ?(?:as|ate(?: as)?|a|-|ao) (?:[\d:h]+|meio[- ]dia)"
    r"|\b(?:ate|a partir d[aeo]s?|antes d[aeo]s?|depois d[aeo]s?|apos|entre)(?: as)? (?:[\d:h]+|o meio[- ]dia"
    r"|meio[- ]dia)"
    r"(?: e (?:as )?[\d:h]+)?|\bcheg\w+[^,.]*"
)


def mistake(text: str, told: Sequence[str], file_times: Iterable[str], now: datetime | None) -> str | None:
    """What ``text`` says wrongly of free times, in Portuguese; None for nothing.

    Args:
        told: results of tools and earlier messages of the clinic.
        file_times: that the file names beside its opening hours, as ``HH:MM``.
    """
    if _untold(text, told, file_times, now):
        return "oferece um horário que nenhuma ferramenta mostrou como livre"
    return None


def _untold(text: str, told: Sequence[str], file_times: Iterable[str], now: datetime | None) -> bool:
    shown = [pair for one in told for pair in pairs(one, now)]
    times = {at for _, at in shown}
    named = set(file_times)
    for sentence in sentences(text):
        bare = plain(re.sub(r"[*_~]", "", sentence))
        offers = _OFFERS.search(bare) or re.search(r"\bd[áÁ]\b", sentence)
        settles = not bare.endswith("?") and _SETTLES.search(bare)
        if _HABIT.search(bare):
            continue
        if not (offers or settles):
            if not bare.endswith("?") and any(_on_another_day(one, shown) for one in _offered(bare, now)):
                return True
            continue
        for days, at in _offered(bare, now):
            if at not in times:
                if at not in named:
                    return True
            elif _on_another_day((days, at), shown):
                return True
    return False


def _on_another_day(pair: Pair, shown: Sequence[Pair]) -> bool:
    """Whether a time was told, and of other days only."""
    days, at = pair
    on = [others for others, other in shown if other == at]
    return bool(days and on) and not any(not others or set(others) & set(days) for others in on)


def _offered(bare: str, now: datetime | None) -> Iterator[Pair]:
    days: tuple[int, ...] = ()
    after = days_in(bare, now)
    for part in re.split(r"[,;.]\s|\smas\s", bare):
        days = days_in(part, now) or days
        if _NO.search(part):
            continue
        for figure in figures(_RANGE.sub(" ", part)):
            if figure.kind is Kind.TIME:
                # Said after the hour, a day counts for it as well.
                yield (days or after, figure.value)


def pairs(text: str, now: datetime | None) -> Iterator[Pair]:
    """Every time that a text names, with the days it stands behind; none where it stands behind none."""
    for line in text.splitlines():
        days: tuple[int, ...] = ()
        for part in re.split(r"[;.](?:\s|$)|(?<=\))\s", plain(line)):
            found = days_in(part, now)
            days = found or days
            for figure in figures(part):
                if figure.kind is Kind.TIME:
                    yield days, figure.value
