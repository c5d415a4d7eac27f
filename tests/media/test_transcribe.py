"""Groq's Whisper behind a voice note: what is asked, what is refused, and who must act then."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from clinic_bot.clock import Clock
from clinic_bot.errors import AccountRefused, ProviderBusy, ProviderDown
from clinic_bot.events import Found, Json, MediaState
from clinic_bot.media import asking
from clinic_bot.media.asking import Asking, NotRead
from clinic_bot.media.sniffing import Sound, sound
from clinic_bot.media.transcribe import Hearing
from clinic_bot.sandbox.groq import build_groq, groq_state
from clinic_bot.sandbox.groq_limits import Plan
from clinic_bot.sandbox.groq_state import GroqState
from clinic_bot.sandbox.serving import serving
from clinic_bot.sandbox.voice import voice_note

MODEL = "whisper-large-v3-turbo"
KEY = "gsk_test"
TIGHT = Plan(rpm=9, rpd=9, tpm=9, tpd=9, audio_rpm=2, ash=60)


@dataclass
class Room:
    """A hearing on the stand-in, on a clock a hundred times as fast."""

    groq: GroqState
    hearing: Hearing
    told: list[str | None] = field(default_factory=list)
    billed: list[tuple[str, float]] = field(default_factory=list)

    async def hear(self, seconds: float = 3, says: str = "quero marcar") -> Found:
        note = sound(voice_note(seconds, says))
        assert note is not None
        return await self.hearing.hear(note, said_s=seconds)


@pytest.fixture
async def room(anyio_backend: object) -> AsyncIterator[Room]:
    clock = Clock(rate=100)
    app = build_groq(clock=clock, api_key=KEY)
    async with serving(app) as url:
        told: list[str | None] = []
        billed: list[tuple[str, float]] = []
        sdk = asking.client(KEY, url)
        ask = Asking(sdk, clock, timeout_s=30, tell=told.append, model=MODEL)
        hearing = Hearing(ask, longest_s=600, billed=lambda model, seconds: billed.append((model, seconds)))
        yield Room(groq_state(app), hearing, told, billed)
        await sdk.close()


async def test_a_voice_note_is_asked_about_as_groq_wants_it(room: Room) -> None:
    assert await room.hear() == Found(MediaState.READ, "quero marcar")
    assert room.groq.requests[-1].form == {
        "model": MODEL, "file": "audio.ogg", "language": "pt", "response_format": "verbose_json", "temperature": "0",
    }  # fmt: skip
    assert room.billed == [(MODEL, 10)]
    await room.hear(30)
    assert room.billed[-1][1] == pytest.approx(30)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"name": "rate_limit_429_audio"}, ProviderBusy),
        ({"name": "rate_limit_429_rpm"}, ProviderBusy),
        ({"name": "request_too_large_413_body"}, NotRead),
        ({"name": "request_too_large_413_audio"}, NotRead),
        ({"name": "transcription_unsupported_format_400"}, NotRead),
        ({"name": "unprocessable_422"}, NotRead),
        ({"name": "internal_500"}, ProviderDown),
        ({"name": "bad_gateway_502_html"}, ProviderDown),
        ({"name": "over_capacity_503"}, ProviderDown),
        ({"name": "flex_capacity_498"}, ProviderDown),
        ({"name": "unauthorized_401"}, AccountRefused),
        ({"name": "network_blocked_403"}, AccountRefused),
        ({"name": "model_not_found_404"}, AccountRefused),
        ({"status": 200, "body": "<html>"}, ProviderDown),
        ({"status": 200, "body": {"error": "none"}}, ProviderDown),
    ],
)
async def test_what_a_refusal_means(room: Room, fault: dict[str, object], error: type[Exception]) -> None:
    room.groq.add_fault({"kind": "status", "operation": "transcription", "count": 1, **fault})  # type: ignore[dict-item]
    with pytest.raises(error) as caught:
        await room.hear()
    assert "org_" not in str(caught.value)
    assert (room.told[-1:] != []) == (error is AccountRefused or fault.get("body") == {"error": "none"})


@pytest.mark.parametrize("fault", [{"kind": "cut", "when": "before"}, {"kind": "cut", "when": "within"}])
async def test_a_line_that_breaks_off_is_tried_later(room: Room, fault: dict[str, str]) -> None:
    room.groq.add_fault({**fault, "count": 1})
    with pytest.raises(ProviderDown):
        await room.hear()
    assert (await room.hear()).state is MediaState.READ


async def test_silence_of_the_provider_ends(room: Room) -> None:
    room.groq.add_fault({"kind": "hang", "count": 1})
    with pytest.raises(ProviderDown):
        await room.hear()


async def test_the_hours_audio_is_minded(room: Room) -> None:
    room.groq.set_plan(TIGHT)
    await room.hear(45)
    with pytest.raises(ProviderBusy):
        await room.hear(40)
    asked = len(room.groq.requests)
    with pytest.raises(ProviderBusy) as caught:
        await room.hear(40)  # not even asked: the refusal told how much is left
    assert len(room.groq.requests) == asked
    assert caught.value.retry_after_s > 60
    await room.hear(2)  # a short one still fits
    with pytest.raises(NotRead):
        await room.hear(90)


async def test_the_minutes_requests_are_minded(room: Room) -> None:
    room.groq.set_plan(TIGHT)
    await room.hear()
    await room.hear()
    for _ in range(2):
        with pytest.raises(ProviderBusy):
            await room.hear()
    assert len(room.groq.requests) == 3


async def test_what_is_billed_is_what_was_played(room: Room) -> None:
    body: dict[str, Json] = {"text": "oi", "segments": [], "duration": 75.5}
    room.groq.add_fault({"kind": "status", "count": 1, "status": 200, "body": body})
    await room.hear(30)
    assert room.billed == [(MODEL, 75.5)]


@pytest.mark.parametrize("seconds", [601, 0])
async def test_what_is_not_even_asked(room: Room, seconds: float) -> None:
    note = (
        Sound(voice_note(601), "audio.ogg", "audio/ogg")
        if seconds
        else Sound(b"OggS", "audio.ogg", "audio/ogg")
    )
    with pytest.raises(NotRead):
        await room.hearing.hear(note, said_s=0)
    assert len(room.groq.requests) == 0


async def test_an_empty_transcript_is_none(room: Room) -> None:
    room.groq.add_fault({"kind": "status", "count": 1, "status": 200, "body": {"text": " ", "segments": []}})
    assert await room.hear() == Found(MediaState.UNCLEAR)
    assert room.told == [None]  # whoever was told that nothing is heard knows that it is over
