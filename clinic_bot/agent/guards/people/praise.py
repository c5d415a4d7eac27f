"""Whether a reply tells of training, experience or equipment of which the clinic told nothing. Pure."""

import re
from collections.abc import Sequence

from clinic_bot.agent.guards.language.clauses import whole
from clinic_bot.agent.guards.language.denials import states_nothing
from clinic_bot.clinic.numerals import NUMBER

_TRAINED = re.compile(
    r"\b(?:pos[- ]?graduad\w+|mestrado|doutorado|(?:fez|com|tem) (?:a )?residencia|residencia (?:medica|em)"
    r"|titulo (?:de|em)|formad[oa] (?:em|pel[ao]|n[ao])|certificad[oa]|fellow\w*|premiad[oa]|phd)\b"
)
_SPECIALIST = re.compile(
    r"\bespecialista (?:em|n[ao]s?) (?:[ao]s? )?(\w{4,})|\bespecializad[oa]s? (?:em|n[ao]s?) (\w{4,})"
)
_EXPERIENCED = re.compile(
    rf"\b(?:\d+|{NUMBER}|muitos|varios) anos de (?:experiencia|profissao|carreira|atuacao|pratica|estrada|medicina"
    r"|\w+(?:logia|iatria|terapia|dontia)|otorrino|oftalmo)\b"
    rf"|\b(?:atende|atua|trabalha)\b[^,.;]* ha (?:mais de |quase |cerca de )?(?:\d+|{NUMBER}|muitos|varios) anos\b"
    r"|\b(?:muito|super|bastante) experientes?\b|\b(?:vasta|ampla|grande|larga|muita|longa) experiencia\b"
)
_PRAISED = re.compile(
    r"\b(?:elogiad|querid)[oa]s? (?:pel[ao]s?|por|entre)\b|\bexcelentes? (?:profissiona|medic|dentista)"
    r"|\b(?:renomad|conceituad)[oa]s?\b|\be (?:uma )?(?:grande )?referencia\b"
)
_EQUIPPED = re.compile(
    r"\b(?:ultima geracao|tecnologia de ponta|alta (?:tecnologia|definicao|resolucao)|mais modern[oa]s?"
    r"|(?:equipamento|aparelho|tecnologia)s? modern[oa]s?)\b"
)
#: What somebody is like.
_IS_LIKE = re.compile(
    r"\b(?:(?:dra?|doutora?) \w+(?: \w+)?|el[ae]) e (?:(?:sempre|muito|bem|super|bastante|tao) )*"
    r"(pontual|atencios[oa]|carinhos[oa]|cuidados[oa]|delicad[oa]|gentil|simpatic[oa]|competente|excelente"
    r"|otim[oa]|maravilhos[oa]|fantastic[oa]|habilidos[oa])\b"
)
_WHAT_IT_HAS = re.compile(
    r"\bnoss[oa]s? (?:aparelho|equipamento|maquina|laser|tecnologia)s? (?:\w+ )?(?:tem|e|usa|possui|conta com)"
    r" ([^,.;]+)"
)
_STEM = 6


def mistake(text: str, told: Sequence[str]) -> str | None:
    """What ``text`` tells so, in Portuguese; None for nothing.

    Args:
        told: the clinic's file, results of tools and earlier messages of the clinic, plain.
    """
    for sentence in whole(text):
        if states_nothing(sentence):
            continue
        for pattern in (_TRAINED, _EXPERIENCED, _PRAISED, _EQUIPPED):
            match = pattern.search(sentence)
            if match and not _is_told(match[0], told):
                return "fala de formação, experiência ou equipamento de que a ficha não fala"
        if (like := _IS_LIKE.search(sentence)) and not _is_told(like[1][:_STEM], told):
            return "diz de alguém qualidades de que a ficha não fala"
        has = _WHAT_IT_HAS.search(sentence)
        if has and not any(_is_told(word[:_STEM], told) for word in re.findall(r"\w{5,}", has[1])):
            return "fala de formação, experiência ou equipamento de que a ficha não fala"
        special = _SPECIALIST.search(sentence)
        if special and not _is_told(special[1][:_STEM], told):
            return "diz que alguém é especialista no que a ficha não diz"
    return None


def _is_told(words: str, told: Sequence[str]) -> bool:
    return any(words in one for one in told)
