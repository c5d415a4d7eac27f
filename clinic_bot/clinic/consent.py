"""Whether a patient said yes to what they were told. Pure: the model's word for it does not count.

Three ways lead to a change. The patient saw it in a reply, with day and hour, and says yes in a later burst. The last
reply listed it among others, and the burst names its hour and gives the order. Or the burst itself names everything and
gives the order. What is none of these is refused, and the model asks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from clinic_bot.clinic.dates import resolve
from clinic_bot.clinic.matching import alike, words_in
from clinic_bot.clinic.spelling import plain


class Deed(StrEnum):
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done, in words and local time."""

    deed: Deed
    start: datetime  #: of a move: the new one
    patient: str
    service: str  #: service and professional, as patients read them
    relatives: tuple[str, ...] = ()  #: the other patients of this phone
    is_only: bool = False  #: of a move or a cancellation: the phone has no other appointment


@dataclass(frozen=True, slots=True)
class Told:
    """A reply that was sent."""

    text: str
    at: datetime


class Missing(StrEnum):
    """Why nothing may be done yet. The values are for the model."""

    NOT_SHOWN = (
        "o paciente ainda não viu isso, com dia e hora, em uma mensagem enviada. Escreva e peça o sim."
    )
    NO_YES = "o paciente ainda não disse sim. Mostre dia, hora e nome e pergunte."
    OTHER = "o paciente falou de outro dia, hora ou pessoa. Consulte de novo e pergunte."


_VERBS = {
    Deed.BOOK: r"marc\w+|agend\w+|confirm\w+|reserv\w+|fech\w+",
    Deed.MOVE: r"remarc\w+|reagend\w+|mud\w+|troc\w+|pass\w+|confirm\w+|marc\w+",
    Deed.CANCEL: r"cancel\w+|desmarc\w+|confirm\w+",
}
#: The order itself: ``pode cancelar``, ``confirma pra mim``. ``Quero desmarcar`` is a wish, and is asked about.
_ORDERS = {
    deed: re.compile(
        rf"\b(?:pode|podem|podes|pd|sim|isso|por favor|pfv?r?|ok|favor)[ ,]+(?:ja |me |entao )?(?:{verbs})\b"
        rf"|\b(?:{imperative})\b"
    )
    for (deed, verbs), imperative in zip(
        _VERBS.items(),
        (
            "marca|marque|agenda|agende|confirma|confirmo|confirme|confirmado|reserva|reserve|fechado|fecha",
            "remarca|remarque|muda|mude|troca|troque|passa|passe|confirma|confirmo|confirme",
            "cancela|cancele|desmarca|desmarque|confirmo|confirma",
        ),
        strict=True,
    )
}
_WORDS_OF_YES = (
    r"s+i+m+|ss|s|isso|isto|ok+|okay|claro|certo|certinho|perfeito|fechado|fechou|beleza|blz|bele|combinado|aceito"
    r"|quero sim|quero ess[ea]|confirmo|confirma|(?:pode|pd) (?:ser|sim|s)|bora|aham|uhum|exato|exatamente|otimo|otima"
    r"|maravilha|com certeza|ta bom|ta otimo|tudo bem|show|top|dale|positivo|de acordo|joia"
)
#: Where an answer begins with it; or all that there is, in so few words that nothing else was said.
_YES = re.compile(
    rf"^\W*(?:(?:ah+|entao|ta|oi+|ola|bom dia|boa tarde|boa noite|eu|por mim)\W+)*(?:{_WORDS_OF_YES})\b"
)
_SHORT_YES = re.compile(rf"\b(?:{_WORDS_OF_YES})\b|^(?:pod[ei]m?|pd|por favor|pf|pfv|pfvr)\W*$")
_SHORT_WORDS = 3
_SIGN_OF_YES = re.compile(r"[👍👌✅🙏🆗]")
_NOT = re.compile(
    r"\b(?:nao|n|nunca|pera|perai|espera|calma|deixa|talvez|depois te|vou ver|te aviso|ainda vou|mas|porem|so que"
    r"|outro horario|outra hora|outro dia|outra data|mais cedo|mais tarde"
    r"|vou (?:confirmar|pensar|falar|perguntar|verificar|checar)|(?:depois|amanha) (?:eu )?confirmo"
    r"|confirmo (?:depois|mais)"
    r"|corrig\w+|nome errado|errei o nome|acho que|so se|depende|aguardo|com outr[oa])\b"
)
#: Between the days, or the people, of a list of free times.
_ENTRY = re.compile(r"[;\n]| / ")
_NOT_ORDER = re.compile(r"\b(?:nao|n|nem) (?:e pra |precisa |quero |pode |podem |vai |me )?$")


