"""A stand-in for Z-API, over HTTP: what the clinic calls, what comes back, and the patients behind it.

Statuses, bodies and delays follow the public documentation and captures. Where nothing is published, this is
the guess: a text or a delay out of range, a full queue and a send while queueing is off are refused with 400;
401, 405, 415 and 429 carry a body like the documented ones; the count of the queue is ``{"count": n}``; deleting
from the queue answers ``{"value": true}``, or 404 for a message that is not there any more; a lapsed subscription
shows in ``/me`` as a ``due`` in the past.
"""

import hmac
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from clinic_bot.clock import Clock
from clinic_bot.events import Json
from clinic_bot.sandbox.faults import Fault
from clinic_bot.sandbox.files import file_routes
from clinic_bot.sandbox.payloads import Line, lid_of
from clinic_bot.sandbox.serving import Cut, Hang
from clinic_bot.sandbox.webhooks import PURPOSES
from clinic_bot.sandbox.zapi_control import control_routes
from clinic_bot.sandbox.zapi_state import QUEUE_LIMIT, Call, ZapiState

_PHONE = re.compile(r"\d{10,15}|\d{8,20}@lid|[\d-]{10,40}-group|\d{8,20}@broadcast")
_NOT_FOUND: dict[str, Json] = {
    "error": "NOT_FOUND",
    "message": "Unable to find matching target resource method",
}

# Answers that were seen in the wild, by the name that the ``refuse`` fault takes.
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
    "not_found": (404, _NOT_FOUND),
    "empty": (200, {}),
    "without_id": (200, {"zaapId": "00000000000000000000000000000001"}),
}

Operation = Callable[[ZapiState, Request, dict[str, Json]], Awaitable[Response]]


class _Refusal(Exception):
    def __init__(self, status: int, error: str, message: str | None = None) -> None:
        body: dict[str, Json] = {"error": error}
        if message is not None:
            body["message"] = message
        self.response = JSONResponse(body, status_code=status)
        super().__init__(error)


