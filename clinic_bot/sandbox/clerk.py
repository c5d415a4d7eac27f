"""The stand-in receptionist at the agenda's tools: which call comes next, and what to say of the results.

It knows a handful of phrases and no clinic: services, days and names go to the tools in the patient's own words, and
what it may not do the tools refuse. Same request, same step.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clinic_bot.clinic import consent, dates, short_answers
from clinic_bot.clinic.consent import Deed
from clinic_bot.clinic.spelling import plain
from clinic_bot.sandbox import which
from clinic_bot.sandbox.brain import Done
from clinic_bot.sandbox.talk import LABEL, OWN, Talk, chosen, each_with_an_hour, name_in, name_line, phrase
from clinic_bot.sandbox.topics import OF_FACTS, WHEN, is_about_facts

__all__ = ["FREE_SLOTS", "Talk", "answer", "gave_up", "intent", "next_call"]

FREE_SLOTS = "horarios_livres"
PROPOSE = "propor_consulta"
CARRY_OUT = "efetivar_proposta"
CONFIRM = "confirmar_presenca"

#: Whose results are told also where no more calls are allowed.
TOOLS = frozenset((FREE_SLOTS, OWN, PROPOSE, CARRY_OUT, CONFIRM))

_CANCEL = re.compile(r"\bcancel|\bdesmarc(?!am|aram|ou)|\bnao vou (?:poder|conseguir) ir")
_KEEP = re.compile(
    r"\b(?:nao|n) (?:e (?:pra|para) |quero (?:mais )?|precisa |vai |vou )?(?:cancel|desmarc)"
    r"|\b(?:deixa|mantem|mantenha|fica)\b.{0,12}\b(?:como (?:ta|esta)|marcad[oa]s?)\b"
)
_MOVE_IT = r"\b(?:mud|troc|pass|transfer)(?:ar|a|o|ir|e) (?:(?:a|o|as|os|de|minha|meu|nossa|essa) )*"
_MOVE = re.compile(
    r"\bremarc|\breagend|\b(?:mud|troc)(?:ar|a|o) (?:o |a |de )?(?:horario|data|dia|consulta)|\badiar|\badiant"
)
#: Of something that is booked, without a word for moving it: "minha consulta, dá pra ser mais tarde?"
_SUIT = re.compile(
    r"\b(?:da|tem como|consigo|posso|pode) (?:(?:pra|para|p) )?(?:ser|ir|passar|mudar|trocar)\b"
)
_OWN_ONE = re.compile(r"\b(?:minha|meu|nossa|a d[oae]|o d[oae])\b")
_SHOW = re.compile(
    r"\b(?:minha|meu) (?:consulta|exame|sessao|horario)\b[^.!?\n]{0,20} "
    r"(?:continua|segue|ainda|ta|esta) (?:valendo|marcad|de pe|confirmad|certo)"
    r"|\b(?:q|que|qual)(?: e)?(?: [oa])? (?:dia|hora|horas|horario|data)\b[^.!?\n]{0,20}\b(?:minha|meu|nossa|tenho)\b"
    r"|\b(?:minha|meu) (?:consulta|exame|sessao|horario)[^.!?\n]{0,15}\b(?:quando|q dia|que dia|q horas|que horas)\b"
    r"|\b(?:quando|qndo|qdo) (?:e|eh|sera|vai ser) (?:a |o )?(?:minha|meu)\b"
    r"|\b(?:tenho|tem) (?:alguma (?:coisa|consulta)|algo|consulta) marcad"
)
_BOOK = re.compile(
    r"\bmarcar\b|\bmarca\b(?! d[oae])|\bagend|\btem (?:vaga|horario|encaixe)|\bencaixe|\bquero (?:o|um) horario"
)
_HAS = re.compile(r"\btem (?:clinic|dermato|cardio|pediatr|gineco|ortoped|dentista)\w*")
_WHEN_IS_ONE = re.compile(r"\b(?:quando|qndo|qdo) (?:tem|teria|tinha|da|consigo|posso)\b")
_PRICE = re.compile(r"\bquanto|\bqto|\bqnto|\bqnt\b|\bpreco|\bvalor|\bpreparo")
_WHICH = "Qual delas"
#: What else may answer a reminder: that day does not suit, another may.
_OTHER_TIME = re.compile(
    r"\bnao (?:consigo|posso|da|vou|vai dar)\b|\bpode ser\b|\bem vez\b|\b(?:pra|para|p) ser\b"
    r"|\btem como\b|\btroca|\bpass(?:a|ar)\b"
)
_CANNOT = re.compile(r"\bnao (?:vai dar|da|consigo|posso|vou (?:poder|conseguir))\b")
_CHANGES = (("cancel", _CANCEL), ("move", _MOVE))
#: As the answer to "2" says it.
_ASKED_WHEN = "Para remarcar, diga o dia"
_PRESENCE = re.compile(r"\bconfirm")
_OFFERED = re.compile(r"\bqual (?:horario|prefere|dia)|\blivres\b|\btenho\b|\bdesses horarios\b")
#: The one time that was offered, where there was one only.
_ONLY_ONE = re.compile(
    r"[Ll]ivres: (?:- )?[^:;]+: "
    r"((?:segunda|terça|quarta|quinta|sexta|sábado|domingo) \d\d/\d\d: \d{1,2}h(?:\d\d)?)(?=\.? Qual)"
)
_NOTHING_FREE = "não há horário livre"
_GONE = "acabou de ser ocupado"
_WISHES = {"marcar": "book", "remarcar": "move", "cancelar": "cancel"}
_BLANK = {"acao": "", "consulta": "", "servico": "", "quando": "", "paciente": ""}
_CUT = "omitido por ser longo"  #: what is left of an older result, where the room was small
_AT_ONCE = f"chame {CARRY_OUT} agora"


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: Mapping[str, str]


def intent(talk: Talk) -> str:
    """What the patient wants of the agenda: yes, confirm, cancel, move, book, or nothing."""
    text = plain(talk.said)
    if talk.now is None:
        return ""
    if ready := [one for one in talk.results(PROPOSE) if _AT_ONCE in one.result]:
        return _WISHES.get(str(ready[-1].arguments.get("acao")), "book")
    if _corrects_the_name(talk, text):
        return "book"
    if talk.open and _answered(talk):
        return "yes"
    if (
        (_PRESENCE.search(text) or _is_short_yes(talk.said))
        and "Consultas futuras" in talk.context
        and not talk.open
        and "embrete" in talk.before
    ):
        return "confirm"
    if _KEEP.search(text) and not consent.orders(Deed.BOOK, talk.said):
        return "keep"
    if changing := _changing(text):
        return "" if changing == "move" and "atras" in text else changing
    if _WHICH in talk.before and (changing := _changing(plain(talk.earlier))):
        return changing
    if _moves_without_saying_so(talk, text):
        return "move"
    if _SHOW.search(text) and "Consultas futuras" in talk.context:
        return "show"
    return _booking(talk, text)


def _corrects_the_name(talk: Talk, text: str) -> bool:
    """Another name than the one that was asked about."""
    is_asked = any(deed is Deed.BOOK for _, deed, _ in talk.open)
    return is_asked and bool(re.search(r"\bnome\b", text) and name_in(talk, said_only=True))


def _is_short_yes(said: str) -> bool:
    return any(
        short_answers.counted_answer([line])[0] is short_answers.Short.CONFIRM for line in said.splitlines()
    )


def _moves_without_saying_so(talk: Talk, text: str) -> bool:
    """Another time is asked about, for what a reminder told of or the patient calls theirs."""
    if _ASKED_WHEN in talk.before and WHEN.search(text):
        return True
    if "Consultas futuras" in talk.context:
        of_a_service = rf"{_MOVE_IT}(?:consulta|sessao|exame|aula|{talk.words.services or 'visita'})"
        if re.search(rf"\bpode (?:trocar|mudar|passar)\b|{of_a_service}", text):
            return True
        if "Pronto!" in talk.before and WHEN.search(text) and _CANNOT.search(text):
            return True
        if _OFFERED.search(plain(talk.before)) and _asked_for_last(talk) == "move":
            return bool(WHEN.search(text) or dates.resolve(talk.said, talk.now).hours) if talk.now else False
    if "embrete" in talk.before:
        return bool(WHEN.search(text) and _OTHER_TIME.search(text))
    return "Consultas futuras" in talk.context and bool(_OWN_ONE.search(text) and _SUIT.search(text))


def _asked_for_last(talk: Talk) -> str:
    """What the patient's words before were about."""
    text = plain(talk.earlier)
    moving = re.compile(rf"{_MOVE.pattern}|{_MOVE_IT}(?:{talk.words.services or 'visita'})")
    said = (*_CHANGES[:1], ("move", moving), ("book", _BOOK))
    return max(((one.start(), deed) for deed, what in said for one in what.finditer(text)), default=(0, ""))[
        1
    ]


