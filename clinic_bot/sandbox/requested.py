"""The requests for personal data that a phase left behind."""

from collections.abc import Iterable

from clinic_bot.sandbox.effects import DATA_REQUEST, Effect
from clinic_bot.turns.data_requests import DataRequest


def data_requests(phone: str, told: Iterable[str]) -> list[Effect]:
    """The requests for personal data in what the reception was told of one phone's turns."""
    return [
        {"type": DATA_REQUEST, "phone": phone, "kind": request.name.lower()}
        for why in told
        for request in DataRequest
        if request in why
    ]
