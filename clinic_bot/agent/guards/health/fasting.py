"""Whether a reply asks for a fast that a service does not need, spares one that it does, or states wrong hours.

A patient who fasts too short, or drinks water where none is allowed, comes for nothing. Pure.
"""

import re
from collections.abc import Iterable, Sequence

from clinic_bot.agent.guards.language.denials import NO, NOT, states_nothing
from clinic_bot.agent.guards.language.lengths import lengths
from clinic_bot.agent.guards.language.service_words import VISITS, ServiceWords
from clinic_bot.clinic import team
from clinic_bot.clinic.clinic_file import Service
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.numerals import NUMBER, value
from clinic_bot.clinic.spelling import plain

_FAST = re.compile(r"\bjejum\b")
_ABOUT = (
    r"\bjejum\b|\bagua\b|\bcomer\b|\bcoma\b|\bestomago vazio\b|\bcafe\w*|\blanch\w+|\brefeic\w+|\bbexiga\b"
    r"|\burin\w+|\bxixi\b"
)
_NONE = re.compile(
    r"\bsem (?:\w+ ){0,3}?jejum\b|\b(?:dispensa\w*|nem) (?:\w+ )?jejum\b"
    r"|\bnao (?!(?:se )?(?:esque|quebr|deix|fur|coma|beba))(?:[\w-]+ ){0,5}?jejum\b"
    r"|\bjejum\b[^.;]{0,12}\b(?:nao|dispensad[oa]|desnecessario)\b"
)
_NEEDS = re.compile(
    r"\bjejum (?:de|por|absoluto|completo)\b|\b(?:em|precis\w+|exig\w+|ped[ei]\w*|necessari[oa]|obrigatori[oa]|fac[ao]"
    r"|fazer|fiqu?e?|ficar|requer\w*|preparo:?|com) (?:\w+ ){0,2}?jejum\b|\bhoras? (?:de|em) jejum\b|\bh de jejum\b"
)
#: A fast by other words.
_EATS_NOTHING = re.compile(
    r"\b(?:sem|nada de|nao (?:\w+ )?) ?(?:comer|coma|se alimentar) (?:nada )?(?:nas|por|durante|desde) \D{0,12}?"
    r"(?:\d|ultimas)"
    r"|\bestomago vazio\b"
)
_EATS = re.compile(r"\b(?:refeic\w+|lanch\w+|almoc\w+|com(?:er|a)|aliment\w+|jant\w+|cafe\w*)\b")
#: What a preparation says one way or the other: each pair is of the same thing.
_OPPOSITES = (
    (
        re.compile(
            r"\bagua\b[^.;]{0,15}\b(?:pode|podem|liberad\w+|permitid\w+|a vontade)\b"
            r"|\b(?:pode|podem|liberad\w+|permitid\w+)\b[^.;,]{0,15}\bagua\b"
            r"|\bbeb(?:a|er) (?:\d|uns|bastante)[^.;,]{0,15}\bagua\b"
        ),
        re.compile(
            r"\b(?:nem(?: mesmo)?|inclu(?:sive|indo|i)|sem)(?: \w+)? (?:de )?agua\b|\bjejum absoluto\b"
            r"|\bnao (?:\w+ )?(?:beb\w+|tom\w+) (?:\w+ )?agua\b|\bagua (?:tambem )?nao\b"
        ),
    ),
    (
        re.compile(r"\bbexiga (?:bem )?cheia\b|\bnao (?:\w+ )?urin\w+|\bsem urinar\b|\bsegur\w+ o xixi\b"),
        re.compile(
            r"\besvazi\w+ a bexiga\b|\bbexiga vazia\b|\b(?:urine|va ao banheiro)\b[^.;,]{0,15}\bantes\b"
        ),
    ),
)
_MAY = r"\b(?:pode|podem|consegue|conseguem|da (?:para|pra)|liberad[oa])\b[^.;,]{0,20}"
_LETS = re.compile(r"\b(?:pode|podem|liberad[oa]|permitid[oa]|tudo bem|sem problemas?)\b")
_FORBIDS = re.compile(r"\bnao (?:pode |deve )?(\w{4,}?)(?:ar|er|ir)\b")
_ON_CONDITION = re.compile(r"\b(\d{1,2}) ?h(?:oras?)? (?:se|quando|caso|para|com)\b([^.;]*)")
_OF_ANY_CONDITION = frozenset(("pedido", "pedidos", "incluir", "inclui", "exames", "houver", "medico"))
_HOURS = re.compile(
    r"\bjejum\b[^.!?\n,;]{0,30}?(?<!as )(?<!ate )\b(\d{1,2}) ?h(?:oras?)?\b|\b(\d{1,2}) ?h(?:oras?)? (?:de|em) jejum\b"
)
_COUNTS = re.compile(rf"\b(?:\d{{1,2}}|{NUMBER})\b")
_ANY_HOURS = re.compile(r"\b(\d{1,2}) ?h(?:oras?)?\b")
_ANY_VISIT = VISITS | {"exames", "consultas", "hora", "horas"}
#: A shorter word has to stand in a service's name as it is.
_SHORT = 5
_THE_REST = re.compile(r"\b(?:[oa]s (?:demais|outr[oa]s)|o resto|restante)\b")
_WRONG = "diz do jejum ou do preparo o que não está na ficha"


