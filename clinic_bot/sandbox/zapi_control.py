"""The control side of the Z-API stand-in: the patients' phones, the clinic's own phone, and the faults."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from clinic_bot.events import Json
from clinic_bot.sandbox import payloads
from clinic_bot.sandbox.faults import ControlError, control, fault_routes, read_object
from clinic_bot.sandbox.payloads import Payload
from clinic_bot.sandbox.voice import voice_note
from clinic_bot.sandbox.webhooks import Posted
from clinic_bot.sandbox.zapi_state import ZapiState

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Z-API stand-in</title>
<style>body{font:16px/1.5 system-ui;max-width:52rem;margin:2rem auto}
pre{background:#f4f4f4;padding:.8rem;overflow:auto}</style>
<h1>Z-API stand-in</h1>
<p>This speaks Z-API's protocol for tests and demonstrations. Nothing here reaches WhatsApp.</p>
<p>Clinic calls go to <code>/instances/{id}/token/{token}/send-text</code> and its
siblings. You play everybody else:</p>
<pre>B=BASE
# a patient writes, shows "typing...", sends a voice note
curl -s $B/control/patient -d '{"phone": "5511900000001", "text": "oi, bom dia"}'
curl -s $B/control/patient -d '{"phone": "5511900000001", "presence": "COMPOSING"}'
curl -s $B/control/patient -d '{"phone": "5511900000001", "audio": {"seconds": 7, "says": "tem horário amanhã?"}}'
# somebody of the clinic answers by hand
curl -s $B/control/staff -d '{"phone": "5511900000001", "text": "Oi, aqui é a Ana"}'
# what left the queue, and how the webhooks were answered
curl -s $B/control/sent
curl -s $B/control/webhooks
# the next two sends are refused; then all is well again
curl -s $B/control/faults -d '{"kind": "refuse", "named": "subscription", "count": 2}'
curl -s -X DELETE $B/control/faults
</pre>
<p>Fault kinds: KINDS.</p></html>
"""


def control_routes(state: ZapiState) -> list[BaseRoute]:
    async def front(request: Request) -> Response:
        page = _PAGE.replace("BASE", str(request.url.replace(query="")).rstrip("/"))
        return HTMLResponse(page.replace("KINDS", ", ".join(sorted(state.faults.kinds))))

    async def overview(request: Request) -> Json:
        return state.as_json()

    async def patient(request: Request) -> Json:
        return await _emit(state, patient_payload(state, await read_object(request)))

    async def staff(request: Request) -> Json:
        body = await read_object(request)
        payload = payloads.staff_text(
            state.line, _text(body, "phone"), _text(body, "text"), message_id=_message_id(state, body),
            at_ms=_at_ms(state, body), by_number=body.get("by_number") is True, **_raw(body),
        )  # fmt: skip
        return await _emit(state, payload)

    async def sent(request: Request) -> Json:
        after = int(request.query_params.get("after", "0"))
        phone = request.query_params.get("phone")
        return [left.as_json() for left in state.sent if left.n > after and phone in (None, left.phone)]

    async def webhooks(request: Request) -> Json:
        after = int(request.query_params.get("after", "0"))
        return [posted.as_json() for posted in state.webhooks.log if posted.n > after]

    async def settings(request: Request) -> Json:
        _configure(state, await read_object(request))
        return state.as_json()

    return [
        Route("/", front, methods=["GET"]),
        Route("/control", control(overview), methods=["GET"]),
        Route("/control/patient", control(patient), methods=["POST"]),
        Route("/control/staff", control(staff), methods=["POST"]),
        Route("/control/sent", control(sent), methods=["GET"]),
        Route("/control/webhooks", control(webhooks), methods=["GET"]),
        Route("/control/settings", control(settings), methods=["POST"]),
        *fault_routes(state.faults, state.add_fault, state.faults.clear),
    ]


async def _emit(state: ZapiState, payload: Payload) -> Json:
    posted: Posted | None = await state.emit(payload)
    answer: Json = None if posted is None else posted.as_json()
    return {"message_id": payload.get("messageId"), "lost": posted is None, "webhook": answer}


