"""Transcriptions of the Groq stand-in: what was put there to be heard, or what the sandbox's voice notes say."""

import hashlib
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from clinic_bot.events import Json
from clinic_bot.sandbox import groq_bodies as bodies
from clinic_bot.sandbox.groq_answers import Answer, model_of, over_limit, refusal_named, sent, trouble
from clinic_bot.sandbox.groq_bodies import Spoken
from clinic_bot.sandbox.groq_checks import Refused
from clinic_bot.sandbox.groq_state import GroqState, Logged
from clinic_bot.sandbox.multipart import Form, read_form
from clinic_bot.sandbox.voice import said_in, seconds_of

_UPLOAD_BYTES = 25 * 1024 * 1024
_EXTENSIONS = ["flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "opus", "wav", "webm"]
_PROMPT_CHARS = 896
_SHORTEST_S = 0.01
_VOICE_BYTES_PER_S = 2_500  # Opus in a WhatsApp voice note, roughly


async def transcribe(state: GroqState, request: Request, logged: Logged) -> Response:
    form = read_form(request.headers.get("content-type", ""), await request.body())
    logged.model = form.text("model")
    logged.form = {**form.fields, **{name: upload.name for name, upload in form.files.items()}}
    await trouble(state, logged)
    model = model_of(state, logged.model)
    if not model.hears:
        raise Refused(f"The model `{model.id}` does not support audio", code="model_not_supported")
    _check_prompt(form.text("prompt"))
    name, data = _recording(state, form)
    spoken = _spoken(state, name, data)
    seconds = round(seconds_of(data) or max(0.5, len(data) / _VOICE_BYTES_PER_S), 2)
    if seconds < _SHORTEST_S:
        raise Refused("Audio file is too short. Minimum audio length is 0.01 seconds.")
    if state.plan is not None and (refusal := state.audio_limits(model.id).reserve(seconds)) is not None:
        raise Answer(over_limit(refusal))
    await state.clock.sleep((0.2 + seconds / 40) * 1000)
    req = bodies.request_id(state.random, state.clock.now_ms())
    form_of = form.text("response_format") or "json"
    if form_of not in ("json", "verbose_json", "text"):
        raise Refused("response_format must be one of json, text, verbose_json")
    answer = bodies.transcription(spoken, response_format=form_of, seconds=seconds, req=req)
    if isinstance(answer, str):
        return Response(answer, media_type="text/plain")
    return sent(state, logged, cast(dict[str, Json], answer))


def _check_prompt(prompt: str) -> None:
    if len(prompt) > _PROMPT_CHARS:
        said = f"prompt length must be {_PROMPT_CHARS} characters or fewer"
        raise Refused(f"{said}, but provided prompt contains {len(prompt)} characters")


def _recording(state: GroqState, form: Form) -> tuple[str, bytes]:
    """Name and bytes of what was uploaded; of an address, which nobody fetches here, itself and nothing."""
    upload, url = form.files.get("file"), form.text("url")
    if upload is None:
        if not url:
            raise Refused("file or url must be provided")
        return url, b""
    if upload.name.rpartition(".")[2].lower() not in _EXTENSIONS:
        raise Answer(refusal_named(state, "transcription_unsupported_format_400"))
    if len(upload.data) > _UPLOAD_BYTES:
        raise Answer(refusal_named(state, "request_too_large_413_body"))
    return upload.name, upload.data


def _spoken(state: GroqState, name: str, data: bytes) -> Spoken:
    digest = hashlib.sha256(data or name.encode()).hexdigest()
    return state.transcripts.get(digest) or state.transcripts.get(name) or _said_in(data, digest)


def _said_in(data: bytes, digest: str) -> Spoken:
    """What stands in a voice note of the sandbox; of any other file something that cannot be mistaken for words."""
    return Spoken(said_in(data) or f"Áudio de teste {digest[:6]}, transcrito pelo simulador.")
