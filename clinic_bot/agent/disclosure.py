"""Saying that a machine writes: at first contact and whenever somebody asks, whatever the model makes of it. Pure."""

import re
from collections.abc import Sequence

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain
from clinic_bot.clinic.texts import of_the
from clinic_bot.events import Said, Speaker

_MACHINE = (
    r"(?:robos?|robot|chat ?bot|bot|maquina|ia|inteligencia artificial|computador|programa|automatic[oa]|gravacao"
    r"|assistente (?:virtual|automatic[oa]|digital)|chat ?gpt|atendimento automatico|resposta automatica)"
)
_HUMAN = r"(?:pessoa|humano|humana|ser humano|gente|alguem|atendente|real|de verdade)"
_ASKS = re.compile(
    rf"\b(?:e|eh|es|sois|seria|sera que e|isso e|isto e|aqui e|vc e|voce e|voces sao|tu e|voce seria"
    rf"|ta falando com|falando com"
    rf"|falo com|conversando com|to com|respondendo e|quem responde e)\b(?: (?!o\b|no\b|na\b|do\b|da\b"
    rf"|de\b)\w+){{0,3}} {_MACHINE}\b[^.!\n]*\?"
    rf"|\b(?:voce|vc|tu|isso|aqui) (?:e|eh) (?:(?:um|uma|o|a|mesmo|de|so|algum|alguma) )*(?:{_MACHINE}|{_HUMAN})\b"
    rf"|\b(?:falando|falo|conversando|tratando) com (?:(?:um|uma|o|a|algum) )?(?:{_MACHINE}"
    rf"|{_HUMAN})\b[^.!\n]*(?:\?|$)"
    rf"|^\W*(?:e|eh) (?:(?:um|uma) )?(?:{_MACHINE}|{_HUMAN}(?= (?:real|de verdade|humana|mesmo|ou)"
    rf"| ?\?))\b[^.!\n]*(?:\?|$)"
    rf"|^\W*{_MACHINE}\W*\?+\W*$|\brobo ou (?:pessoa|humano|gente)|\b(?:pessoa|humano|gente) ou (?:(?:um|e|com) )*robo"
    rf"|\bcom quem (?:eu )?(?:falo|estou falando|to falando|tou falando|converso)\b|\bquem (?:e voce|e vc"
    rf"|esta falando|fala)\b\W*\?"
    rf"|\bare you (?:a |an )?(?:bot|robot|human|real|ai|person)\b|\bam i (?:talking|speaking) (?:to|with) (?:a |an )?"
)
_ROBOT = (
    r"(?:robos?|chat ?bot|bot|inteligencia artificial|assistente virtual|atendimento automatico"
    r"|maquina(?! de)|ia)"
)
_NO_MACHINE = re.compile(
    r"\bnao (?:sou|somos|e|eh|se trata de|ha)"
    rf"(?:(?!\b(?:sim|mas|sou|so|apenas)\b)[^.!?,;\n]){{0,24}}\b{_ROBOT}\b"
)
_A_PERSON = re.compile(
    r"(?<!nao )\bsou (?:(?:um|uma|a|o|de) )*(?:pessoa|human[oa]|ser humano|gente|carne e osso|verdade"
    r"|atendente(?! (?:virtual|automatic\w+|digital))"
    r"|responsavel|recepcionista|secretari[ao]|funcionari[oa]|medic[oa]|enfermeir[oa])\b(?! (?:virtual|digital))"
    r"|(?<!nao )\b(?:sou|aqui e) (?:(?:a|o) )?\w+, (?:(?:a|o|da|do) )?(?:recepcionista|secretari[ao]|atendente"
    r"|funcionari[oa])\b(?! virtual)"
    r"|(?<!nao )\bsou (?:(?:a|o) )?\w+, uma? (?:pessoa|human[oa]|ser humano|gente)\b"
    r"|(?<!nao )\b(?:voce |vc )?(?:ja )?(?:esta|ta) (?:falando|conversando) com (?:(?:um|uma) )?"
    r"(?:(?:atendente|funcionari[oa]|recepcionista|secretari[oa])(?! virtual)|pessoa|human[oa]|gente|ser humano)\b"
    r"|\bpessoa (?:real|de verdade) (?:aqui|falando)\b"
    r"|(?<!nao )(?<!nem )\bde carne e osso\b|\b(?:aqui e|sou)[^.!?\n]{0,20}\bde verdade\b"
    r"|(?<!nao )\bsou (?:eu )?mesm[ao]\b(?! uma? (?:assistente|robo|ia))"
    r"|\b(?:aqui )?nao tem (?:nenhum )?(?:robo|bot|ia|maquina)\b"
    r"|\b(?:eu|bia) mesm[ao] (?:digitando|escrevendo|respondendo)\b|\bmesm[ao] (?:digitando|escrevendo)\b"
    r"|\b(?:sou|aqui e) [^.!?\n]{0,20}\bem pessoa\b|\b(?:maquina|robo|bot) (?:nada|que nada)\b"
    r"|\baqui (?:e|tem|fala) (?:sim )?(?:gente|(?:uma )?pessoa|(?:um )?(?:ser )?humano|atendente human[oa])\b"
    r"|\bquem (?:responde|fala|atende|escreve|digita|te responde|esta aqui)[^.!?\n]{0,12} (?:e"
    r"|sou) (?:eu mesm[ao]|uma pessoa"
    r"|gente|um humano|(?:uma |a )?atendente(?! virtual))\b"
    r"|(?<!nao )\b(?:eu )?trabalho (?!com\b)[^.!?\n]{0,24}\b(?:aqui|n[ao] (?:recepcao|clinica))\b"
    r"|^\W*(?:eu )?(?:durmo|almoco|descanso)\b"
    r"|\btem (?:sim )?(?:uma )?(?:pessoa|gente|humano|alguem) (?:aqui|do outro lado|respondendo)\b(?!.{0,20}recepcao)"
    r"|\b(?:aqui e|sou) (?:(?:a|o) )?\w+,? d[ao] (?:equipe|time|recepcao)\b(?![^.!?\n]*\b(?:virtual|assistente|ia)\b)"
    r"|\be gente (?:mesmo|sim|de verdade)\b|\bestou (?:aqui )?na recepcao\b"
    r"|\bnada de (?:robo|bot|maquina)\b|\bsou (?:a |o )?\w+ mesm[ao]\b(?! uma?)"
    r"|\b(?:eu|estou|sou eu quem) (?:\w+ ){0,4}?pessoalmente\b"
    r"|\btrabalho (?:aqui|na (?:recepcao|clinica)) (?:ha|faz|desde)\b"
)
#: What a bare yes or no answers.
_PERSON_ASKED = re.compile(rf"\b{_HUMAN}\b|\bhuman")
_BARE_YES = re.compile(r"^\W*(?:sou|sim|claro|com certeza|isso|e sim|esta sim|human[oa]|gente|pessoa|real)\b")
_BARE_NO = re.compile(r"^\W*(?:nao(?: nao)?|que nada|imagina|de jeito nenhum|nada disso)\s*(?:[,.!:;]|$)")
_HANDS_OVER = re.compile(r"\b(?:cham|avis|pass|encaminh)\w+ [^.!?\n]{0,24}\brecepcao\b")
_CALLS_ITSELF = re.compile(
    r"(?:\b(?:[Ee]u )?(?:[Ss]ou|[Mm]e chamo|[Mm]eu nome (?:é|agora é)|[Aa]qui quem fala é)"
    r"|(?:^|[.!?:;,\n]\W*|\b[Oo]l?[áai],? )[Aa]qui é) (?:[oa] )?"
    r"(?:(?:[Dd]r|[Dd]ra|[Dd]outora?)\.? )?([A-ZÀ-Ý][a-zà-ÿ]+)\b"
)
_SAYS = re.compile(
    r"\bassistente (?:virtual|digital|automatic[oa])\b|\binteligencia artificial\b|\brobo\b|\bchat ?bot\b"
    r"|\batendimento automatico\b|\bsou uma? ia\b"
)
_OUR_MARKS = re.compile(r"\[[^\]]*\]")
#: How history shows a reply that nobody read.
_NOT_READ = "[não entregue]"


