"""Numbers that are written out: ``cento e trinta``, ``mil e duzentos``. Pure, and of plain text."""

import re

UNITS = {
    "um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8,
    "nove": 9,
}  # fmt: skip
TEENS = {
    "dez": 10, "onze": 11, "doze": 12, "treze": 13, "catorze": 14, "quatorze": 14, "quinze": 15, "dezesseis": 16,
    "dezessete": 17, "dezoito": 18, "dezenove": 19,
}  # fmt: skip
TENS = {"vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50}
_LARGER = {
    "sessenta": 60, "setenta": 70, "oitenta": 80, "noventa": 90, "cem": 100, "cento": 100, "duzentos": 200,
    "duzentas": 200, "trezentos": 300, "trezentas": 300, "quatrocentos": 400, "quinhentos": 500, "seiscentos": 600,
    "setecentos": 700, "oitocentos": 800, "novecentos": 900,
}  # fmt: skip
_ALL = UNITS | TEENS | TENS | _LARGER
_WORD = "|".join([*_ALL, "mil"])
#: A run of number words, joined as people join them.
NUMBER = rf"(?:{_WORD})(?: (?:e )?(?:{_WORD}))*"


def value(words: str) -> int:
    """What a run of number words comes to."""
    whole = part = 0
    for word in re.findall(r"\w+", words):
        if word == "mil":
            whole, part = whole + (part or 1) * 1000, 0
        else:
            part += _ALL.get(word, 0)
    return whole + part
