"""Whether a reply states what nobody told the model: a price, a time, a discount, a phone, a link. Pure.

What the clinic's file, a tool, the agent's own remark or an earlier message of the clinic says is *told*. The patient's
words are none of these: they may be taken up, and not be made a promise of the clinic's.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from clinic_bot.agent.guards.language.clauses import sentences
from clinic_bot.agent.guards.language.denials import NOT, states_nothing
from clinic_bot.agent.guards.language.figures import Figure, Kind, figures
from clinic_bot.agent.guards.language.known import Known, bounds
from clinic_bot.agent.guards.money.offers import promised
from clinic_bot.agent.guards.times.counted import is_counted
from clinic_bot.clinic.numerals import NUMBER, value
from clinic_bot.clinic.spelling import plain

_COUNTED = re.compile(
    rf"(?<![\d/:.,$])\b([2-9]|1[0-2]|{NUMBER})\b(?! ?(?:x|h|horas?|min\w*|dias?|semanas?|mes(?:es)?|anos?|vezes n\w)\b"
    r"|[/:.,%]\d| ?%| reais)"
)
_BOTH = re.compile(r"\b(?:cada|ambos|ambas|casal|dupla|gemeos|irmaos)\b")
_IN_ALL = re.compile(r"\b(?:tot\w+|junt[oa]s|soma\w*|ao todo|tudo)\b")
_APART = re.compile(
    r"\b(?:a (?:menos|mais)|diferenca|econom\w+|poupa\w*|rest(?:a|am|ante)|sobra\w*|falta\w*)\b"
)
_LESS = re.compile(r"\b(?:pix|debito|dinheiro|cartao|vista|descont\w+)\b|%")
_KINDS = {
    Kind.AMOUNT: "um valor em dinheiro",
    Kind.PERCENT: "um percentual",
    Kind.INSTALMENTS: "um parcelamento",
    Kind.TIME: "um horário",
    Kind.HANDLE: "uma conta de rede social",
    Kind.LINK: "um link",
    Kind.EMAIL: "um e-mail",
    Kind.NUMBER: "um telefone ou número",
}
#: What the patient may be answered with in their own words, whatever the sentence says.
_OWN = frozenset((Kind.TIME, Kind.EMAIL, Kind.NUMBER))
#: Of the wireless network, of a portal: a word that is none, behind its name, or any figures of a password.
_SECRET = re.compile(
    r"\b(?:[Ss]enha|[Rr]ede)\b[^.;,:\n]{0,16}?(?:\bé\b|:)(?: a| o)? *[\"“']?(\w*(?:[a-zA-Z]_?\d|_[a-zA-Z])\w*)"
    r"|\b[Ss]enha(?: [\w-]+){0,4}?(?: é|:) *[\"“]?([\w@#!.-]*\d(?:[\w@#!.-]*[\w@#])?)"
)
#: ``100% particular`` is no share of a price.
_WHOLLY = re.compile(r"\b100 ?% (?:particular|digita[li]\w*|acessive\w+|individua\w+|presencia\w+)\b")
_BARE_NUMBER = re.compile(r"(?<![\d.,:/$])\b\d{2,5}\b(?![.,:/]\d| ?(?:h|%))")
_BUT = re.compile(r"\b(?:mas|porem)\b")
_GRANTS = re.compile(
    r"\b(?:(?:valor|preco)\b.{0,30}? e|custa\w*|sa(?:i|em)|fica\w*|faz\w*|faco|consig\w+|cobr\w+|fech\w+|combinad\w+"
    r"|sim|pode (?:ser|pagar|vir)|claro)\b"
)
_CENT = Decimal("0.01")
_AT_A_DOOR = re.compile(r"\bcheg\w+")


def invented(
    text: str, told: Iterable[Known], said: Iterable[Known] = (), *, asked: str = "", times: bool = True
) -> str | None:
    """What ``text`` states that was not told, in Portuguese for the model; None for nothing.

    Args:
        told: by the clinic's file, the tools, the agent's remark, earlier messages of the clinic.
        said: by the patient.
        asked: the burst that is answered, plain.
        times: whether times of the day are held against it, too.
    """
    sources = _Sources(tuple(told), tuple(said))
    shown, whole = figures(text), plain(text)
    for sentence in sentences(text):
        found = _figure(sentence, sources, shown, whole, times=times) or promised(
            sentence, sources.told, asked=asked, whole=whole
        )
        if found:
            return found
    return "cita uma senha ou uma rede que ninguém informou" if _secret(text, sources) else None


def _secret(text: str, sources: "_Sources") -> bool:
    named = (plain(one[1] or one[2]) for one in _SECRET.finditer(text))
    return any(not any(one in known.text for known in sources.told) for one in named)


def _counts(text: str) -> set[int]:
    """How many there may be of something that is paid for: ``2 sessões``, ``pelos dois``, ``R$ 155 cada``."""
    found = {int(one) if one.isdigit() else value(one) for one in _COUNTED.findall(text)}
    return (found | ({2} if _BOTH.search(text) else set())) - {0, 1}


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

    def tell_a_sum(self, figure: Figure, shown: Sequence[Figure], text: str) -> bool:
        """Whether it is what told prices that stand in the same reply come to or differ by, or some times one that was
        told, or either of them less a discount that was told."""
        if figure.kind is not Kind.AMOUNT:
            return False
        total = Decimal(figure.value)
        told = {amount for one in self.told for amount in one.amounts}
        said = " ".join([text, *(one.text for one in self.said)])
        times = {price * count for price in told for count in _counts(said)}
        prices = sorted({Decimal(one.value) for one in shown if one.kind is Kind.AMOUNT} & (told | times))[:6]
        sums = times | {sum(some, Decimal()) for count in (2, 3) for some in combinations(prices, count)}
        if _IN_ALL.search(text):
            sums |= {one + other for one in prices for other in told - {one}}
        if _APART.search(text):
            sums |= {abs(one - other) for one, other in combinations(prices, 2)}
        if total in sums:
            return True
        if not _LESS.search(said):
            return False
        shares = [Decimal(one) / 100 for known in self.told for one in known.percents]
        return any(
            abs(part - total) <= _CENT
            for price in told | sums
            for share in shares
            for part in (price * (1 - share), price * share)
        )

    def tell_what_is_counted(self, figure: Figure, shown: Sequence[Figure], bare: str) -> bool:
        """Whether it is a time that a told length makes of one told, said or standing in the same reply, or is itself
        such a length: ``1h30`` of a visit."""
        if figure.kind is not Kind.TIME:
            return False
        minutes = frozenset[int]().union(*(one.minutes for one in self.told))
        hour, minute = map(int, figure.value.split(":"))
        if hour * 60 + minute in minutes and not re.search(
            rf"\b(?:as|das|de|a) {re.escape(plain(figure.shown))}", bare
        ):
            return True
        anchors = {value for kind, value in self.told[-1].figures if kind is Kind.TIME}
        for one in self.said:
            anchors |= {value for kind, value in one.figures if kind is Kind.TIME} | one.hours
        anchors |= {one.value for one in shown if one.kind is Kind.TIME and self.tell(one)}
        return is_counted(figure.value, figure.shown, bare, anchors, minutes)

    def says(self, figure: Figure) -> bool:
        return any(one.has(figure) for one in self.said)

    def says_amount(self, figure: Figure) -> bool:
        """Whether the patient named it, with ``R$`` or as a bare number: "faz por 300?"."""
        return self.says(figure) or any(
            Decimal(number) == Decimal(figure.value)
            for one in self.said
            for number in _BARE_NUMBER.findall(one.text)
        )


def _takes_up(figure: Figure, bare: str) -> bool:
    """Whether a sentence only takes up a sum that the patient named: "não se preocupe, fica R$ 300" grants it."""
    start = max(bare.find(plain(figure.shown)), 0)
    first, last = bounds(bare, start, start + len(figure.shown))
    clause = _BUT.split(bare[first : start + len(figure.shown)])[-1] + bare[start + len(figure.shown) : last]
    return states_nothing(bare) and (NOT.search(clause) is not None or not _GRANTS.search(clause))


def _figure(
    sentence: str, sources: _Sources, shown: Sequence[Figure], whole: str, *, times: bool
) -> str | None:
    bare = plain(sentence)
    for one in figures(sentence):
        if (
            sources.tell(one)
            or sources.tell_a_share(one, bare)
            or sources.tell_a_sum(one, shown, whole)
            or sources.tell_what_is_counted(one, shown, bare)
            or (one.kind is Kind.TIME and (not times or _AT_A_DOOR.search(bare)))
        ):
            continue
        if one.kind is Kind.AMOUNT:
            if sources.says_amount(one) and _takes_up(one, bare):
                continue
        elif sources.says(one) and (one.kind in _OWN or (one.kind is not Kind.LINK and states_nothing(bare))):
            continue
        if one.kind is Kind.PERCENT and NOT.search(bare) and sources.says(one):
            continue
        if one.kind is Kind.PERCENT and _WHOLLY.search(bare):
            continue
        return f"cita {_KINDS[one.kind]} que ninguém informou"
    return None
