"""By which words an appointment, a slot or a message is told as one that stands. Pure.

Everything here is plain: lower case without accents, and without questions.
"""

import re
from collections.abc import Collection

from clinic_bot.agent.guards.records.deeds import CHANGES, DAY, VISIT, Deed

_DONE_WORDS = {
    Deed.BOOK: r"(?:agendad|marcad|reservad|garantid|encaixad|separad)(?:inh|issim)?[oa]s?",
    Deed.MOVE: r"(?:remarcad|reagendad|transferid|adiad|antecipad|trocad|alterad|ajustad)(?:inh|issim)?[oa]s?",
    Deed.CANCEL: r"(?:(?:cancelad|desmarcad)(?:inh|issim)?[oa]s?|fora da agenda"
    r"|(?:retirad|removid)[oa]s? d[ao] (?:agenda|sistema))",
    Deed.CONFIRM: r"confirmad(?:inh|issim)?[oa]s?",
}
_NOUN = {
    Deed.BOOK: "agendamento|marcacao|reserva",
    Deed.MOVE: "remarcacao|reagendamento|troca|mudanca",
    Deed.CANCEL: "cancelamento",
    Deed.CONFIRM: "confirmacao|presenca",
}
#: Said of an appointment in words of its own.
_ALSO = {
    Deed.BOOK: r"ja esta (?:no|em) (?:seu|teu) nome",
    Deed.MOVE: rf"(?:(?:passou|mudou) (?:d[aeo] [\w-]+ )?(?:para|pra)"
    r"|agora (?:e|sera|fica|ficou)(?: para| pra| n[ao])?)"
    rf" (?:a |o |as )?{DAY}",
    Deed.CANCEL: r"(?:(?:horario|vaga)\b[^.!?\n]{0,16} (?:foi|esta|ficou) (?:ja )?(?:liberad[oa]|livre)|nao (?:esta"
    r"|consta) mais (?:marcad|agendad|na agenda|no sistema|em nossa)\w*|saiu d[ao] (?:agenda|sistema)"
    r"|voce nao tem mais (?:a |essa |nenhuma |sua )?(?:consulta|sessao|horario))",
    Deed.CONFIRM: r"(?:confirmo (?:a |sua )+presenca"
    r"|presenca\b[^.!?,;\n]{0,30}? (?:(?:esta|ta|ficou) )?(?:ok|certa|garantida"
    r"|registrada|anotada)|presencas? (?:d[aeo]s? [^.!?,;\n]{0,24} )?confirmadas?)",
}
_IS = r"(?<!nao )(?<!ainda nao )\b(?:foi|esta|ta|ficou|fica|estao|foram|consta|encontra-se|segue)\b"
_LEAD = (
    r"(?:(?:pronto|prontinho|feito|perfeito|certo|certinho|ok|otimo|beleza|sim|claro|combinado|tudo certo|maravilha"
    r"|legal|show)\W+)*"
)
#: A rule about appointments in general is none about the patient's own.
_A_RULE = (
    r"(?! (?:com menos|com antecedencia|fora|depois|no mesmo dia|em cima|sem aviso|pel[oa] recepcao ate))"
)


def _stands(deed: Deed) -> re.Pattern[str]:
    done = _DONE_WORDS[deed]
    return re.compile(
        rf"\b{_ALSO[deed]}\b"
        rf"|{_IS} ?(?:ja |sendo |tudo |como |mesmo |aqui )*{done}\b(?! por \d+ min)"
        r"|(?:^|[.!]\s)\W*(?:(?!nao\b|nada\b|nenhum\w*\b|ainda\b|nem\b|sem\b|se\b|hora\b|consultas\b|sessoes\b|horarios\b"
        r"|exames\b|retornos?\b|horario\b|quando\b|pode\w*\b|ser\w*\b|so\b|apos\b|depois\b"
        rf"|para\b)\w+\W+){{0,2}}(?:(?:ja )?(?:foi|esta|ta) (?:ja )?)?{done}\b"
        rf"|(?:^|[.!]\s)[^.!?\n]{{0,12}}{DAY}[^.!?\n]{{0,30}}{_IS} (?:ja )?{done}\b"
        rf"|(?<!nao )(?<!hora )(?<!horario )\b{done} (?:para|pra) (?:a |o |as )?{DAY}"
        rf"|{DAY}[^.!?,\n]{{0,20}} (?<!nao )(?<!hora )(?<!horario ){done}\b"
        rf"|^\W*{_LEAD}(?:(?:a |o )?(?:sua|seu) )?(?:consulta|sessao|avaliacao|presenca|horario|vaga|exame"
        r"|retorno) (?:ja )?"
        rf"{done}\b{_A_RULE}"
        rf"|\b(?:{_NOUN[deed]}) (?:ja )?(?:(?:foi|esta) )?(?:ja )?(?:efetuad|realizad|feit|concluid|registrad|anotad"
        r"|confirmad)[oa]\b"
        rf"|\bdeixei [^.!?\n]{{0,40}}\b{done}\b",
        re.MULTILINE,
    )


