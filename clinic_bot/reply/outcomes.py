"""What Z-API's answers mean for a reply, in one table; and what the reception should do about each.

Pure. The texts are Z-API's own, from its documentation and from captures; its list grows, so they are looked for
inside the error and without case, and what nobody knows yet gets the class that can do the least harm.
"""

from dataclasses import dataclass
from enum import StrEnum

from clinic_bot.events import SendFailure, Trouble, Verdict


@dataclass(frozen=True, slots=True)
class _Known:
    """A part of an error text, in lower case, and what it means for the message it was about."""

    part: str
    verdict: Verdict
    trouble: Trouble


# The first hit decides. `null` and an address stand before "not allowed" where the security token or the caller is.
_KNOWN = (
    _Known("client-token", Verdict.INSTANCE, Trouble.SECURITY_TOKEN),
    _Known("null not allowed", Verdict.INSTANCE, Trouble.SECURITY_TOKEN),
    _Known("not allowed", Verdict.INSTANCE, Trouble.IP_LIST),
    _Known("subscribe to this instance", Verdict.INSTANCE, Trouble.SUBSCRIPTION),
    _Known("unable to find matching target", Verdict.INSTANCE, Trouble.ADDRESS),
    _Known("shadow_ban", Verdict.INSTANCE, Trouble.RESTRICTED),
    _Known("shadow ban", Verdict.INSTANCE, Trouble.RESTRICTED),
    _Known("rejected sending this message", Verdict.INSTANCE, Trouble.RESTRICTED),
    _Known("did not allow sending this message", Verdict.INSTANCE, Trouble.RESTRICTED),
    _Known("not have permission to send this message", Verdict.INSTANCE, Trouble.RESTRICTED),
    _Known("invalid phone", Verdict.REFUSED, Trouble.BAD_RECIPIENT),
    _Known("phone number does not exist", Verdict.REFUSED, Trouble.BAD_RECIPIENT),
    _Known("can't message this group", Verdict.REFUSED, Trouble.BAD_RECIPIENT),
    _Known("can only be sent in groups", Verdict.REFUSED, Trouble.BAD_RECIPIENT),
    _Known("invalid media url", Verdict.REFUSED, Trouble.BAD_CONTENT),
    _Known("got a 404 error", Verdict.REFUSED, Trouble.BAD_CONTENT),
    _Known("is not a valid url", Verdict.REFUSED, Trouble.BAD_CONTENT),
    _Known("unsupported sticker format", Verdict.REFUSED, Trouble.BAD_CONTENT),
    _Known("invalid request params", Verdict.REFUSED, Trouble.BAD_CONTENT),
    _Known("error occurred in the conversion", Verdict.REFUSED, Trouble.BAD_CONTENT),
    _Known("accept buttons message terms", Verdict.REFUSED, Trouble.BAD_CONTENT),
    _Known("more than 7 days", Verdict.REFUSED, Trouble.TOO_LATE),
    _Known("timeout on send message", Verdict.UNKNOWN, Trouble.UNCLEAR),
    _Known("error on send message", Verdict.UNKNOWN, Trouble.UNCLEAR),
    _Known("send message to queue", Verdict.NOT_SENT, Trouble.NOT_QUEUED),
    _Known("queue limit", Verdict.NOT_SENT, Trouble.QUEUE_FULL),
    _Known("smartphone is not responding", Verdict.NOT_SENT, Trouble.PHONE_OFFLINE),
    _Known("you are not connected", Verdict.NOT_SENT, Trouble.DISCONNECTED),
    _Known("restore the session", Verdict.NOT_SENT, Trouble.DISCONNECTED),
)

# Statuses that speak for themselves where the body says nothing known. 405 and 415 mean that something else than
# Z-API answers, or that we ask wrongly: the next message would fare alike.
_STATUS = {
    401: SendFailure(Verdict.INSTANCE, Trouble.TOKEN),
    403: SendFailure(Verdict.INSTANCE, Trouble.SECURITY_TOKEN),
    404: SendFailure(Verdict.INSTANCE, Trouble.ADDRESS),
    405: SendFailure(Verdict.INSTANCE, Trouble.ADDRESS),
    408: SendFailure(Verdict.UNKNOWN, Trouble.UNCLEAR),
    415: SendFailure(Verdict.INSTANCE, Trouble.ADDRESS),
    429: SendFailure(Verdict.NOT_SENT, Trouble.BUSY),
}
_UNKNOWN = SendFailure(Verdict.UNKNOWN, Trouble.UNCLEAR)
_NO = SendFailure(Verdict.REFUSED, Trouble.OTHER)


def of_text(text: str) -> SendFailure | None:
    """What an error text means; None for one that nobody has described."""
    lowered = text.casefold()
    known = next((known for known in _KNOWN if known.part in lowered), None)
    return SendFailure(known.verdict, known.trouble) if known else None


def of_answer(status: int, text: str) -> SendFailure:
    """What an answer to ``send-text`` means that is no success.

    Args:
        text: the ``error`` and ``message`` of its body, empty where there are none.
    """
    if status >= 500:
        return _UNKNOWN  # whatever its text: a fault says nothing about what was queued
    if known := of_text(text):
        return known
    if 300 <= status < 400:
        return SendFailure(Verdict.INSTANCE, Trouble.ADDRESS)
    return _STATUS.get(status) or (_UNKNOWN if status < 400 else _NO)


def of_delivery(error: str, error_code: str | None) -> SendFailure:
    """What a ``DeliveryCallback`` with an error means: it says no, unless it says that it does not know."""
    return of_text(f"{error} {error_code or ''}") or _NO


