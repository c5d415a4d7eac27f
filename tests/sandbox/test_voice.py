"""The sandbox's voice notes, and the store behind their links."""

import shutil
import subprocess
from collections.abc import AsyncIterator

import httpx
import pytest

from clinic_bot.clock import Clock
from clinic_bot.sandbox.standins import StandIns, stand_ins
from clinic_bot.sandbox.voice import said_in, seconds_of, voice_note


@pytest.mark.parametrize("seconds", [0.02, 1, 7, 61.5])
def test_a_note_says_how_long_it_is_and_what_is_said(seconds: float) -> None:
    note = voice_note(seconds, "é pra amanhã")
    assert note.startswith(b"OggS")
    assert seconds_of(note) == pytest.approx(seconds)
    assert said_in(note) == "é pra amanhã"
    assert note != voice_note(seconds, "é pra hoje")


def test_other_files_say_nothing() -> None:
    assert (said_in(b"OggS"), said_in(voice_note(1)), seconds_of(b"ID3")) == (None, None, None)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg to play it with")
def test_a_note_plays() -> None:
    command = ["ffmpeg", "-v", "error", "-f", "ogg", "-i", "-", "-f", "null", "-"]
    assert subprocess.run(command, input=voice_note(3, "oi"), capture_output=True, check=True).stderr == b""


@pytest.fixture
async def pair(anyio_backend: object) -> AsyncIterator[StandIns]:
    async with stand_ins(Clock(rate=100)) as found:
        yield found


async def test_a_recorded_note_can_be_fetched_and_heard(pair: StandIns) -> None:
    url = pair.record("3A01", 4, "tem vaga?")
    async with httpx.AsyncClient() as http:
        file = await http.get(url)
        assert file.headers["content-type"] == "audio/ogg"
        assert len(pair.groq.transcripts) == 1
        assert (await http.get(url.replace("3A01", "3A02"))).status_code == 404
        pair.zapi.add_fault({"kind": "file", "message_id": "3A01", "status": 410, "count": 1})
        assert [(await http.get(url)).status_code for _ in range(2)] == [410, 200]


async def test_a_patient_at_the_control_page_speaks(pair: StandIns) -> None:
    async with httpx.AsyncClient() as http:
        body = {"phone": "5511900000001", "message_id": "3A03", "audio": {"seconds": 3, "says": "oi"}}
        await http.post(f"{pair.zapi_url}/control/patient", json=body)
        assert pair.zapi.files.base_url == pair.zapi_url
        figures = {"text": "hum", "avg_logprob": -1.4}
        answer = await http.post(f"{pair.groq_url}/control/transcripts", json={"audio.ogg": figures})
        assert answer.json() == {"transcripts": 1}
        wrong = await http.post(
            f"{pair.groq_url}/control/transcripts", json={"a.ogg": {"text": "x", "loud": 1}}
        )
        assert wrong.status_code == 400
