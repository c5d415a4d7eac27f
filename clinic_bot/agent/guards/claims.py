"""Whether a reply says that something was done which no tool did. Pure.

A patient who reads "marquei para quinta" comes on Thursday. What a model says it did must stand in the records; what it
says that stands there, it must have looked up or been told of. Each deed needs its own evidence: who has an appointment
has not cancelled it.
"""

import re
from collections.abc import Collection, Iterable
from enum import StrEnum

from clinic_bot.agent.tools import CARRY_OUT, CONFIRM, OWN_APPOINTMENTS
from clinic_bot.clinic.spelling import plain


class Deed(StrEnum):
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    CONFIRM = "confirm"


_DONE_WORDS = {
    Deed.BOOK: r"(?:agendad|marcad|reservad|garantid|encaixad|separad)(?:inh|issim)?[oa]s?",
    Deed.MOVE: r"(?:remarcad|reagendad|transferid|adiad|antecipad|trocad|alterad|ajustad)(?:inh|issim)?[oa]s?",
    Deed.CANCEL: r"(?:(?:cancelad|desmarcad|retirad|removid)(?:inh|issim)?[oa]s?|fora da agenda)",
    Deed.CONFIRM: r"confirmad(?:inh|issim)?[oa]s?",
}
_I_DID = {
    Deed.BOOK: r"(?:(?:te|voce|vc) (?:ja )?(?:coloquei|pus|botei|deixei|anotei)|(?:coloquei|pus|botei|deixei"
    r"|anotei) (?:voce|vc)"
    r"|marquei|agendei|reservei|encaixei|garanti|separei|marcamos|agendamos|reservamos)",
    Deed.MOVE: r"(?:remarquei|reagendei|troquei|adiei|antecipei|transferi|remarcamos|(?:mudei|passei|alterei)"
    r"(?= (?:voce|sua|seu|a|o|de|para|pra|pro)\b)(?![^.!?\n]{0,40}\b(?:recepcao|equipe|conversa|atendente|recado"
    r"|pedido|mensagem|informac\w+)))",
    Deed.CANCEL: r"(?:(?:horario|vaga) [^.!?\n]{0,16}(?:foi|esta) (?:ja )?liberad[oa]|nao (?:esta"
    r"|consta) mais (?:marcad|agendad|na agenda|no sistema|em nossa)\w*|saiu da agenda"
    r"|voce nao tem mais (?:a |essa |nenhuma |sua )?(?:consulta|sessao|horario)|cancelei|desmarquei"
    r"|cancelamos|desmarcamos|(?:tirei|retirei|removi|exclui|apaguei|dei baixa)"
    r"(?= [^.!?\n]{0,30}\b(?:agenda|lista|consulta|horario|sessao)))",
    Deed.CONFIRM: r"(?:confirmo (?:a |sua )+presenca|confirmei|confirmamos|(?:anotei|registrei) (?:a |sua "
    r"|a sua )?(?:confirmacao|presenca))",
}
_INFINITIVE = {
    Deed.BOOK: "marcar|agendar|reservar",
    Deed.MOVE: "remarcar|reagendar|mudar|trocar",
    Deed.CANCEL: "cancelar|desmarcar",
    Deed.CONFIRM: "confirmar",
}
_NOUN = {
    Deed.BOOK: "agendamento|marcacao|reserva",
    Deed.MOVE: "remarcacao|reagendamento|troca|mudanca",
    Deed.CANCEL: "cancelamento",
    Deed.CONFIRM: "confirmacao|presenca",
}
_VISIT = (
    r"(?:consultas?|sess(?:ao|oes)|avaliac(?:ao|oes)|horarios?|retornos?|exames?|visitas?|vagas?|limpezas?)"
)
_DAY = (
    r"(?:hoje|amanha|segunda|terca|quarta|quinta|sexta|sabado|domingo|dia \d|\d{1,2}/\d{1,2}|\d{1,2} ?h\b"
    r"|\d{1,2}:\d\d|as \d)"
)
_THING = rf"(?:{_VISIT}|agendamentos?|presenca|cancelamento|remarcacao|tudo|ja)"
_IS = r"(?<!nao )(?<!ainda nao )\b(?:foi|esta|ta|ficou|fica|estao|foram|consta|encontra-se|segue)\b"
_LEAD = (
    r"(?:(?:pronto|prontinho|feito|perfeito|certo|certinho|ok|otimo|beleza|sim|claro|combinado|tudo certo|maravilha"
    r"|legal|show)\W+)*"
)
#: A rule about appointments in general is none about the patient's own.
_A_RULE = (
    r"(?! (?:com menos|com antecedencia|fora|depois|no mesmo dia|em cima|sem aviso|pel[oa] recepcao ate))"
)
_BEFORE = r"(?<!nao )(?<!ainda nao )(?<!nem )\b"