class Fasting:
    """What the services of one clinic say of a fast."""

    def __init__(self, facts: ClinicFacts) -> None:
        self._facts = facts
        self._any_named = ServiceWords(facts).named
        self._words = {word for one in facts.services for word in re.findall(r"\w+", plain(one.name))}
        general = plain(facts.preparation)
        self._texts = {
            one.key: " ".join((plain(one.preparation), plain(one.walk_in), plain(one.notes), general))
            for one in facts.services
        }
        forbidden = {verb for text in self._texts.values() for verb in _FORBIDS.findall(text)}
        self._about = re.compile("|".join([_ABOUT, *(rf"\b{verb}" for verb in sorted(forbidden))]))

    def mistake(self, sentence: str, asked: str, whole: str = "", heard: Sequence[str] = ()) -> str | None:
        """What a sentence says wrongly of a fast, in Portuguese; None for nothing.

        Args:
            sentence: plain.
            asked: the burst that is answered, plain.
            whole: the reply that the sentence is of, plain.
            heard: results of tools, plain; they tell which visit is meant where nothing else does.
        """
        if not self._about.search(sentence) or sentence.endswith("?") or _THE_REST.search(sentence):
            return None
        service = self._meant(sentence, asked, whole, heard)
        if service is None:
            return _WRONG if any(_another_case(sentence, own) for own in self._texts.values()) else None
        own = self._texts[service.key]
        needs = _needs(sentence)
        if needs is not None and needs != bool(_needs(own)):
            return _WRONG
        eats_nothing = _EATS_NOTHING.search(sentence) and not _FAST.search(own)
        if eats_nothing and not _eating(sentence) & _eating(own):
            return _WRONG
        if needs is None and _eats_too_late(sentence, own):
            return _WRONG
        if any(_is_opposite(sentence, own, *pair) for pair in _OPPOSITES) or self._lets(sentence, own):
            return _WRONG
        return _WRONG if not NOT.search(sentence) and _other_hours(sentence, own) else None

    def _lets(self, sentence: str, own: str) -> bool:
        """Whether a sentence lets the patient do what the preparation forbids."""
        verbs = _FORBIDS.findall(own) if not NO.search(sentence) else []
        return any(re.search(rf"{_MAY}\b{verb}", sentence) for verb in verbs)

    def _meant(self, sentence: str, asked: str, whole: str, heard: Iterable[str]) -> Service | None:
        """The one service that is spoken of; None where that is not clear."""
        for text in (sentence, asked):
            if named := self._named(text):
                return named[0] if len(named) == 1 else None
        read = {one.key: one for text in heard for one in self._read_of(text)}
        before = self._services_in(whole.partition(sentence)[0])
        others = {one.key for one in self._named(whole)} | set(read)
        named = before or list(read.values())
        return named[0] if len(named) == 1 and others <= {named[0].key} else None

    def _named(self, text: str) -> list[Service]:
        """The services whose name stands in a text; ``conta`` is no ``contato``."""
        words = [
            word for word in re.findall(r"\w{4,}", text) if word not in _ANY_VISIT and self._is_name(word)
        ]
        return team.services_named(self._facts, " ".join(words)) if words else []

    def _services_in(self, text: str) -> list[Service]:
        """All the services that a text may be speaking of."""
        keys = self._any_named(text)
        return [one for one in self._facts.services if one.key in keys]

    def _is_name(self, word: str) -> bool:
        return word in self._words or (
            len(word) > _SHORT and any(one.startswith(word.removesuffix("s")) for one in self._words)
        )

    def _read_of(self, text: str) -> list[Service]:
        return [one for one in self._facts.services if plain(one.name) in text]


