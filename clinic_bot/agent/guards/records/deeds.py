"""What a reply says that the assistant did itself, and what each such deed needs as evidence. Pure.

The first person past is read as such, with what it was done to: that somebody looked, thought or spoke needs none, that
the reception was told needs the tool that tells it, a change of the agenda the tool that changes it. What no tool does,
nobody did: no message to a professional, no note in a file, no e-mail.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    HOLD = "hold"  #: a slot, for the minutes of a proposal
    TELL = "tell"  #: the reception


#: What changes the agenda.
CHANGES = frozenset((Deed.BOOK, Deed.MOVE, Deed.CANCEL, Deed.CONFIRM))
NOBODYS: frozenset[Deed] = frozenset()
VISIT = (
    r"(?:consultas?|sess(?:ao|oes)|avaliac(?:ao|oes)|horarios?|retornos?|exames?|visitas?|vagas?|limpezas?)"
)
DAY = (
    r"(?:(?:hoje|amanha|segunda|terca|quarta|quinta|sexta|sabado|domingo)\b|dia \d|\d{1,2}/\d{1,2}|\d{1,2} ?h\b"
    r"|\d{1,2}:\d\d|as \d)"
)
PROFESSIONAL = (
    r"(?:dra?|doutora?|medic[oa]s?|profissional|dentista|psicolog[oa]|fisioterapeuta|nutricionista|fonoaudiolog[oa]"
    r"|enfermeir[oa]|enf|fga|fta|tecnic[oa]|laboratorio|gerente|gerencia|diretor\w*|financeiro)"
)


@dataclass(frozen=True, slots=True)
class Told:
    """A deed that is told.

    Args:
        verb: as it is written, plain.
        needs: any of these is evidence; with none of them no tool does it.
    """

    verb: str
    needs: frozenset[Deed]


_PAST = re.compile(
    r"\b(?P<verb>(?:acab(?:ei|amos) de|consegui(?:mos)?) (?:te |lhe )?(?P<done>\w+r)\b(?:-\w+)?"
    r"|\w+ei|fiz|pus|pedi|emiti|devolvi|reverti|desfiz|refiz|transferi|inclui|exclui|inseri|consegui|\w+amos)\b"
    r"(?=(?P<tail>(?:(?! e (?:(?:ja|tambem|te|lhe|voce) ){0,2}\w+ei\b)[^.!?;\n]){0,90}))"
)
#: The third person's present is written as the first's past.
_TWO_WAYS = ("inclui", "exclui", "inseri")
_IN_A_LIST = re.compile(r"^ (?:ja )?(?:voce|vc)\b|\bn[ao] (?:lista|fila|agenda|ficha|cadastro|prontuario)\b")
#: ``farei`` is to come; ``tirei`` is done.
_TO_COME = re.compile(r"(?!(?:re)?tir|\w*par|alter|ger|liber|vir|esper|consider|declar|zer)\w+[aei]rei$")
_DENIED = re.compile(
    r"\b(?:nao|nem|nunca|se)(?: (?:ja|te|lhe|vos|o|a|ainda|eu|nos|me))* $|\bcomo (?:\w+ ){0,2}$"
)
_PATIENT_S = re.compile(r"^ (?:ja )?(?:(?:a|o) )?(?:sua|seu|tua|teu|voce|vc)\b")
#: The present plural of these is said of what was just done as well as of what is done every day.
_WE = re.compile(r"(?:re)?marc|reagend|agend|reserv|(?:des)?marc|cancel|confirm")
_LOOKS = (
    r"verifi|consult|(?:re)?encontr|ach|localiz|olh|che[cq]|bus[cq]|pesquis|mencion|citei|pergunt|procur|pens|expli"
    r"|notei|acabei$|err|engan|esper|gost|ador|fi[cq]|lament|list|compar|calcul|somei|analis|revis|imagin"
)
_RECEPTION = r"(?:recepcao|recepcionista\w*|atendentes?|equipe|time|secretaria|humano|setor)"
_MESSAGE = r"(?:conversa|caso|mensagem|pergunta|duvida|recado|solicitacao|pedido|relato|reclamacao|contato|atendimento)"
PAPER = (
    r"(?:receita|atestado|laudos?|exames?|resultados?|nota fiscal|e-?mail|boleto|recibo|guia|sms|comprovante|link"
    r"|declaracao|orcamento|convite|pdf|arquivo)"
)
_FILE = r"(?:ficha|cadastro|prontuario|sistema|observac\w+|historico)"
_OWN = r"(?:voce|vc|[ao] senhora?|(?:a |o )?(?:sua|seu|tua|teu))"
_TO_A_DAY = (
    rf"^ (?:ja |tambem )?(?:{_OWN}|a|o|de|para|pra|pro)\b(?:.*(?:\b{VISIT}\b|{DAY})|(?<=voce)|(?<=vc))"
)
#: ``o preparo do exame`` is none.
_A_PAPER = (
    rf"^(?: (?!d[aeo]s?\b)\w+){{0,5}}? {PAPER}\b(?! d[aeo] (?:mapa|localizacao))"
    r"(?!.*\b(?:acima|abaixo|recepcao)\b)"
)
#: The one channel is this talk.
_BY_MAIL = (
    r"\b(?:por|via|no|pel[ao]|(?:para|pra|n[oa]|pr[oa]) (?:o )?(?:seu|sua)) (?:e-?mails?|sms|correio)\b"
)
_TALKS = r"fal|convers|coment|combin|acert|negoci|alinh"
_SPEAKS = (
    rf"{_TALKS}|avis|comuni|notifi|repass|encaminh|envi|mand|transmit|relat|regist|anot|deix|sinaliz|alert|orient|ped"
    r"|pec|solicit|autoriz|consegui|cont|cham|acion|fiz|inform|expli"
)
_BEFORE_WHOM = rf"^(?: (?!(?:{_RECEPTION}|que|sobre|se|com|consulta|horarios?)\b)\w+){{0,6}}?"
_WHOM = rf"(?: (?:a|o|os|as|sua|seu|nossa|nosso))? {PROFESSIONAL}\b"
#: No tool speaks to one; what is booked is booked with one.
_TO_A_PROFESSIONAL = rf"{_BEFORE_WHOM} (?:para|pra|pro|ao|aos|a|o|os|as){_WHOM}"
_WITH_A_PROFESSIONAL = rf"{_BEFORE_WHOM} (?:com|junto){_WHOM}"
#: What is promised and can only be broken: a word to a professional, a paper that is sent.
_PROMISE = re.compile(
    r"\b(?:(?:vou|irei|vamos|posso|podemos) (?:ja |te |lhe |tambem )*(?P<verb>\w+r)"
    r"|(?<!sem )(?<!com )(?<!de )(?<!o )(?<!um )(?P<now>aviso|falo|comento|repasso|peco|encaminho|mando|envio|comunico)"
    r"|(?P<later>\w+ar(?:ei|emos)))\b(?=(?P<tail>[^.!?;\n]{0,90}))"
)
#: In this order: verb, what it is done to, needs; None: no deed.
_RULES: tuple[tuple[re.Pattern[str], re.Pattern[str], frozenset[Deed] | None], ...] = tuple(
    (re.compile(verb), re.compile(tail), needs)
    for verb, tail, needs in (
        (
            r"consult|pergunt|verifi|confirm|expli",
            rf"^ (?:com |para |pra )?(?:a|o|ao) {PROFESSIONAL}\b",
            NOBODYS,
        ),
        (_SPEAKS, _TO_A_PROFESSIONAL, NOBODYS),
        (_TALKS, _WITH_A_PROFESSIONAL, NOBODYS),
        (r"pass", _TO_A_PROFESSIONAL, frozenset((Deed.MOVE,))),
        (_LOOKS, r"", None),
        (r"confirm", r"^(?: aqui| na agenda)?(?: que\b| na ficha\b|[:,])", None),
        # who sorts out some times of many has reserved none
        (r"separ", r"^ (?:\w+ ){0,2}(?:opcoes|horarios|alternativas|datas|dias)\b", None),
        (r"\w", r"\b(?:lista|fila) de espera\b|\bn[ao] (?:lista|fila|encaixe)\b", NOBODYS),
        (
            r"avis|comuni|notifi|fal|convers|(?:re)?pass|encaminh|envi|mand|transfer|dire[cq]ion|cham|acion|regist|ped"
            r"|solicit|deix|inform|anot|abr|sinaliz|alert|fiz|cont[aeq]",
            rf"\b{_RECEPTION}\b",
            frozenset((Deed.TELL,)),
        ),
        (
            r"envi|mand|encaminh|emit|ger|dispar|anex|pass|compartilh|despach|imprim|fiz|solicit|ped",
            rf"{_A_PAPER}|{_BY_MAIL}",
            NOBODYS,
        ),
        (
            r"(?:re)?pass|encaminh|transfer|dire[cq]ion|regist",
            rf"\b{_MESSAGE}\b|\bpara el[ae]s?\b",
            frozenset((Deed.TELL,)),
        ),
        (
            r"(?!inform|mostr|fal|mand|envi|(?:re)?pass|us|basei|segui|tir)\w",
            rf"\b{_FILE}\b",
            NOBODYS,
        ),
        (
            r"regist|cadastr|atualiz|corri|alter|mud|apag|exclu|tro[cq]",
            r"\b(?:dados|telefone|endereco|nome)\b",
            NOBODYS,
        ),
        (r"cadastr", r"", NOBODYS),
        (r"\w", r"\bpresenca\b", frozenset((Deed.CONFIRM,))),
        (r"reverti|desfiz|refiz", r"", frozenset((Deed.BOOK, Deed.MOVE))),
        (r"volt", r"\bcancelamento\b", frozenset((Deed.BOOK, Deed.MOVE))),
        (r"estorn|devolv|reembols|pag[au]|liber|abat|isent|apli[cq]", r"", NOBODYS),
        (r"consegui", r"\b(?:encaixe|desconto|abatimento|autorizacao|isencao|prioridade)\b", NOBODYS),
        (r"(?:re)?guard|segur", r"\b(?:horario|vaga)\b", frozenset((Deed.BOOK, Deed.HOLD))),
        (r"remar[cq]|reagend|tro[cq]|adi(?:ei|ar|ant)|antecip", r"", frozenset((Deed.MOVE,))),
        (r"marc|marqu|agend|reserv|encaix|garant|separ", r"", frozenset((Deed.BOOK,))),
        (r"mud|alter|pass|transfer|jog|empurr|ajust", _TO_A_DAY, frozenset((Deed.MOVE,))),
        (r"cancel|desmar[cq]", r"", frozenset((Deed.CANCEL,))),
        (
            r"(?:re)?tir|remov|exclu|apagu?|dei$|elimin",
            rf"\b(?:agenda|lista|baixa|{VISIT})\b|^ (?:ja )?(?:(?:(?:a|o) )?(?:sua|seu) (?!duvida)|(?:voce|vc)\b)",
            frozenset((Deed.CANCEL,)),
        ),
        (r"confirm", r"", frozenset((Deed.CONFIRM,))),
        (r"anot|regist", r"\bconfirmacao\b", frozenset((Deed.CONFIRM,))),
        (
            r"colo[cq]|pus|bot|deix|anot|lan[cs]",
            rf"^ (?:ja )?(?:{_OWN}\b|tudo\b|(?:a|o) {VISIT}\b)[^\n]*{DAY}|^ (?:voce|vc)\b|\bna agenda\b",
            frozenset((Deed.BOOK, Deed.MOVE)),
        ),
        (
            r"(?!inform|mostr|indi[cq]|fal|mand|envi|pass|le|trat|us)",
            rf"^ (?:ja )?(?:a |o )?(?:sua|seu|tua|teu|a|o) {VISIT}\b",
            CHANGES,
        ),
    )
)
#: Verb, and to whom or what.
_IDLE = tuple(
    (re.compile(verb), re.compile(tail))
    for verb, tail in (
        (_SPEAKS, _TO_A_PROFESSIONAL),
        (_TALKS, _WITH_A_PROFESSIONAL),
        (r"envi|mand|encaminh|compartilh", rf"{_A_PAPER}|{_BY_MAIL}"),
    )
)


def own_deeds(said: str) -> Iterator[Told]:
    """What the assistant says that it did.

    Args:
        said: plain, without questions.
    """
    for match in _PAST.finditer(said):
        before, verb, tail = said[: match.start()], match["verb"], match["tail"]
        if _DENIED.search(before[-40:]) or _TO_COME.match(verb):
            continue
        if verb in _TWO_WAYS and not (re.search(r"\b(?:ja|eu) $", before) or _IN_A_LIST.search(tail)):
            continue
        if verb.endswith("amos") and not before.endswith("ja ") and not _is_done_now(verb, tail):
            continue
        if re.search(r"\b(?:te|lhe|voce|vc) (?:ja )?$", before):
            tail = f" voce{tail}"
        stem = match["done"] or verb
        needs = next(
            (needs for verbs, done_to, needs in _RULES if verbs.match(stem) and done_to.search(tail)), None
        )
        if needs is not None:
            yield Told(verb, needs)


def _is_done_now(verb: str, tail: str) -> bool:
    return bool(_WE.match(verb) and _PATIENT_S.search(tail))


def idle_promises(said: str) -> Iterator[str]:
    """What the assistant promises that no tool does."""
    for match in _PROMISE.finditer(said):
        verb = match["verb"] or match["now"] or match["later"]
        if _DENIED.search(said[: match.start()][-40:]):
            continue
        if any(verbs.match(verb) and tail.search(match["tail"]) for verbs, tail in _IDLE):
            yield match[0]
