"""What no tool does, and yet a reply may say: a word to a professional, a paper sent, money seen. Pure.

Everything here is plain: lower case without accents, and without questions.
"""

import re

from clinic_bot.agent.guards.records.deeds import PAPER, PROFESSIONAL

_DENIED = re.compile(r"\b(?:nao|nem|nunca|ninguem|se|caso)\b[^.!?,;\n]*$")
#: What no tool does, whoever is said to have done it.
_NOBODY_DID = re.compile(
    r"\b(?:voce|vc|(?:seu|teu) nome) (?:ja )?(?:esta|ta|entrou|ficou) na (?:lista|fila)\b"
    r"|\b(?:esta|ta|entrou|ficou) na (?:lista|fila) de (?:espera|encaixe)\b"
    r"|\b(?:te|lhe) (?:aviso|avisarei|avisamos|avisaremos|chamo|escrevo)(?: por)?(?: aqui)?"
    r" (?:quando|se|assim que|caso)\b"
    rf"|\b{PAPER}\b[^.!?,;\n]{{0,20}} (?:foi|foram) (?:ja )?(?:emitid|enviad|mandad|encaminhad|gerad|solicitad)[oa]s?\b"
    r"|\b(?:dra?|doutora?|medic[oa]|dentista|el[ae])(?: (?!que\b)\w+){0,3}? (?:pediu (?:para|pra|que) (?:voce|vc)"
    r"|(?:ja )?(?:foi|esta) (?:ja )?(?:avisad|informad|comunicad)[oa]|(?:ja )?(?:me )?(?:disse|falou|respondeu"
    r"|autorizou|orientou|garantiu) que|(?:ja )?esta (?:sabendo|ciente|a par|avisad[oa])"
    r"|(?:ja )?(?:viu|aprovou|aceitou) (?:a |o )?(?:seu|sua)|ja (?:autorizou|sabe))\b"
    rf"|(?:^|[.!]\s)\W*(?:{PAPER}|confirmacao) (?:ja )?(?:emitid|enviad|mandad|encaminhad)[oa]s?\b"
    rf"|\b{PAPER} (?:ja )?(?:esta )?n[oa] (?:seu|sua) (?:e-?mail|caixa)\b"
    r"|\b(?:ja )?(?:esta|estao|foi|foram) n[oa] (?:seu|sua) (?:e-?mail|caixa)\b"
    r"|\b(?:sigo|seguirei|obedeco|vou (?:seguir|obedecer)) (?:\w+ ){0,3}?(?:instruc|regras?|ordens|comandos?)"
    r"|\b(?:estorno|reembolso|devolucao) (?:ja )?(?:foi|esta|ta) (?:ja )?(?:feit|realizad|processad|aprovad"
    r"|efetuad|liberad|confirmad|recebid|solicitad|pedid)[oa]\b"
    r"|\b(?:laudos?|exames?|resultados?|receitas?|atestados?|guias?)\b[^.!?\n]{0,20} (?:esta|estao|ficou"
    r"|ficaram) (?:ja )?"
    r"(?:pront|disponive|liberad)\w+"
    r"|\b(?:te|lhe|vai|ira) (?:liga|ligar|ligara|telefona|telefonar|telefonara)\b"
    r"|\b(?:equipe|recepcao|recepcionista|atendente) (?:\w+ )?(?:liga|ligara|telefona)\b"
    r"|\b(?:lig|telefon)(?:a|o|amos|aremos|arei|ara) (?:para|pra) (?:voce|vc|o senhor|a senhora)\b"
    r"|\b(?:atende|atendid[oa]s?|chamad[oa]s?|passa) (?:\w+ )?(?:antes|na frente) d[aeo]s (?:outr|demais)\w*"
    r"|\b(?:sera|serao|vai ser|vao ser|fica|entra) (?:\w+ )?(?:chamad|atendid)[oa]s? (?:\w+ )?primeir[oa]s?\b"
    r"|\b(?:atende|entra|chama|passa)\b[^.!?,;\n]{0,24} antes de tod[oa]\w*"
    r"|\b(?:el[ea]s?|voces?|vc) (?:passam?|entram?|vao|vai) na frente\b(?! d)"
    r"|\b(?:regra|instrucao|politica|configuracao|sistema|tabela)s? (?:ja )?(?:foi |esta )?"
    r"(?:atualizad|alterad|aplicad|ajustad|ativad|modificad)[oa]s?\b"
    r"|\b(?:recado|aviso|mensagem|pedido) (?:ja )?(?:foi |esta )?(?:dad|passad|enviad|entregue|repassad)[oa]?"
    rf" (?:a |o |ao |para a |pra |pro |para o )?(?:sua |seu )?{PROFESSIONAL}\b"
)
#: What only its professional writes, and hands over as the clinic's file says.
_WRITTEN = r"(?:receita|atestado|encaminhamento|pedido medico|relatorio)"
_COMES = re.compile(
    rf"\b{_WRITTEN}\b[^.!?;\n]{{0,40}}? (?:chega|chegara|chegar|segue|seguira|sera enviad[oa]|vai por)\b"
    r"[^.!?;\n]{0,30}\b(?:whats\w*|e-?mail|por aqui|aqui|hoje|amanha)\b"
    rf"|\b(?:{PROFESSIONAL}|el[ae])\b(?: (?!nao\b|so\b)\w+){{0,3}}? (?:envi|mand)\w+ (?:\w+ ){{0,3}}?{_WRITTEN}\b"
)
_IS_SENT = re.compile(
    rf"^(?!.*\bnao\b)(?=.*\b{_WRITTEN})(?=.*\b(?:envi|mand|cheg|digita|e-?mail|whats))", re.MULTILINE
)
#: Money is seen by nobody here: no tool knows what came in.
_MONEY = r"(?:pagamento|pix|deposito|transferencia|boleto)"
_DUE = r"(?:pagamento|pix|deposito|transferencia|boleto|sinal|entrada|parcela|taxa)"
_PAID = re.compile(
    rf"\b{_MONEY}\b[^.!?\n]{{0,30}}\b(?:confirmad[oa]|recebid[oa]|aprovad[oa]|compensad[oa]|caiu|entrou|apareceu)\b"
    rf"|\b{_MONEY} (?:ja )?(?:foi|esta|ta) (?:ja )?(?:feit|realizad|processad|efetuad|liberad)[oa]\b"
    rf"|\b{_DUE} (?:d[aeo] \w+ )?(?:(?:(?:ja|aqui) )+(?:consta|apareceu|entrou|caiu)\b"
    r"|(?:ja )?(?:esta|ta|foi|ficou) (?:ja )?(?:pag|quitad)[oa]\b)"
    rf"(?! (?:em|ate|antes|por|na|no))|\b{_DUE} quitad[oa]\b"
    rf"|\b(?:recebi|recebemos(?= (?:aqui |ja )?(?:o )?seu)|confirmo|confirmamos|confirmei)(?: aqui| sim| ja)?"
    rf"(?: o recebimento d[oe])?"
    rf"(?: (?:o|seu|do))* {_MONEY}\b"
)
_NOT_YET = re.compile(
    r"\b(?:nao|nem|se|quando|assim que|apos|depois|ainda|vai|sera|for|seja|so|recepcao|verific\w+|confer\w+)\b"
)


def nobody_did(said: str, told: str) -> bool:
    """Whether ``said`` tells of what no tool does, and what was told does not.

    Args:
        told: results of tools and earlier messages of the clinic.
    """
    return any(
        match[0] not in told and not _DENIED.search(said[: match.start()])
        for match in _NOBODY_DID.finditer(said)
    )


def paper_comes(said: str, known: str) -> bool:
    """Whether a prescription or the like is to be sent, which the clinic does not say that it does.

    Args:
        known: the clinic's file and what was told, plain.
    """
    if not re.search(_WRITTEN, said):
        return False
    found = [one for one in _COMES.finditer(said) if not _DENIED.search(said[: one.end()])]
    return bool(found) and not any(_IS_SENT.search(one) for one in re.split(r"[.;\n]", known))


def sees_money(said: str) -> bool:
    """Whether it tells of money that came in."""
    return any(_PAID.search(one) and not _NOT_YET.search(one) for one in re.split(r"[.!\n]", said))
