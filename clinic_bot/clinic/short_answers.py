"""What a patient means who answers a reminder in a word: ``1``, ``confirmo``, a thumbs-up, ``não vou poder``. Pure.

Only where every word of the burst belongs to one answer. Whatever else stands there is for the model.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from clinic_bot.clinic.spelling import plain


class Short(StrEnum):
    CONFIRM = "confirm"
    OTHER = "other"  #: another time, or they cannot come: nothing is given up yet
    CANCEL = "cancel"  #: in so many words


_THUMBS = re.compile(r"[👍👌✅🆗]")
_NO = re.compile(r"[👎❌🚫🙅]")
_LONGEST, _MOST_WORDS = 160, 12
_POLITE = (
    r"oi|ola|bom dia|boa tarde|boa noite|obrigad[oa]|obg|brigad[oa]|por favor|pf|pfv|pfvr|favor|ta|ta bom|entao|ah|eu"
    r"|tudo bem|valeu|gratidao|abs|infelizmente|desculpa|desculpe|me desculpe|opcao|a|o|e|pra|para|la|hoje|amanha"
    r"|minha|a minha|consulta|presenca|horario|meu|nesse|neste|dia|esse|essa|nessa|nesta|ai|pela|lembranca|lembrar"
)
_WISH = r"quero|queria|preciso|gostaria de|vou precisar|vou querer|tenho que"
_SAID = {
    Short.CONFIRM: (
        r"1|um|s+i+m+|ss|s|sim senhora?|ok+|okay|certo|certinho|combinado|claro|com certeza|positivo|isso|perfeito"
        r"|confirmo|confirmad[oa]s?|confirmar|confirma|confirme|confirmei|confirmamos|pode confirmar|quero confirmar"
        r"|(?:vou|irei|estarei|vamos|iremos|estaremos|vou estar|vamos estar|compareco|comparecerei|vou comparecer"
        r"|vou sim|irei sim)"
    ),
    Short.OTHER: (
        rf"2|dois|remarcar|reagendar|(?:{_WISH}|pode|podemos|posso|da pra|tem como) (?:remarcar|reagendar|mudar|trocar)"
        rf"|(?:{_WISH}) (?:cancelar|desmarcar)"
        rf"|(?:nao|n)(?! (?:{_WISH}|pode|podemos|posso|da|tem|precisa|remarcar|reagendar|2)\b)"
        r"|nao (?:vou|vamos|irei|iremos|posso|podemos|poderei|poderemos|consigo|conseguirei|vai|da|compareco"
        r"|vou poder|vamos poder|vou conseguir|vamos conseguir|vai dar|vai ser possivel|sera possivel|tem como)"
        r"(?: (?:ir|vir|comparecer|estar|mais|poder|conseguir))*"
    ),
    Short.CANCEL: r"cancelar|cancela|cancele|pode cancelar|podem cancelar|desmarcar|desmarca|desmarque|pode desmarcar",
}
_WHOLE = {
    short: re.compile(rf"(?:(?:{said}|{_POLITE}) )*(?:{said})(?: (?:{said}|{_POLITE}))*")
    for short, said in _SAID.items()
}


def short_answer(texts: Sequence[str]) -> Short | None:
    """The one thing that all of a burst's messages say; None where they say anything else, or two things.

    A wish to cancel is none to be carried out at once: ``quero cancelar`` is asked about.
    """
    joined = "\n".join(texts)
    if not joined.strip() or "?" in joined or len(joined) > _LONGEST or _NO.search(joined):
        return None
    thumb = bool(_THUMBS.search(joined))
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", plain(joined)).split())
    if len(words.split()) > _MOST_WORDS:
        return None
    if not words:
        return Short.CONFIRM if thumb else None
    found = [short for short, whole in _WHOLE.items() if whole.fullmatch(words)]
    if not found and thumb and re.fullmatch(rf"(?:{_POLITE})(?: (?:{_POLITE}))*", words):
        found = [Short.CONFIRM]
    if len(found) != 1 or (thumb and found != [Short.CONFIRM]):
        return None
    return found[0]