#: The trouble in English, for logs and for the reason that is stored with a turn. No body and no URL is quoted.
WORDS = {
    Trouble.SECURITY_TOKEN: "security token",
    Trouble.TOKEN: "token",
    Trouble.IP_LIST: "IP list",
    Trouble.ADDRESS: "instance id, token or address",
    Trouble.SUBSCRIPTION: "subscription",
    Trouble.RESTRICTED: "WhatsApp restricts the account",
    Trouble.BAD_RECIPIENT: "invalid phone",
    Trouble.BAD_CONTENT: "invalid content",
    Trouble.TOO_LATE: "too late to change it",
    Trouble.NOT_QUEUED: "it was not queued",
    Trouble.QUEUE_FULL: "the queue is full",
    Trouble.BUSY: "too many requests",
    Trouble.PHONE_OFFLINE: "the clinic's phone is offline",
    Trouble.DISCONNECTED: "the clinic's WhatsApp is not connected",
    Trouble.UNCLEAR: "the answer does not confirm the message",
    Trouble.OTHER: "refused without a reason we know",
}


def of_reason(reason: str) -> Trouble:
    """The trouble behind the reason stored with a turn: Z-API's own text, or one of ours with a word of ``WORDS``."""
    known = of_text(reason)
    if known:
        return known.trouble
    return next((trouble for trouble, word in WORDS.items() if reason.endswith(word)), Trouble.OTHER)


# What the reception reads.


class Todo(StrEnum):
    """What a person should do; alerts are grouped by it."""

    RENEW = "renew"
    CHECK_ACCESS = "check_access"
    WAIT = "wait"
    RECONNECT = "reconnect"
    CALL = "call"
    WRITE = "write"
    LOOK = "look"


TASK_OF = {
    Trouble.SUBSCRIPTION: Todo.RENEW,
    Trouble.SECURITY_TOKEN: Todo.CHECK_ACCESS,
    Trouble.TOKEN: Todo.CHECK_ACCESS,
    Trouble.IP_LIST: Todo.CHECK_ACCESS,
    Trouble.ADDRESS: Todo.CHECK_ACCESS,
    Trouble.RESTRICTED: Todo.WAIT,
    Trouble.PHONE_OFFLINE: Todo.RECONNECT,
    Trouble.DISCONNECTED: Todo.RECONNECT,
    Trouble.BAD_RECIPIENT: Todo.CALL,
    Trouble.BAD_CONTENT: Todo.WRITE,
    Trouble.TOO_LATE: Todo.WRITE,
    Trouble.NOT_QUEUED: Todo.WRITE,
    Trouble.QUEUE_FULL: Todo.WRITE,
    Trouble.BUSY: Todo.WRITE,
    Trouble.OTHER: Todo.WRITE,
    Trouble.UNCLEAR: Todo.LOOK,
}

WHAT_TO_DO = {
    Todo.RENEW: "Renove a assinatura da instância no painel da Z-API.",
    Todo.CHECK_ACCESS: "Peça a quem cuida do assistente para conferir, no painel da Z-API, a instância, os tokens e a "
    "lista de IPs (ZAPI_INSTANCE_ID, ZAPI_TOKEN e ZAPI_CLIENT_TOKEN).",
    Todo.WAIT: "Espere: não desconecte nem recrie a instância. Atenda pelo telefone enquanto isso.",
    Todo.RECONNECT: "Veja se o celular da clínica está ligado e com internet; se estiver, leia o QR code de novo no "
    "painel da Z-API.",
    Todo.CALL: "Confira o número no cadastro e ligue para o paciente.",
    Todo.WRITE: "Responda esses pacientes à mão pelo WhatsApp.",
    Todo.LOOK: "Abra a conversa no WhatsApp: se a resposta não estiver lá, responda à mão.",
}

HAPPENED = {
    Trouble.SUBSCRIPTION: "a assinatura da Z-API venceu",
    Trouble.SECURITY_TOKEN: "a Z-API recusou o token de segurança da conta",
    Trouble.TOKEN: "a Z-API recusou o token da instância",
    Trouble.IP_LIST: "a Z-API não aceita chamadas deste servidor (lista de IPs)",
    Trouble.ADDRESS: "a Z-API não reconhece a instância, o token ou o endereço",
    Trouble.RESTRICTED: "o WhatsApp restringiu o envio de mensagens deste número",
    Trouble.PHONE_OFFLINE: "o celular da clínica não responde à Z-API",
    Trouble.DISCONNECTED: "o WhatsApp da clínica está desconectado da Z-API",
    Trouble.BAD_RECIPIENT: "o número não existe no WhatsApp",
    Trouble.BAD_CONTENT: "o WhatsApp não aceitou o conteúdo",
    Trouble.TOO_LATE: "o prazo para alterar a mensagem passou",
    Trouble.NOT_QUEUED: "a Z-API não conseguiu colocar a mensagem na fila",
    Trouble.QUEUE_FULL: "a fila da Z-API está cheia",
    Trouble.BUSY: "a Z-API recebeu pedidos demais",
    Trouble.UNCLEAR: "não se sabe se a mensagem saiu",
    Trouble.OTHER: "a Z-API recusou a mensagem",
}


def operator_text(trouble: Trouble) -> str:
    """What happened and what to do, in a sentence or two."""
    happened = HAPPENED[trouble]
    return f"{happened[0].upper()}{happened[1:]}. {WHAT_TO_DO[TASK_OF[trouble]]}"


def happened(reason: str) -> str:
    """The same, by what a switch was turned on for."""
    try:
        return operator_text(Trouble(reason))
    except ValueError:  # of a version that knew more
        return operator_text(Trouble.OTHER)
