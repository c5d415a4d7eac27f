"""How one message is shown to the agent: its words, and short Portuguese markers for all that has none.

Square brackets belong to us. In what people wrote they become round ones, so that nobody can type a marker:
it would still be only a patient's line, but the model should not have to guess.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from clinic_bot.events import Json, Kind

_QUOTE_CHARS = 200
_CAPTION_CHARS = 2000
_NAME_CHARS = 120
_FOLDERS = re.compile(r".*[/\\](?=.)")
_ROUND = str.maketrans({"[": "(", "]": ")", "［": "(", "］": ")"})


@dataclass(frozen=True, slots=True)
class PendingMessage:
    """One message of the burst, as merging needs it. Instants are epoch ms, UTC."""

    seq: int
    provider_id: str
    sent_ms: int | None  #: the provider's time, None when it said nothing usable
    received_ms: int
    kind: Kind
    text: str
    detail: Mapping[str, Json] = field(default_factory=dict)
    quoted_id: str | None = None
    quoted_text: str | None = None  #: what it quotes or reacts to, when that is known
    late: bool = False  #: written before our last reply, stored after it
    corrects: bool = False  #: a new version of a message that a turn had by then
    unheard: bool = False  #: a recording that nobody heard: its text is a caption


def show(message: PendingMessage) -> str:
    """The message in one piece of text, never empty. Lines of a written text stay lines."""
    return "".join(_before(message)) + _body(message)


def _before(message: PendingMessage) -> list[str]:
    detail = message.detail
    found: list[str] = []
    if message.late:
        found.append("[enviada antes da última resposta] ")
    if detail.get("ad_title"):
        found.append(f"[veio do anúncio: {_line(detail, 'ad_title')}] ")
    if detail.get("forwarded"):
        found.append("[encaminhada] ")
    if detail.get("status_reply"):
        caption = _quote(_line(detail, "status_caption"))
        found.append(f"[respondendo ao status da clínica{f': {caption}' if caption else ''}] ")
    elif message.quoted_id and message.kind not in (Kind.REACTION, Kind.POLL_VOTE):
        quoted = _quote(message.quoted_text or "")
        found.append(f"[respondendo a: {quoted}] " if quoted else "[respondendo a uma mensagem anterior] ")
    return found


def _body(message: PendingMessage) -> str:
    body = _SHOWN[message.kind](message)
    if not message.corrects:
        return body
    return f"[corrigiu] {body}" if body.startswith("[") else f"[corrigiu: {body}]"


def _own(text: str) -> str:
    return text.translate(_ROUND).strip()


def _one_line(text: str) -> str:
    return " ".join(_own(text).split())


def _line(detail: Mapping[str, Json], key: str) -> str:
    value = detail.get(key)
    if isinstance(value, str):
        return _one_line(value)[:_CAPTION_CHARS]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _listed(detail: Mapping[str, Json], key: str) -> list[str]:
    value = detail.get(key)
    return [_one_line(item) for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _quote(text: str) -> str:
    line = _one_line(text).replace('"', "'")
    if not line:
        return ""
    return f'"{line if len(line) <= _QUOTE_CHARS else line[: _QUOTE_CHARS - 1] + "…"}"'


def _marker(what: str, *about: str) -> str:
    """``[what]``, or ``[what: about — about]`` with the parts that say something."""
    said = " — ".join(part for part in about if part)
    return f"[{what}: {said}]" if said else f"[{what}]"


def _text(message: PendingMessage) -> str:
    text = _own(message.text)
    if text:
        return text
    link = _line(message.detail, "title") or _line(message.detail, "url")
    return _marker("link", link) if link else "[mensagem vazia]"


def _captioned(what: str) -> Callable[[PendingMessage], str]:
    def shown(message: PendingMessage) -> str:
        return _marker(_lasting(what, message), _file_name(message), _one_line(message.text))

    return shown


def _file_name(message: PendingMessage) -> str:
    """What the sender's device calls the file, without its folders."""
    name = _line(message.detail, "file_name") or _line(message.detail, "title")
    return _FOLDERS.sub("", name)[:_NAME_CHARS].strip()


def _lasting(what: str, message: PendingMessage) -> str:
    seconds = message.detail.get("seconds")
    return f"{what} de {seconds:g} s" if isinstance(seconds, int | float) and seconds > 0 else what


