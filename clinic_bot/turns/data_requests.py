"""Patients who ask for what the clinic keeps of them, its correction or erasure: a right of theirs (LGPD).

The assistant only writes the request down, for whom the clinic has answer it: who asks is not proven by a chat, and a
phone may be somebody else's by now. Heard cautiously, since "meus dados do convênio" is no such request.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from clinic_bot.agent.wording import MAX_CHARS, bounded
from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain
from clinic_bot.store.gate import Draft

#: Begins what the reception reads of each, so that they can be found again.
MARK = "pedido sobre dados pessoais (LGPD)"
_READ_CHARS, _READ_TEXTS = 800, 20


class DataRequest(StrEnum):
    """What is asked for. The value is what the reception reads."""

    ACCESS = f"{MARK}: cópia do que a clínica guarda"
    CORRECTION = f"{MARK}: correção"
    DELETION = f"{MARK}: exclusão"


_WHOSE = (
    r"(?:meus?|minhas?|nossos?|nossas?) (?:proprios )?(?:dados|informacoes|cadastro|registros|historico|prontuario"
    r"|conversas|mensagens)"
)
_FAMILY = r"(?:filh[oa]s?|mae|pai|espos[oa]|marido|mulher|irma[os]?|irmao|av[oo]|bebe|net[oa])"
_OF_FAMILY = rf"(?:dados|informacoes|cadastro|prontuario) d[oae]s? (?:(?:meus?|minhas?) )?{_FAMILY}\b"
_OF_ME = r"(?:tudo|d?o) que (?:voces|vcs|vc|a clinica) (?:tem|tiver|guardam?|sabem?|possuem) (?:de|sobre) mim"
#: Data of something else, or data that are about to be given.
_NOT_THESE = (
    r"(?! (?:pessoais )?(?:d[oae]s?|n[oa]s?|para|pra|pro) (?!sistema|cadastro|clinica|base|banco de dados|app|site|mim"
    r"|voces|vcs|arquivo|registro|computador))"
)
_ALL = r"(?:(?:tod[oa]s|os|as|o|a|de|dos|das|do|da) ){0,3}"
_THEM = rf"(?:{_ALL}(?:{_WHOSE}\b(?: pessoais| cadastrais)?{_NOT_THESE}|{_OF_FAMILY}|{_OF_ME}\b))"
_ERASED = r"(?:apagad|excluid|deletad|removid|eliminad)[oa]s?"
_CORRECTED = r"(?:corrigid|retificad)[oa]s?"
_WANTS = (
    r"(?:quero|queria|gostaria(?: de)?|preciso(?: de)?|solicito|peco|exijo|pode(?:m|ria|riam)?|posso|como)"
)

_ASKED = {
    DataRequest.DELETION: re.compile(
        rf"\b(?:apagu?e|apaguem|apagar|apaga|exclu(?:a|am|ir|i)|delet(?:e|em|ar|a)|remov(?:a|am|er)|elimin(?:e|em|ar)"
        rf") {_THEM}|\b(?:exclusao|eliminacao|remocao) (?:de |dos |das |do |da ){_THEM}"
        rf"|{_WANTS} (?:ter |ver )?{_THEM} {_ERASED}\b"
        rf"|\b(?:apagu?e|apaguem|apagar|exclu(?:a|am|ir)|delet(?:e|em|ar)) meu (?:cpf|nome|numero|telefone|contato)"
        r" d[oae]s? (?:sistema|cadastro|registros?|banco de dados|base)"
    ),
    DataRequest.CORRECTION: re.compile(
        rf"\b(?:corrij(?:a|am)|corrigir|retifi(?:car|que|quem)"
        rf"|(?:correcao|retificacao)(?: de| dos| das| do| da)?) {_THEM}"
        rf"|{_WANTS} (?:ter |ver )?{_THEM} {_CORRECTED}\b"
        rf"|{_THEM} (?:ai |no sistema |no cadastro )?(?:esta|estao|ta|tao) (?:tudo |todos? )?(?:errad|incorret)[oa]s?\b"
    ),
    DataRequest.ACCESS: re.compile(
        rf"\b(?:copia|relatorio|extrato|portabilidade|acesso|acessar|exportar|exportem|baixar) "
        rf"(?:de |dos |das |do |da |aos |as |ao |a |com )?{_THEM}"
        rf"|\b{_WANTS} (?:(?:ver|receber|ter|saber|consultar|conhecer|que me (?:mandem|enviem|passem)"
        rf"|me (?:mandar|enviar|passar)) )?"
        rf"(?:{_ALL}{_WHOSE} (?:pessoais|de volta|que (?:voces|vcs|a clinica))\b|{_OF_ME}\b)"
        rf"|\b(?:quero|solicito|peco|exijo) {_ALL}(?:meus dados|minhas informacoes)"
        r"(?: pessoais)?(?: por favor| pf\w*| conforme a lei| lgpd| pela lgpd)?$"
        r"|\b(?:quais|que) (?:dados|informacoes) (?:meus |minhas |pessoais )*(?:e que )?(?:voces|vcs|a clinica)"
        r" (?:tem|guardam?|possuem?|armazenam?|coletam?)(?: (?:meus|minhas|de mim|sobre mim|a meu respeito))"
        r"|\b(?:quais|que) (?:meus dados|dados meus) (?:voces|vcs|a clinica) (?:tem|guardam?|possuem?)"
    ),
}
#: Before it: not wanted, or talk of what others do.
_NOT_ASKED = re.compile(
    r"\b(?:nao|nunca|sem|vao|vai|ja|iam|foram)(?: (?:quero|queria|preciso|precisa|precisam|vou|pedi|e pra|pode|podem)"
    r"(?: que| de)?)?$"
)


def found(texts: Sequence[str]) -> tuple[DataRequest, ...]:
    """What of it a burst asks for; empty for nearly all of them."""
    bounded_texts = [
        text if len(text) <= _READ_CHARS else f"{text[: _READ_CHARS // 2]}\n{text[-_READ_CHARS // 2 :]}"
        for text in texts[-_READ_TEXTS:]
    ]
    lines = [_words(line) for text in bounded_texts for line in text.splitlines()]
    joined = " ".join(line for line in lines if line)
    return tuple(
        one for one, asked in _ASKED.items() if any(_is_in(asked, line) for line in (*lines, joined))
    )


def notes(requests: Sequence[DataRequest]) -> str:
    """What the model is told of it."""
    if not requests:
        return ""
    return (
        f"Percebido na mensagem: {'; '.join(requests)}. O pedido fica registrado e uma frase sobre isso é acrescentada "
        "à sua resposta: responda ao resto, e não diga que algo já foi apagado, corrigido ou enviado."
    )


def recorded(draft: Draft, texts: Sequence[str], facts: ClinicFacts) -> Draft:
    """Whatever is said to such a burst: with it the request is kept for the reception, and the reply says so.

    An emergency's fixed text stays as it is.
    """
    requests = found(texts)
    if not requests:
        return draft
    what = "; ".join(filter(None, (draft.for_reception, *requests)))
    handed = draft.hand_over and "; ".join((draft.hand_over, *requests))
    draft = replace(draft, for_reception=what, hand_over=handed)
    if draft.emergency is not None:
        return draft
    missing = f"\n\n{facts.data_request_text(draft.reply)}"
    return replace(draft, reply=f"{bounded(draft.reply, MAX_CHARS - len(missing))}{missing}")


def _words(line: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain(line)).split()).replace(" q ", " que ")


def _is_in(asked: re.Pattern[str], line: str) -> bool:
    return any(not _NOT_ASKED.search(line[: match.start()].rstrip()) for match in asked.finditer(line))