STANDS = {deed: _stands(deed) for deed in CHANGES}
#: An appointment told as one that stands, without a word for it. Where something is asked it may be an offer.
STANDS_ANYHOW = re.compile(
    rf"\b(?:te|lhe|vos) (?:esper|aguard)\w+[^.!?\n]*{DAY}|\b(?:esperamos|aguardamos) (?:por )?(?:voce"
    rf"|vc)[^.!?\n]*{DAY}"
    rf"|\b(?:nos vemos|ate)\W (?:la )?(?:a |na |no )?{DAY}[^.!?\n]*\d"
    rf"|\b(?:sua|seu|tua|teu) {VISIT}\b[^.!?\n]{{0,40}}?\b(?:e|sera|fica|ficou|passou|segue|continua"
    r"|vai ser)\b (?:para |pra |n[ao] )?"
    rf"(?:a |o )?{DAY}"
    rf"|\bficou (?:para |pra |n[ao] )?(?:a |o )?{DAY}"
    rf"|\b(?:ficou|fica|e) (?:para|pra) (?:voce|vc|[ao] senhora?)\b[^.!?\n]{{0,20}}{DAY}"
    r"|\b(?:consulta|exame|sessao|retorno|avaliacao) d[aeo] [^.!?,;\n]{2,30} e"
    r" (?:hoje|amanha|dia \d|\d{1,2}/\d)"
    rf"|^\W*(?:combinado|fechado|tudo certo|certinho)\b[^?\n]*{DAY}[^?\n]*"
    r"|\b(?:seu|teu) nome (?:ja )?(?:esta|ta|consta) n[ao] (?:lista|agenda)\b"
    rf"|^\W*(?:feito|pronto|prontinho)\b(?![^?]*\brecepcao\b)[^?]*?{DAY}"
    r"|\be (?:ja )?(?:tod[oa] )?(?:seu|sua|teu|tua)\b\W*(?:$|[.,!\n])"
    rf"|{DAY}[^.!?\n]* te espero\b"
    rf"|\b(?:(?:sua|seu|a|o|outr[oa]) (?!horario|vaga){VISIT}|[ao]s? d[eao] {DAY})[^.!?;,\n]{{0,30}}"
    r" (?:continuam?|seguem?|permanecem?|esta|ta|ficam?) (?:de pe|valendo|mantid[oa]s?|firmes?)\b"
    rf"|\b(?:deixei|ficou|fica|esta|ta) (?:ja )?(?:tudo )?(?:certo|certinho|ok|combinado|fechado|na agenda|no sistema"
    rf"|anotado|agendadinho)\b[^?\n]*{DAY}",
    re.MULTILINE,
)
#: Days and hours of every week.
_OPENING = re.compile(
    r"\b(?:d?as \d[\w:]* as \d|as (?:segunda|terca|quarta|quinta|sexta)s|aos (?:sabado|domingo)s|de segunda a)\b"
)
_CANCELLED = re.compile(r"\b(?:cancel|desmarc)")
_IF = re.compile(
    r"\b(?:se|caso|confirmando|quando|assim que|apos|em que|onde)\b[^.!?\n]*$|\b(?:nada|nenhum\w*|nem|so)\b[^.!?,;\n]*$"
)
#: ``ficou sexta, 30/10`` tells of a change where the records hold another day.
NEW_DAY = re.compile(
    r"\bficou (?:para |pra |n[ao] )?(?:a |o |dia )?(?:[a-z-]+,? )?(?:dia )?(\d{1,2}/\d{1,2})"
)
HELD = re.compile(
    r"\b(?:guardad|segurad|reservad)[oa] por \d+ min"
    r"|\b(?:vou|irei) deixar [^.!?\n]{0,40}\b(?:bloquead|reservad|separad|guardad)[oa]"
    r"|\b(?:guardad|segurad)[oa]\b[^.!?\n]{0,40}\b(?:horario|vaga)\b"
    r"|\b(?:horario|vaga)\b[^.!?\n]{0,40}\bguardad[oa]\b"
)
RECEPTION_WAS_TOLD = re.compile(
    r"\b(?:recepcao|recepcionista|atendente|equipe) (?:ja )?(?:(?:foi|esta) )?(?:ja )?"
    r"(?:avisad|acionad|chamad|notificad)a\b"
    r"|\bja (?:esta|foi) (?:tudo )?(?:com|para) a recepcao\b"
    r"|\b(?:recepcao|recepcionista|atendente|equipe) ja (?:recebeu|viu|leu|tem|sabe|esta (?:sabendo|ciente|com))\b"
    r"|\b(?:pedido|mensagem|duvida|caso|interesse|recado|contato|solicitacao) ja (?:chegou|foi|esta)\b[^.!?,;\n]{0,16}"
    r" recepcao\b"
)


def of_a_visit_to_come(said: str, done: Collection[Deed]) -> str:
    """Without what is told of opening hours, and of what was cancelled, whose day and time may be told."""
    return "".join(
        part
        for part in re.split(r"(?<=[.!\n])|(?<=,)(?= e (?:[ao]|sua|seu)s? )", said)
        if not _OPENING.search(part) and not (Deed.CANCEL in done and _CANCELLED.search(part))
    )


def claimed(pattern: re.Pattern[str], said: str) -> bool:
    return any(not _IF.search(said[: match.start()]) for match in pattern.finditer(said))