def _spoken(message: PendingMessage) -> str:
    """What was said reads on as what was written does; without it, that nobody could hear it."""
    words, what = _own(message.text), _lasting("áudio", message)
    if words and not message.unheard:
        return f"[{what}] {words}"
    return _marker(f"{what} que não deu para ouvir", _file_name(message), _one_line(message.text))


def _picture(message: PendingMessage) -> str:
    """The caption is the patient's; what it shows is said by whoever looked at it, and said to be so."""
    shown = _line(message.detail, "seen")
    seen = f"aparece nela: {shown}" if shown else ""
    return _marker("imagem", _file_name(message), _one_line(message.text), seen)


def _location(message: PendingMessage) -> str:
    detail = message.detail
    place = ", ".join(part for part in (_line(detail, "name"), _line(detail, "address")) if part)
    latitude, longitude = _line(detail, "latitude"), _line(detail, "longitude")
    point = f"({latitude}, {longitude})" if latitude and longitude else ""
    return _marker("localização", f"{place} {point}".strip(), _one_line(message.text))


def _contact(message: PendingMessage) -> str:
    # The number of a third person is no business of the model's; reception finds it in the history.
    return _marker("contato", _line(message.detail, "display_name"), _one_line(message.text))


def _reaction(message: PendingMessage) -> str:
    emoji = _one_line(message.text)
    did = f"reagiu com {emoji}" if emoji else "removeu a reação"
    target = _quote(message.quoted_text or "")
    if target:
        return f"[{did} a: {target}]"
    return f"[{did} a uma mensagem{' da clínica' if message.detail.get('from_me') else ''}]"


def _choice(message: PendingMessage) -> str:
    chosen, description = _one_line(message.text), _line(message.detail, "description")
    return _marker("escolheu", chosen, description if description != chosen else "")


def _poll(message: PendingMessage) -> str:
    return _marker("enquete", _one_line(message.text), "; ".join(_listed(message.detail, "options")))


def _poll_vote(message: PendingMessage) -> str:
    chosen = _one_line(message.text)
    question = _quote(message.quoted_text or "")
    if not chosen:
        return _marker("retirou o voto da enquete", question)
    return _marker("votou na enquete", question, chosen)


def _titled(what: str) -> Callable[[PendingMessage], str]:
    def shown(message: PendingMessage) -> str:
        return _marker(what, _line(message.detail, "title"), _one_line(message.text))

    return shown


def _order(message: PendingMessage) -> str:
    products = ", ".join(_listed(message.detail, "products"))
    return _marker("pedido", products or _line(message.detail, "title"), _one_line(message.text))


_PAYMENTS = {
    "sent": "pagamento enviado pelo WhatsApp",
    "request": "pedido de pagamento pelo WhatsApp",
    "review": "resumo de pagamento",
    "pix_key": "chave Pix",
}


def _payment(message: PendingMessage) -> str:
    # Without the amount: its unit differs between samples of the provider, and a wrong sum is worse than none.
    return _marker(_PAYMENTS.get(_line(message.detail, "what"), "pagamento"), _one_line(message.text))


_ANSWERS = {"GOING": "vai", "NOT_GOING": "não vai", "MAYBE": "talvez"}


def _event(message: PendingMessage) -> str:
    response = _line(message.detail, "response")
    if response:
        return _marker("respondeu ao convite de evento", _ANSWERS.get(response, response))
    return _marker("evento", _one_line(message.text), _line(message.detail, "description"))


def _call(message: PendingMessage) -> str:
    return "[ligação de vídeo perdida]" if message.detail.get("video") else "[ligação perdida]"


_SHOWN: dict[Kind, Callable[[PendingMessage], str]] = {
    Kind.TEXT: _text,
    Kind.AUDIO: _spoken,
    Kind.IMAGE: _picture,
    Kind.VIDEO: _captioned("vídeo"),
    Kind.DOCUMENT: _captioned("documento"),
    Kind.STICKER: _captioned("figurinha"),
    Kind.LOCATION: _location,
    Kind.CONTACT: _contact,
    Kind.REACTION: _reaction,
    Kind.CHOICE: _choice,
    Kind.POLL: _poll,
    Kind.POLL_VOTE: _poll_vote,
    Kind.TEMPLATE: _titled("mensagem com botões"),
    Kind.PRODUCT: _titled("produto"),
    Kind.ORDER: _order,
    Kind.PAYMENT: _payment,
    Kind.EVENT: _event,
    Kind.CALL: _call,
    Kind.UNSUPPORTED: _captioned("mensagem de um tipo que não abre aqui"),
}
