"""Questions about money: which of them the clinic's file does not answer. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.matching import normalise
from clinic_bot.clinic.spelling import plain
from clinic_bot.clinic.team import services_named
from clinic_bot.turns.wish_model import Sound, is_heard

#: What is asked about, and the words by which a file would speak of it.
_MATTERS = tuple(
    (re.compile(asked), re.compile(answered))
    for asked, answered in (
        (
            r"\bdescont(?:o|os|inho|ar)\b(?! d[oe] (?:meu )?(?:dia|salario))|\bpromoca\w+|\bcupom\b|\bmais barato\b"
            r"|\babatimento"
            r"|\b(?:faz|fazem|fazer|deixa|sai) por (?:menos|\d+)|\bmelhor(?:ar|a) (?:o |no |esse )?(?:preco|valor)",
            r"\bdescont|\bpromoc|\bcupom",
        ),
        (
            r"\bpag(?:ar|o|a) (?:so )?(?:depois|antes|metade|adiantad|antecipad|na hora|no dia|la|ai|mensal"
            r"|(?:mes|semana) que vem)"
            r"|\bsinal\b.{0,12}\bpag|\bperco o sinal\b|\bfiado\b",
            r"\bpag\w+\b.{0,40}\b(?:antes|depois|hora|dia|recepcao|adiantad|antecipad|sinal)",
        ),
        (r"\bvale (?:alimentacao|refeicao)|\baceita\w* (?:o )?vale\b|\bticket\b", r"\bvale\b|\bticket"),
        (r"\b(?:link|formas?|meios?|jeitos?) de pag|\bcomo (?:eu )?(?:pago|faco o pagamento)\b", r"\bpag"),
        (r"\btransferencia\b|\btransferir\b(?! (?:pra|para) (?:atend|outr|o dia))"
        r"|\bdeposit\w+", r"\btransfer|\bdeposit|\bpix\b"),
        (r"\bestorn\w+|\bdevolu\w+ d\w+ (?:dinheiro|valor)|\bdinheiro de volta", r"\bestorn|\bdevolu"),
        (r"\breembols\w+", r"\breembols"),
        (r"\bboletos?\b", r"\bboleto"),
        (r"\bparcel\w+|\bem \d+ ?(?:x|vezes)\b", r"\bparcel|\b\d+ ?x\b|\bvezes\b"),
        (r"\bpix\b", r"\bpix\b"),
        (
            r"\bcart(?:ao|oes)\b(?! (?:do|da|de) (?:sus|vacina\w*|convenio|plano|ponto|gestante|consulta|unimed"
            r"|visita))"
            r"|\baceita\w* (?:visa|master\w*|elo|amex|hiper\w*)\b|\b(?<!debito em )credito\b|\bdebito\b(?! em aberto)",
            r"\bcartao|\bcartoes|\bcredito|\bdebito",
        ),
        (r"\bcheque\b", r"\bcheque"),
        (r"\bdinheiro\b(?! de volta)|\bem especie\b", r"\bdinheiro|\bespecie"),
        (r"\bnotas? (?:fisca\w+|pr[oa]|para o?) ?(?:plano|convenio|reembolso|imposto)?\b|\bnf\b"
        r"|\bnfs-?e\b", r"\bnotas? fisca|\bnfs?-?e?\b"),
        (r"\brecibos?\b", r"\brecibo"),
        (r"\borcament\w+", r"\borcament"),
        (
            r"\bmultas?\b(?! de transito)|\bjuros\b|\btaxas?\b(?! d[eao] (?:glicose|colesterol|glicemia))"
            r"|\bcobra\w* (?:a )?(?:falta|ausencia|retorno)"
            r"|\b(?:se eu )?(?:faltar|falta)\b.{0,15}\b(?:cobra|pago|paga)",
            r"\bmulta|\bjuros|\bcobra|\btaxa",
        ),
        (r"\bmensalidade|\bpacotes?\b|\bassinatura\b", r"\bmensalidade|\bpacote|\bassinatura"),
    )
)  # fmt: skip
#: About the patient's own money: no file knows what was paid.
_OWN = re.compile(
    r"\bcobra(?:ram|do|da|nca)\b[^.!?]*\b(?:errad|indevid|valor diferente"
    r"|duas vezes|2 vezes|a mais|de novo|dobro|duplicad)"
    r"|\bcobranca (?:errad|indevid|duplicad)|\b(?:paguei|pago|pagamos) (?:a mais|duas vezes|2 vezes|errado|em dobro)"
    r"|\b(?:pix|pagamento|transferencia|estorno|reembolso)\b[^.!?]{0,40}\bnao (?:caiu|entrou|chegou|veio|foi)\b"
    r"|\bnao (?:caiu|entrou|chegou|veio)\b[^.!?]{0,30}\b(?:pix|pagamento|estorno|reembolso)"
    r"|\b(?:meu|minha) (?:estorno|reembolso|divida|debito em aberto|fatura|cobranca|mensalidade)\b"
    r"|\b(?:to|tou|estou|fico|fiquei|tamos|estamos) devendo\b|\b(?:alguma|tenho|tem) (?:pendencia|debito|divida)\b"
    r"|\bpaguei e (?:voces |vcs |ai |la )?(?:dizem|diz|falam|disseram|consta|ta|esta|nao)\b|\bparcelas? que faltam?\b"
    r"|\bvalor diferente do (?:combinado|orcamento|que)\b|\bdevolve\w* (?:o |meu )?(?:dinheiro|valor)"
    r"|\b(?:meu|o) dinheiro de volta\b|\bfatura\b.{0,15}\berrad|\b(?:pagar|falta) (?:a |da )?minha parcela\b"
    r"|\b(?:segunda|2a|2) via d[aoe]s? (?:boleto|nota|recibo|fatura)"
)
_PRICE = re.compile(
    r"\b(?:quanto|qto|qnto|qnt) (?!tempo|dias?\b|horas?\b|antes)(?:\w+ )?(?:e|eh|fica|custa|sai|ta|esta"
    r"|cobram?|vcs cobram|seria|vou pagar|pago)\b"
    r"|\b(?:qual|quais|me passa|saber|sobre) (?:e |eh )?(?:o |os |a )?(?:preco|valor|valores|custo|precos)\b"
    r"|^(?:preco|valor|valores)\b(?! nao)|\bprec?o d[aeo]\b|\bvalor d[aeo]s? (?!referencia)|\bvalor (?:inclui|cobre)\b"
    r"|\b(?:sai|fica|custa|seria|ta|e|da|deu) quanto\b(?! tempo)"
)
#: What a laboratory calls a value.
_LABORATORY = re.compile(
    r"\bvalor(?:es)?\b.*\b(?:normal|normais|referencia|alterad\w+|hemoglobina|glicose|glicemia|colesterol)\b"
    r"|\bvalor normal\b"
)
_QUESTION = re.compile(
    r"\?|^(?:orcamentos?|descontos?|recibos?|notas? fisca\w+|boletos?|parcela(?:m|do|mento)?(?! da)|pix|cade"
    r"|precisa\w*|manda|me manda)\b|^(?:e |oi |ola |bom dia |boa tarde |boa noite )*(?:tem|teria|da|daria|fazem?"
    r"|cade|manda|posso|pode|podem"
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
    """Whether it is about the patient's own money, or asks about money what no word of the clinic's file speaks of."""
    lines = [plain(line) for text in texts for line in text.splitlines() if line.strip()]
    if is_heard(Sound.MONEY, texts, by_pattern=any(_OWN.search(line) for line in lines)):
        return True
    written = _written(_Same(facts))
    for line in lines:
        if _QUESTION.search(line) and any(
            asked.search(line) and not answered.search(written) for asked, answered in _MATTERS
        ):
            return True
    return any(_asks_price(line) for line in lines) and _has_no_price(" ".join(lines), facts)


def is_asked(texts: Sequence[str]) -> bool:
    """Whether the burst asks about money at all."""
    lines = [plain(line) for text in texts for line in text.splitlines() if line.strip()]
    return any(
        _asks_price(line) or (_QUESTION.search(line) and any(asked.search(line) for asked, _ in _MATTERS))
        for line in lines
    )


def _asks_price(line: str) -> bool:
    return bool(_PRICE.search(line)) and not _LABORATORY.search(line)


def admits_ignorance(reply: str) -> bool:
    """Whether a reply to such a question names no sum and says that it does not know."""
    said = plain(reply)
    return "r$" not in said and bool(_ADMITS.search(said))


def _has_no_price(words: str, facts: ClinicFacts) -> bool:
    """Whether the one service that is named has neither a price nor a note about it."""
    meant = services_named(facts, words)
    return len(meant) == 1 and meant[0].price is None and not meant[0].price_note
