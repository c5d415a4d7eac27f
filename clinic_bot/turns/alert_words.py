"""What the clinic is told of one patient's chat: which chat, as far as an alert may say it, and what to do. Pure."""

from clinic_bot.operations.masking import mask_phone


def emergency(phone: str | None, lid: str | None = None, *, sends: bool = True) -> str:
    """``sends`` is false where nothing leaves: there only this alert stands between the patient and silence."""
    answered = (
        "O assistente responde com o texto fixo (SAMU ou CVV), e a conversa é da recepção."
        if sends
        else "O assistente está só observando e não responde."
    )
    return f"Possível emergência {_in_chat(phone, lid)}. {answered} Abra o WhatsApp agora."


def handed_over(phone: str | None, lid: str | None = None, *, why: str) -> str:
    return f"A conversa {_in_chat(phone, lid)} é da recepção: {why}. Responda no WhatsApp; lá está o que foi dito."


def for_reception(phone: str | None, lid: str | None = None, *, what: str) -> str:
    return f"Chegou {_in_chat(phone, lid)}: {what}. Veja no WhatsApp; o assistente continua atendendo."


def nobody_came(phone: str | None, lid: str | None = None, *, minutes: int) -> str:
    return (
        f"Há {_long(minutes)} a recepção recebeu a conversa {_in_chat(phone, lid)} e ninguém respondeu ao paciente. "
        "Responda no WhatsApp."
    )


def emergency_with_a_person(phone: str | None, lid: str | None = None) -> str:
    """The bot is silent there, so only the reader of this stands between the patient and silence."""
    return (
        f"URGENTE: possível emergência {_in_chat(phone, lid)}. A conversa é da recepção e o assistente está calado "
        "nela. Abra o WhatsApp agora e oriente: SAMU 192, ou CVV 188 em crise emocional."
    )


def patient_waits(phone: str | None, lid: str | None = None, *, minutes: int) -> str:
    return f"Há mais de {minutes} min um paciente espera por uma pessoa {_in_chat(phone, lid)}. Responda no WhatsApp."


def loop_stopped(phone: str | None, lid: str | None = None, *, most_per_hour: int) -> str:
    return (
        f"O assistente respondeu {most_per_hour} vezes em uma hora {_in_chat(phone, lid)} e parou ali. Do outro lado "
        "pode haver um robô. A conversa é da recepção."
    )


def _in_chat(phone: str | None, lid: str | None) -> str:
    known = phone or lid
    return f"no chat {mask_phone(known)}" if known else "em um chat"


def _long(minutes: int) -> str:
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