def build_zapi(
    *,
    clock: Clock,
    instance_id: str,
    token: str,
    client_token: str | None,
    webhook_url: str | None = None,
    seed: int = 0,
    connected_phone: str = "551140000001",
    spacing_s: tuple[float, float] = (1.0, 3.0),
) -> Starlette:
    """The stand-in as an app; serve it with its lifespan, which works the queue. ``zapi_state`` looks inside.

    Args:
        client_token: what ``Client-Token`` must say; None leaves the account's token inactive.
        webhook_url: where every event goes; it can be set later, by PUT or ``state.webhooks.set_all``.
        seed: same seed, same ids and same waits.
        spacing_s: shortest and longest wait before a message leaves the queue.
    """
    state = ZapiState(
        clock,
        Line(instance_id, connected_phone),
        token=token,
        client_token=client_token,
        webhook_url=webhook_url,
        seed=seed,
        spacing_s=spacing_s,
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with state.running():
            yield

    files = file_routes(state.files, state.faults, clock)
    app = Starlette(routes=[*control_routes(state), *files, *_api_routes(state)], lifespan=lifespan)
    app.state.zapi = state
    return app


def zapi_state(app: Starlette) -> ZapiState:
    """The state behind an app made by ``build_zapi``."""
    state = app.state.zapi
    assert isinstance(state, ZapiState)
    return state


# -- from the path to an operation ------------------------------------------------------------------------


class _Prefixed(BaseRoute):
    """Everything under /instances, and every path nobody knows: an unknown path and a wrong instance answer
    alike, so this matches all that is left."""

    def __init__(self, endpoint: Callable[[Request], Awaitable[Response]]) -> None:
        self._endpoint = endpoint

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return (Match.FULL if scope["type"] == "http" else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._endpoint(Request(scope, receive))
        await response(scope, receive, send)


def _api_routes(state: ZapiState) -> list[BaseRoute]:
    async def endpoint(request: Request) -> Response:
        return await _answer(state, request)

    return [_Prefixed(endpoint)]


async def _answer(state: ZapiState, request: Request) -> Response:
    operation, rest = "", ""
    parts = request.url.path.strip("/").split("/")
    if len(parts) >= 5 and parts[0] == "instances" and parts[2] == "token":
        operation, rest = parts[4], "/".join(parts[5:])
    response = _early_fault(state, operation)
    phone = ""
    if response is None:
        await request.body()  # so that a caller who gives up during a slow answer has said everything
        if (slow := state.faults.take("slow", operation=operation)) is not None:
            await state.clock.sleep(slow.number("seconds", 5.0) * 1000)
        try:
            handler = _find(state, request, parts, operation, rest)
            body = await _read_body(request)
            phone = str(body.get("phone", ""))
            response = _refused(state, operation, phone) or await handler(state, request, body)
            response = _late_fault(state, operation) or response
        except _Refusal as refusal:
            response = refusal.response
    status = None if isinstance(response, Cut | Hang) else response.status_code
    state.calls.append(Call(operation, phone, status, state.clock.now_ms()))
    return response


def _early_fault(state: ZapiState, operation: str) -> Response | None:
    """Trouble before a byte of the request was read: the message is certainly not queued."""
    for kind, silent in (("cut", Cut), ("hang", Hang)):
        if state.faults.take(kind, operation=operation, when="before") is not None:
            return silent()
    return None


def _late_fault(state: ZapiState, operation: str) -> Response | None:
    """Trouble after the message was queued: the caller cannot know."""
    for kind, silent in (("cut", Cut), ("hang", Hang)):
        if state.faults.take(kind, operation=operation, when="after") is not None:
            return silent()
    return None


def _refused(state: ZapiState, operation: str, phone: str) -> Response | None:
    fault = state.faults.take("refuse", operation=operation, phone=phone)
    if fault is not None:
        status, body = REFUSALS.get(fault.text("named"), REFUSALS["invalid_phone"])
        return _as_told(fault, status, body)
    fault = state.faults.take("fail", operation=operation, phone=phone)
    if fault is not None:
        return _as_told(fault, 500, {"error": "Internal Server Error"})
    return None


def _as_told(fault: Fault, status: int, body: Json) -> Response:
    body = fault.options.get("body", body)
    status = int(fault.number("status", status))
    if isinstance(body, str):
        return Response(body, status_code=status, media_type="text/html")
    return JSONResponse(body, status_code=status)


def _find(state: ZapiState, request: Request, parts: list[str], operation: str, rest: str) -> Operation:
    """The operation behind method and path, once the caller may use it. Routing comes before the token, as in
    the service: a wrong method tells nothing about who asks."""
    methods = _operations(operation, bool(rest))
    if not methods or parts[1] != state.line.instance_id or not _same(parts[3], state.token):
        raise _Refusal(404, "NOT_FOUND", str(_NOT_FOUND["message"]))
    handler = methods.get(request.method)
    if handler is None:
        raise _Refusal(405, "METHOD_NOT_ALLOWED", "RESTEASY003650: No resource method found, return 405")
    if request.method in ("POST", "PUT"):
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type != "application/json":
            raise _Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "Cannot consume content type")
    if state.client_token is not None:
        given = request.headers.get("client-token")
        if not given:
            raise _Refusal(400, "your client-token is not configured")
        if not _same(given, state.client_token):
            raise _Refusal(403, f"Client-Token {given} not allowed")
    return handler


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _operations(operation: str, has_rest: bool) -> Mapping[str, Operation]:
    if operation.startswith("update-webhook-") and not has_rest:
        purpose = operation.removeprefix("update-webhook-")
        return {"PUT": _update_webhook} if purpose in (*PURPOSES, "received-delivery") else {}
    return (_WITH_REST if has_rest else _PLAIN).get(operation, {})


async def _read_body(request: Request) -> dict[str, Json]:
    raw = await request.body()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise _Refusal(400, "Invalid JSON") from None
    if not isinstance(body, dict):
        raise _Refusal(400, "Invalid JSON")
    return body


def _rest(request: Request) -> str:
    return request.url.path.strip("/").split("/")[5]


# -- sending ----------------------------------------------------------------------------------------------


async def _send_text(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    if state.lapsed:
        status, answer = REFUSALS["subscription"]
        return JSONResponse(answer, status_code=status)
    phone, message = body.get("phone"), body.get("message")
    if not isinstance(phone, str) or not _PHONE.fullmatch(phone):
        raise _Refusal(400, "Invalid phone")
    if not isinstance(message, str) or not message:
        raise _Refusal(400, "Invalid message")
    delay_s, typing_s = _seconds(body, "delayMessage"), _seconds(body, "delayTyping")
    if not state.connected:
        if state.refuse_while_disconnected:
            raise _Refusal(400, "You are not connected")
        if len(state.queue) >= QUEUE_LIMIT:
            raise _Refusal(400, "Queue limit reached")
    item = state.enqueue(phone, message, delay_s=delay_s, typing_s=typing_s or 0)
    return JSONResponse({"zaapId": item.zaap_id, "messageId": item.message_id, "id": item.message_id})


def _seconds(body: dict[str, Json], name: str) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 15:
        raise _Refusal(400, f"{name} must be between 1 and 15")
    return value


async def _read_message(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    phone, message_id = body.get("phone"), body.get("messageId")
    if not isinstance(phone, str) or not _PHONE.fullmatch(phone):
        raise _Refusal(400, "Invalid phone")
    if not isinstance(message_id, str):
        raise _Refusal(400, "Invalid messageId")
    state.read.append((phone, message_id))
    return Response(status_code=204)


# -- the queue --------------------------------------------------------------------------------------------


async def _list_queue(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    size, after = body.get("pageSize", 30), body.get("pagingState")
    size = min(30, size) if isinstance(size, int) and size > 0 else 30
    items = list(state.queue.values())
    start = int(after) if isinstance(after, str) and after.isdigit() else 0
    page, more = items[start : start + size], start + size < len(items)
    return JSONResponse(
        {
            "messages": [item.as_json(state.line.instance_id) for item in page],
            "pagingState": str(start + size) if more else None,
            "hasMore": more,
        }
    )


async def _old_queue(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    return JSONResponse([item.as_json(state.line.instance_id) for item in list(state.queue.values())[:100]])


async def _queue_count(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    if _rest(request) != "count":
        raise _Refusal(404, "NOT_FOUND", str(_NOT_FOUND["message"]))
    return JSONResponse({"count": len(state.queue)})


async def _clear_queue(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    state.queue.clear()
    return JSONResponse({"value": True})


async def _delete_queued(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    if state.queue.pop(_rest(request), None) is None:
        raise _Refusal(404, "NOT_FOUND", "Message not found in the queue")
    return JSONResponse({"value": True})


async def _queue_settings(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    state.refuse_while_disconnected = body.get("disableEnqueueWhenDisconnected") is True
    return JSONResponse({"success": True})


# -- contacts, chats, instance ----------------------------------------------------------------------------


def own_spelling(phone: str) -> str:
    """A Brazilian mobile as WhatsApp keeps it: with the ninth digit in the DDDs 11 to 28, which had it
    first, without it elsewhere. Other numbers stay as they are."""
    if not phone.startswith("55") or len(phone) not in (12, 13):
        return phone
    area, subscriber = phone[2:4], phone[-8:]
    mobile = len(phone) == 13 or subscriber[0] in "6789"
    if not mobile:
        return phone
    return f"55{area}{'9' if int(area) <= 28 else ''}{subscriber}"


async def _phone_exists(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    phone = _rest(request)
    if not re.fullmatch(r"\d{10,15}", phone):
        raise _Refusal(400, "Invalid phone")
    if state.faults.take("unknown_phone", phone=phone) is not None:
        return JSONResponse([{"exists": False, "phone": phone, "lid": None}])
    spelling = own_spelling(phone)
    return JSONResponse([{"exists": True, "phone": spelling, "lid": lid_of(spelling)}])


async def _chats(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    page = int(request.query_params.get("page", "1") or 1)
    size = int(request.query_params.get("pageSize", "100") or 100)
    newest = sorted(state.chats.items(), key=lambda item: -item[1])[(page - 1) * size : page * size]
    return JSONResponse([_chat(state, phone, at_ms) for phone, at_ms in newest])


async def _chat_detail(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    phone = _rest(request)
    if phone not in state.chats:
        raise _Refusal(404, "NOT_FOUND", "Chat not found")
    return JSONResponse(_chat(state, phone, state.chats[phone]))


def _chat(state: ZapiState, phone: str, at_ms: int) -> dict[str, Json]:
    name = state.chat_names.get(phone, "Paciente")
    return {
        "phone": phone, "name": name, "unread": "0", "lastMessageTime": str(at_ms // 1000),
        "archived": "false", "pinned": "false", "isMuted": "0", "isMarkedSpam": "false", "lid": lid_of(phone),
    }  # fmt: skip


async def _chat_messages(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    raise _Refusal(400, "Does not work in multi device version")


async def _status(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    error = "You are already connected" if state.connected else "You are not connected"
    return JSONResponse(
        {"connected": state.connected, "error": error, "smartphoneConnected": state.connected},
    )


async def _me(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    urls = state.webhooks.urls
    return JSONResponse(
        {
            "id": state.line.instance_id,
            "token": state.token,
            "name": "clinic_bot sandbox",
            "due": state.clock.now_ms() // 1000 + (-60 if state.lapsed else 30 * 86_400),
            "connected": state.connected,
            "paymentStatus": "OVERDUE" if state.lapsed else "PAID",
            "created": "2026-01-01T00:00:00.000Z",
            "receivedCallbackUrl": urls["received"],
            "receivedAndDeliveryCallbackUrl": urls["received-delivery"],
            "deliveryCallbackUrl": urls["delivery"],
            "messageStatusCallbackUrl": urls["message-status"],
            "presenceChatCallbackUrl": urls["chat-presence"],
            "connectedCallbackUrl": urls["connected"],
            "disconnectedCallbackUrl": urls["disconnected"],
            "initialDataCallbackUrl": None,
            "receiveCallbackSentByMe": state.notify_sent_by_me,
            "autoReadMessage": state.auto_read,
            "callRejectAuto": False,
        }
    )


# -- settings ---------------------------------------------------------------------------------------------


def _url(body: dict[str, Json]) -> str:
    """HTTPS only, as the service demands; plain HTTP passes on loopback, where a stand-in lives."""
    value = body.get("value")
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or not parts.hostname:
        raise _Refusal(400, "Invalid webhook url")
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise _Refusal(400, "Webhook url must be https")
    assert isinstance(value, str)
    return value


async def _update_webhook(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    purpose = request.url.path.rstrip("/").rpartition("update-webhook-")[2]
    state.webhooks.urls[purpose] = _url(body)
    if purpose == "received-delivery":
        state.notify_sent_by_me = True
    return JSONResponse({"value": True})


async def _update_every_webhook(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    state.webhooks.set_all(_url(body))
    if isinstance(body.get("notifySentByMe"), bool):
        state.notify_sent_by_me = body["notifySentByMe"] is True
    return JSONResponse({"value": True})


async def _update_sent_by_me(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    if not isinstance(body.get("notifySentByMe"), bool):
        raise _Refusal(400, "notifySentByMe must be a boolean")
    state.notify_sent_by_me = body["notifySentByMe"] is True
    return JSONResponse({"value": True})


async def _update_auto_read(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    state.auto_read = body.get("value") is True
    return JSONResponse({"value": True})


_PLAIN: dict[str, dict[str, Operation]] = {
    "send-text": {"POST": _send_text},
    "read-message": {"POST": _read_message},
    "queue": {"POST": _list_queue, "GET": _old_queue, "DELETE": _clear_queue},
    "update-queue-settings": {"PUT": _queue_settings},
    "chats": {"GET": _chats},
    "status": {"GET": _status},
    "me": {"GET": _me},
    "update-every-webhooks": {"PUT": _update_every_webhook},
    "update-notify-sent-by-me": {"PUT": _update_sent_by_me},
    "update-auto-read-message": {"PUT": _update_auto_read},
}
_WITH_REST: dict[str, dict[str, Operation]] = {
    "queue": {"GET": _queue_count, "DELETE": _delete_queued},
    "phone-exists": {"GET": _phone_exists},
    "chats": {"GET": _chat_detail},
    "chat-messages": {"GET": _chat_messages},
}
