"""Whether a reply promises what costs the clinic money and nobody told: a discount, something free, a refund. Pure."""

import re
from collections.abc import Sequence

from clinic_bot.agent.guards.language.denials import NOT, TAKES_UP, states_nothing
from clinic_bot.agent.guards.language.figures import Kind, figures
from clinic_bot.agent.guards.language.known import Known, Offer, between_commas, bounds
from clinic_bot.agent.guards.language.lengths import lengths
from clinic_bot.clinic.spelling import plain

_DISCOUNT = re.compile(
    r"\bdescont\w+|\babatiment\w+|\bpromoc\w+|\bpromocional|\bcupo[mn]\w*|\bcashback\b|\bbrinde\b|\bprecinho\b"
    r"|\b(?:precos?|valor(?:es)?|condic(?:ao|oes)) (?:\w+ )?(?:especia(?:l|is)|camarada|reduzid[oa]s?"
    r"|diferenciad[oa]s?)"
    r"|\b(?:mais barat[oa]|meia[- ]entrada|paga(?:m|r)? (?:so |apenas )?(?:a )?(?:meia|metade)|pela metade)\b"
    r"|\b(?:custa|sai(?: por| pela)?|fica(?: em| por)?|e|por) (?:a )?metade do (?:valor|preco)"
)
#: One price taken off another.
_TAKEN_OFF = re.compile(
    r"\babat(?:id|e[mr]?\b|emos|eremos)\w*|\b(?:descontad|creditad)[oa]s? (?:d[oa]s?|n[oa]s?|em|no valor)\b"
)
_FREE = re.compile(
    r"\bgratuit\w+|\bgratis\b|\bde graca\b|\bcortesia\b|\bisen(?:ta|to|cao)\w*|\bsem (?:nenhum )?custos?\b"
    r"|\bnao (?:pagam?|cobramos|(?:e|sera|sao|serao) cobrad[oa]s?)\b|\bnao (?:tem|tera) (?:nenhum )?custos?\b"
    r"|\bsem (?:voce )?(?:pagar|cobrar)\b"
    r"|\bpor (?:conta da (?:casa|clinica)|nossa conta)\b"
    r"|\bde (?:presente|brinde)\b|\b0800\b|\bcusto zero\b"
)
_REFUND = re.compile(
    r"\b(?:devolvemos|devolvo|devolveremos|reembolsamos|reembolso (?:integral|total)|estornamos"
    r"|(?:vamos|vou|podemos|posso|consigo|a gente|a clinica|iremos|pode|(?:plano|convenio|operadora) vai)"
    r" (?:te |lhe )?(?:devolv(?:er?|o)|reembols(?:ar?|o)|estorn(?:ar?|o)|ressarc(?:ir|e))\b"
    r"|(?:e|sao|sera|serao|seria|fica|pode ser) (?:devolvid|reembolsad|estornad|ressarcid)[oa]s?"
    r"|dinheiro de volta"
    r"|nao (?:vamos |vou )?(?:te )?cobr(?:amos|ar|aremos|o) nada|nao (?:vamos|vou|iremos) (?:te )?cobrar"
    r"|(?:abro|abrimos|faco|fazemos|abrir|vou fazer|consigo) (?:\w+ )?(?:uma |essa |esta )?excecao)\b"
)
#: What is paid for; free of charge is only that of which it was told.
_PAID_FOR = re.compile(
    r"\b(?:consultas?|sess(?:ao|oes)|avaliac(?:ao|oes)|exames?|procedimentos?|tratamentos?|atendimentos?|limpezas?"
    r"|primeira vez)\b"
)
_BEHIND_A_VISIT = re.compile(r"\b(?:depois d[aeo]|apos [ao]?|durante (?:toda )?[ao]?) ?(?:sua |seu )?\w+")
_MEANS = re.compile(r"\b(?:pix|debito|credito|dinheiro|cartao|boleto|a vista)\b")
#: Ways to pay that are told of together: ``no Pix ou em dinheiro``.
_LISTED_MEANS = re.compile(
    rf"{_MEANS.pattern}(?:(?:, | e | ou |/| )(?:(?:n[oa]|em|d[oe]|pelo|cartao de) )*{_MEANS.pattern})*"
)
_OF_A_PRICE = re.compile(r"descont|abatim|barat|metade|meia|valor|preco")
_NO_THING = frozenset(
    (
        "para", "pela", "pelo", "pelas", "pelos", "quem", "voce", "como", "mais", "custo", "esta", "este", "isso",
        "depois", "antes", "quando", "tambem", "ainda", "dias", "clinica", "recepcao",
    )
)  # fmt: skip
_STEM = 5
_SAME = 7
#: What is given back is money where one of these is spoken of, and else a device, a card.
_OF_MONEY = re.compile(
    r"\b(?:valor\w*|dinheiro|sinal|entrada|taxa|pag\w+|pix|cobr\w+|desist\w+|cancel\w+|reembols\w+|estorn\w+)\b|r\$"
)
_AT_ONCE = {"pix", "dinheiro", "debito"}
_WITHOUT_LIMIT = re.compile(r"\b(?:tod[oa]s?|inteir[oa]|qualquer|sem limite|ilimitad[oa]|sempre)\b")
_A_PART = re.compile(r"\bprimeir[oa]s? (?:hora|meia|\d)")
_DENIED_BEHIND = re.compile(r" (?:a gente )?nao (?:temos|tem|ha|existe|damos|fazemos|oferecemos|e oferecid)")
_IN_TIME = re.compile(r"\b(?:antes|anteced\w+|cancel\w+|remarc\w+|desmarc\w+)\b")
#: Whom or what a discount is for, beside the way to pay.
_FOR_SOMEBODY = re.compile(
    r"\b(?:irma(?:o|os|s)|familias?|idosos?|aposentad\w+|estudantes?|professor\w*|funcionari\w+"
    r"|primeira (?:vez|consulta)"
    r"|indica\w+|aniversari\w+|fidelidade|estacionamento|garagem|ti(?:que|cke)te?s?|farmacias?|oticas?|whatsapp"
    r"|instagram|hoje|novos? pacientes?)\b"
)


