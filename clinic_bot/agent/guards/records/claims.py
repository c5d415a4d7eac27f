"""Whether a reply says that something was done which no tool did. Pure.

A patient who reads "marquei para quinta" comes on Thursday. What a model says it did must stand in the records; what it
says that stands there, it must have looked up or been told of. Each deed needs its own evidence: who has an appointment
has not cancelled it.
"""

import re
from collections.abc import Collection, Iterable

from clinic_bot.agent.guards.language.clauses import plain_lines
from clinic_bot.agent.guards.language.marks import without_markup
from clinic_bot.agent.guards.language.names import without_title_stops
from clinic_bot.agent.guards.records.cancellations import cancels_another
from clinic_bot.agent.guards.records.deeds import CHANGES, Deed, idle_promises, own_deeds
from clinic_bot.agent.guards.records.nobodys import nobody_did, paper_comes, sees_money
from clinic_bot.agent.guards.records.states import (
    HELD,
    NEW_DAY,
    RECEPTION_WAS_TOLD,
    STANDS,
    STANDS_ANYHOW,
    claimed,
    of_a_visit_to_come,
)
from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, HAND_OVER, OWN_APPOINTMENTS

#: What asks or offers claims nothing.
_QUESTION = re.compile(r"[^.!?\n]*\?")
#: Asks nothing.
_TAG = re.compile(r",? (?:ta|viu|ok|blz|beleza)\?")
_JUST_DONE = re.compile(r"\bfeito, (marcad|remarcad|cancelad)a: |\b(presenca confirmada): ")
_BY_RESULT = {"marcad": Deed.BOOK, "remarcad": Deed.MOVE, "cancelad": Deed.CANCEL}


def unfounded(
    text: str,
    *,
    called: Collection[str],
    has_booked: bool,
    told: Iterable[str] = (),
    staff: Collection[str] = (),
    file: str = "",
) -> bool:
    """Whether ``text`` claims what did not happen.

    Args:
        called: tools that succeeded in this turn.
        has_booked: the records hold an appointment of this patient, as the turn was told.
        told: results of tools, and earlier messages of the clinic.
        staff: first names of professionals, plain, by which they are called as well as by their title.
        file: the clinic's, plain.
    """
    lines = _TAG.sub(".", as_lines(text))
    said = _QUESTION.sub(" ", lines)
    if sees_money(said):
        return True
    told_lines = [_QUESTION.sub(" ", as_lines(one)) for one in told]
    done = _done(called, told_lines)
    changed = done & CHANGES
    looked_up = has_booked or _found_some(called, told_lines) or bool(changed - {Deed.CANCEL})
    before = " ".join(told_lines)
    of_staff = re.sub(rf"\b(?:{'|'.join(staff)})\b", "doutora", said) if staff else said
    for deed in own_deeds(of_staff):
        if not deed.needs & done and not re.search(rf"\b{deed.verb}\b", before):
            return True
    if any(promise not in before for promise in idle_promises(of_staff)):
        return True
    for change, pattern in STANDS.items():
        if change is Deed.CANCEL and Deed.MOVE in done:
            continue  # of what was moved the old time is free
        if change not in done and claimed(pattern, said) and not (change is Deed.BOOK and looked_up):
            return True
    if "?" not in lines and not looked_up and claimed(STANDS_ANYHOW, of_a_visit_to_come(said, done)):
        return True
    if Deed.TELL not in done and claimed(RECEPTION_WAS_TOLD, said):
        return True
    if (
        OWN_APPOINTMENTS in called
        and not changed
        and any(match[1] not in before for match in NEW_DAY.finditer(said))
    ):
        return True
    if HELD.search(said) and not done & {Deed.BOOK, Deed.HOLD}:
        return True
    if cancels_another(said, told_lines):
        return True
    return nobody_did(of_staff, before) or paper_comes(of_staff, f"{file}\n{before}")


def _done(called: Collection[str], told: Iterable[str]) -> set[Deed]:
    """What was done in this turn or is told as done; a tool whose answer is not at hand did whatever is said."""
    found: set[Deed] = set()
    for one in told:
        for match in _JUST_DONE.finditer(one):
            found.add(_BY_RESULT[match[1]] if match[1] else Deed.CONFIRM)
            if match[1] in ("marcad", "remarcad"):  # what was just booked is also called confirmed
                found |= {Deed.BOOK, Deed.CONFIRM}
        found |= {deed for deed, pattern in STANDS.items() if claimed(pattern, one)}
        for deed in own_deeds(one):
            found |= deed.needs
        if "(presenca confirmada)" in one:
            found.add(Deed.CONFIRM)
        if "horario guardado" in one:
            found.add(Deed.HOLD)
        if RECEPTION_WAS_TOLD.search(one):
            found.add(Deed.TELL)
    if {CARRY_OUT, CONFIRM} & set(called) and not found & CHANGES:
        found |= CHANGES
    if HAND_OVER in called:
        found.add(Deed.TELL)
    return found


def _found_some(called: Collection[str], told: Iterable[str]) -> bool:
    return OWN_APPOINTMENTS in called and not any("nenhuma consulta futura marcada" in one for one in told)


def as_lines(text: str) -> str:
    """Plain, without markup and the stops of titles; lines stay lines."""
    return plain_lines(without_title_stops(without_markup(text)))
