"""The stand-in receptionist at the agenda's tools: which call comes next.

Services, days and names go to the tools in the patient's own words, and what it may not do the tools refuse. Same
request, same step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clinic_bot.clinic import consent, dates
from clinic_bot.clinic.consent import Deed
from clinic_bot.clinic.spelling import plain
from clinic_bot.sandbox import which
from clinic_bot.sandbox.brain import Done
from clinic_bot.sandbox.intent import BOOK, OFFERED, ONLY_ONE, answered, intent, takes_the_one
from clinic_bot.sandbox.talk import (
    AT_ONCE,
    CARRY_OUT,
    CONFIRM,
    FREE_SLOTS,
    OWN,
    PROPOSE,
    Talk,
    chosen,
    each_with_an_hour,
    name_in,
    phrase,
)
from clinic_bot.sandbox.topics import OF_FACTS, WHEN

_NOTHING_FREE = "não há horário livre"
_GONE = "acabou de ser ocupado"
_BLANK = {"acao": "", "consulta": "", "servico": "", "quando": "", "paciente": ""}


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: Mapping[str, str]


def gave_up(talk: Talk) -> bool:
    """Whether a tool said that this is the reception's."""
    return any("chame a recepção" in one.result for one in talk.done)


def next_call(talk: Talk) -> Call | None:
    """The next tool to call; None when it is time to write."""
    steps = {
        "yes": _say_yes, "confirm": _confirm, "cancel": _cancel, "move": _move, "book": _book, "show": _show,
    }  # fmt: skip
    step = None if gave_up(talk) else steps.get(intent(talk))
    return step(talk) if step else None


def _say_yes(talk: Talk) -> Call | None:
    tried = {one.arguments.get("proposta") for one in talk.results(CARRY_OUT)}
    label = next((label for label in answered(talk) if label not in tried), None)
    if label:
        return Call(CARRY_OUT, {"proposta": label})
    gone = any(_GONE in one.result for one in talk.results(CARRY_OUT))
    if not gone or talk.results(FREE_SLOTS):
        return None
    told = next(told for label, _, told in talk.open if label in tried)
    return Call(FREE_SLOTS, {"servico": told.partition(",")[0], "quando": ""})


def _confirm(talk: Talk) -> Call | None:
    if not talk.results(OWN):
        return Call(OWN, {"quem": ""})
    rows = chosen(talk, f"{talk.said}\n{talk.before}")
    if len(rows) != 1 or talk.results(CONFIRM):
        return None
    return Call(CONFIRM, {"consulta": rows[0][0]})


def _show(talk: Talk) -> Call | None:
    return None if talk.results(OWN) else Call(OWN, {"quem": ""})


def _cancel(talk: Talk) -> Call | None:
    if not talk.results(OWN):
        return Call(OWN, {"quem": ""})
    rows = chosen(talk, talk.said)
    if len(rows) != 1:
        return None
    return _propose(talk, {"acao": "cancelar", "consulta": rows[0][0]})


def _move(talk: Talk) -> Call | None:
    if not talk.results(OWN):
        return Call(OWN, {"quem": ""})
    rows = chosen(talk, talk.said)
    if len(rows) > 1 and (each := each_with_an_hour(talk.said, rows)):
        tried = {one.arguments.get("consulta") for one in talk.results(PROPOSE)}
        left = next((row for row in each if row[0] not in tried), None)
        if left is None:
            return None
        when = _listed_time(talk, left[1]) or left[1]
        return Call(PROPOSE, {**_BLANK, "acao": "remarcar", "consulta": left[0], "quando": when})
    if len(rows) > 1 and WHEN.search(plain(talk.said)) and not talk.results(FREE_SLOTS):
        return Call(FREE_SLOTS, {"servico": rows[0][1].partition(",")[0], "quando": _time_wanted(talk)})
    if len(rows) != 1:
        return None
    if any(_NOTHING_FREE in one.result for one in talk.results(PROPOSE)) and not talk.results(FREE_SLOTS):
        return Call(FREE_SLOTS, {"servico": rows[0][1].partition(",")[0], "quando": ""})
    return _propose(talk, {"acao": "remarcar", "consulta": rows[0][0], "quando": _time_wanted(talk)})


def _time_wanted(talk: Talk) -> str:
    """What was said, or the one time that it says yes to."""
    only = ONLY_ONE.search(" ".join(talk.before.split()))
    if only and takes_the_one(talk) and not WHEN.search(plain(talk.said)):
        return only[1]
    return _listed_time(talk, talk.said) or phrase(talk.said)