def _needs(text: str) -> bool | None:
    """Whether a fast is needed; None where the text does not say."""
    if not _FAST.search(text):
        return None
    if _NONE.search(text):
        return False
    return True if _NEEDS.search(text) or not NOT.search(text) else None


def _eats_too_late(sentence: str, own: str) -> bool:
    """Whether a sentence lets the patient eat within the hours of the fast."""
    hours = _told_hours([own])
    if not hours or NO.search(sentence) or not _EATS.search(sentence) or not _LETS.search(sentence):
        return False
    return any(unit == "m" and count < min(hours) * 60 for unit, count, *_ in lengths(sentence))


def _is_opposite(sentence: str, own: str, one: re.Pattern[str], other: re.Pattern[str]) -> bool:
    """Whether a sentence says only the one of what the service says only the other."""
    said = bool(one.search(sentence)), bool(other.search(sentence))
    rule = bool(one.search(own)), bool(other.search(own))
    return any(said) and any(rule) and said == rule[::-1] and said != rule


def _other_hours(sentence: str, own: str) -> bool:
    """Whether a sentence states none of the hours of the service, or not those of the case that it names."""
    stated, known = _hours([sentence]), _told_hours([own])
    return bool(stated and known and not stated & known) or _another_case(sentence, own)


def _another_case(sentence: str, own: str) -> bool:
    """Whether a sentence names a case and not its hours: ``8 horas`` where ``12 se incluir triglicerídeos``."""
    words = set(re.findall(r"\w{6,}", sentence)) - _OF_ANY_CONDITION
    cases = {int(one[1]) for one in _ON_CONDITION.finditer(own) if words & set(re.findall(r"\w+", one[2]))}
    every = {int(one) if one.isdigit() else value(one) for one in _COUNTS.findall(sentence)}
    return bool(cases and _hours([sentence]) and not cases & every)


def _eating(text: str) -> set[int]:
    """The lengths that its parts on eating name, in minutes."""
    parts = (part for part in re.split(r"[.;]", text) if _EATS.search(part) or _EATS_NOTHING.search(part))
    return {count for part in parts for _, count, *_ in lengths(part)}


def untold_hours(sentence: str, told: Sequence[str], said: Sequence[str]) -> bool:
    """Whether a sentence states hours of a fast that nobody told. Hours in words, ``oito horas``, are not compared.

    Args:
        told: plain texts of the clinic, the tools and the agent.
        said: the patient's; they may be taken up where the sentence states nothing.
    """
    stated = _hours([sentence])
    if not stated:
        return False
    known = _told_hours(told)
    if not known and any(_FAST.search(text) for text in told):
        return False
    return bool(stated - known - (_hours(said) if states_nothing(sentence) else set()))


def _hours(texts: Sequence[str]) -> set[int]:
    return {int(match[1] or match[2]) for text in texts for match in _HOURS.finditer(text)}


def _told_hours(texts: Sequence[str]) -> set[int]:
    """All the hours of a sentence on fasting: ``Jejum de 8 horas; de 12 horas se …``."""
    parts = (part for text in texts for part in re.split(r"\.\s|\n", text) if _FAST.search(part))
    return {int(match[1]) for part in parts for match in _ANY_HOURS.finditer(part)}
