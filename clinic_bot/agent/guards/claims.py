"""Whether a reply says that something was done which no tool did. Pure.

A patient who reads "marquei para quinta" comes on Thursday. What a model says it did must stand in the records; what it
says that stands there, it must have looked up or been told of. Each deed needs its own evidence: who has an appointment
has not cancelled it.
"""

import re
from collections.abc import Collection, Iterable

from clinic_bot.agent.guards.deeds import (
    CHANGES,
    DAY,
    PAPER,
    PROFESSIONAL,
    TITLES,
    VISIT,
    Deed,
    idle_promises,
    own_deeds,
)
from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, HAND_OVER, OWN_APPOINTMENTS
from clinic_bot.clinic.spelling import plain

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


_STANDS = {deed: _stands(deed) for deed in CHANGES}
#: An appointment told as one that stands, without a word for it. Where something is asked it may be an offer.
_STANDS_ANYHOW = re.compile(
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
_DENIED = re.compile(r"\b(?:nao|nem|nunca|ninguem|se|caso)\b[^.!?,;\n]*$")
#: What no tool does, whoever is said to have done it.
_NOBODY_DID = re.compile(
    r"\b(?:esta|ta|entrou|ficou) na (?:lista|fila)(?: de espera)?\b"
    r"|\b(?:te|lhe) (?:aviso|avisarei|avisamos|avisaremos|chamo|escrevo)(?: por)?(?: aqui)?"
    r" (?:quando|se|assim que|caso)\b"
    rf"|\b{PAPER}\b[^.!?,;\n]{{0,20}} (?:foi|foram) (?:ja )?(?:emitid|enviad|mandad|encaminhad|gerad|solicitad)[oa]s?\b"
    r"|\b(?:dra?|doutora?|medic[oa]|dentista|el[ae])(?: (?!que\b)\w+){0,3}? (?:pediu (?:para|pra|que) (?:voce|vc)"
    r"|(?:ja )?(?:foi|esta) (?:ja )?(?:avisad|informad|comunicad)[oa]|(?:ja )?(?:me )?(?:disse|falou|respondeu"
    r"|autorizou|orientou|garantiu) que|(?:ja )?esta (?:sabendo|ciente|a par|avisad[oa])"
    r"|(?:ja )?(?:viu|aprovou|aceitou) (?:a |o )?(?:seu|sua)|ja (?:autorizou|sabe))\b"
    rf"|(?:^|[.!]\s)\W*(?:{PAPER}|confirmacao) (?:ja )?(?:emitid|enviad|mandad|encaminhad)[oa]s?\b"
    rf"|\b{PAPER} (?:ja )?(?:esta )?n[oa] (?:seu|sua) (?:e-?mail|caixa)\b"
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
    r"|\b(?:regra|instrucao|politica|configuracao|sistema|tabela)s? (?:ja )?(?:foi |esta )?"
    r"(?:atualizad|alterad|aplicad|ajustad|ativad|modificad)[oa]s?\b"
    r"|\b(?:recado|aviso|mensagem|pedido) (?:ja )?(?:foi |esta )?(?:dad|passad|enviad|entregue|repassad)[oa]?"
    rf" (?:a |o |ao |a |para a |pra |pro |para o )?(?:sua |seu )?{PROFESSIONAL}\b"
)
#: Money is seen by nobody here: no tool knows what came in.
_MONEY = r"(?:pagamento|pix|deposito|transferencia|boleto)"
_PAID = re.compile(
    rf"\b{_MONEY}\b[^.!?\n]{{0,30}}\b(?:confirmad[oa]|recebid[oa]|aprovad[oa]|compensad[oa]|caiu|entrou)\b"
    rf"|\b{_MONEY} (?:ja )?(?:foi|esta|ta) (?:ja )?(?:feit|realizad|processad|efetuad|liberad)[oa]\b"
    rf"|\b(?:recebi|recebemos(?= (?:aqui |ja )?(?:o )?seu)|confirmo|confirmamos|confirmei)(?: aqui| sim| ja)?"
    rf"(?: o recebimento d[oe])?"
    rf"(?: (?:o|seu|do))* {_MONEY}\b"
)
_NOT_YET = re.compile(
    r"\b(?:nao|nem|se|quando|assim que|apos|depois|ainda|vai|sera|for|seja|so|recepcao|verific\w+|confer\w+)\b"
)
#: What asks or offers claims nothing.
_QUESTION = re.compile(r"[^.!?\n]*\?")
#: Asks nothing.
_TAG = re.compile(r",? (?:ta|viu|ok|blz|beleza)\?")
_JUST_DONE = re.compile(r"\bfeito, (marcad|remarcad|cancelad)a: |\b(presenca confirmada): ")
_BY_RESULT = {"marcad": Deed.BOOK, "remarcad": Deed.MOVE, "cancelad": Deed.CANCEL}
#: ``ficou sexta, 30/10`` tells of a change where the records hold another day.
_NEW_DAY = re.compile(
    r"\bficou (?:para |pra |n[ao] )?(?:a |o |dia )?(?:[a-z-]+,? )?(?:dia )?(\d{1,2}/\d{1,2})"
)
_HELD = re.compile(
    r"\b(?:guardad|segurad|reservad)[oa] por \d+ min"
    r"|\b(?:vou|irei) deixar [^.!?\n]{0,40}\b(?:bloquead|reservad|separad|guardad)[oa]"
    r"|\b(?:guardad|segurad)[oa]\b[^.!?\n]{0,40}\b(?:horario|vaga)\b"
    r"|\b(?:horario|vaga)\b[^.!?\n]{0,40}\bguardad[oa]\b"
)
_RECEPTION_WAS_TOLD = re.compile(
    r"\b(?:recepcao|recepcionista|atendente|equipe) (?:ja )?(?:(?:foi|esta) )?(?:ja )?"
    r"(?:avisad|acionad|chamad|notificad)a\b"
    r"|\bja (?:esta|foi) (?:com|para) a recepcao\b"
)


#: Markup, and the full stop of a title, which ends no sentence.
_NO_STOPS = re.compile(rf"[*_~]|\b({'|'.join(TITLES)})\.")


def unfounded(
    text: str,
    *,
    called: Collection[str],
    has_booked: bool,
    told: Iterable[str] = (),
    staff: Collection[str] = (),
) -> bool:
    """Whether ``text`` claims what did not happen.

    Args:
        called: tools that succeeded in this turn.
        has_booked: the records hold an appointment of this patient, as the turn was told.
        told: results of tools, and earlier messages of the clinic.
        staff: first names of professionals, plain, by which they are called as well as by their title.
    """
    lines = _TAG.sub(".", plain_lines(text))
    said = _QUESTION.sub(" ", lines)
    if any(_PAID.search(one) and not _NOT_YET.search(one) for one in re.split(r"[.!\n]", said)):
        return True
    told_lines = [_QUESTION.sub(" ", plain_lines(one)) for one in told]
    done = _done(called, told_lines)
    changed = done & CHANGES
    looked_up = has_booked or _found_some(called, told_lines) or bool(changed - {Deed.CANCEL})
    before = " ".join(told_lines)
    of_staff = re.sub(rf"\b(?:{'|'.join(staff)})\b", "doutora", said) if staff else said
    for deed in own_deeds(of_staff):
        if not deed.needs & done and not re.search(rf"\b{deed.verb}\b", before):
            return True
    if any(promise not in before for promise in idle_promises(of_staff)):
        return True
    for change, pattern in _STANDS.items():
        if change is Deed.CANCEL and Deed.MOVE in done:
            continue  # of what was moved the old time is free
        if change not in done and _claimed(pattern, said) and not (change is Deed.BOOK and looked_up):
            return True
    if "?" not in lines and not looked_up and _claimed(_STANDS_ANYHOW, _of_a_visit_to_come(said, done)):
        return True
    if Deed.TELL not in done and _claimed(_RECEPTION_WAS_TOLD, said):
        return True
    if (
        OWN_APPOINTMENTS in called
        and not changed
        and any(match[1] not in before for match in _NEW_DAY.finditer(said))
    ):
        return True
    if _HELD.search(said) and not done & {Deed.BOOK, Deed.HOLD}:
        return True
    return any(
        match[0] not in before and not _DENIED.search(of_staff[: match.start()])
        for match in _NOBODY_DID.finditer(of_staff)
    )


def _done(called: Collection[str], told: Iterable[str]) -> set[Deed]:
    """What was done in this turn or is told as done; a tool whose answer is not at hand did whatever is said."""
    found: set[Deed] = set()
    for one in told:
        for match in _JUST_DONE.finditer(one):
            found.add(_BY_RESULT[match[1]] if match[1] else Deed.CONFIRM)
            if match[1] in ("marcad", "remarcad"):  # what was just booked is also called confirmed
                found |= {Deed.BOOK, Deed.CONFIRM}
        found |= {deed for deed, pattern in _STANDS.items() if pattern.search(one)}
        for deed in own_deeds(one):
            found |= deed.needs
        if "(presenca confirmada)" in one:
            found.add(Deed.CONFIRM)
        if "horario guardado" in one:
            found.add(Deed.HOLD)
        if _RECEPTION_WAS_TOLD.search(one):
            found.add(Deed.TELL)
    if {CARRY_OUT, CONFIRM} & set(called) and not found & CHANGES:
        found |= CHANGES
    if HAND_OVER in called:
        found.add(Deed.TELL)
    return found


def _found_some(called: Collection[str], told: Iterable[str]) -> bool:
    return OWN_APPOINTMENTS in called and not any("nenhuma consulta futura marcada" in one for one in told)


def _of_a_visit_to_come(said: str, done: Collection[Deed]) -> str:
    """Without the sentences of opening hours, and of what was cancelled, whose day and time may be told."""
    return "".join(
        part
        for part in re.split(r"(?<=[.!\n])", said)
        if not _OPENING.search(part) and not (Deed.CANCEL in done and _CANCELLED.search(part))
    )


def _claimed(pattern: re.Pattern[str], said: str) -> bool:
    return any(not _IF.search(said[: match.start()]) for match in pattern.finditer(said))


def plain_lines(text: str) -> str:
    """Plain, and without WhatsApp's markup; lines stay lines."""
    return "\n".join(plain(line) for line in _NO_STOPS.sub(lambda match: match[1] or "", text).splitlines())
