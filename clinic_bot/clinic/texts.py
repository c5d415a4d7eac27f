"""Portuguese phrases made from facts, and the fixed texts a clinic has if it writes none of its own. Pure."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal

#: Instead of a price of nothing.
FREE = "sem custo"
EMERGENCY = (
    "🚨 Isso pode ser uma emergência. Ligue agora para o *SAMU: 192* ou vá ao pronto-socorro mais próximo. "
    "Não espere resposta por aqui: este é um atendimento automático."
)
EMOTIONAL_CRISIS = (
    "Sinto muito que você esteja passando por isso. Você não precisa enfrentar isso sem ajuda: ligue agora "
    "para o *CVV: 188*, gratuito, 24 horas, ou converse em cvv.org.br. Se houver risco imediato, ligue "
    "*192 (SAMU)* ou vá ao pronto-socorro mais próximo."
)
HAND_OVER = "Certo! Passei sua conversa para a nossa recepção, que continua o atendimento por aqui."
UNAVAILABLE = (
    "Recebi sua mensagem, mas não estou conseguindo responder agora. Avisei a nossa recepção, que continua o "
    "atendimento por aqui."
)
MISSED_CALL = (
    "Sou a assistente virtual e só atendo por mensagem: vi sua ligação, avisei a recepção, e você pode escrever por "
    "aqui o que precisa."
)
PAYMENT_RECEIPT = "Recebi seu comprovante e avisei a recepção, que confere e confirma por aqui."
EXAM_FILE = "Recebi seu documento e avisei a recepção; a avaliação é sempre com um profissional."
DATA_REQUEST = (
    "Seu pedido sobre dados pessoais ficou registrado: a clínica confirma quem está pedindo e responde em até 15 dias "
    "(LGPD, art. 19)."
)

OPTED_OUT = (
    "Pronto: você não recebe mais lembretes por aqui. O que está marcado continua marcado, e você pode me escrever "
    "quando quiser. Para voltar a receber lembretes, responda *VOLTAR*."
)
OPTED_IN = "Pronto: você volta a receber os lembretes das suas consultas. Para parar, responda *PARAR*."

WEEKDAYS = (
    "segunda-feira",
    "terça-feira",
    "quarta-feira",
    "quinta-feira",
    "sexta-feira",
    "sábado",
    "domingo",
)
_MONTHS = (
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
)


def says_free(note: str) -> bool:
    """Whether a clinic's note on a price says by itself that there is none."""
    return re.search(r"\b(?:sem custos?|gratuit\w+|gr[aá]tis|cortesia)\b", note.casefold()) is not None


def money(value: Decimal) -> str:
    """``R$ 1.220`` or ``R$ 220,50``: cents only when there are some."""
    text = f"{value:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return f"R$ {text.removesuffix(',00')}"


def clock_time(value: time) -> str:
    """``8h`` or ``8h30``."""
    return f"{value.hour}h{value.minute:02d}" if value.minute else f"{value.hour}h"


def short_weekday(value: date) -> str:
    return WEEKDAYS[value.weekday()].removesuffix("-feira")


def long_date(value: date) -> str:
    return f"{WEEKDAYS[value.weekday()]}, {value.day} de {_MONTHS[value.month - 1]} de {value.year}"


def day_and_hour(value: datetime) -> str:
    """``quinta-feira, 08/10, às 16h``."""
    article = "à" if value.hour == 1 else "às"
    return f"{WEEKDAYS[value.weekday()]}, {value:%d/%m}, {article} {clock_time(value.timetz())}"


def opening_phrase(opening: datetime, now: datetime) -> str:
    """When the clinic opens next, as one says it: ``amanhã (terça) a partir das 8h``. Both in one zone."""
    days = (opening.date() - now.date()).days
    weekday = short_weekday(opening)
    date_of = f"{opening.day:02d}/{opening.month:02d}"
    if days == 0:
        day = "hoje"
    elif days == 1:
        day = f"amanhã ({weekday})"
    elif days < 7:
        day = (
            f"{'no' if weekday in ('sábado', 'domingo') else 'na'} {WEEKDAYS[opening.weekday()]} ({date_of})"
        )
    else:
        day = f"no dia {date_of} ({weekday})"
    article = "da" if opening.hour == 1 else "das"
    return f"{day} a partir {article} {clock_time(opening.timetz())}"


def says_when(text: str, opening: datetime, now: datetime) -> bool:
    """Whether ``text`` names the hour of an opening, and its day."""
    hour, minute = opening.hour, opening.minute
    at = rf"0?{hour}(?:h{minute:02d}|:{minute:02d})" if minute else rf"0?{hour}(?:h(?:00)?|:00| horas?)"
    days = (opening.date() - now.date()).days
    weekday = short_weekday(opening)
    named = [
        weekday,
        f"{opening.day:02d}/{opening.month:02d}",
        f"{opening.day}/{opening.month}",
        f"dia {opening.day}",
    ]
    named += ["hoje"] if days == 0 else ["amanhã", "amanha"] if days == 1 else []
    plain = text.lower()
    return bool(re.search(rf"(?<!\d){at}(?!\d)", plain)) and any(
        re.search(rf"(?<![\w/]){re.escape(day)}(?![\w/])", plain) for day in named
    )


#: What a clinic's name may begin with that is masculine; what is none of these is taken for a clínica.
_MASCULINE = re.compile(
    r"(?:centro|espaço|instituto|consultório|hospital|laboratório|ambulatório|núcleo|est[úu]dio|studio|grupo|complexo"
    r"|polo|ateliê|dr)\b"
)


def of_the(name: str) -> str:
    """``da Clínica Ipê``, ``do Centro Ipê``."""
    return f"do {name}" if _MASCULINE.match(name.casefold()) else f"da {name}"


def enumerate_words(words: Iterable[str]) -> str:
    """``a, b e c``."""
    items = list(words)
    return " e ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))
