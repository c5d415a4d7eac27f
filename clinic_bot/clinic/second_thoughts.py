"""What is left of a phrase when its writer went back on a part of it: ``quarta, aliás quinta``. Pure.

Works on plain text. Days that are ruled out are ``day_relations``'; here are hours, and parts of a day.
"""

import re

_AGAIN = re.compile(
    r"\b(?:o+ps|alias|ou melhor|quer dizer|corrigindo|corrijo|minto|na verdade|mudei de ideia|pensando (?:bem|melhor)"
    r"|esquece|melhor nao|pera(?:i| ai)?|espera ai|digo(?=,))\b"
)
_CANNOT = r"\b(?:nao|n) (?:consigo|posso|da|quero|pode|rola|vou poder|vou conseguir)(?: (?:ir|vir|ser))*"
_PART = r"(?:de|da|a|na|pela) (?:manha|tarde|noite)\b"
_REFUSED = re.compile(
    rf"{_CANNOT} {_PART}|(?<!pelo )(?<!mais ou )\b(?:menos|exceto|sem ser|tirando) {_PART}"
    rf"|\b{_PART}(?: eu)? (?:nao|n) (?:consigo|posso|da|rola)\b(?! (?:ir )?\w+eira\b)"
)
_INSTEAD_OF = re.compile(
    r"\b(?:em vez|(?:ao )?inves|no lugar) d(?:e|as?|e as) \d{1,2}(?: ?(?:h(?![a-z])|:) ?(?:\d\d)?)?(?![\d/])(?! de )"
)
#: ``não posso antes das 10`` is a wish for later.
_NOT_BEFORE = re.compile(rf"{_CANNOT} antes (d?as?|de|do)\b(?= \d)")
_NOT_AFTER = re.compile(rf"{_CANNOT} depois (d?as?|de|do)\b(?= \d)")


def takes(text: str) -> list[str]:
    """``text`` cut where its writer corrects it; what a later piece names takes the place of the same before it."""
    return [piece for piece in _AGAIN.split(text) if piece.strip()] or [""]


def without_refused(text: str) -> str:
    """``text`` without the parts of a day that do not suit, and with hours that do not turned into those that do."""
    text = _NOT_AFTER.sub(r"antes \1", _NOT_BEFORE.sub(r"a partir \1", text))
    return _INSTEAD_OF.sub(" ", _REFUSED.sub(" ", text))