def _did(deed: Deed) -> re.Pattern[str]:
    return re.compile(rf"{_BEFORE}(?:{_I_DID[deed]}|(?:acabei|acabamos) de (?:{_INFINITIVE[deed]}))\b")


def _stands(deed: Deed) -> re.Pattern[str]:
    done = _DONE_WORDS[deed]
    return re.compile(
        rf"\b{_THING}\b[^.!?\n]{{0,60}}?{_IS} ?(?:ja |sendo |tudo |como )*{done}\b"
        r"|(?:^|[.!]\s)\W*(?:(?!nao\b|ainda\b|nem\b|sem\b|se\b|hora\b|consultas\b|sessoes\b|horarios\b"
        r"|exames\b|retornos?\b|horario\b|quando\b"
        rf"|para\b)\w+\W+){{0,2}}(?:(?:ja )?(?:foi|esta|ta) (?:ja )?)?{done}\b"
        rf"|(?:^|[.!]\s)[^.!?\n]{{0,12}}{_DAY}[^.!?\n]{{0,30}}{_IS} (?:ja )?{done}\b"
        rf"|{_DAY}[^.!?,\n]{{0,20}} (?<!nao )(?<!hora )(?<!horario ){done}\b"
        rf"|^\W*{_LEAD}(?:(?:a |o )?(?:sua|seu) )?(?:consulta|sessao|avaliacao|presenca|horario|vaga|exame"
        r"|retorno) (?:ja )?"
        rf"{done}\b{_A_RULE}"
        rf"|\b(?:{_NOUN[deed]}) (?:ja )?(?:(?:foi|esta) )?(?:ja )?(?:efetuad|realizad|feit|concluid|registrad|anotad"
        r"|confirmad)[oa]\b"
        rf"|\b(?:{'presenca' if deed is Deed.CONFIRM else '(?!)'})\b[^.!?\n]{{0,30}} (?:esta|ta|ficou) (?:ok"
        r"|certa|garantida"
        r"|registrada|anotada)\b"
        rf"|\bdeixei [^.!?\n]{{0,40}}\b{done}\b",
        re.MULTILINE,
    )


