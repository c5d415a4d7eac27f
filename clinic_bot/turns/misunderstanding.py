"""How often patient and assistant have talked past each other, as far as their last words show it. Pure."""

import re
from collections.abc import Sequence

from clinic_bot.clinic.spelling import plain
from clinic_bot.events import Said, Speaker

#: So many signs, and a person goes on.
ENOUGH = 2
#: Of what was said before, so much is looked at: three exchanges.
_LOOK_BACK = 6
_PATIENT = re.compile(
    r"\bnao (?:foi|era|e|eh) (?:isso|isto|esse|essa|nada disso)\b|\bnao (?:foi )?o que (?:eu )?(?:perguntei"
    r"|pedi|falei|disse|quero)"
    r"|\bnao (?:(?:me|ta|esta|estao|esta me|ta me) )*entend(?:eu|e|eram|endo|i|eu nada)\b|\bnao compreend"
    r"|\b(?:ja|acabei de|acabo de) (?:te |lhe |vos )?(?:falei|falar|disse|dizer|expliquei|explicar|respondi"
    r"|responder|informei"
    r"|passei|mandei|perguntei)\b|\bnada a ver\b|\bnada haver\b|\bleia? (?:direito|o que)|\ble (?:direito|o que)"
    r"|\bpela (?:segunda|terceira|quarta|quinta|decima|milesima|enesima) vez|\b(?:de|outra) (?:novo"
    r"|vez)(?: isso| essa| a mesma)?\s*[?!]+"
    r"|\bnao (?:me )?respond(?:eu|e|eram)\b|\bperguntei (?:outra|se|sobre|quanto|qual|quando|onde|que)"
    r"|\bmesma (?:coisa|resposta)\b"
)
_BOT = re.compile(
    r"\bnao (?:consegui |estou conseguindo )?(?:entend(?:i|er|endo)|compreend(?:i|er|endo))\b"
    r"|\b(?:pode|poderia|consegue|pode me) (?:explicar|reformular|repetir|escrever (?:de outra|de novo|novamente))"
)
_SHORT_WORDS = 3  # "sim" and "bom dia" come twice in any talk


def signs(said: Sequence[Said], texts: Sequence[str], reply: str = "") -> int:
    """Signs in the last exchanges and in this one; 0 where this one shows none.

    What lies before the last word of a person of the clinic is over.

    Args:
        said: what was said before this burst, oldest first.
        texts: the patient's, of this burst.
        reply: what would be answered to it.
    """
    recent = list(said[-_LOOK_BACK:])
    person = max((n for n, one in enumerate(recent) if one.speaker is Speaker.CLINIC), default=-1)
    recent = recent[person + 1 :]
    now = " ".join(plain(text) for text in texts)
    before = [plain(one.text) for one in recent if one.speaker is Speaker.PATIENT]
    answers = [plain(one.text) for one in recent if one.speaker is Speaker.BOT]
    patient_now = bool(answers) and bool(_PATIENT.search(now) or _is_repeated(now, before))
    bot_now = bool(reply) and bool(_BOT.search(plain(reply)) or plain(reply) in answers)
    if not patient_now and not bot_now:
        return 0
    earlier = sum(bool(_PATIENT.search(text)) for text in before[1:] or before)
    earlier += sum(bool(_BOT.search(text)) for text in answers)
    return earlier + patient_now + bot_now


def _is_repeated(now: str, before: Sequence[str]) -> bool:
    return len(now.split()) >= _SHORT_WORDS and now in before
