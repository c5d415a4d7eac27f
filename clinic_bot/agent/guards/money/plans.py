"""Whether a reply says of a health plan that it is accepted, or is not, against the clinic's file. Pure."""

import re
from collections.abc import Iterable, Sequence

from clinic_bot.agent.guards.language.clauses import claims, clauses, elliptical, whole
from clinic_bot.agent.guards.money.plan_scope import PlanScope
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain

#: Health plans that a model knows by itself, and by which patients ask.
_PLANS = (
    r"amil(?: one| dental)?|hapvida|notre ?dame|intermedica|porto (?:seguro|saude)|cassi|geap|golden cross"
    r"|sul ?america|bradesco(?: saude| dental)?|unimed|uniodonto|prevent senior|allianz|omint|care ?plus"
    r"|mediservice|metlife|odontoprev|odontomar|sao cristovao|sao francisco|postal saude|ipasgo|ipsemg|planserv"
    r"|iamspe|alice saude|trasmontano|biovida|gndi|fusex|capesesp|ipe saude|saude caixa|petrobras|assefaz"
    r"|sompo|lincx|medsenior|hap ?vida|assim saude|dasa|unidas|interodonto|dental ?uni|amafresp|cabesp|economus"
    r"|vivest|life empresarial|sassepe|ipm|samp|santa casa saude|afrafep|plan assiste|fapes|cemig saude|copass"
)
_ACCEPTS = re.compile(
    r"\b(?:aceit\w+|atend\w+|peg(?:a|amos|ando)|trabalh\w+|receb\w+|conveni(?:ad[oa]s?|o com)|credenciad\w+|recebemos"
    r"|cobert[oa]s?|cobre|vale(?:m)?|sao|usar|noss[oa]s? (?:convenios?|planos?)|n[ao]s? (?:nossa )?lista"
    r"|parceria|podem? sim|entra(?:m)?|sa(?:i|em) pel[oa]|inclus[oa]s?|passa(?:mos)?|carteirinha d[aeo])\b"
)
_ABOUT_PLANS = re.compile(r"\b(?:planos?|convenios?|carteirinha)\b")
_ON_ONE_S_OWN = re.compile(r"\b(?:particular|reembolso|recibo)\b")
_EVERY_PLAN = re.compile(
    r"\b(?:todos os|todo|todo tipo de|qualquer|quaisquer|(?:a )?maioria dos|varios|diversos|outros) "
    r"(?:tipos? de )?(?:planos?|convenios?)\b"
)
_NO_PLAN = re.compile(
    r"\bnao (?:aceitamos|atendemos|trabalhamos com|temos|pegamos)(?: nenhum)? (?:convenios?"
    r"|planos?)(?: nenhum| algum)?"
    r"(?: de saude)?(?=\W*$|\W+(?:so|apenas|somente)\b)"
    r"|\b(?:so|somente|apenas) (?:atendemos |no |o )?particular\b|\bnenhum (?:plano|convenio) e (?:aceito|atendido)"
)
_ONLY = re.compile(r"\b(?:so|apenas|somente) (?:\w+ )?(?:atend|aceit|trabalh)\w+")
_PLAN_NAMED = re.compile(
    r"(?:[Pp]lanos?|[Cc]onv[eê]nios?|[Aa]ceitamos|[Tt]rabalhamos)(?: com| pel[ao]| da| do| de| [oa]s?){0,2}"
    r" ([A-ZÀ-Ý][\wÀ-ÿ]{2,})"
)
#: What a clinic accepts that is no plan.
_TO_PAY_WITH = frozenset(("pix", "dinheiro", "cartao", "credito", "debito", "boleto", "cheque"))
#: A cooperative has a plan of its own in every region, and of those a file names few.
_REGIONAL = re.compile(
    r"\b(?:Unimed|Uniodonto)((?:[ -](?:d[aeo]s? )?[A-ZÀ-Ý][\wÀ-ÿ]+)+)",
)
_CONDITIONS = re.compile(
    r"\b(?:nao (?:\w+ )?(?:precis[ao]|exige|tem|ha|pede|cobra|necessari[ao])|sem|dispensa)(?: d[ea])?(?: nenhuma?)?"
    r" (autorizac|carencia|coparticipac|guia)\w*"
)
#: Denied of one service, or nothing of the plan's being accepted.
_PARTLY = re.compile(r"\bcobr\w+ (?!aqui|nada)\w|\bnao (?:e )?(?:precis|necessari|exig|ped)")
_PAYS = re.compile(
    r"\b(?:entra\w*|cobre\w*|cobert\w+|inclus\w+|vale\w*|sa(?:i|em) pel[oa])\b(?!.*\b(?:recibo|reembolso|particular))"
)
_PAYS_NOT = "diz que um convênio paga o que na ficha ele não paga"
_UNTOLD = "diz que aceita um convênio que não está na ficha"