def promised(sentence: str, told: Sequence[Known], *, asked: str = "", whole: str = "") -> str | None:
    """What a sentence promises that was not told, in Portuguese for the model; None for nothing.

    Args:
        asked: the burst that is answered, plain; ``gratuito, sim`` is said of what it asks for.
        whole: the reply, plain.
    """
    bare = plain(sentence)
    if _for_another_way_to_pay(sentence, bare, told):
        return "promete um desconto que a ficha da clínica não tem"
    for pattern, what, is_told in (
        (_DISCOUNT, "um desconto", _is_discount),
        (_TAKEN_OFF, "um desconto", lambda _bare, _match, offers: bool(offers)),
        (_FREE, "algo sem custo", lambda *given: _is_free(*given, around=f"{asked} {whole}")),
        (_REFUND, "uma devolução ou exceção", lambda *given: _is_given_back(*given, asked=asked)),
    ):
        match = pattern.search(bare)
        if match is None or is_told(bare, match, [offer for one in told for offer in one.offered(pattern)]):
            continue
        # ``Não, a limpeza é gratuita`` denies something else.
        *_, clause = bare[: match.start()].split(", ")
        denied = NOT.search(clause if pattern is not _DISCOUNT else bare)
        denied = denied or _DENIED_BEHIND.match(bare[match.end() :])
        if denied or bare.endswith("?") or TAKES_UP.search(bare):
            continue
        return f"promete {what} que a ficha da clínica não tem"
    return None