def asks(text: str) -> bool:
    """Whether a burst asks who, or what, is answering."""
    return any(_ASKS.search(line) for line in map(plain, _OUR_MARKS.sub(" ", text).splitlines()))


def denies(text: str, asked: str = "") -> bool:
    """Whether a reply passes itself off as a person.

    Args:
        asked: the burst that it answers: a bare yes to whether a person writes says so, and a bare no to whether a
            machine does.
    """
    said = plain(text)
    if _NO_MACHINE.search(said) or _A_PERSON.search(said):
        return True
    if not asks(asked) or _SAYS.search(said) or _HANDS_OVER.search(said):
        return False
    question = plain(asked)
    person, machine = _PERSON_ASKED.search(question), re.search(rf"\b{_MACHINE}\b", question)
    if person and machine:
        return False
    return bool((person and _BARE_YES.search(said)) or (machine and _BARE_NO.search(said)))


def is_somebody_else(text: str, assistant: str) -> bool:
    """Whether a reply goes by another name than the assistant's, as one that was told to play somebody would."""
    own = plain(assistant)
    return any(plain(match[1]).split()[0] not in own for match in _CALLS_ITSELF.finditer(text))


def discloses(text: str) -> bool:
    """Whether it says that a machine is writing."""
    return bool(_SAYS.search(_NO_MACHINE.sub(" ", plain(text))))


def is_first_contact(history: Sequence[Said], facts: ClinicFacts) -> bool:
    """Whether the patient has read nothing of ours that could have said it; a text for danger does not."""
    fixed = (facts.texts.emergency, facts.texts.emotional_crisis)
    return not any(
        one.speaker is Speaker.BOT and one.text not in fixed and not one.text.startswith(_NOT_READ)
        for one in history
    )


def introduction(facts: ClinicFacts, *, offers: bool = True, greeting: str = "Olá!") -> str:
    said = f"{greeting} Sou {facts.assistant_name}, assistente virtual (inteligência artificial) {of_the(facts.name)}."
    return f"{said} Se preferir falar com uma pessoa, é só pedir." if offers else said


def open_about_it(
    text: str, facts: ClinicFacts, *, history: Sequence[Said], asked: str, offers: bool = True
) -> str:
    """``text``, saying that a machine writes where it has to be said and is not.

    Args:
        asked: the burst that it answers.
        offers: whether a person may still be asked for; not where the text itself hands over.
    """
    if is_first_contact(history, facts):
        needed = introduction(facts, offers=offers)
    elif asks(asked):
        needed = facts.ai_disclosure if discloses(facts.ai_disclosure) else _answer(facts)
    else:
        return text
    return text if discloses(text) else f"{needed}\n\n{text}"


def _answer(facts: ClinicFacts) -> str:
    return (
        f"Sou {facts.assistant_name}, assistente virtual (inteligência artificial) {of_the(facts.name)}, e não uma "
        "pessoa. Se preferir falar com alguém da recepção, é só pedir."
    )