class Plans:
    """The plans of one clinic.

    Args:
        text: everything its file says, plain.
    """

    def __init__(self, facts: ClinicFacts, text: str) -> None:
        accepted = [plain(name) for name in facts.insurance.accepted]
        names = "|".join([_PLANS, *map(re.escape, sorted(accepted, key=len, reverse=True))])
        self._names = re.compile(rf"\b(?:{names})\b")
        self._accepted = frozenset(map(_squeezed, accepted))
        self._told = self._accepted | self._affirmed([facts.insurance.notes])
        self._scope = PlanScope(facts, self._names)
        self._text = text
        self._notes = plain(facts.insurance.notes)
        self._words = frozenset(re.findall(r"\w+", text))

    def mistake(self, text: str, asked: str, told: Sequence[str]) -> str | None:
        """What ``text`` says wrongly of plans, in Portuguese; None for nothing.

        Args:
            asked: the burst that is answered, plain.
            told: tool results and earlier messages of the clinic.
        """
        about = bool(self._names.search(asked) or _ABOUT_PLANS.search(asked))
        found = [
            one
            for sentence in whole(text)
            if about or _ACCEPTS.search(sentence) or _ABOUT_PLANS.search(sentence)
            for one in claims(sentence, self._names, _ACCEPTS)
            if not _ON_ONE_S_OWN.search(one.clause)
        ]
        known = self._told | self._affirmed(told)
        answered = list(elliptical(text, asked, self._names))
        if any(
            one.says and self._scope.leaves_out(self._names.sub(" ", asked), [one.item]) for one in answered
        ):
            return _PAYS_NOT
        denied = self._denied_by_name(text)
        for one in found or answered:
            if one.says and not _in(known, one.item):
                return _UNTOLD
            partly = _PARTLY.search(one.clause) or self._is_of_a_service(text, asked)
            by_name = not found or one.item in denied
            if not one.says and by_name and _in(self._accepted, one.item) and not partly:
                return "nega um convênio que a clínica aceita"
            if one.says and self._scope.leaves_out(self._names.sub(" ", one.clause), [one.item]):
                return _PAYS_NOT
        for sentence in whole(text):
            if not sentence.endswith("?") and (problem := self._of_all(sentence, asked)):
                return problem
        return _UNTOLD if self._names_another(text) else None

    def _denied_by_name(self, text: str) -> frozenset[str]:
        """The plans that are denied, without those of a region that the file does not know."""
        known = _REGIONAL.sub(self._without_unknown, text)
        return frozenset(
            one.item
            for sentence in whole(known)
            for one in claims(sentence, self._names, _ACCEPTS)
            if not one.says
        )

    def _without_unknown(self, match: re.Match[str]) -> str:
        return match[0] if set(re.findall(r"\w{4,}", plain(match[1]))) <= self._words else "outro plano"

    def _affirmed(self, told: Iterable[str]) -> frozenset[str]:
        return frozenset(
            _squeezed(one.item)
            for text in told
            for sentence in whole(text)
            for one in claims(sentence, self._names, _ACCEPTS)
            if one.says
        )

    def _is_of_a_service(self, text: str, asked: str) -> bool:
        """Whether it may be of one service that a plan is not accepted: where the file says what plans pay for."""
        named = self._scope.names_a_service
        return self._scope.is_limited() and (named(plain(text)) or named(asked))

    def _of_all(self, sentence: str, asked: str) -> str | None:
        """Every plan, no plan, or only some."""
        named = self._names.findall(sentence)
        about = bool(named or _ABOUT_PLANS.search(sentence))
        condition = _CONDITIONS.search(sentence)
        if (
            about
            and condition
            and (condition[1] not in self._notes or self._scope.asks(condition[1], sentence))
        ):
            return "diz de um convênio uma condição que não está na ficha"
        for part in clauses(sentence, _ACCEPTS, self._names):
            pays = _ABOUT_PLANS.search(part.text) and _PAYS.search(part.text) and part.says
            if pays and self._scope.leaves_out(part.text, self._names.findall(f"{sentence} {asked}")):
                return _PAYS_NOT
            match = _EVERY_PLAN.search(part.text)
            if match and part.says and match[0] not in self._text:
                return _UNTOLD
        of_a_service = self._is_of_a_service(sentence, asked)
        none = _NO_PLAN.search(sentence) and not re.search(r"\b(?:esse|outros)\b", sentence)
        if self._accepted and none and not of_a_service and all(_in(self._accepted, plan) for plan in named):
            return "nega os convênios que a clínica aceita"
        limited = re.search(
            r"\b(?:so|apenas|somente) (?:(?:para|n[ao]s?|em|com) (?!particular)\w+|cobre|vale|serve)",
            sentence,
        )
        told = limited and (
            limited[0] in self._text or self._scope.says(re.split(r"[,;.()]", sentence[limited.start() :])[0])
        )
        if named and limited and not told and not re.search(r"\breembolso\b", sentence):
            return "limita um convênio como a ficha não limita"
        left_out = any(not any(_in([one], plan) for plan in named) for one in self._accepted)
        if named and left_out and not of_a_service and _ONLY.search(sentence):
            return "diz que só aceita alguns dos convênios que aceita"
        return None

    def _names_another(self, text: str) -> bool:
        """A plan that is in no list: what stands behind ``plano`` or ``aceitamos`` and is a name."""
        for match in _PLAN_NAMED.finditer(text):
            name = plain(match[1])
            start = max(text.rfind(mark, 0, match.start()) for mark in ".!?\n") + 1
            around = plain(text[start : match.end() + 30])
            denied = re.search(r"\b(?:nao|nem|seu|sua|qual)\b", around)
            if name not in self._words | _TO_PAY_WITH and not denied and _ACCEPTS.search(around):
                return True
        return False


def _in(known: Iterable[str], item: str) -> bool:
    squeezed = _squeezed(item)
    return any(squeezed in one or one in squeezed for one in known)


def _squeezed(name: str) -> str:
    return name.replace(" ", "")
