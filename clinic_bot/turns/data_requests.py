"""Patients who ask for what the clinic keeps of them, its correction or erasure: a right of theirs (LGPD).

The assistant only writes the request down, for whom the clinic has answer it: who asks is not proven by a chat, and a
phone may be somebody else's by now. Heard cautiously, since "meus dados do convênio" is no such request.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain
from clinic_bot.store.gate import Draft
from clinic_bot.turns.added import below

_SHORT = {"q": "que", "n": "nao", "td": "tudo"}
#: Begins what the reception reads of each, so that they can be found again.
MARK = "pedido sobre dados pessoais (LGPD)"
_READ_CHARS, _READ_TEXTS = 800, 20


class DataRequest(StrEnum):
    """What is asked for. The value is what the reception reads."""

    ACCESS = f"{MARK}: cópia do que a clínica guarda"
    CORRECTION = f"{MARK}: correção"
    DELETION = f"{MARK}: exclusão"
    OBJECTION = f"{MARK}: retirada do consentimento"
    USE = f"{MARK}: pergunta sobre o uso dos dados"


_WHOSE = (
    r"(?:meus?|minhas?|nossos?|nossas?) (?:proprios )?(?:dados|informac(?:ao|oes)|cadastro|registros?|historico"
    r"|prontuario|conversas?|mensagens|fotos)"
)
_FAMILY = r"(?:filh[oa]s?|mae|pai|espos[oa]|marido|mulher|irma[os]?|irmao|av[oo]|bebe|net[oa])"
_OF_FAMILY = rf"(?:dados|informacoes|cadastro|prontuario) d[oae]s? (?:(?:meus?|minhas?) )?{_FAMILY}\b"
_YOU = r"(?:voces?|vcs|vc|a clinica)"
_KEEP = r"(?:tem|tiver(?:em)?|guardam?|sabem?|possuem?|armazenam?|salvaram)"
_OF_ME = (
    rf"(?:tudo|d?o|(?:os |as )?(?:dados|informacoes)) que (?:{_YOU} )?{_KEEP} (?:ai )?"
    r"(?:de mim|sobre mim|meus?|minhas?)"
    r"|tudo (?:que tem )?sobre mim"
)
#: Data of something else, or data that are about to be given.
_NOT_THESE = (
    r"(?! (?:pessoais )?(?:d[oae]s?|n[oa]s?|para|pra|pro) (?!sistema|cadastro|clinica|base|banco de dados|app|site|mim"
    r"|voces|vcs|arquivo|registro|computador))"
)
_ALL = r"(?:(?:tod[oa]s|os|as|o|a|de|dos|das|do|da) ){0,3}"
_THEM = rf"(?:{_ALL}(?:{_WHOSE}\b(?: pessoais| cadastrais)?{_NOT_THESE}|{_OF_FAMILY}|{_OF_ME}\b))"
_ERASED = r"(?:apagad|excluid|deletad|removid|eliminad)[oa]s?"
_CORRECTED = r"(?:corrigid|retificad)[oa]s?"
_ERASE = (
    r"(?:apagu?e|apaguem|apagar|apaga|exclu(?:a|am|ir|i)|delet(?:e|em|ar|a)|remov(?:a|am|er|e)|elimin(?:e|em|ar)"
    r"|esque(?:ca|cam)|sum(?:am|a|ir) com|some com|tir(?:e|em|ar) d[oe] sistema|retir(?:e|em|ar))"
)
#: A record that nobody keeps elsewhere: no owner has to be named.
_RECORD = r"(?:(?:o |os |a |as |de |do |da |dos )?(?:meus? |minhas? )?(?:cadastro|dados(?: pessoais)?|conta))"
_FIELD = (
    r"(?:nome|sobrenome|cpf|rg|data de nascimento|nascimento|endereco|telefone|numero|email|e mail|idade)"
)
_HERE = r"(?:ai|dai|(?:n|d)[oa]s? (?:sistema|cadastro|registros?|ficha|banco de dados|base)|(?:de|com) (?:voces|vcs))"
_WANTS = (
    r"(?:quero|queria|gostaria(?: de)?|preciso(?: de)?|solicito|peco|exijo|pode(?:m|ria|riam)?|posso|como)"
)

_ASKED = {
    DataRequest.DELETION: re.compile(
        rf"\b{_ERASE} (?:de |(?:o )?meu \w+ e )?{_THEM}"
        rf"|\b(?:exclusao|eliminacao|remocao) (?:de |dos |das |do |da )(?:{_THEM}|{_RECORD}\b)"
        rf"|{_WANTS} (?:que )?(?:ter |ver )?{_THEM} (?:(?:sejam?|fosse|fossem) )?{_ERASED}\b"
        rf"|\b{_ERASE} (?:o )?meu (?:cpf|nome|numero|telefone|contato|email) d[oae]s? (?:sistema|cadastro|registros?"
        rf"|banco de dados|base)|^{_ERASE} {_RECORD}$|\b(?:tir|remov|retir)\w+ {_THEM} {_HERE}"
        rf"|\b(?:cancel(?:a|ar|em|e)|encerr(?:ar|a|em|e)) (?:o )?meu cadastro\b"
        rf"|\bnao quero (?:mais )?(?:o )?meu cadastro\b"
        rf"|\b(?:quero|gostaria|peco|exijo|solicito)(?: que)?(?: {_YOU})? (?:apagu?em|excluam|deletem) tudo\b"
        rf"|\b(?:nao quero) (?:(?:que )?{_YOU}? ?(?:guardem|fiquem|tenham|armazenem|salvem)"
        rf" (?:com )?)?{_THEM}(?: {_HERE})?$"
        rf"|\bnao quero que (?:{_YOU} )?(?:guardem|fiquem|tenham|armazenem|salvem) (?:com )?{_THEM}"
        r"|\bdireito (?:ao|de) esquecimento\b|\blgpd\b.*\b(?:exclu|elimina|apag)\w+|\b(?:exclu|elimina"
        r"|apag)\w+.*\blgpd\b"
        rf"|\b{_ERASE} (?:as |todas as )?(?:fotos|conversas|mensagens)(?: todas)? que (?:eu )?(?:mandei|enviei)"
        rf"|\b{_ERASE} (?:os )?dados (?:del[ae]s?|d[oa] (?:menor|crianca))\b|\b{_ERASE} (?:tudo"
        rf"|td) que {_YOU} tem meu\b"
    ),
    DataRequest.CORRECTION: re.compile(
        rf"\b(?:corrij(?:a|am)|corrig(?:e|ir|em)|retifi(?:car|que|quem)|atualiz(?:a|ar|e|em)|arrum(?:a|ar|em))(?: ai)?"
        rf" (?:no cadastro|{_THEM})|\b(?:correcao|retificacao|atualizacao)(?: de| dos| das| do| da)? {_THEM}"
        rf"|\batualiz(?:a|ar|e|em)(?: ai)? no (?:meu )?cadastro\b"
        rf"|{_WANTS} (?:ter |ver )?{_THEM} {_CORRECTED}\b"
        rf"|{_THEM} (?:ai |no sistema |no cadastro )?(?:esta|estao|ta|tao) (?:tudo |todos? )?(?:errad|incorret)[oa]s?\b"
        rf"|\b(?:meu|minha) {_FIELD} (?:esta|estao|ta|tao|foi|ficou|saiu) (?:\w+ )?(?:errad|incorret"
        rf"|desatualizad)[oa] {_HERE}"
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
        r"|\b(?:quais|que) (?:os )?(?:dados|informacoes) (?:meus|minhas|de mim|sobre mim)\b"
        rf"|\bo que {_YOU} {_KEEP} (?:guardado )?(?:de mim|sobre mim)\b|\b(?:me )?(?:manda|mandem|mande|envi\w+"
        rf"|passa) {_OF_ME}"
        rf"|\bcopia (?:de |d)?{_OF_ME}|\b{_YOU} tem meus dados quais\b"
        r"|\b(?:quero|solicito|peco|exijo|exercer|pedir)\b(?!.*\b(?:exclu|elimina|apag|corri|revog)).*\blgpd\b"
    ),
    DataRequest.OBJECTION: re.compile(
        r"\b(?:revog\w+|retir(?:o|ar)|cancel(?:o|ar)) (?:o |a )?(?:meu |minha )?(?:consentimento|autorizacao)"
        r" (?:pr[oa]|para|d[oe]|sobre|ao) .{0,20}\bdados\b|\b(?:revog\w+|retir(?:o|ar)) (?:o )?meu consentimento\b"
        r"|\bnao (?:autorizo|autorizei|permito|consinto)\b.{0,30}\bmeus dados\b"
    ),
    DataRequest.USE: re.compile(
        r"\bpolitica de privacidade\b|\bencarregad[oa] (?:pel[oa]s? |d[oae]s? )?(?:dados|lgpd|privacidade)\b|\bdpo\b"
        rf"|\b(?:compartilh|repass|pass|vend|us|guard|armazen|vaz|divulg)(?:am?|aram|eram|em)\b (?:os )?{_WHOSE}\b"
        rf"|\bquem (?:tem|teve) acesso (?:aos |a )?{_WHOSE}|\b{_WHOSE} (?:sao|vao|ficam|estao|foram"
        rf"|podem ser) (?:\w+ )?"
        r"(?:passad|usad|guardad|vendid|compartilhad|armazenad|salv|segur|pra|para|com|onde|vazad)\w*"
        rf"|\b(?:onde|como) (?:ficam|sao|estao) (?:guardad|usad|armazenad|tratad)\w+ (?:os )?{_WHOSE}"
        rf"|\bcomo (?:os )?{_WHOSE} sao\b|\b{_WHOSE} vazaram\b|\b{_YOU} gravam (?:as |essa |minhas )?(?:conversas?"
        rf"|mensagens)"
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
    return replace(draft, reply=below(draft.reply, facts.data_request_text(draft.reply)))


def _words(line: str) -> str:
    words = re.sub(r"[^a-z0-9]+", " ", plain(line)).split()
    return " ".join(_SHORT.get(word, word) for word in words)


def _is_in(asked: re.Pattern[str], line: str) -> bool:
    return any(not _NOT_ASKED.search(line[: match.start()].rstrip()) for match in asked.finditer(line))
