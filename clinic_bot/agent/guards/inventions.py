"""Whether a reply states what nobody told the model: a price, a discount, a time, a phone, a link. Pure.

What the clinic's file, a tool, the agent's own remark or an earlier message of the clinic says is *told*. The patient's
words are none of these: they may be taken up, and not be made a promise of the clinic's.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import combinations

from clinic_bot.agent.guards.counted import is_counted
from clinic_bot.agent.guards.denials import NOT, TAKES_UP, states_nothing
from clinic_bot.agent.guards.figures import Figure, Kind, figures
from clinic_bot.agent.guards.lengths import lengths
from clinic_bot.clinic.numerals import NUMBER, value
from clinic_bot.clinic.spelling import plain

_SENTENCES = re.compile(r"(?<![DS]r\.)(?<![DS]ra\.)(?<=[.!?\n;])\s+|\n")
_DISCOUNT = re.compile(
    r"\bdescont\w+|\babatiment\w+|\bpromoc\w+|\bpromocional|\bcupo[mn]\w*|\bcashback\b|\bbrinde\b|\bprecinho\b"
    r"|\b(?:precos?|valor(?:es)?|condic(?:ao|oes)) (?:\w+ )?(?:especia(?:l|is)|camarada|reduzid[oa]s?"
    r"|diferenciad[oa]s?)"
    r"|\b(?:mais barat[oa]|meia[- ]entrada|paga(?:m|r)? (?:so |apenas )?(?:a )?(?:meia|metade)|pela metade)\b"
    r"|\b(?:custa|sai(?: por| pela)?|fica(?: em| por)?|e|por) (?:a )?metade do (?:valor|preco)"
)
_FREE = re.compile(
    r"\bgratuit\w+|\bgratis\b|\bde graca\b|\bcortesia\b|\bisen(?:ta|to|cao)\w*|\bsem (?:nenhum )?custos?\b"
    r"|\bnao (?:paga|cobramos)\b|\bsem (?:voce )?pagar\b|\bpor (?:conta da (?:casa|clinica)|nossa conta)\b"
    r"|\bde (?:presente|brinde)\b|\b0800\b|\bcusto zero\b"
)
_REFUND = re.compile(
    r"\b(?:devolvemos|devolvo|devolveremos|reembolsamos|reembolso (?:integral|total)|estornamos"
    r"|(?:vamos|vou|podemos|posso|consigo|a gente|a clinica|sera|seria|iremos) (?:te |lhe |ser )?(?:devolv\w+"
    r"|reembols\w+|estorn\w+|ressarc\w+)|dinheiro de volta|nao (?:vamos |vou )?(?:te )?cobr(?:amos|ar|aremos"
    r"|o) nada|nao (?:vamos|vou|iremos) (?:te )?cobrar"
    r"|(?:abro|abrimos|faco|fazemos|abrir|vou fazer|consigo) (?:\w+ )?(?:uma |essa |esta )?excecao)\b"
)
#: What is paid for; free of charge is only that of which it was told.
_PAID_FOR = re.compile(
    r"\b(?:consultas?|sess(?:ao|oes)|avaliac(?:ao|oes)|exames?|procedimentos?|tratamentos?|atendimentos?|limpezas?"
    r"|primeira vez)\b"
)
_COUNTED = re.compile(
    rf"\b(\d{{1,2}}|{NUMBER}) (?:consultas|sessoes|avaliacoes|exames|limpezas|pessoas|vezes)\b"
)
_MEANS = re.compile(r"\b(?:pix|debito|credito|dinheiro|cartao|boleto|a vista)\b")
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
_CENT = Decimal("0.01")
_LONGEST_COUNTED = 24 * 60
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
    def minutes(self) -> frozenset[int]:
        """The lengths of time in it that are no more than a day."""
        return frozenset(
            count for unit, count, *_ in lengths(self.text) if unit == "m" and count <= _LONGEST_COUNTED
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

    def offered(self, pattern: re.Pattern[str]) -> list[tuple[str, str]]:
        """Each place where it offers such a thing: what its sentence says before, and the part between commas."""
        if not self._offers:
            return []
        lines = [plain(one) for one in sentences(self._raw)]
        return [
            (line[: match.start()], _between_commas(line, match))
            for line in lines
            for match in pattern.finditer(line)
        ]

    def has(self, figure: Figure) -> bool:
        if (figure.kind, figure.value) in self.figures:
            return True
        if figure.kind is Kind.TIME:
            return figure.value in self.hours
        if figure.kind is Kind.INSTALMENTS:  # what may be paid in six may be paid in three
            counts = (int(value) for kind, value in self.figures if kind is Kind.INSTALMENTS)
            return int(figure.value) <= max(counts, default=1)
        if figure.kind is Kind.NUMBER:  # with and without the country's and the area's code
            numbers = (value for kind, value in self.figures if kind is Kind.NUMBER)
            return any(one.endswith(figure.value) or figure.value.endswith(one) for one in numbers)
        if figure.kind is Kind.LINK:
            return figure.value in self.text
        return False


def _between_commas(line: str, match: re.Match[str]) -> str:
    start = max(line.rfind(mark, 0, match.start()) for mark in ",;:") + 1
    end = min((at for mark in ",;" if (at := line.find(mark, match.end())) >= 0), default=len(line))
    return line[start:end]


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
    shown = figures(text)
    for sentence in sentences(text):
        found = _figure(sentence, sources, shown, plain(text), times=times) or _promise(sentence, sources)
        if found:
            return found
    return None


def _number(written: str) -> int:
    return int(written) if written.isdigit() else value(written)


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

    def tell_a_sum(self, figure: Figure, shown: Sequence[Figure], text: str) -> bool:
        """Whether it is what told prices that stand in the same reply come to, some times one of them, or one less a
        discount that was told."""
        if figure.kind is not Kind.AMOUNT:
            return False
        total = Decimal(figure.value)
        prices = {Decimal(one.value) for one in shown if one.kind is Kind.AMOUNT and self.tell(one)}
        less = [Decimal(one.value) for one in shown if one.kind is Kind.PERCENT and self.tell(one)]
        counted = [number for shown_count in _COUNTED.findall(text) if (number := _number(shown_count)) > 1]
        if any(price * count == total for price in prices for count in counted):
            return True
        sums = (sum(some) for count in (2, 3) for some in combinations(sorted(prices)[:6], count))
        return total in sums or any(
            abs(price * (100 - part) / 100 - total) <= _CENT for price in prices for part in less
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
        if sources.says(one) and (one.kind in _OWN or (one.kind is not Kind.LINK and states_nothing(bare))):
            continue
        if one.kind is Kind.PERCENT and NOT.search(bare) and sources.says(one):
            continue
        return f"cita {_KINDS[one.kind]} que ninguém informou"
    return None


def _promise(sentence: str, sources: _Sources) -> str | None:
    bare = plain(sentence)
    if _for_another_way_to_pay(sentence, bare, sources):
        return "promete um desconto que a ficha da clínica não tem"
    for pattern, what in (
        (_DISCOUNT, "um desconto"),
        (_FREE, "algo sem custo"),
        (_REFUND, "uma devolução ou exceção"),
    ):
        match = pattern.search(bare)
        if match is None or _is_told(bare, match, sources):
            continue
        denied = NOT.search(bare[: match.start()] if pattern is not _DISCOUNT else bare)
        if denied or bare.endswith("?") or TAKES_UP.search(bare):
            continue
        return f"promete {what} que a ficha da clínica não tem"
    return None


def _for_another_way_to_pay(sentence: str, bare: str, sources: _Sources) -> bool:
    """``5% no débito`` where the file says ``5% no Pix``."""
    means = set(_MEANS.findall(bare))
    shares = [one for one in figures(sentence) if one.kind is Kind.PERCENT]
    if not means or not shares or states_nothing(bare) or re.search(r"\b(?:so|somente|apenas) n", bare):
        return False
    told = [
        set(_MEANS.findall(clause))
        for one in sources.told
        for share in shares
        for _, clause in one.offered(re.compile(re.escape(plain(share.shown))))
    ]
    return bool(told) and not any(not named or means & named for named in told)


def _is_told(bare: str, match: re.Match[str], sources: _Sources) -> bool:
    """Whether this is promised by the clinic: for the same thing, and for the same way to pay."""
    told = [clause for one in sources.told for clause in one.offered(match.re)]
    in_time = re.search(r"\b(?:antes|anteced\w+|cancel\w+|remarc\w+|desmarc\w+)\b", bare)
    if match.re is _FREE and (_PAID_FOR.search(bare) or not in_time):
        words = set(re.findall(r"\w{4,}", bare)) - set(_PAID_FOR.findall(bare))
        return any(words & set(re.findall(r"\w{4,}", before)) for before, _ in told)
    if match.re is _DISCOUNT and (means := set(_MEANS.findall(bare))):
        return any(
            not named or means & named for named in (set(_MEANS.findall(clause)) for _, clause in told)
        )
    return bool(told)