def _for_another_way_to_pay(sentence: str, bare: str, told: Sequence[Known]) -> bool:
    """``5% no débito``, or ``5% no Pix ou débito``, where the file says ``5% no Pix``."""
    shares = [one for one in figures(sentence) if one.kind is Kind.PERCENT]
    if not shares or states_nothing(bare) or re.search(r"\b(?:so|somente|apenas) n", bare):
        return False
    for share in shares:
        means = _beside(bare, plain(share.shown), surely=True)
        pattern = re.compile(re.escape(plain(share.shown)))
        offers = [
            _beside(offer.sentence, plain(share.shown)) for one in told for offer in one.offered(pattern)
        ]
        if means and offers and not any(_covers(named, means) for named in offers):
            return True
    return False


def _covers(told: set[str], means: set[str]) -> bool:
    """Whether what is told of some ways to pay is told of these; ``à vista`` is another word for Pix and cash."""
    if "a vista" in told:
        return means <= told | _AT_ONCE
    return not told or (means - {"a vista"} or means) <= told


def _beside(bare: str, share: str, *, surely: bool = False) -> set[str]:
    """The ways to pay that stand nearest to a percentage, before it or behind it.

    Args:
        surely: of ``no débito ou no Pix com 5%`` only the last, which it is surely said of.
    """
    at = bare.find(share)
    start, end = bounds(bare, at, at + len(share))
    lists = list(_LISTED_MEANS.finditer(bare))
    lists = [one for one in lists if start <= one.start() < end] or lists
    nearest = min(lists, key=lambda one: max(one.start() - at, at - one.end()), default=None)
    means = _MEANS.findall(nearest[0]) if nearest else []
    of_the_last = surely and nearest and bare[nearest.end() : at].strip(" (") == "com"
    return set(means[-1:] if of_the_last else means)


def _is_discount(bare: str, match: re.Match[str], offers: Sequence[Offer]) -> bool:
    """Whether a discount is told for the same way to pay, and for the same people."""
    if not _OF_A_PRICE.search(match[0]):  # a parcel, a voucher: only as it is told
        offers = [one for one in offers if match[0][:_STEM] in one.sentence]
    clause = between_commas(bare, match)
    people = set(_FOR_SOMEBODY.findall(clause if _MEANS.search(clause) else bare[: match.start()] + clause))
    offers = [one for one in offers if people <= set(_FOR_SOMEBODY.findall(one.sentence))]
    if means := set(_MEANS.findall(bare)):
        return any(
            not named or means & named for named in (set(_MEANS.findall(one.clause)) for one in offers)
        )
    return bool(offers)


def _is_given_back(bare: str, match: re.Match[str], offers: Sequence[Offer], *, asked: str) -> bool:
    """Whether a refund is told, or what comes back is no money."""
    return bool(offers) or ("devolvid" in match[0] and not _OF_MONEY.search(f"{asked} {bare}"))


def _is_free(bare: str, match: re.Match[str], offers: Sequence[Offer], *, around: str) -> bool:
    """Whether the same thing is told to be free, and as widely."""
    paid_for = set(_PAID_FOR.findall(_BEHIND_A_VISIT.sub("", bare)))
    if _IN_TIME.search(bare) and not paid_for:
        return bool(offers) or any(lengths(bare))  # a wrong length is told of elsewhere
    words = _things(bare) - {one[:_SAME] for one in paid_for}
    told = [one for one in offers if words & _things(one.subject)]
    if not told and not paid_for:  # ``Tem sim, gratuito.``
        told = [one for one in offers if _things(around) & _things(one.subject)]
    if _WITHOUT_LIMIT.search(bare):
        told = [one for one in told if not (any(lengths(one.sentence)) or _A_PART.search(one.clause))]
    return bool(told)


def _things(text: str) -> set[str]:
    """What it speaks of: ``estacionar`` is of the ``estacionamento``."""
    words = re.findall(r"\w{4,}", text.replace("wi-fi", "wifi").replace("wi fi", "wifi"))
    return {word[:_SAME] for word in words if word not in _NO_THING}