def _changing(text: str) -> str:
    """What was said last: to cancel, or to move."""
    last = max(
        ((match.start(), deed) for deed, said in _CHANGES for match in said.finditer(text)), default=(0, "")
    )
    return last[1]


def _booking(talk: Talk, text: str) -> str:
    assert talk.now is not None
    hours = dates.resolve(talk.said, talk.now).hours
    if hours and any(deed is Deed.BOOK for _, deed, _ in talk.open):
        return "book"  # another time than the one that was asked about
    picks = _OFFERED.search(plain(talk.before)) and (hours or _takes_the_one(talk))
    wants_one = bool(talk.words.wants_one(text) or _HAS.search(text))
    wants_one = wants_one or (talk.words.names_one(text) and bool(_WHEN_IS_ONE.search(text)))
    wants_one = wants_one or _asks_for_a_day(talk, text)
    asks_only = _PRICE.search(text) and not WHEN.search(text) and not _WHEN_IS_ONE.search(text)
    return "book" if _BOOK.search(text) or picks or (wants_one and not asks_only) else ""


def _asks_for_a_day(talk: Talk, text: str) -> bool:
    """A day, where a service was named here or before and no fact is asked about: ``tem segunda?``."""
    named = talk.words.names_one(text) or talk.words.names_one(plain(talk.earlier))
    has_time = WHEN.search(text) or re.search(r"\bsemana que vem\b|\bsemana q vem\b", text)
    offered = _OFFERED.search(plain(talk.before))
    return bool((named or offered) and has_time and not is_about_facts(text))


