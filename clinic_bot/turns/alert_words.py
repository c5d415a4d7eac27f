"""What the clinic is told of one patient's chat: which chat, as far as an alert may say it, and what to do. Pure."""

from clinic_bot.operations.masking import mask_phone


def emergency(phone: str | None, lid: str | None = None) -> str:
    return (
        f"Possível emergência {_in_chat(phone, lid)}. O texto fixo com SAMU ou CVV é a resposta do assistente; agora a "
        "conversa é da recepção. Abra o WhatsApp."
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
