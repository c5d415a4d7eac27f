"""What the words around a named day make of it: "a partir de", "até", "de ... a ...", "sem ser", "não posso". Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from clinic_bot.clinic.named_days import PART_OF_DAY, Named, run, week_of

#: How many days "depois do dia 20" goes on for, and "depois do feriado".
_ONWARDS = 30
_WEEK = 7

_LINK = r"(?: (?:n?[oa]s?|em|d[eoa]|pra|para|aos?|dia|n?ess[ea]|n?est[ea]))*\s*$"
_CAN = r"(?:posso|consigo|da|quero|rola|vai (?:dar|rolar)|vou (?:poder|conseguir)|tenho como|serve|poderei|conseguirei)"
_FROM = re.compile(rf"\b(?:a partir|desde){_LINK}")
_EVE = re.compile(rf"\b(?:vespera|(?:um|1|no) dia antes){_LINK}")
_WEEK_OF = re.compile(rf"(?<!fim de )(?<!final de )\bsemana{_LINK}")
_AFTER = re.compile(rf"\b(?:depois|apos|passad[oa]|passando){_LINK}")
_BEFORE = re.compile(rf"\bantes{_LINK}")
_UNTIL = re.compile(rf"\bate{_LINK}")
_BETWEEN = re.compile(rf"\bentre{_LINK}")
_TO = re.compile(r"\s*(?:a|ao|ate)(?: [oa])?\s*")
_AND = re.compile(r"\s*(?:e|a|ao|ate)(?: [oa])?\s*")
_ALSO = re.compile(r"[\s,]*(?:(?:e|ou|nem) )?(?:n[oa]s?|em|de)?\s*")
_BARRED_BEFORE = re.compile(
    r"\b(?:sem ser|(?<!mais ou )(?<!pelo )menos|exceto|tirando|fora|salvo|alem|sem contar"
    r"|que nao seja"
    rf"|(?:nao|n) (?:{_CAN}|pode ser|posso ser)(?: (?:ir|vir|mais|ser|marcar|comparecer|muito))*){_LINK}"
)
#: One day takes the place of another; of a weekday only the coming one is given up.
_INSTEAD_OF = re.compile(rf"\b(?:em vez|(?:ao )?inves|no lugar){_LINK}")
_BARRED_AFTER = re.compile(
    rf"(?: (?:eu|pra mim|{PART_OF_DAY}))*,? (?:(?:nao|n) (?:{_CAN}|pode(?! ser))\b|(?:nao|n)(?=\s*(?:,|$)))"
)
#: "segunda e terça não posso" rules out both; "quarta não, quinta sim" one.
_TOGETHER = re.compile(r"\s*(?:e|ou|nem)(?: n[oa])?\s*")
_SPEAKS_UP = re.compile(r" (?:sim|pode|da|posso|consigo|ok|tudo bem)\b")
_PART_BEHIND = re.compile(rf" {PART_OF_DAY}\b")


def related(found: Sequence[Named], text: str, today: date) -> tuple[list[Named], str]:
    """``found`` with ranges drawn out and what was ruled out marked as such, and ``text`` without those words.

    Args:
        found: in order of place; their own words are blank in ``text``.
    """
    kept: list[Named] = []
    listing = False
    for at, one in enumerate(found):
        behind = found[at + 1].start if at + 1 < len(found) else len(text)
        floor = kept[-1].end if kept else 0
        before = text[floor : one.start]
        if kept and (joined := _joined(kept[-1], one, before, text, today)) is not None:
            kept[-1] = joined
            continue
        if _INSTEAD_OF.search(before):
            kept.append(replace(one, kind="not", doubt=""))
            continue
        barred_behind = _BARRED_AFTER.match(text[one.end : behind])
        goes_on = listing and _ALSO.fullmatch(before) and not _SPEAKS_UP.match(text[one.end : behind])
        listing = bool(_BARRED_BEFORE.search(before) or goes_on)
        if listing or barred_behind:
            end = one.end + (barred_behind.end() if barred_behind else 0)
            if part := _PART_BEHIND.match(text[end:behind]):
                end += part.end()
            text = text[: one.end] + " " * (end - one.end) + text[end:]
            if barred_behind and kept and _TOGETHER.fullmatch(before):
                kept[-1] = _barred(kept[-1], kept[-1].end)
            one = _barred(one, end)
        kept.append(_drawn_out(one, before, today))
    return kept, text


def _barred(one: Named, end: int) -> Named:
    kind = "not_weekday" if one.kind in ("weekday", "not_weekday") else "not"
    return replace(one, kind=kind, end=end, doubt="")


def _joined(first: Named, last: Named, between: str, text: str, today: date) -> Named | None:
    """``do dia 20 ao dia 24``, ``segunda a sexta``, ``entre quarta e sexta``."""
    opened = _BETWEEN.search(text[: first.start])
    if not (_AND if opened else _TO).fullmatch(between) or not first.days or not last.days:
        return None
    if first.kind == last.kind == "weekday":
        week = [today + timedelta(days=n) for n in range(1, 1 + _WEEK)]
        names = [one.days[0].weekday() for one in (first, last)]
        wanted = {(names[0] + n) % _WEEK for n in range((names[1] - names[0]) % _WEEK + 1)}
        return replace(
            first, end=last.end, days=tuple(day for day in week if day.weekday() in wanted), doubt=""
        )
    if first.days[0] > last.days[-1]:
        return None
    # Of a weekday either reading will do; a number that the month has no day for is still to be asked about.
    doubt = "; ".join(one.doubt for one in (first, last) if one.kind == "date" and one.doubt)
    return replace(
        first, kind="span", end=last.end, days=tuple(run(first.days[0], last.days[-1])), doubt=doubt
    )


def _drawn_out(one: Named, before: str, today: date) -> Named:
    if not one.days or one.kind.startswith("not"):
        return one
    first, last = one.days[0], one.days[-1]
    onwards = _WEEK if one.kind == "holiday" else _ONWARDS
    if _EVE.search(before):
        return replace(one, kind="near", days=(first - timedelta(days=1),))
    if one.kind == "date" and _WEEK_OF.search(before):
        return replace(one, kind="span", days=tuple(day for day in week_of(first) if day >= today))
    if _FROM.search(before):
        return replace(one, kind="span", days=tuple(run(first, first + timedelta(days=onwards - 1))))
    if _AFTER.search(before):
        return replace(one, kind="span", days=tuple(_after(last, onwards)))
    if _BEFORE.search(before):
        return replace(one, kind="span", days=tuple(run(today, first - timedelta(days=1))))
    if _UNTIL.search(before):
        return replace(one, kind="span", days=tuple(run(today, last)))
    if _BETWEEN.search(before) and len(one.days) > 1:
        return replace(one, kind="span", days=tuple(run(first, last)))
    return replace(one, kind="near") if one.kind == "holiday" else one


def _after(day: date, count: int) -> list[date]:
    return run(day + timedelta(days=1), day + timedelta(days=count))