_DID = {deed: _did(deed) for deed in Deed}
_STANDS = {deed: _stands(deed) for deed in Deed}
#: An appointment told as one that stands, without a word for it. Where something is asked it may be an offer.
_STANDS_ANYHOW = re.compile(
    rf"\b(?:te|lhe|vos) (?:esper|aguard)\w+[^.!?\n]*{_DAY}|\b(?:esperamos|aguardamos) (?:por )?(?:voce"
    rf"|vc)[^.!?\n]*{_DAY}"
    rf"|\b(?:nos vemos|ate)\W (?:la )?(?:a |na |no )?{_DAY}[^.!?\n]*\d"
    rf"|\b(?:sua|seu|tua|teu) {_VISIT}\b[^.!?\n]{{0,40}}?\b(?:e|sera|fica|ficou|passou|vai ser)\b (?:para "
    r"|pra |n[ao] )?"
    rf"(?:a |o )?{_DAY}"
    rf"|^\W*(?:\w+, )?ficou (?:para |n[ao] )?{_DAY}"
    rf"|^\W*(?:combinado|fechado|tudo certo|certinho)\b[^?\n]*{_DAY}[^?\n]*"
    r"|\b(?:seu|teu) nome (?:ja )?(?:esta|ta|consta) n[ao] (?:lista|agenda)\b"
    rf"|^\W*(?:feito|pronto|prontinho)\b(?![^?]*\brecepcao\b)[^?]*?{_DAY}"
    r"|\b(?:ja )?e (?:tod[oa] )?(?:seu|sua|teu|tua)\b\W*(?:$|[.!\n])"
    rf"|\b(?:deixei|ficou|fica|esta|ta) (?:ja )?(?:tudo )?(?:certo|certinho|ok|combinado|fechado|na agenda|no sistema"
    rf"|anotado|agendadinho)\b[^?\n]*{_DAY}",
    re.MULTILINE,
)
_IF = re.compile(r"\b(?:se|caso|confirmando|quando|assim que|apos)\b[^.!?\n]*$")
_WITH_A_PERSON = (
    r"(?:a |o |ao |junto a |com a |com o |para a |pra |pro |para o )?(?:sua |seu )?(?:dra?|doutora?|medic[oa]"
    r"|profissional|dentista|psicolog[oa]|fisioterapeuta|nutricionista|gerente|gerencia|diretor\w*|financeiro)\b"
)
#: What no tool does.
_NOBODY_DID = re.compile(
    rf"{_BEFORE}(?:avisei|comuniquei|notifiquei|falei|conversei|combinei|acertei|pedi|solicitei|autorizei)"
    rf" (?:(?!recepcao)\w+ ){{0,3}}?(?:com |para |pra )?{_WITH_A_PERSON}"
    rf"|{_BEFORE}(?:coloquei|inclui|inseri|botei|pus|adicionei|inscrevi) [^.!?\n]{{0,30}}\b(?:lista|fila|encaixe"
    r"|agenda)\b"
    r"|\b(?:voce|vc) (?:ja )?(?:esta|ta|entrou) na (?:lista|fila) de espera\b"
    rf"|{_BEFORE}(?:estornei|devolvi|reembolsei|liberei|paguei)\b"
    r"|\b(?:estorno|reembolso|devolucao) (?:ja )?(?:foi|esta|ta) (?:ja )?(?:feit|realizad|processad|aprovad"
    r"|efetuad|liberad|confirmad|recebid)[oa]\b"
    rf"|{_BEFORE}(?:enviei|mandei|emiti|gerei) [^.!?\n]{{0,30}}\b(?:receita|atestado|laudo|exames?|resultados?"
    r"|nota fiscal|e-?mail|boleto|recibo|guia|sms)\b(?![^.!?\n]*recepcao)"
    rf"|{_BEFORE}(?:alterei|atualizei|corrigi|apaguei|exclui|mudei) [^.!?\n]{{0,20}}\b(?:cadastro|dados|prontuario"
    r"|telefone|endereco)\b"
    r"|\b(?:laudos?|exames?|resultados?|receitas?|atestados?|guias?)\b[^.!?\n]{0,20} (?:esta|estao|ficou"
    r"|ficaram) (?:ja )?"
    r"(?:pront|disponive|liberad)\w+"
    r"|\bvai (?:te |lhe )?(?:ligar|telefonar)\b|\bvai ligar (?:para|pra) (?:voce|vc)\b"
    rf"|\b(?:recado|aviso|mensagem|pedido) (?:ja )?(?:foi |esta )?(?:dad|passad|enviad|entregue|repassad)[oa]?"
    rf" {_WITH_A_PERSON}"
)
#: Whatever somebody did to an appointment; looking at it is no deed.
_DID_TO_A_VISIT = re.compile(
    rf"{_BEFORE}(?!(?:verifi|consult|encontr|ach|localiz|olh|chec|chequ|busqu|pesquis|receb|entend|mencion"
    r"|inform|cit|anot"
    r"|pergunt|confer|procur|pass|pens|fal|mand|envi|expliqu|encaminh|repass|registr|notei|acabei|errei|direi"
    r"|terei|irei"
    r"|poderei|farei|verei|sei\b|hei\b|lei\b|rei\b)\w*)"
    rf"[a-z]{{3,}}ei (?:ja )?(?:a |o )?(?:sua|seu|tua|teu|a|o) {_VISIT}\b"
)
#: Money is seen by nobody here: no tool knows what came in.
_MONEY = r"(?:pagamento|pix|deposito|transferencia|boleto)"
_PAID = re.compile(
    rf"\b{_MONEY}\b[^.!?\n]{{0,30}}\b(?:confirmad[oa]|recebid[oa]|aprovad[oa]|compensad[oa]|caiu|entrou)\b"
    rf"|\b{_MONEY} (?:ja )?(?:foi|esta|ta) (?:ja )?(?:feit|realizad|processad|efetuad|liberad)[oa]\b"
    rf"|\b(?:recebi|recebemos|confirmo|confirmamos|confirmei)(?: aqui| sim| ja)?(?: o recebimento d[oe])?"
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
_HELD = re.compile(
    r"\b(?:guardei|segurei|guardad[oa]|segurad[oa])\b[^.!?\n]{0,40}\b(?:horario|vaga)\b"
    r"|\b(?:horario|vaga)\b[^.!?\n]{0,40}\bguardad[oa]\b"
)


def unfounded(text: str, *, called: Collection[str], has_booked: bool, told: Iterable[str] = ()) -> bool:
    """Whether ``text`` claims what did not happen.

    Args:
        called: tools that succeeded in this turn.
        has_booked: the records hold an appointment of this patient, as the turn was told.
        told: results of tools, and earlier messages of the clinic.
    """
    lines = _TAG.sub(".", plain_lines(text))
    said = _QUESTION.sub(" ", lines)
    if any(_PAID.search(one) and not _NOT_YET.search(one) for one in re.split(r"[.!\n]", said)):
        return True
    told_lines = [_QUESTION.sub(" ", plain_lines(one)) for one in told]
    done = _done(called, told_lines)
    looked_up = has_booked or OWN_APPOINTMENTS in called or bool(done)
    if _DID_TO_A_VISIT.search(said) and not done:
        return True
    for deed in Deed:
        if deed in done:
            continue
        if _DID[deed].search(said):
            return True
        if _claimed(_STANDS[deed], said) and not (deed is Deed.BOOK and looked_up):
            return True
    if "?" not in lines and not looked_up and _claimed(_STANDS_ANYHOW, said):
        return True
    if (
        _HELD.search(said)
        and Deed.BOOK not in done
        and not any("horario guardado" in one for one in told_lines)
    ):
        return True
    return any(match[0] not in one for match in _NOBODY_DID.finditer(said) for one in [" ".join(told_lines)])


def _done(called: Collection[str], told: Iterable[str]) -> set[Deed]:
    """What was done in this turn or is told as done; a tool whose answer is not at hand did whatever is said."""
    found: set[Deed] = set()
    for one in told:
        for match in _JUST_DONE.finditer(one):
            found.add(_BY_RESULT[match[1]] if match[1] else Deed.CONFIRM)
            if match[1] in ("marcad", "remarcad"):  # what was just booked is also called confirmed
                found |= {Deed.BOOK, Deed.CONFIRM}
        found |= {deed for deed in Deed if _DID[deed].search(one) or _STANDS[deed].search(one)}
        if "(presenca confirmada)" in one:
            found.add(Deed.CONFIRM)
    if {CARRY_OUT, CONFIRM} & set(called) and not found:
        return set(Deed)
    return found


def _claimed(pattern: re.Pattern[str], said: str) -> bool:
    return any(not _IF.search(said[: match.start()]) for match in pattern.finditer(said))


def plain_lines(text: str) -> str:
    """Plain, and without WhatsApp's markup; lines stay lines."""
    bare = re.sub(
        r"[*_~]|(?<=\b[DSds]r)\.|(?<=\b[DSds]ra)\.", "", text
    )  # a title's full stop ends no sentence
    return "\n".join(plain(line) for line in bare.splitlines())
