"""What the Z-API stand-in does with a call that passed its gate: sending, queue, contacts, instance, settings."""

import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clinic_bot.events import Json
from clinic_bot.sandbox.payloads import lid_of
from clinic_bot.sandbox.webhooks import PURPOSES
from clinic_bot.sandbox.zapi_refusals import REFUSALS, Refusal, no_such_path
from clinic_bot.sandbox.zapi_state import QUEUE_LIMIT, ZapiState

Operation = Callable[[ZapiState, Request, dict[str, Json]], Awaitable[Response]]

_PHONE = re.compile(r"\d{10,15}|\d{8,20}@lid|[\d-]{10,40}-group|\d{8,20}@broadcast")


def _rest(request: Request) -> str:
    return request.url.path.strip("/").split("/")[5]


# -- sending ----------------------------------------------------------------------------------------------


async def _send_text(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    if state.lapsed:
        status, answer = REFUSALS["subscription"]
        return JSONResponse(answer, status_code=status)
    phone, message = body.get("phone"), body.get("message")
    if not isinstance(phone, str) or not _PHONE.fullmatch(phone):
        raise Refusal(400, "Invalid phone")
    if not isinstance(message, str) or not message:
        raise Refusal(400, "Invalid message")
    delay_s, typing_s = _seconds(body, "delayMessage"), _seconds(body, "delayTyping")
    if not state.connected:
        if state.refuse_while_disconnected:
            raise Refusal(400, "You are not connected")
        if len(state.queue) >= QUEUE_LIMIT:
            raise Refusal(400, "Queue limit reached")
    item = state.enqueue(phone, message, delay_s=delay_s, typing_s=typing_s or 0)
    return JSONResponse({"zaapId": item.zaap_id, "messageId": item.message_id, "id": item.message_id})


def _seconds(body: dict[str, Json], name: str) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 15:
        raise Refusal(400, f"{name} must be between 1 and 15")
    return value


async def _read_message(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    phone, message_id = body.get("phone"), body.get("messageId")
    if not isinstance(phone, str) or not _PHONE.fullmatch(phone):
        raise Refusal(400, "Invalid phone")
    if not isinstance(message_id, str):
        raise Refusal(400, "Invalid messageId")
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
        raise no_such_path()
    return JSONResponse({"count": len(state.queue)})


async def _clear_queue(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    state.queue.clear()
    return JSONResponse({"value": True})


async def _delete_queued(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    if state.queue.pop(_rest(request), None) is None:
        raise Refusal(404, "NOT_FOUND", "Message not found in the queue")
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
        raise Refusal(400, "Invalid phone")
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
        raise Refusal(404, "NOT_FOUND", "Chat not found")
    return JSONResponse(_chat(state, phone, state.chats[phone]))


def _chat(state: ZapiState, phone: str, at_ms: int) -> dict[str, Json]:
    name = state.chat_names.get(phone, "Paciente")
    return {
        "phone": phone, "name": name, "unread": "0", "lastMessageTime": str(at_ms // 1000),
        "archived": "false", "pinned": "false", "isMuted": "0", "isMarkedSpam": "false", "lid": lid_of(phone),
    }  # fmt: skip


async def _chat_messages(state: ZapiState, request: Request, body: dict[str, Json]) -> Response:
    raise Refusal(400, "Does not work in multi device version")


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
        raise Refusal(400, "Invalid webhook url")
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise Refusal(400, "Webhook url must be https")
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
        raise Refusal(400, "notifySentByMe must be a boolean")
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


def operations(operation: str, has_rest: bool) -> Mapping[str, Operation]:
    """By HTTP method, what stands under a name; with ``has_rest`` the path goes on behind it. Empty: no such path."""
    if operation.startswith("update-webhook-") and not has_rest:
        purpose = operation.removeprefix("update-webhook-")
        return {"PUT": _update_webhook} if purpose in (*PURPOSES, "received-delivery") else {}
    return (_WITH_REST if has_rest else _PLAIN).get(operation, {})
