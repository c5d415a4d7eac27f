"""What a patient wants of the agenda, as the stand-in receptionist understands it: a handful of phrases.

It knows no clinic. Same request, same intent.
"""

import re

from clinic_bot.clinic import consent, dates, short_answers
from clinic_bot.clinic.consent import Deed
from clinic_bot.clinic.spelling import plain
from clinic_bot.sandbox.talk import AT_ONCE, PROPOSE, Talk, name_in, name_line
from clinic_bot.sandbox.topics import WHEN, is_about_facts

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
BOOK = re.compile(
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
OFFERED = re.compile(r"\bqual (?:horario|prefere|dia)|\blivres\b|\btenho\b|\bdesses horarios\b")
#: The one time that was offered, where there was one only.
ONLY_ONE = re.compile(
    r"[Ll]ivres: (?:- )?[^:;]+: "
    r"((?:segunda|terça|quarta|quinta|sexta|sábado|domingo) \d\d/\d\d: \d{1,2}h(?:\d\d)?)(?=\.? Qual)"
)
_WISHES = {"marcar": "book", "remarcar": "move", "cancelar": "cancel"}


def intent(talk: Talk) -> str:
    """What the patient wants of the agenda: yes, confirm, cancel, move, book, or nothing."""
    text = plain(talk.said)
    if talk.now is None:
        return ""
    if ready := [one for one in talk.results(PROPOSE) if AT_ONCE in one.result]:
        return _WISHES.get(str(ready[-1].arguments.get("acao")), "book")
    if _corrects_the_name(talk, text):
        return "book"
    if talk.open and answered(talk):
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
        if OFFERED.search(plain(talk.before)) and _asked_for_last(talk) == "move":
            return bool(WHEN.search(text) or dates.resolve(talk.said, talk.now).hours) if talk.now else False
    if "embrete" in talk.before:
        return bool(WHEN.search(text) and _OTHER_TIME.search(text))
    return "Consultas futuras" in talk.context and bool(_OWN_ONE.search(text) and _SUIT.search(text))


def _asked_for_last(talk: Talk) -> str:
    """What the patient's words before were about."""
    text = plain(talk.earlier)
    moving = re.compile(rf"{_MOVE.pattern}|{_MOVE_IT}(?:{talk.words.services or 'visita'})")
    said = (*_CHANGES[:1], ("move", moving), ("book", BOOK))
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
    picks = OFFERED.search(plain(talk.before)) and (hours or takes_the_one(talk))
    wants_one = bool(talk.words.wants_one(text) or _HAS.search(text))
    wants_one = wants_one or (talk.words.names_one(text) and bool(_WHEN_IS_ONE.search(text)))
    wants_one = wants_one or _asks_for_a_day(talk, text)
    asks_only = _PRICE.search(text) and not WHEN.search(text) and not _WHEN_IS_ONE.search(text)
    return "book" if BOOK.search(text) or picks or (wants_one and not asks_only) else ""


def _asks_for_a_day(talk: Talk, text: str) -> bool:
    """A day, where a service was named here or before and no fact is asked about: ``tem segunda?``."""
    named = talk.words.names_one(text) or talk.words.names_one(plain(talk.earlier))
    has_time = WHEN.search(text) or re.search(r"\bsemana que vem\b|\bsemana q vem\b", text)
    offered = OFFERED.search(plain(talk.before))
    return bool((named or offered) and has_time and not is_about_facts(text))


def takes_the_one(talk: Talk) -> bool:
    """Whether a yes, or the name that was asked for, answers an offer of one time."""
    lines = talk.said.splitlines()
    yes = any(consent.agrees(line) or consent.orders(Deed.BOOK, line) for line in lines)
    return bool(ONLY_ONE.search(" ".join(talk.before.split()))) and (yes or bool(name_line(talk.said)))


def answered(talk: Talk) -> list[str]:
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