def _listed_time(talk: Talk, words: str) -> str:
    """The one time of our last list that is meant by its hour, and its weekday if one is named."""
    assert talk.now is not None
    when = dates.resolve(words, talk.now)
    if len(when.hours) != 1 or not OFFERED.search(plain(talk.before)):
        return ""
    weekdays = {day.weekday() for day in when.days}
    listed = consent.days_offered(talk.before, talk.now, when.hours[0])
    days = [day for day in listed if not weekdays or day.weekday() in weekdays]
    return f"{days[0]:%d/%m} {when.hours[0]:%H:%M}" if len(days) == 1 else ""


def _book(talk: Talk) -> Call | None:
    everything = f"{talk.earlier}\n{talk.said}\n{talk.before}"
    when = phrase(talk.said)
    assert talk.now is not None
    if not dates.resolve(when, talk.now).days and not dates.resolve(when, talk.now).spans:
        when = phrase(f"{talk.earlier}\n{talk.said}")
    only = ONLY_ONE.search(" ".join(talk.before.split()))
    if only and takes_the_one(talk) and not WHEN.search(plain(talk.said)):
        when = only[1]
    naming = _lines_for(talk)
    if len(naming) > 1:
        return _offer_each(talk, naming, when)
    if which.goes_on(talk) and not talk.results(OWN):
        return Call(OWN, {"quem": ""})
    when = _listed_time(talk, talk.said) or when
    name = name_in(talk)
    if not name and dates.resolve(when, talk.now).hours:
        name = which.patient(talk)
    return _ask_for(talk, _service(talk, everything)[:160], when, name)


def _service(talk: Talk, everything: str) -> str:
    """In the patient's words, in those of our last list, or as the tools asked."""
    if once_more := which.once_more(talk):
        return once_more
    asking = [options for one in talk.done if (options := which.asked(one.result))]
    if asking and (one := which.meant(asking[-1], talk)):
        return one
    names_it = talk.words.names_one(plain(talk.said)) or (BOOK.search(plain(talk.said)) and not talk.earlier)
    if names_it:
        return _without_questions(talk.said)
    corrected = next((told.partition(",")[0] for _, deed, told in talk.open if deed is Deed.BOOK), "")
    naming = [line for line in talk.earlier.splitlines() if talk.words.names_one(plain(line))]
    named = "\n".join([talk.said, *naming]) if naming else everything
    return corrected or which.listed(talk.before) or named


def _ask_for(talk: Talk, service: str, when: str, name: str) -> Call | None:
    """Propose what is wanted where it is plain, else list what is free; anew where the tool asked which service."""
    assert talk.now is not None
    proposed, listed = talk.results(PROPOSE), talk.results(FREE_SLOTS)
    if proposed and not proposed[-1].result.startswith("Erro"):
        return _carry_out_at_once(talk)
    picks = bool(dates.resolve(when, talk.now).hours and OFFERED.search(plain(talk.before)))
    if (name or picks) and _may_ask(proposed, service):
        given = {"acao": "marcar", "servico": service, "quando": when, "paciente": name}
        return Call(PROPOSE, {**_BLANK, **given})
    if (proposed or not name) and _may_ask(listed, service):
        return Call(FREE_SLOTS, {"servico": service, "quando": when})
    return _carry_out_at_once(talk)


def _may_ask(done: Sequence[Done], service: str) -> bool:
    """Once; again where the answer was a question which service is meant, and another is named now."""
    if not done:
        return True
    return bool(which.asked(done[-1].result)) and done[-1].arguments.get("servico") != service


def _lines_for(talk: Talk) -> list[str]:
    """The lines that ask for one service each, where they ask for several."""
    return [line for line in talk.said.splitlines() if talk.words.wants_one(plain(line))]


def _offer_each(talk: Talk, naming: Sequence[str], when: str) -> Call | None:
    """Two services in one burst: what is free for each; the patient chooses."""
    asked = {one.arguments.get("servico") for one in talk.results(FREE_SLOTS)}
    left = next((line[:160] for line in naming if line[:160] not in asked), None)
    return Call(FREE_SLOTS, {"servico": left, "quando": when}) if left else None


def _without_questions(said: str) -> str:
    """What is left for the service when lines that ask for a fact are taken out."""
    lines = said.splitlines()
    kept = [line for line in lines if not any(topic.pattern.search(plain(line)) for topic in OF_FACTS)]
    return "\n".join(kept) or said


def _propose(talk: Talk, given: Mapping[str, str]) -> Call | None:
    if talk.results(PROPOSE):
        return _carry_out_at_once(talk)
    return Call(PROPOSE, {**_BLANK, **given})


def _carry_out_at_once(talk: Talk) -> Call | None:
    """Where the patient's words were the order already, as the tool says."""
    ready = [one.result for one in talk.results(PROPOSE) if AT_ONCE in one.result]
    if not ready or talk.results(CARRY_OUT):
        return None
    return Call(CARRY_OUT, {"proposta": ready[-1].partition(":")[0]})
