"""Whether a reply says of a way to pay that the clinic takes it, or does not, against its file. Pure."""

import re

from clinic_bot.agent.guards.language.clauses import claims, whole
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

#: Each with the words by which a file may tell of it.
_MEANS = {
    "pix": ("pix",),
    "dinheiro": ("dinheiro", "especie"),
    "cheque": ("cheque",),
    "boleto": ("boleto",),
    "cartao": ("cartao", "credito", "debito"),
    "credito": ("credito", "cartao"),
    "debito": ("debito", "cartao"),
    "transferencia": ("transferencia", "ted"),
    "crediario": ("crediario", "carne"),
    "picpay": ("picpay",),
    "paypal": ("paypal",),
    "mercado pago": ("mercado pago",),
    "bitcoin": ("bitcoin", "cripto"),
    "vale alimentacao": ("vale alimentacao",),
    "link de pagamento": ("link de pagamento",),
}
#: The assistant sends no means to pay.
_SENDS = re.compile(
    r"\b(?:vou|vamos|posso|ja|te|lhe|segue|aqui esta|so|irei)\b(?: (?:te|lhe|ja|a seguir|agora))* ?(?:mandar"
    r"|mando|mandei|enviar|envio"
    r"|enviei|passar|passo|passei|segue|gerar|gero)?\b[^.!?\n]{0,30}\b(?:link d[eo] pagamento|link para pagar"
    r"|chave (?:do )?pix"
    r"|qr ?code|dados bancarios|conta bancaria|boleto|cobranca)\b"
)
_LATER = re.compile(
    r"\b(?:pode|paga|pague|pagar) (?:\w+ )?(?:pagar )?(?:depois|na proxima|outro dia"
    r"|mes que vem)\b|\bfiado\b"
)
_ACCOUNT = re.compile(
    r"\b(?:a|minha|nossa) chave (?:do )?(?:pix )?(?:e\b|:)(?! envi)|\b(?:transfer\w+"
    r"|deposit\w+)\b[^.!?\n]{0,30}\b(?:conta|agencia)\b[^.!?\n]{0,12}\d"
)
_ANY_SUM = re.compile(r"\bqualquer (?:valor|compra|quantia|servico)\b|\bsem valor minimo\b")
_PAID = re.compile(
    r"\b(?:aceit\w+|pagar|pague|paga|pagamento (?:pode|e)|recebemos|trabalhamos|emit\w+|geramos|parcel\w+ n[ao])\b"
)
_ITEMS = re.compile(r"\b(?:" + "|".join(sorted(_MEANS, key=len, reverse=True)) + r")s?\b")


class Paying:
    """How one clinic is paid.

    Args:
        text: everything its file says, plain.
    """

    def __init__(self, facts: ClinicFacts, text: str) -> None:
        self._text = text
        first = plain(facts.payment).split(". ")[0]
        self._taken = frozenset(
            means for means in _MEANS if means in first and not re.search(rf"\bnao\b[^.;]*\b{means}", first)
        )

    def mistake(self, text: str, asked: str) -> str | None:
        """What ``text`` says wrongly of paying, in Portuguese; None for nothing.

        Args:
            asked: the burst that is answered, plain.
        """
        asks = bool(_ITEMS.search(asked) or re.search(r"\b(?:pag\w+|aceit\w+)\b", asked))
        for sentence in whole(text):
            if _SENDS.search(sentence) and not re.search(r"\b(?:nao|recepcao)\b|\?$", sentence):
                return "promete enviar um meio de pagamento"
            if (
                _LATER.search(sentence)
                and not re.search(r"\bnao\b|\?$", sentence)
                and "depois" not in self._text
            ):
                return "promete um prazo para pagar que não está na ficha"
            if _ACCOUNT.search(sentence):
                return "cita uma conta que ninguém informou"
            if self._in_any_parts(sentence):
                return "cita um parcelamento que não está na ficha"
            about = _PAID.search(sentence) or (asks and re.search(r"\b(?:sim|nao)\b", sentence))
            if about and (problem := self._means(sentence)):
                return problem
        return None

    def _in_any_parts(self, sentence: str) -> bool:
        """``qualquer valor em 6x`` leaves out from which sum on."""
        match = _ANY_SUM.search(sentence)
        parts = re.search(r"\bparcel|\d ?x\b|\bvezes\b", sentence)
        return bool(match and parts and match[0] not in self._text and not re.search(r"\bnao\b", sentence))

    def _means(self, sentence: str) -> str | None:
        for one in claims(sentence, _ITEMS, _PAID):
            means = one.item if one.item in _MEANS else one.item.removesuffix("s")
            if one.says and not any(alias in self._text for alias in _MEANS[means]):
                return "cita uma forma de pagamento que não está na ficha"
            if not one.says and means in self._taken and re.search(r"\bnao (?:aceit|receb)", one.clause):
                return "nega uma forma de pagamento que a clínica aceita"
        return None
