"""Questions about money: which of them the clinic's file does not answer. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.lookup import normalise
from clinic_bot.clinic.spelling import plain
from clinic_bot.clinic.team import services_named

#: What is asked about, and the words by which a file would speak of it.
_MATTERS = tuple(
    (re.compile(asked), re.compile(answered))
    for asked, answered in (
        (r"\bdescont\w+|\bpromoca\w+|\bcupom\b|\bmais barato\b|\babatimento", r"\bdescont|\bpromoc|\bcupom"),
        (r"\bestorn\w+|\bdevolu\w+ d\w+ (?:dinheiro|valor)|\bdinheiro de volta", r"\bestorn|\bdevolu"),
        (r"\breembols\w+", r"\breembols"),
        (r"\bboletos?\b", r"\bboleto"),
        (r"\bparcel\w+|\bem \d+ ?(?:x|vezes)\b", r"\bparcel|\b\d+ ?x\b|\bvezes\b"),
        (r"\bpix\b", r"\bpix\b"),
        (r"\bcartao\b|\bcredito\b|\bdebito\b", r"\bcartao|\bcartoes|\bcredito|\bdebito"),
        (r"\bcheque\b", r"\bcheque"),
        (r"\bdinheiro\b(?! de volta)|\bem especie\b", r"\bdinheiro|\bespecie"),
        (r"\bnotas? fisca\w+|\bnf\b|\bnfs-?e\b", r"\bnotas? fisca|\bnfs?-?e?\b"),
        (r"\brecibos?\b", r"\brecibo"),
        (r"\borcament\w+", r"\borcament"),
        (r"\bmultas?\b|\bjuros\b", r"\bmulta|\bjuros|\bcobra"),
        (r"\bmensalidade|\bpacotes?\b|\bassinatura\b", r"\bmensalidade|\bpacote|\bassinatura"),
    )
)  # fmt: skip
#: About the patient's own money: no file knows what was paid.
_OWN = re.compile(
    r"\bcobra(?:ram|do|da|nca)\b[^.!?]*\b(?:errad|indevid|duas vezes|2 vezes|a mais|de novo|dobro|duplicad)"
    r"|\bcobranca (?:errad|indevid|duplicad)|\b(?:paguei|pago|pagamos) (?:a mais|duas vezes|2 vezes|errado|em dobro)"
    r"|\b(?:pix|pagamento|transferencia|estorno|reembolso)\b[^.!?]{0,40}\bnao (?:caiu|entrou|chegou|veio|foi)\b"
    r"|\bnao (?:caiu|entrou|chegou|veio)\b[^.!?]{0,30}\b(?:pix|pagamento|estorno|reembolso)"
    r"|\b(?:meu|minha) (?:estorno|reembolso|divida|debito em aberto|fatura|cobranca)\b"
    r"|\b(?:segunda|2a|2) via d[aoe]s? (?:boleto|nota|recibo|fatura)"
)
_PRICE = re.compile(
    r"\b(?:quanto|qto|qnto|qnt) (?!tempo|dias?\b|horas?\b|antes)(?:\w+ )?(?:e|eh|fica|custa|sai|ta|esta"
    r"|cobram?|vcs cobram|seria|vou pagar|pago)\b"
    r"|\b(?:qual|quais|me passa|saber|sobre) (?:e |eh )?(?:o |os |a )?(?:preco|valor|valores|custo|precos)\b"
    r"|^(?:preco|valor|valores)\b|\bprec?o d[aeo]\b|\bvalor d[aeo]\b"
)
_QUESTION = re.compile(
    r"\?|^(?:e |oi |ola |bom dia |boa tarde |boa noite )*(?:tem|teria|da|daria|fazem?|posso|pode|podem"
    r"|aceitam?|qual|quais"
    r"|quanto|qto|como|voces?|vcs?|consigo|gostaria|queria|quero|preciso|me )"
)
#: How a reply says that it does not know.
_ADMITS = re.compile(
    r"\bnao (?:sei|consta)\b|\bnao consigo informar\b"
    r"|\bnao (?:tenho|encontrei|possuo|disponho|localizei|ha) (?:d?ess[ae]s? |d?est[ae]s? |a |as |nenhuma |como )?"
    r"(?:informac|dado|detalhe|resposta|isso\b|nada (?:sobre|na ficha)|informar|saber)"
    r"|\bsem (?:essa )?informac"
)


class _Same:
    """A clinic's facts as the key of a cache: the very same ones, since comparing all their values takes long."""

    __slots__ = ("facts",)

    def __init__(self, facts: ClinicFacts) -> None:
        self.facts = facts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.facts is self.facts

    def __hash__(self) -> int:
        return id(self.facts)


@lru_cache(maxsize=4)  # a process has one clinic, and a patient waits for this
def _written(same: _Same) -> str:
    """All that the file says to patients, plain."""
    return normalise(" ".join(section.text for section in same.facts.sections()))


def unanswered(texts: Sequence[str], facts: ClinicFacts) -> bool:
    """Whether something is asked about money that no word of the clinic's file speaks of."""
    lines = [plain(line) for text in texts for line in text.splitlines() if line.strip()]
    if any(_OWN.search(line) for line in lines):
        return True
    written = _written(_Same(facts))
    for line in lines:
        if _QUESTION.search(line) and any(
            asked.search(line) and not answered.search(written) for asked, answered in _MATTERS
        ):
            return True
    return any(_PRICE.search(line) for line in lines) and _has_no_price(" ".join(lines), facts)


def is_asked(texts: Sequence[str]) -> bool:
    """Whether the burst asks about money at all."""
    lines = [plain(line) for text in texts for line in text.splitlines() if line.strip()]
    return any(
        _PRICE.search(line) or (_QUESTION.search(line) and any(asked.search(line) for asked, _ in _MATTERS))
        for line in lines
    )


def admits_ignorance(reply: str) -> bool:
    """Whether a reply to such a question names no sum and says that it does not know."""
    said = plain(reply)
    return "r$" not in said and bool(_ADMITS.search(said))


def _has_no_price(words: str, facts: ClinicFacts) -> bool:
    """Whether the one service that is named has neither a price nor a note about it."""
    meant = services_named(facts, words)
    return len(meant) == 1 and meant[0].price is None and not meant[0].price_note
