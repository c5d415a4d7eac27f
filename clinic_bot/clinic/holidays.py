"""Brazil's national holidays, for "depois do feriado" and "antes do natal". Pure.

The clinic's own closed days are in its file; what the people of one town keep besides is known there only.
"""

from collections.abc import Iterator
from datetime import date, timedelta

#: Month and day of those that stand still.
_FIXED = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (11, 20), (12, 25))
#: Days from Easter: carnival, Good Friday, Easter, Corpus Christi.
_MOVABLE = {"carnaval": -47, "semana santa": -2, "sexta santa": -2, "pascoa": 0, "corpus christi": 60}
_NAMED = {
    "natal": (12, 25), "ano novo": (1, 1), "reveillon": (1, 1), "tiradentes": (4, 21), "finados": (11, 2),
    "independencia": (9, 7),
}  # fmt: skip
NAMES = tuple(_NAMED) + tuple(_MOVABLE)


def easter(year: int) -> date:
    """Source: the anonymous Gregorian computus (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def coming(name: str, today: date) -> date:
    """The next holiday of that name, today's included; of any name for "feriado"."""
    return min(day for year in (today.year, today.year + 1) for day in _of(name, year) if day >= today)


def _of(name: str, year: int) -> Iterator[date]:
    if name in _NAMED:
        yield date(year, *_NAMED[name])
    elif name in _MOVABLE:
        yield easter(year) + timedelta(days=_MOVABLE[name])
    else:
        yield from (date(year, month, day) for month, day in _FIXED)
        yield from (easter(year) + timedelta(days=n) for n in (-48, -47, -2, 60))
