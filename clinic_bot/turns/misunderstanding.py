"""How often patient and assistant have talked past each other, as far as their last words show it. Pure."""

import re
from collections.abc import Sequence

from clinic_bot.clinic.spelling import plain
from clinic_bot.events import Said, Speaker
from clinic_bot.turns.wish_model import Sound, is_heard

#: So many signs, and a person goes on.
ENOUGH = 2
#: Of what was said before, so much is looked at: three exchanges.
_LOOK_BACK = 6
_YOU = r"(?:voce|vc|voces|vcs|ce|o robo|isso|esse robo)"
#: "O convênio não respondeu" tells of somebody else.
_NOT_OF_OTHERS = "".join(
    rf"(?<!\b{word} )"
    for word in (
        "dr",
        "dra",
        "doutor",
        "doutora",
        "medico",
        "medica",
        "convenio",
        "plano",
        "laboratorio",
        "ele",
        "ela",
    )
)
_PATIENT = re.compile(
    # Not that.
    r"\bnao (?:foi|era|e|eh) (?:isso|isto|nada disso)\b(?! que (?:me|preocupa))"
    r"|\bnao (?:foi|era|e|eh) (?:esse|essa)\b(?! (?:mes|semana|ano|dia))|\bnao (?:foi )?o que (?:eu )?(?:perguntei|pedi"
    r"|falei|disse|quero)|\b(?:nao|n) (?:disse|falei|pedi|perguntei) (?:isso|nada disso|que)\b"
    r"|\bquando (?:foi )?que eu (?:disse|falei|pedi)|\beu pedi\b.{0,30}\bnao\b"
    r"|\beu disse (?!sim|que sim|pr|a |ao |para|com)\w"
    r"|\bnada a ver\b|\bnada haver\b|\bfalando (?:de outra coisa|grego)\b"
    r"|\b(?:voce|vc|voces|vcs) (?:so )?(?:respondeu|falou|mandou|disse|marcou) (?:outra|errado)\b"
    r"|\b(?:essa|isso|esta) nao (?:e|foi|era) (?:a |o )?(?:resposta|pergunta|que)\b"
    r"|\berrado\W+(?:eu )?(?:falei|disse|pedi)"
    r"|\b(?:quero|perguntei|falei|pedi)\b.{0,30}\be nao (?:d[oae]s?|sobre)\b"
    # Not understood.
    r"|\b(?:nao|n) (?:(?:me|ta|to|esta|estao|esta me|ta me) )*entend(?:eu|e|eram|endo)\b|\b(?:nao|n) compreend"
    r"|\b(?:nao|n) entendi(?= nada|$| (?:o que (?:voce|vc)|sua|essa resposta|o que foi dito|a resposta)|\W*$)"
    r"|\b(?:entendeu|leu|respondeu) (?:tudo )?errado\b|\b(?:voce|vc|ta|esta) (?:me )?confund(?:iu|indo)"
    r"|\btrocando as bolas\b"
    r"|\b(?:ta|que|muito) confus[oa]\b(?! (?:com|o horario|na|pra))|\bta dificil hein\b"
    # Said before.
    r"|\b(?:ja|acabei de|acabo de) (?:te |lhe |vos )?(?:falei|falar|disse|dizer|expliquei|explicar|informei|informar"
    r"|perguntei|perguntar)\b(?! (?:com|pr[oa]|para|ao|a el[ae]|no|na)\b)"
    r"|\b(?:ja|acabei de|acabo de) (?:te |lhe |vos )?(?:respondi|responder|passei|passar|mandei|mandar)"
    r"(?= (?:isso|essa|tudo|acima|antes|aqui|la em cima|a (?:mesma|resposta)|meu nome|o nome)\b|\W*$)"
    r"|\bpela (?:segunda|terceira|quarta|quinta|decima|milesima|enesima) vez|\b(?:de|outra) (?:novo"
    r"|vez)(?: isso| essa| a mesma)?(?: pergunta)?\s*[?!]+|\bmesma (?:coisa|resposta)\b(?! (?:que|do que))"
    rf"|\b{_YOU} ja (?:perguntou|disse|falou|respondeu)|\bpar(?:a|e) de (?:repetir|perguntar|mandar (?:a mesma"
    rf"|isso))\b|\bso (?:sabe )?repet\w+|\bisso eu ja sei\b"
    # Not read, not answered.
    r"|\bleia? (?:direito|o que)|\ble (?:direito|o que|a mensagem|minha)\b|\b(?:voce|vc|voces|vcs) (?:nao"
    r"|n) le(?:em)?\b|\bprest[ea] (?:mais )?atencao|\b(?:nem|nao) (?:leu|le) (?:o que|as? m)"
    rf"|{_NOT_OF_OTHERS}\bnao (?:me )?respond(?:eu|e|eram)\b|\beu perguntei\b(?! (?:pr[oa]|para|ao|com))"
    r"|\bperguntei (?:outra|se|sobre|quanto|qual|quando|onde|que)|\bque resposta (?:e essa|mais)|\bnao faz sentido\b"
    r"|\bta (?:doid|louc)[oa]\b"
    r"|^\W*\?{3,}\W*$"
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
    before = [one.text for one in recent if one.speaker is Speaker.PATIENT]
    answers = [plain(one.text) for one in recent if one.speaker is Speaker.BOT]
    patient_now = bool(answers) and (_is_sign(texts) or _is_repeated(now, list(map(plain, before))))
    bot_now = bool(reply) and bool(_BOT.search(plain(reply)) or plain(reply) in answers)
    if not patient_now and not bot_now:
        return 0
    earlier = sum(_is_sign([text]) for text in before[1:] or before)
    earlier += sum(bool(_BOT.search(text)) for text in answers)
    return earlier + patient_now + bot_now


def _is_sign(texts: Sequence[str]) -> bool:
    joined = " ".join(plain(text) for text in texts)
    return is_heard(Sound.MISUNDERSTOOD, texts, by_pattern=bool(_PATIENT.search(joined)))


def _is_repeated(now: str, before: Sequence[str]) -> bool:
    return len(now.split()) >= _SHORT_WORDS and now in before
