"""Whether a message says, and says nothing else, that its writer wants no more reminders, or wants them again. Pure.

Only whole messages count: ``PARAR`` stops them, ``quero parar o tratamento`` does not.
"""

import re
from enum import StrEnum

from clinic_bot.clinic.spelling import plain


class Wish(StrEnum):
    STOP = "stop"
    RESUME = "resume"


_THING = r"(?:lembretes?|mensagens|mensagem|mensage|msgs?|avisos?|notificac(?:ao|oes)|spam)"
_THINGS = (
    rf"(?:(?:ess[ea]s?|est[ea]s?|os|as|d[eo]s?|das|mais|seus|suas|nenhum[ao]?|qualquer|o envio d[eo]s?"
    rf"|o recebimento d[eo]s?) )*{_THING}"
)
_FROM_HERE = (
    r"(?: (?:daqui|de voces|de vcs|da clinica|por aqui|automatic[ao]s?|no whats(?:app)?|pelo whats(?:app)?|no zap"
    r"|nenhum[ao]?|(?:pra|para|p) mim|toda hora|todo dia|entao|agora))*"
)
_POLITE = (
    r"(?:(?:oi|ola|bom dia|boa tarde|boa noite|por favor|pf|pfv|favor|obrigad[oa]|obg|gostaria(?: de)?(?: que)?"
    r"|queria(?: que)?|quero(?: que)?|eu|gente|ja (?:falei|pedi|disse)(?: (?:pra|para|que))*|isso e(?: spam| chato"
    r"| um saco)?|(?:voces|vcs)"
    r"|(?:da )?(?:pra|para)|pode(?:m|riam?)?|preciso(?: que)?|como (?:eu )?(?:faco|fazer) (?:pra|para)|como) )*"
)
_THANKS = r"(?: (?:por favor|pf|pfv|pfvr|obrigad[oa]|obg|urgente|ja))*"
_NO = r"(?:nao|n)"
_SEND = r"(?:mand\w+|envi\w+|receb\w+)"
_BOTHER = r"(?:ench\w+|perturb\w+|incomod\w+|importun\w+|cham\w+)"
#: What one of these says: stop; stop sending; off the list; no more of them; do not send.
_STOPS = (
    r"par(?:ar|em|e)|stop|sair|(?:me )?(?:descadastr\w+|desinscrev\w+)(?: o?(?:meu )?(?:numero|contato|telefone))?"
    rf"|(?:par(?:ar|em|e|a|o)|deixar|deixem|chega)(?: (?:com|de))?(?: (?:me )?{_SEND})? {_THINGS}{_FROM_HERE}"
    rf"|(?:par(?:ar|em|e|a|o)|deixar|deixem) de (?:me )?{_SEND}(?: (?:isso|{_THINGS}))?{_FROM_HERE}"
    rf"|par(?:ar|em|e|a) de (?:me )?{_BOTHER}(?: com {_THINGS})?{_FROM_HERE}"
    rf"|(?:cancel(?:ar|a|e|em)|suspend(?:er|a|e|am)|bloque(?:ar|ia|ie)|desativ(?:ar|a|e|em)|encerr(?:ar|a|e|em)"
    rf"|interromp\w+|sair d[eo]s?) (?:o?s? ?)?{_THINGS}{_FROM_HERE}|(?:cancelar|cancela) (?:a )?inscricao"
    r"|sair d(?:a|essa|esta) lista(?: de (?:mensagens|transmissao|avisos))?"
    r"|(?:tir\w+|remov\w+|retir\w+|exclu\w+) (?:o )?meu (?:numero|contato|telefone)"
    r"(?: (?:dai|d[ae]ss[ae] lista|da lista|do sistema))?(?: de (?:mensagens|transmissao|avisos))?"
    r"|me (?:tir\w+|remov\w+|retir\w+)(?: (?:dai|d[ae]ss[ae] lista|da lista de (?:mensagens|transmissao|avisos)))?"
    rf"|{_NO} (?:quero|desejo|gostaria de|queria|aceito|autorizo)(?: mais)?(?: receber)?(?: mais)?"
    rf" (?:{_THINGS}|contato){_FROM_HERE}|{_NO} (?:quero|desejo)(?: mais)? receber(?: mais)? nada{_FROM_HERE}"
    rf"|{_NO} (?:quero|desejo) mais ser avisad[oa]"
    rf"|{_NO} receber(?: mais)? {_THINGS}{_FROM_HERE}"
    rf"|{_NO} (?:precisa\w*|preciso)(?: mais)?(?: de)?(?: (?:me )?{_SEND})? {_THINGS}{_FROM_HERE}"
    rf"|{_NO} (?:me )?(?:mand\w+|envi\w+) mais(?: (?:nada|{_THINGS}))?{_FROM_HERE}"
    rf"|{_NO} me (?:cham|perturb|incomod)\w+ mais{_FROM_HERE}|{_NO} entr\w+ mais em contato(?: comigo)?{_FROM_HERE}"
    r"|par(?:ar|em|e|a) com isso"
)
_STOP = re.compile(rf"(?:{_POLITE}(?:{_STOPS})(?: e)? ?)+{_THANKS}")
_RESUME = re.compile(
    rf"{_POLITE}(?:voltar(?: a receber(?: {_THINGS})?{_FROM_HERE})?|receber {_THINGS}(?: de novo| novamente)?"
    rf"|(?:reativar|ativar|reativa) (?:os )?lembretes?)(?: de novo| novamente)?{_THANKS}"
)
_LONGEST = 120


def wish_of(text: str) -> Wish | None:
    """What a whole message asks for; None where it says anything else."""
    if not text or len(text) > _LONGEST:
        return None
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", plain(text)).split())
    if _STOP.fullmatch(words):
        return Wish.STOP
    return Wish.RESUME if _RESUME.fullmatch(words) else None
