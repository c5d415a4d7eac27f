"""What comes to a clinic's chat and is the reception's to deal with: missed calls, payment receipts, exams. Pure."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

from clinic_bot.clinic.facts import ClinicFacts
from clinic_bot.clinic.spelling import plain
from clinic_bot.events import Kind
from clinic_bot.store.gate import Draft
from clinic_bot.turns.added import below


class Arrival(StrEnum):
    """What came. The value is what the reception reads."""

    CALL = "ligação perdida"
    RECEIPT = "comprovante de pagamento"
    EXAM = "exame, laudo ou pedido médico"


class _Message(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def detail(self) -> str: ...


_FILES = (Kind.IMAGE, Kind.DOCUMENT)
_RECEIPT = re.compile(
    r"\bcomprovantes?\b|\brecibo (?:do|de) (?:pix|pagamento|deposito|transferencia)|\bpix\b"
    r"|\btransferencia\b|\bdeposito\b"
    r"|\bpagamento\b|\bpaguei\b|\bboleto pago\b|\bted\b"
)
_EXAM = re.compile(
    r"\bexames?\b|\blaudos?\b|\bresultados?\b|\bhemograma|\braio x\b|\brx\b|\bultras?s?om"
    r"|\bultrassonografia|\btomografia"
    r"|\bressonancia|\bpedido(?: medico| de exame)?\b|\bguia\b|\bencaminhamento\b|\breceita\b|\batestado\b|\bbiopsia\b"
    r"|\bmamografia\b|\bpapanicolau\b|\becocardiograma\b|\bendoscopia\b"
)
#: How a patient speaks of them: what came is this message's file, not the one that is asked about.
_SENDS = re.compile(
    r"\b(?:segue\w*|ta|esta|aqui|esse|este|essa|meu|minha|mando|mandei|mandando|enviei|envio|enviando"
    r"|anexo|anexei|foto|eis|olha"
    r"|fiz|paguei)\b"
)
#: Words that only announce a file.
_ANNOUNCING = frozenset(
    re.findall(
        r"\w+",
        "oi ola opa bom boa dia tarde noite tudo bem segue seguem ai aqui esta ta eh e o a os as do da dos "
        "das de pra para no na em um uma meu minha meus minhas esse este essa isso comprovante comprovantes "
        "recibo pix pagamento paguei fiz pago feito transferencia deposito exame exames resultado resultados "
        "laudo pedido medico guia encaminhamento receita obrigado obrigada obg ok certo mando mandei enviando "
        "envio enviei anexo anexei foto pronto consulta vou mandar olha voces vcs doutor doutora dr dra por "
        "favor ja que eu medica sangue foi la conforme combinado valor",
    )
)


def arrived(messages: Sequence[_Message]) -> tuple[Arrival, ...]:
    """What of it came with a burst."""
    said = " ".join(plain(one.text) for one in messages if one.kind == Kind.TEXT)
    return tuple(dict.fromkeys(kind for one in messages for kind in _of(one, said)))


def needs_no_model(messages: Sequence[_Message]) -> bool:
    """Whether nothing else was said: calls, files, and words that only announce them."""
    return bool(arrived(messages)) and all(_is_one(one) or _announces(one) for one in messages)


def _of(message: _Message, said: str) -> Iterator[Arrival]:
    if message.kind == Kind.CALL:
        yield Arrival.CALL
    elif message.kind == Kind.PAYMENT:
        if json.loads(message.detail).get("what") == "sent":
            yield Arrival.RECEIPT
    elif message.kind in _FILES:
        own = _own_words(message)
        beside = said if _SENDS.search(said) else ""
        for words in (own, beside):
            if _RECEIPT.search(words):
                yield Arrival.RECEIPT
                return
            if _EXAM.search(words):
                yield Arrival.EXAM
                return


def _own_words(message: _Message) -> str:
    detail = json.loads(message.detail)
    named = (detail.get("file_name"), detail.get("title"), message.text)
    words = " ".join(name for name in named if isinstance(name, str))
    return " ".join(re.findall(r"[a-z]+|\d+", plain(words)))


def _is_one(message: _Message) -> bool:
    """A call, or a file whose caption asks nothing else."""
    if message.kind in (Kind.CALL, Kind.PAYMENT):
        return True
    return message.kind in _FILES and _only_announces(message.text)


def _announces(message: _Message) -> bool:
    return message.kind == Kind.TEXT and bool(message.text.strip()) and _only_announces(message.text)


def _only_announces(text: str) -> bool:
    return "?" not in text and set(re.findall(r"[a-z]+", plain(text))) <= _ANNOUNCING


def sentence(kinds: Sequence[Arrival], facts: ClinicFacts) -> str:
    """The clinic's one sentence for what came, whichever of it came last."""
    texts = facts.texts
    said = {
        Arrival.CALL: texts.missed_call,
        Arrival.RECEIPT: texts.payment_receipt,
        Arrival.EXAM: texts.exam_file,
    }
    return said[kinds[-1]]


def notes(kinds: Sequence[Arrival]) -> str:
    """What the model is told of it."""
    return f"Chegou: {'; '.join(kinds)}. A recepção já foi avisada; diga isso em uma frase." if kinds else ""


#: What a reply calls it that says it came: "pagamento em até 3x" is the answer to another question.
_MENTIONS = {
    Arrival.CALL: re.compile(r"\blig(?:acao|ou|acoes)\b|\bchamada\b"),
    Arrival.RECEIPT: re.compile(r"\bcomprovante|\brecibo|\bpagamento|\bpix\b"),
    Arrival.EXAM: re.compile(r"\bexame|\blaudo|\bresultado|\bpedido|\bguia|\barquivo|\bdocumento"),
}
#: That it came, or that the reception has it by now. "Quer que eu chame a recepção?" is neither.
_CAME = re.compile(
    r"\b(?:recebi(?:do|da|mos)?|cheg(?:ou|aram)|vi|avis(?:ei|amos|ada|ado)|pass(?:ei|amos|ado)|repass\w+|encaminh\w+"
    r"|entreg\w+|envi(?:ei|amos)|mand(?:ei|amos)|registr(?:ei|amos|ado))\b"
    r"|\brecepcao (?:ja |agora )?(?:foi|esta|vai|ira|confer\w+|confirm\w+|sabe|tem|viu|ve|recebeu|responde)\b"
)


def acknowledged(draft: Draft, kinds: Sequence[Arrival], facts: ClinicFacts) -> Draft:
    """The reply to a burst with such things in it: the reception knows, and at most one sentence says so."""
    if not kinds:
        return draft
    what = "; ".join(dict.fromkeys(filter(None, (draft.for_reception, *kinds))))
    said = plain(draft.reply)
    if _says_that_it_came(said, kinds):
        return replace(draft, for_reception=what)
    return replace(draft, for_reception=what, reply=below(draft.reply, sentence(kinds, facts)))


def _says_that_it_came(said: str, kinds: Sequence[Arrival]) -> bool:
    sentences = re.split(r"[.!?\n]", said)
    return any(
        _CAME.search(one) and ("recepcao" in one or any(_MENTIONS[kind].search(one) for kind in kinds))
        for one in sentences
    )
