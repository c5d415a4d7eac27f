"""What a patient means who answers a reminder in a word: ``1``, ``confirmo``, a thumbs-up, ``não vou poder``. Pure.

Only where every word of the burst belongs to one answer. Whatever else stands there is for the model.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from clinic_bot.clinic.spelling import is_slip, plain


class Short(StrEnum):
    CONFIRM = "confirm"
    OTHER = "other"  #: another time, or they cannot come: nothing is given up yet
    CANCEL = "cancel"  #: in so many words


_THUMBS = re.compile(r"[👍👌✅🆗]")
_NO = re.compile(r"[👎❌🚫🙅]")
_LONGEST, _MOST_WORDS = 160, 12
_POLITE = (
    r"oi|ola|opa|bom dia|boa tarde|boa noite|obrigad[oa]|obg|brigad[oa]|por favor|pf|pfv|pfvr|favor|ta|to|esta|estou"
    r"|entao|ah|eu|nos|tudo bem|valeu|vlw|gratidao|abs|bjs?|abracos?|infelizmente|desculpa|desculpe|me desculpe|opcao"
    r"|a|o|e|pra|para|la|hoje|amanha|minha|a minha|consulta|presenca|horario|meu|nesse|neste|dia|esse|essa|nessa"
    r"|nesta|ai"
    r"|pel[ao] (?:lembranca|lembrete|aviso)|por (?:me )?(?:lembrar|avisar)|desculp[ae] mas|viu|dra|dr|doutora?"
    r"|moca|moco|querid[oa]|senhora?|sra?"
    r"|(?:se )?deus quiser|com fe em deus|gracas a deus|em nome de jesus|amem"
)
_WISH = r"quero|queria|preciso|gostaria de|vou precisar|vou querer|tenho que"
_SAID = {
    Short.CONFIRM: (
        r"1|um|s+i+[mn]*|s+|yes|o+k+|okay|ok[ei]y?|certo|certinho|combinado|claro(?: que sim)?|com certeza"
        r"|positivo(?: e operante)?|afirmativo|isso(?: mesmo| ai)?|exato|perfeito|beleza+|blz|bele|fechado|fechou|otimo"
        r"|ta bom|tudo (?:certo|ok)|aham|uhum|show|top|maravilha|bora(?: la)?"
        r"|pode ser(?! (?:hoje|amanha|o|a|la|ai|dia|pra|para)\b)|de acordo|to dentro"
        r"|pode contar comigo|ate (?:la|amanha)|nos vemos (?:la|amanha)"
        r"|confirmo|confirmad(?:[oa]s?|issim[oa]|inh[oa])|confirmando|confirmar|confirma|confirme|confirmei|confirmamos"
        r"|pode confirmar|quero confirmar"
        r"|(?:vou|irei|estarei|vamos|iremos|estaremos|vou estar|vamos estar|compareco|comparecer(?:ei|emos)"
        r"|vou comparecer|vou sim|irei sim)(?: presentes?)?"
    ),
    Short.OTHER: (
        rf"2|dois|remarcar|reagendar|(?:{_WISH}|pode|podemos|posso|da pra|tem como) (?:remarcar|reagendar|mudar|trocar)"
        rf"|(?:{_WISH}) (?:cancelar|desmarcar)"
        rf"|negativo|impossivel|nao(?! (?:{_WISH}|pode|podemos|posso|da|tem|precisa|remarcar|reagendar|2)\b)"
        r"|nao (?:vou|vamos|irei|iremos|posso|podemos|poderei|poderemos|consigo|conseguirei|vai|da|compareco"
        r"|vou poder|vamos poder|vou conseguir|vamos conseguir|vai dar|vai rolar|vai ter como|vai ser possivel"
        r"|sera possivel|tem como|tenho como|temos como)"
        r"(?: (?:ir|vir|comparecer|estar|mais|poder|pode|conseguir|pra|certo))*"
    ),
    Short.CANCEL: r"cancelar|cancela|cancele|pode cancelar|podem cancelar|desmarcar|desmarca|desmarque|pode desmarcar",
}
#: Typed in a hurry: "ñ", "nn", "naum"; "cofirmo".
_NOT = re.compile(r"\b(?:n+|n+a+o+|naum)\b")
_TO_CONFIRM = ("confirmo", "confirmado", "confirmada", "confirmar")
_VO = {"vo": "vou", "voh": "vou", "nois": "nos"}
_NO_SLIPS = frozenset(("confirma", "confirme", "confirmei", "confirmou", "confirmava", "confirmam"))
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
#: A number's sign is no "não"; and "confirma o horário" asks which it is.
_ASKS = re.compile(r"\bn[°º]|\b(?:confirm[ae]r?|pode confirmar)(?: pra mim)? o (?:dia|horario)\b")
#: "confirmo as duas": only where it were two.
_ALL_OF = {"as duas": 2, "os dois": 2, "as 2": 2, "os 2": 2, "ambas": 2, "ambos": 2, "as tres": 3, "as 3": 3}
_COUNTED = re.compile(rf" (?:{'|'.join(_ALL_OF)})$")
_WHOLE = {
    short: re.compile(rf"(?:(?:{said}|{_POLITE}) )*(?:{said})(?: (?:{said}|{_POLITE}))*")
    for short, said in _SAID.items()
}


def counted_answer(texts: Sequence[str]) -> tuple[Short | None, int | None]:
    """The one thing that all of a burst's messages say, and of how many appointments, where that is said.

    None where they say anything else, or two things. A wish to cancel is none to be carried out at once:
    ``quero cancelar`` is asked about.
    """
    joined = "\n".join(texts)
    if not joined.strip() or "?" in joined or len(joined) > _LONGEST or _NO.search(joined):
        return None, None
    if _ASKS.search(joined.casefold().replace("á", "a")):
        return None, None
    words = _words(joined)
    counted = _COUNTED.search(words)
    found = _meant(words[: counted.start()] if counted else words, thumb=bool(_THUMBS.search(joined)))
    return found, _ALL_OF[counted[0].strip()] if counted and found else None


def _words(text: str) -> str:
    short = _DRAWN_OUT.sub(r"\1", re.sub(r"[^a-z0-9]+", " ", plain(text)))
    return _NOT.sub("nao", " ".join(map(_spelt, short.split())))


def _spelt(word: str) -> str:
    if word in _VO:
        return _VO[word]
    if not word.startswith("c") or word in _NO_SLIPS or word in _TO_CONFIRM:
        return word
    return next((known for known in _TO_CONFIRM if is_slip(word, known)), word)


def _meant(words: str, *, thumb: bool) -> Short | None:
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
