"""Whether a reply says of the body what only somebody who sees the patient may: a cause, a remedy. Pure.

A net of words below ``advice``: a sentence that speaks of the body and of what something does to it, that sends
to nobody and is not the clinic's own.
"""

import re
from collections.abc import Sequence

_BODY = re.compile(
    r"\b(?:dor(?:es)?|febre|ferid\w+|feridas?|manchas?|coceira|tosse|garganta|gengiva|dentes?|siso|pele"
    r"|pernas?|joelhos?"
    r"|coluna|ciatic\w+|cabeca|barriga|estomago|ouvidos?|olhos?|pressao|glicose|glicemia|beta|hcg|sintomas?|inflama\w+"
    r"|infec\w+|alergi\w+|gravid\w+|gestac\w+|gestante|anticoncepcional|antibiotico|gagueira|sono|insonia"
    r"|ansiedade|panico"
    r"|tontura|nausea|vomito|diarreia|enjoo|sangramento|inchac\w+|corrimento|menstru\w+|mama|nodulo|caroco"
    r"|verruga|pinta"
    r"|espinhas?|colesterol|coracao|palpitac\w+|falta de ar|enxaqueca|gripe|resfriado|virose|alimentac\w+|vitamin\w+"
    r"|bradicardia|arritmia|muscul\w+|articulac\w+|cicatriz\w*|queimadura|picada|unha|couro cabeludo|afta\w*"
    r"|mau halito)\b"
)
_DOES = re.compile(
    r"\b(?:melhora(?!s\b)\w*|resolve\w*|alivia\w*|cura\w*|combate\w*|previne\w*|corta o efeito|nao corta"
    r"|indica(?!r)\w*|signific\w+"
    r"|caus\w+|provoc\w+|costum\w+|geralmente|normalmente|parece\w*|deve ser|pode ser|e sinal|e comum"
    r"|e normal|e so|e apenas"
    r"|recomendo|sugiro|vem de|vem do|some\b|desaparece\w*|faz (?:bem|mal)|faca (?:\w+ )?(?:exercicio"
    r"|compressa|bochecho"
    r"|gargarejo|inalac)\w*|nao (?:precisa|tem por que) (?:se )?preocup\w+|nao tem problema|sem problema"
    r"|coloque|ponha|passe|beba|coma|descanse|limpe"
    r"|lave|cubra|aplique|pingue|massageie|hidrate|evite|compressa|bolsa de agua"
    r"|agua oxigenada)\b"
)
#: Sends to somebody, or leaves it to them.
_SENDS_ON = re.compile(
    r"\b(?:profissional|medic[oa]s?|dra?|doutora?|especialista|avali\w+|consulta|recepcao|pronto[- ]socorro"
    r"|192|188|samu|cvv"
    r"|orient\w+|examin\w+|marcar|agendar|horarios?|psicolog\w+|fisioterapeuta|dentista|nutricionista|fonoaudiolog\w+"
    r"|dermatolog\w+|cardiolog\w+|pediatra|ginecolog\w+|ortoped\w+|emergencia|jejum|psicoterapia)\b"
)
_UNSURE = re.compile(
    r"\bnao (?:posso|consigo|sei|da para|e possivel|tenho como|podemos)\b|\bsinto muito\b|\blamento\b"
)
_MOSTLY = 0.7


def speaks_of_the_body(bare: str, told: Sequence[str]) -> bool:
    """Whether a sentence says of the body what nobody told.

    Args:
        bare: a sentence, plain.
        told: what the clinic's file and the tools say, plain; a preparation is repeated in its own words.
    """
    if bare.endswith("?") or not _BODY.search(bare) or not _DOES.search(bare):
        return False
    if _SENDS_ON.search(bare) or _UNSURE.search(bare):
        return False
    words = re.findall(r"\w{4,}", bare)
    return sum(any(f" {_stem(word)}" in f" {one}" for one in told) for word in words) < _MOSTLY * len(words)


def _stem(word: str) -> str:
    """``lave`` is told by ``lavar``, ``hidrate`` by ``hidratar``."""
    return word[:3] if len(word) == 4 else word[: max(4, len(word) - 3)]
