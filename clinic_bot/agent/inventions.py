"""Whether a reply states what nobody told the model: a price, a discount, a time, a phone, a link, a name. Pure.

What the clinic's file, a tool, the agent's own remark or an earlier message of the clinic says is *told*. The patient's
words are none of these: they may be taken up, and not be made a promise of the clinic's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from clinic_bot.agent.figures import Figure, Kind, figures
from clinic_bot.clinic.spelling import plain

_SENTENCES = re.compile(r"(?<![DS]r\.)(?<![DS]ra\.)(?<=[.!?\n;])\s+|\n")
_NOT = re.compile(r"\b(?:nao|nem|nunca|nenhum\w*|sem|tampouco|infelizmente|impossivel)\b")
#: Takes up what the patient said, and states nothing.
_TAKES_UP = re.compile(
    r"\b(?:voce|vc|o senhor|a senhora) (?:disse|mencionou|falou|citou|pagou|enviou|mandou|informou|perguntou)\b"
    r"|\bcomprovante\b|\brecebi\b|\banot\w+|\bverific\w+|\b(?:vou|preciso|a) confirmar\b"
    r"|\b(?:com|para|pra|pela|chamar|avisar) (?:a )?recepcao\b"
    r"|\brecepcao (?:\w+ )?(?:pode|informa|responde|avalia|ajuda|passa|diz|explica|confirma)\w*"
)
_DISCOUNT = re.compile(r"\bdescont\w+|\babatiment\w+|\bpromoc\w+|\bpromocional|\bcupo[mn]\w*|\bcashback\b")
_FREE = re.compile(
    r"\bgratuit\w+|\bgratis\b|\bde graca\b|\bcortesia\b|\bisen(?:ta|to|cao)\w*|\bsem custo\b|\bnao (?:paga"
    r"|cobramos)\b"
)
_PERSON = re.compile(
    r"\b(?:Dra?s?|Doutora?|Prof(?:essora?)?)(?:\(a\))?\.?\s+\*?([A-ZÀ-Ý][\wÀ-ÿ'-]+)(?:\s+([A-ZÀ-Ý][\wÀ-ÿ'-]+))?"
)
_PLACE = re.compile(
    r"\b(?:[Rr]ua|R\.|[Aa]v\.?|[Aa]venida|[Aa]lameda|[Tt]ravessa|[Pp]raça|[Rr]odovia|[Ee]strada|[Ll]argo)\s+"
    r"((?:(?:d[aeo]s?|[A-ZÀ-Ý][\wÀ-ÿ]*\.?)\s+){0,3}[A-ZÀ-Ý][\wÀ-ÿ]+)"
)
#: Health plans that a model knows by itself, and by which patients ask.
_PLANS = re.compile(
    r"\b(?:amil|hapvida|notre ?dame|intermedica|porto (?:seguro|saude)|cassi|geap|golden cross|sul ?america|bradesco"
    r"|unimed|prevent senior|allianz|omint|care ?plus|mediservice|metlife|odontoprev|sao cristovao"
    r"|sao francisco|postal saude"
    r"|ipasgo|ipsemg|planserv|iamspe|alice saude|trasmontano|biovida|gndi|fusex|capesesp|ipe saude|saude caixa"
    r"|petrobras)\b"
)
_ACCEPTS = re.compile(r"\b(?:aceit\w+|atend\w+|cobr\w+|trabalh\w+|conveni\w+|sim)\b")
_KINDS = {
    Kind.AMOUNT: "um valor em dinheiro",
    Kind.PERCENT: "um percentual",
    Kind.TIME: "um horário",
    Kind.LINK: "um link",
    Kind.EMAIL: "um e-mail",
    Kind.NUMBER: "um telefone ou número",
}
#: What the patient may be answered with in their own words, whatever the sentence says.
_OWN = frozenset((Kind.TIME, Kind.EMAIL, Kind.NUMBER))
_CENT = Decimal("0.01")
_AT_A_DOOR = re.compile(r"\bcheg\w+")


class Known:
    """What a text says, looked up when it is asked for: most replies ask for little, and a patient waits.

    Args:
        raw: the text.
        loosely: any bare number may be a time of the day, as patients write it.
        offers: whether a discount or something free in it may be repeated.
    """

    def __init__(self, raw: str, *, loosely: bool = False, offers: bool = True) -> None:
        self._raw = raw
        self._loosely = loosely
        self._offers = offers

    @cached_property
    def figures(self) -> frozenset[tuple[Kind, str]]:
        return frozenset((one.kind, one.value) for one in figures(self._raw))

    @cached_property
    def hours(self) -> frozenset[str]:
        """What may be read as a time of the day, ``as 9`` too."""
        numbers = re.findall(r"(?<![\d:])\d{1,2}(?![\d:])", self._raw) if self._loosely else []
        return frozenset(
            f"{hour + half:02d}:00" for hour in map(int, numbers) for half in (0, 12) if hour + half < 24
        )

    @cached_property
    def text(self) -> str:
        return plain(self._raw)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", self.text))

    @cached_property
    def amounts(self) -> tuple[Decimal, ...]:
        return tuple(Decimal(value) for kind, value in self.figures if kind is Kind.AMOUNT)

    def offers(self, pattern: re.Pattern[str]) -> bool:
        return self._offers and bool(pattern.search(self.text))

    def has(self, figure: Figure) -> bool:
        if (figure.kind, figure.value) in self.figures:
            return True
        if figure.kind is Kind.TIME:
            return figure.value in self.hours
        if figure.kind is Kind.NUMBER:  # with and without the country's and the area's code
            numbers = (value for kind, value in self.figures if kind is Kind.NUMBER)
            return any(one.endswith(figure.value) or figure.value.endswith(one) for one in numbers)
        if figure.kind is Kind.LINK:
            return figure.value in self.text
        return False


def invented(
    text: str, told: Iterable[Known], said: Iterable[Known] = (), *, times: bool = True
) -> str | None:
    """What ``text`` states that was not told, in Portuguese for the model; None for nothing.

    Args:
        told: by the clinic's file, the tools, the agent's remark, earlier messages of the clinic.
        said: by the patient.
        times: whether times of the day are held against it, too.
    """
    sources = _Sources(tuple(told), tuple(said))
    for sentence in sentences(text):
        found = (
            _figure(sentence, sources, times=times)
            or _promise(sentence, sources)
            or _name(sentence, sources)
            or _plan(sentence, sources)
        )
        if found:
            return found
    return None


def sentences(text: str) -> Iterator[str]:
    """Line by line, and in a line sentence by sentence."""
    return (one for one in _SENTENCES.split(text) if one.strip())


@dataclass(frozen=True, slots=True)
class _Sources:
    told: tuple[Known, ...]
    said: tuple[Known, ...]

    def tell(self, figure: Figure) -> bool:
        return any(one.has(figure) for one in self.told)

    def tell_a_share(self, figure: Figure, bare: str) -> bool:
        """Whether it is a price that was told, in as many parts as the sentence says: ``3x de R$ 60``."""
        if figure.kind is not Kind.AMOUNT:
            return False
        counts = [int(count) for count in re.findall(r"\b(\d{1,2}) ?(?:x\b|vez|parcel)", bare)]
        part = Decimal(figure.value)
        told = (amount for one in self.told for amount in one.amounts)
        return any(abs(part * count - amount) <= _CENT * count for amount in told for count in counts)

    def says(self, figure: Figure) -> bool:
        return any(one.has(figure) for one in self.said)

    def tell_word(self, word: str) -> bool:
        return any(word in one.words for one in self.told)

    def says_word(self, word: str) -> bool:
        return any(word in one.words for one in self.said)


def _figure(sentence: str, sources: _Sources, *, times: bool) -> str | None:
    bare = plain(sentence)
    for one in figures(sentence):
        if (
            sources.tell(one)
            or sources.tell_a_share(one, bare)
            or (one.kind is Kind.TIME and (not times or _AT_A_DOOR.search(bare)))
        ):
            continue
        if sources.says(one) and (one.kind in _OWN or (one.kind is not Kind.LINK and _states_nothing(bare))):
            continue
        if one.kind is Kind.PERCENT and _NOT.search(bare) and sources.says(one):
            continue
        return f"cita {_KINDS[one.kind]} que ninguém informou"
    return None


def _states_nothing(bare: str) -> bool:
    return bare.endswith("?") or bool(_NOT.search(bare) or _TAKES_UP.search(bare))


def _promise(sentence: str, sources: _Sources) -> str | None:
    bare = plain(sentence)
    for pattern, what in ((_DISCOUNT, "um desconto"), (_FREE, "algo sem custo")):
        match = pattern.search(bare)
        if match is None or any(one.offers(pattern) for one in sources.told):
            continue
        denied = _NOT.search(bare[: match.start()] if pattern is _FREE else bare)
        if denied or bare.endswith("?") or _TAKES_UP.search(bare):
            continue
        return f"promete {what} que a ficha da clínica não tem"
    return None


def _name(sentence: str, sources: _Sources) -> str | None:
    bare = plain(sentence)
    for match in _PERSON.finditer(sentence):
        names = [plain(name) for name in match.groups() if name]
        if any(map(sources.tell_word, names)):
            continue
        if any(map(sources.says_word, names)) and _states_nothing(bare):
            continue
        return "cita um profissional que a clínica não tem"
    for match in _PLACE.finditer(sentence):
        last = plain(match[1]).split()[-1]
        if sources.tell_word(last) or (sources.says_word(last) and _states_nothing(bare)):
            continue
        return "cita um endereço que não é o da clínica"
    return None


def _plan(sentence: str, sources: _Sources) -> str | None:
    """A plan is taken up clause by clause: ``aceitamos este, e aquele não`` says two things."""
    bare = plain(sentence)
    if bare.endswith("?") or not _ACCEPTS.search(bare):
        return None
    for clause in re.split(r"[,;:.]| mas | e (?=\w+ nao\b)", bare):
        for match in _PLANS.finditer(clause):
            squeezed = match[0].replace(" ", "")
            told = any(squeezed in one.text.replace(" ", "") for one in sources.told)
            if not told and not _NOT.search(bare):
                return "diz que aceita um convênio que não está na ficha"
    return None