def patient_payload(state: ZapiState, body: dict[str, Json]) -> Payload:
    """The webhook for one thing a patient does, named by the key that is present.

    ``text``, ``audio`` {seconds, says, url}, ``image`` {caption, url}, ``document`` {file_name, caption, url},
    ``presence``, ``edit`` {of, text}, ``delete`` {of}, ``group`` with ``text``, or ``content`` (content keys
    as they are). Also ``message_id``, ``at`` (epoch ms), ``name``, ``lid`` (null: none) and ``raw``, which is
    laid over the result.

    Raises:
        ControlError: nothing of this is in ``body``.
    """
    line, phone, raw = state.line, _text(body, "phone"), _raw(body)
    at_ms, message_id = _at_ms(state, body), _message_id(state, body)
    if "presence" in body:
        return {**payloads.presence(line, phone, _text(body, "presence")), **raw}
    if isinstance(edit := body.get("edit"), dict):
        return payloads.edited(line, phone, _text(edit, "text"), of=_text(edit, "of"), at_ms=at_ms, **raw)
    if isinstance(delete := body.get("delete"), dict):
        return payloads.revoked(line, phone, of=_text(delete, "of"), at_ms=at_ms, **raw)
    if "group" in body:
        group, text = _text(body, "group"), _text(body, "text")
        return payloads.group_text(line, phone, text, group=group, message_id=message_id, at_ms=at_ms, **raw)
    if "name" in body:
        raw = {"senderName": _text(body, "name"), "chatName": _text(body, "name"), **raw}
    if "lid" in body:
        raw = {"chatLid": body["lid"], **raw}
    content = _content(state, body, message_id)
    return payloads.received(line, phone, content, message_id=message_id, at_ms=at_ms, **raw)


def _content(state: ZapiState, body: dict[str, Json], message_id: str) -> Payload:
    if "text" in body:
        return payloads.text_content(_text(body, "text"))
    if isinstance(audio := body.get("audio"), dict):
        seconds = audio.get("seconds", 5)
        if not isinstance(seconds, int):
            raise ControlError("seconds must be a whole number")
        url = _optional(audio, "url") or _recorded(state, audio, seconds, message_id)
        return payloads.audio_content(state.line, message_id, seconds=seconds, url=url)
    if isinstance(image := body.get("image"), dict):
        caption, url = _optional(image, "caption"), _optional(image, "url")
        return payloads.image_content(state.line, message_id, caption=caption, url=url)
    if isinstance(document := body.get("document"), dict):
        name = _optional(document, "file_name") or "documento.pdf"
        caption, url = _optional(document, "caption"), _optional(document, "url")
        return payloads.document_content(state.line, message_id, file_name=name, caption=caption, url=url)
    if isinstance(content := body.get("content"), dict):
        return content
    if isinstance(body.get("raw"), dict):
        return {}
    raise ControlError("say text, audio, image, document, presence, edit, delete, group, content or raw")


def _recorded(state: ZapiState, audio: dict[str, Json], seconds: int, message_id: str) -> str | None:
    """The link of a voice note in which ``says`` is said."""
    if not state.files.base_url:
        return None
    file = voice_note(seconds, _optional(audio, "says") or "")
    return state.files.put(message_id, file, mime_type="audio/ogg", ending="ogg")


def _configure(state: ZapiState, body: dict[str, Json]) -> None:
    """``webhook_url``, ``redeliver``, ``spacing_s`` [shortest, longest], ``statuses`` [[name, seconds], ...],
    ``echo_by_number``, ``notify_sent_by_me``, ``lapsed``; what is absent stays."""
    if isinstance(url := body.get("webhook_url"), str):
        state.webhooks.set_all(url)
    if isinstance(times := body.get("redeliver"), int):
        state.webhooks.redeliver = times
    if isinstance(after := body.get("redeliver_after_s"), int | float):
        state.webhooks.redeliver_after_s = float(after)
    match body.get("spacing_s"):
        case [int() | float() as low, int() | float() as high]:
            state.spacing_s = (float(low), float(high))
        case None:
            pass
        case _:
            raise ControlError("spacing_s must be two numbers")
    if isinstance(steps := body.get("statuses"), list):
        state.statuses = tuple(_status_step(step) for step in steps)
    if isinstance(by_number := body.get("echo_by_number"), bool):
        state.echo_by_number = by_number
    if isinstance(notify := body.get("notify_sent_by_me"), bool):
        state.notify_sent_by_me = notify
    if isinstance(lapsed := body.get("lapsed"), bool):
        state.lapsed = lapsed


def _status_step(step: Json) -> tuple[str, float]:
    match step:
        case [str() as name, int() | float() as after_s]:
            return name, float(after_s)
    raise ControlError("a status is a name and seconds")


def _text(body: dict[str, Json], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ControlError(f"{name} must be a text")
    return value


def _optional(body: dict[str, Json], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None


def _raw(body: dict[str, Json]) -> dict[str, Any]:
    raw = body.get("raw")
    return dict(raw) if isinstance(raw, dict) else {}


def _at_ms(state: ZapiState, body: dict[str, Json]) -> int:
    at = body.get("at")
    return at if isinstance(at, int) else state.clock.now_ms()


def _message_id(state: ZapiState, body: dict[str, Json]) -> str:
    return _optional(body, "message_id") or state.new_message_id("3A")
