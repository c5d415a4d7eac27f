"""How the Z-API stand-in says no: the answers that were seen in the wild, and the refusals of its own making."""

from starlette.responses import JSONResponse

from clinic_bot.events import Json

_NO_SUCH_PATH = "Unable to find matching target resource method"

#: Answers that were seen in the wild, by the name that the ``refuse`` fault takes.
REFUSALS: dict[str, tuple[int, dict[str, Json]]] = {
    "client_token_missing": (400, {"error": "your client-token is not configured"}),
    "client_token_wrong": (403, {"error": "Client-Token F0000000000000000000000000000000SX not allowed"}),
    "token_null": (200, {"error": "null not allowed"}),
    "ip": (403, {"error": "[203.0.113.7] not allowed"}),
    "subscription": (
        400,
        {"error": "To continue sending a message, you must subscribe to this instance again"},
    ),
    "invalid_phone": (400, {"error": "Invalid phone"}),
    "smartphone": (400, {"error": "smartphone is not responding"}),
    "not_connected": (400, {"error": "You are not connected"}),
    "restore_session": (400, {"error": "You need to restore the session"}),
    "queue_full": (400, {"error": "Queue limit reached"}),
    "never_queued": (
        200,
        {"error": "It was not possible to send message to queue due to request error."},
    ),
    "unauthorized": (401, {"error": "Unauthorized"}),
    "too_many": (429, {"error": "Too many requests"}),
    "not_found": (404, {"error": "NOT_FOUND", "message": _NO_SUCH_PATH}),
    "empty": (200, {}),
    "without_id": (200, {"zaapId": "00000000000000000000000000000001"}),
}


class Refusal(Exception):
    """Raised by whatever finds a call wrong; the gate answers with its response."""

    def __init__(self, status: int, error: str, message: str | None = None) -> None:
        body: dict[str, Json] = {"error": error}
        if message is not None:
            body["message"] = message
        self.response = JSONResponse(body, status_code=status)
        super().__init__(error)


def no_such_path() -> Refusal:
    """What an unknown operation and a wrong instance are answered alike."""
    return Refusal(404, "NOT_FOUND", _NO_SUCH_PATH)
