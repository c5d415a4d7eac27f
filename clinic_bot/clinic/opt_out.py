"""Whether a message says, and says nothing else, that its writer wants no more reminders, or wants them again. Pure.

Only whole messages count: ``PARAR`` stops them, ``quero parar o tratamento`` does not.
"""

import re
from enum import StrEnum

from clinic_bot.clinic.spelling import plain


class Wish(StrEnum):
    STOP = "stop"
    RESUME = "resume"


_THINGS = (
    r"(?:ess[ea]s? |est[ea]s? |os |as |d[eo]s? |das |mais |seus |suas )*"
    r"(?:lembretes?|mensagens|mensagem|msgs?|avisos?)"
)
_FROM_HERE = (
    r"(?: (?:daqui|de voces|da clinica|por aqui|automatic[ao]s?|no whats(?:app)?|no zap|nenhum[ao]?))*"
)
_POLITE = (
    r"(?:(?:oi|ola|bom dia|boa tarde|boa noite|por favor|pf|pfv|favor|obrigad[oa]|obg|gostaria de|queria"
    r"|quero) )*"
)
_THANKS = r"(?: (?:por favor|pf|pfv|obrigad[oa]|obg))*"
_STOP = re.compile(
    rf"{_POLITE}(?:parar|parem|stop|descadastrar|me descadastr\w+"
    rf"|pare de (?:me )?(?:enviar|mandar) {_THINGS}{_FROM_HERE}"
    rf"|parem? (?:com )?{_THINGS}{_FROM_HERE}|parar (?:com |de receber )?{_THINGS}{_FROM_HERE}|parar de receber"
    rf"|(?:nao|n) (?:quero|desejo|gostaria de|queria) (?:mais )?receber(?: mais)? {_THINGS}{_FROM_HERE}"
    rf"|(?:nao|n) (?:me )?(?:mand\w+|envi\w+) mais {_THINGS}{_FROM_HERE}"
    rf"|(?:cancelar|cancela|cancele|sair dos|desativar|desativa) (?:os |o envio de |o recebimento de )?lembretes?)"
    rf"{_THANKS}"
)
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