def _takes_the_one(talk: Talk) -> bool:
    """Whether a yes, or the name that was asked for, answers an offer of one time."""
    lines = talk.said.splitlines()
    yes = any(consent.agrees(line) or consent.orders(Deed.BOOK, line) for line in lines)
    return bool(_ONLY_ONE.search(" ".join(talk.before.split()))) and (yes or bool(name_line(talk.said)))


def _answered(talk: Talk) -> list[str]:
    """The labels of the open proposals to which the words are a yes."""
    assert talk.now is not None
    when = dates.resolve(talk.said, talk.now)
    return [
        label
        for label, deed, told in talk.open
        if consent.orders(deed, talk.said)
        or consent.agrees(talk.said)
        or set(when.hours) & set(dates.resolve(told, talk.now).hours)
    ]


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
    label = next((label for label in _answered(talk) if label not in tried), None)
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
    only = _ONLY_ONE.search(" ".join(talk.before.split()))
    if only and _takes_the_one(talk) and not WHEN.search(plain(talk.said)):
        return only[1]
    return _listed_time(talk, talk.said) or phrase(talk.said)


def _listed_time(talk: Talk, words: str) -> str:
    """The one time of our last list that is meant by its hour, and its weekday if one is named."""
    assert talk.now is not None
    when = dates.resolve(words, talk.now)
    if len(when.hours) != 1 or not _OFFERED.search(plain(talk.before)):
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
    only = _ONLY_ONE.search(" ".join(talk.before.split()))
    if only and _takes_the_one(talk) and not WHEN.search(plain(talk.said)):
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
    names_it = talk.words.names_one(plain(talk.said)) or (_BOOK.search(plain(talk.said)) and not talk.earlier)
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
    picks = bool(dates.resolve(when, talk.now).hours and _OFFERED.search(plain(talk.before)))
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
    ready = [one.result for one in talk.results(PROPOSE) if _AT_ONCE in one.result]
    if not ready or talk.results(CARRY_OUT):
        return None
    return Call(CARRY_OUT, {"proposta": ready[-1].partition(":")[0]})


# What is said.


def answer(talk: Talk) -> list[str]:
    """What the results come to, for the patient; nothing when the agenda was not asked."""
    if gave_up(talk):
        return []
    if intent(talk) == "keep":
        return ["Tudo bem, fica tudo como está."]
    done = [line for one in talk.done for line in _told(one, talk)]
    return list(dict.fromkeys(done))


def _told(one: Done, talk: Talk) -> list[str]:
    result = one.result
    if one.name in (CARRY_OUT, CONFIRM) and not result.startswith("Erro"):
        return ["Pronto! " + result.replace(" Diga isso ao paciente.", "").replace("Feito, ", "Consulta ")]
    if one.name == PROPOSE and not result.startswith("Erro"):
        if talk.results(CARRY_OUT):
            return []
        asked = result.partition(": ")[2].partition(". Escreva")[0].partition(". Horário guardado")[0]
        return [f"Posso {asked}. Confirma?"]
    if one.name == PROPOSE and "Livres:" in result:
        if talk.results(FREE_SLOTS):
            return []
        free = " / ".join(result.partition("Livres:")[2].strip().splitlines())
        return [f"Tenho livres: {free}. Qual horário prefere?"]
    if which.asked(result) and any(later.name == one.name for later in talk.done[talk.done.index(one) + 1 :]):
        return []
    if one.name == FREE_SLOTS and intent(talk) == "move" and _CUT not in result:
        return [f"{' '.join(result.split())} Qual horário prefere?"]
    if one.name == FREE_SLOTS and _CUT not in result:
        return [f"{' '.join(result.split())} Qual horário prefere, e qual o nome completo do paciente?"]
    if one.name == OWN and intent(talk) == "show":
        rows = [told for _, told, _ in LABEL.findall(result)]
        return [f"Está marcado: {'; '.join(rows)}."] if rows else [result]
    told_more = talk.results(PROPOSE) or talk.results(FREE_SLOTS)
    if one.name == OWN and intent(talk) in ("cancel", "move") and not told_more:
        rows = [told for _, told, _ in LABEL.findall(result)]
        return [f"Encontrei: {'; '.join(rows)}. Qual delas, ou todas?"] if rows else [result]
    if one.name == CARRY_OUT:
        return [
            "Ainda não fiz nada: " + result.removeprefix("Erro, nada foi alterado: ").partition(". ")[0] + "."
        ]
    return []