def agrees(words: str) -> bool:
    """Whether a short answer is a yes: to whatever was asked last."""
    answers = [plain(part) for part in re.findall(r"[^\n.!?]+[.!?]*", words) if "?" not in part]
    return any(map(_is_yes, answers)) and not _NOT.search(plain(words))


def _is_yes(answer: str) -> bool:
    if _YES.search(answer) or _SIGN_OF_YES.search(answer):
        return True
    return len(answer.split()) <= _SHORT_WORDS and bool(_SHORT_YES.search(answer))


def orders(deed: Deed, words: str) -> bool:
    """Whether the words give the order themselves."""
    text = plain(words)
    return any(not _NOT_ORDER.search(text[: match.start()]) for match in _ORDERS[deed].finditer(text))


def shows(told: Told, start: datetime) -> bool:
    """Whether a reply names the day and the hour of ``start``; a week or a month names no day."""
    when = resolve(told.text, told.at)
    return not when.spread and start.date() in when.days and start.time() in when.hours


def missing(
    asked: Asked, words: str, replies: Sequence[Told], *, now: datetime, this_turn: bool, person_since: bool
) -> Missing | None:
    """What keeps ``asked`` from being done; None when the patient wants it.

    Args:
        words: of the burst that is answered.
        replies: those sent since it was proposed, the newest first; all recent ones where that is only now.
        this_turn: it was proposed while this very burst is answered.
        person_since: somebody of the clinic wrote after the newest reply, so that a bare yes may be for them.
    """
    if _speaks_of_another(asked, words, now):
        return Missing.OTHER
    ordered = orders(asked.deed, words)
    if ordered and names_everything(asked, words, now):
        return None
    if ordered and not person_since and replies and _picks_of_a_list(asked, words, replies[0], now):
        return None
    if this_turn and asked.deed is not Deed.CANCEL:
        return Missing.NOT_SHOWN
    shown = [shows(told, asked.start) for told in replies]
    if not any(shown):
        return Missing.NOT_SHOWN
    just_shown = shown[0] and not person_since
    picks = asked.start.time() in resolve(words, now).hours and not _NOT.search(plain(words))
    said_yes = not this_turn and just_shown and (agrees(words) or picks)
    return None if ordered or said_yes else Missing.NO_YES


def _picks_of_a_list(asked: Asked, words: str, told: Told, now: datetime) -> bool:
    """Whether the burst names the hour of one of the times that were offered: ``14h30, pode marcar``.

    Whose it is has to be plain, too: of several patients, or of several appointments, one that is named.
    """
    if asked.deed is Deed.CANCEL:
        return False
    when = resolve(words, now)
    days = {day for day in days_offered(told.text, told.at, asked.start.time()) if when.allows(day)}
    if when.hours != (asked.start.time(),) or when.doubt or days != {asked.start.date()}:
        return False
    several = asked.relatives or (asked.deed is Deed.MOVE and not asked.is_only)
    return not several or _is_named(asked.patient, f"{words}\n{told.text}")


def days_offered(text: str, at: datetime, hour: time) -> set[date]:
    """The days for which a reply of ours lists an hour; an hour belongs to the day before it."""
    days: tuple[date, ...] = ()
    offered: set[date] = set()
    for part in _ENTRY.split(text):
        when = resolve(part, at)
        if when.days and not when.spread:
            days = when.days
        if hour in when.hours:
            offered.update(days)
    return offered


def _speaks_of_another(asked: Asked, words: str, now: datetime) -> bool:
    """Another hour, another day or only other people: then a yes among the words is none to this."""
    when = resolve(words, now)
    if asked.deed is not Deed.CANCEL:
        if not when.fits_hour(asked.start.time()):
            return True
        if not when.allows(asked.start.date()):
            return True
    named = [name for name in asked.relatives if _is_named(name, words)]
    return bool(named) and not _is_named(asked.patient, words)


def names_everything(asked: Asked, words: str, now: datetime) -> bool:
    """Whether a burst leaves nothing to be asked."""
    when = resolve(words, now)
    days = when.days or (when.barred if asked.deed is Deed.CANCEL else ())  # "amanhã não posso, cancela"
    day = days == (asked.start.date(),) and not when.doubt
    hour = when.hours == (asked.start.time(),)
    service = any(alike(word, other) for word in words_in(words) for other in words_in(asked.service))
    patient = _is_named(asked.patient, words)
    if asked.deed is Deed.BOOK:
        return day and hour and service and patient
    which = asked.is_only or patient or service
    return which and day and (hour or asked.deed is Deed.CANCEL)


def _is_named(name: str, words: str) -> bool:
    """By the first name; nicknames and a mother's ``ele`` are not understood here."""
    first = next(iter(plain(name).split()), "")
    return re.search(rf"\b{re.escape(first)}\b", plain(words)) is not None
