"""A patient's copy of what is kept about them (LGPD, art. 18): how rows read outside. Pure."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

FORMAT = "clinic_bot-export-1"
_NOTHING = (None, "", b"", "{}")

_ABOUT = (
    "Cópia de tudo o que o assistente de WhatsApp da clínica guarda sobre {whom} (LGPD, art. 18, II e V). "
    "Cada seção é uma lista; os campos sem valor ficam de fora, e os horários têm o fuso da clínica. "
    "'mensagens' é o que foi escrito, 'respostas' o que o assistente leu e respondeu, 'acoes_do_assistente' o que ele "
    "consultou ou mudou na agenda, 'consultas' o que foi marcado, 'recebido_do_whatsapp' o que chegou da Z-API, como "
    "chegou. 'fora_da_copia' diz quais campos não estão aqui e por quê. O prontuário não está aqui: é pedido à clínica."
)

OF_PHONE = _ABOUT.format(whom="este telefone")
OF_BOOKINGS = _ABOUT.format(whom="estas consultas, marcadas pela recepção sem telefone")


def exported(labels: Mapping[str, str], row: Mapping[str, object], zone: ZoneInfo) -> dict[str, object]:
    """A row as the patient reads it: Portuguese names, local times, JSON as JSON, nothing that is empty.

    Args:
        labels: what each column is called; without a name it is left out.
    """
    named = ((label, name, row.get(name)) for name, label in labels.items() if label)
    return {label: _readable(name, value, zone) for label, name, value in named if value not in _NOTHING}


def _readable(name: str, value: object, zone: ZoneInfo) -> object:
    if name.endswith("_ms") and name != "took_ms" and isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, UTC).astimezone(zone).isoformat(timespec="milliseconds")
    if isinstance(value, bytes | memoryview):
        value = bytes(value).decode("utf-8", errors="replace")
        return _parsed(value)
    if name in ("detail", "arguments") and isinstance(value, str):
        return _parsed(value)
    return value


def _parsed(text: str) -> object:
    """JSON where it is some; a number in a text stays a text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict | list) else text
