"""Whether a reply says of where the clinic is what its file does not. Pure."""

import re

from clinic_bot.agent.guards.language.denials import NOT, states_nothing
from clinic_bot.clinic.spelling import plain

_STREET = re.compile(
    r"\b(?:[Rr]ua|R\.|[Aa]v\.?|[Aa]venida|[Aa]lameda|[Tt]ravessa|[Pp]raça|[Rr]odovia|[Ee]strada|[Ll]argo)\s+"
    r"((?:(?:d[aeo]s?|[A-ZÀ-Ý][\wÀ-ÿ]*\.?)\s+){0,3}[A-ZÀ-Ý][\wÀ-ÿ-]+)(?:,?\s+(?:n(?:[úu]mero|[º°o.])\s*)?(\d{1,5})\b)?"
)
#: What a number belongs to; one that the file never names is another door.
_DOOR = re.compile(
    r"\b(?:numero|n[o.])\.? (?P<number>\d{1,5})\b"
    r"|\b(?P<room>(?:sala|conjunto|cj|apto|apartamento|loja|bloco|casa|torre) \d{1,5})\b"
    r"|\b(?P<floor>\d{1,2}[oa]? (?:andar|piso)|terreo|subsolo)\b"
)
_WHERE = re.compile(
    r"\b(?:fica(?:mos)?|estamos|localiz\w+|e|endereco|clinica|rua|avenida|sala|predio|entrada|somos|subindo)\b"
)
_NEAR = re.compile(
    r"\b(?:ao lado|perto|proxim[oa]|em frente|na frente|atras|dentro|a duas quadras|esquina) (?:d[aeo]s?"
    r"|[ao]s?|com(?: a| o)?)"
    r" ((?:\w+ ?){1,3})"
)
#: What has a name of its own, and stands in the file if it is near.
_LANDMARK = re.compile(
    r"\b(?:[Ee]sta[çc][ãa]o|[Tt]erminal|[Mm]etr[ôo]|[Bb]airro|[Ss]hopping|[Pp]ra[çc]a|[Pp]arque|[Hh]ospital|[Ii]greja"
    r"|[Cc]ol[ée]gio|[Ee]scola|[Mm]ercado|[Ss]upermercado|[Pp]osto|[Vv]iaduto"
    r"|[Pp]onte) (?:d[aeo]s? )?([A-ZÀ-Ý][\wÀ-ÿ]+)"
)
_ELSEWHERE = re.compile(
    r"\b(?:outra|outras|duas|tres|varias|mais uma|segunda|nova) (?:unidades?|filia(?:l|is)|sedes?|clinicas?)\b"
    r"|\b(?:unidades?|filia(?:l|is))(?: (?!movel)\w+)? (?:em|n[ao]|d[aeo])\b"
)
_TOWN = re.compile(
    r"\b(?:[Ff]icamos|[Ee]stamos(?: localizad[oa]s)?|[Ff]ica(?: localizad[ao])?|[Ll]ocalizad[ao]s?) (?:em|n[ao]) "
    r"((?:[A-ZÀ-Ý][\wÀ-ÿ]+ ?)+)"
)
#: Near in time: ``o dia mais proximo do fim de semana``.
_WHEN = re.compile(
    r"\b(?:fim|final|semana|mes|dia|hora|horario|data|feriado|segunda|terca|quarta|quinta|sexta|sabado)\b"
)
_EMPTY = frozenset(
    ("da", "de", "do", "das", "dos", "a", "o", "as", "os", "e", "um", "uma", "na", "no", "nosso", "nossa", "clinica",
     "aqui", "voce", "sua", "casa", "entrada", "nos", "recepcao", "ele", "ela")
)  # fmt: skip


class Told:
    """What may be said of where the clinic is.

    Args:
        text: plain.
        beside: what was told beside it.
    """

    def __init__(self, text: str, beside: "Told | None" = None) -> None:
        self._text, self._beside = text, beside
        self._words = frozenset((*re.findall(r"\w+", text), *re.findall(r"\d+", text)))

    def has(self, word: str) -> bool:
        return word in self._words or (self._beside is not None and self._beside.has(word))

    def says(self, phrase: str) -> bool:
        return phrase in self._text or (self._beside is not None and self._beside.says(phrase))


def mistake(sentence: str, told: Told, theirs: Told) -> str | None:
    """What is wrong of where the clinic is, in Portuguese; None for nothing.

    Args:
        told: by the file, tools and earlier messages of the clinic.
        theirs: the patient's words.
    """
    bare = plain(sentence)
    for match in _STREET.finditer(sentence):
        last = re.findall(r"\w+", plain(match[1]))[-1]
        if not (told.has(last) and _is_street(match[0], told)) and not (
            theirs.has(last) and states_nothing(bare)
        ):
            return "cita um endereço que não é o da clínica"
        if match[2] and not told.has(match[2]) and not NOT.search(bare):
            return "cita um número que não é o do endereço da clínica"
    if bare.endswith("?"):
        return None
    affirmed = [part for part in re.split(r"[,;:.]\s", bare) if not NOT.search(part)]
    for part in affirmed:
        if _wrong_door(part, bare, told) or _wrong_neighbour(part, told):
            return "diz do endereço o que não está na ficha"
        if _ELSEWHERE.search(part) and not (
            told.has("unidade") or told.has("unidades") or told.has("filial")
        ):
            return "cita outra unidade que não está na ficha"
    for place in _LANDMARK.finditer(sentence):
        if not told.has(plain(place[1])) and not NOT.search(bare):
            return "cita um lugar que não está na ficha"
    for town in _TOWN.finditer(sentence):
        words = [word for word in plain(town[1]).split() if len(word) > 2]
        if words and not any(map(told.has, words)) and not NOT.search(bare):
            return "cita um lugar que não é o da clínica"
    return None


def _is_street(written: str, told: Told) -> bool:
    """Whether it is told as this sort of street: ``Rua do Sol`` is not ``Travessa do Sol``."""
    sort, _, name = plain(re.sub(r",? +(?:n\S*\s*)?\d+$", "", written)).partition(" ")
    full = {"r.": "rua", "av": "avenida", "av.": "avenida"}.get(sort, sort)
    return any(told.says(f"{one} {name}") for one in {sort, full, f"{full[0]}.", "av.", "av"} if one)


def _wrong_door(part: str, whole: str, told: Told) -> bool:
    if not _WHERE.search(whole):
        return False
    return any(
        not (told.has(match["number"]) if match["number"] else told.says(match["room"] or match["floor"]))
        for match in _DOOR.finditer(part)
    )


def _wrong_neighbour(part: str, told: Told) -> bool:
    if not re.search(r"\b(?:fica(?:mos)?|estamos|localiz\w+|e|ao lado|em frente)\b", part):
        return False
    for match in _NEAR.finditer(part):
        if _WHEN.search(match[1]):
            continue
        words = [word for word in match[1].split() if word not in _EMPTY and len(word) > 2]
        if words and not told.has(words[0]):
            return True
    return False
