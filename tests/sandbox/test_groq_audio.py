"""Transcriptions: what is heard, and what is refused."""

import httpx
import pytest

from .groq_api import KEY, SAMPLES, Api, shape


async def hear(api: Api, name: str = "audio.ogg", **fields: str) -> httpx.Response:
    return await api.http.post(
        f"{api.base}/openai/v1/audio/transcriptions",
        data={"model": "whisper-large-v3-turbo", **fields},
        files={"file": (name, b"OggS\r\n\r\n--\x00\xff" * 100, "audio/ogg")},
        headers={"Authorization": f"Bearer {KEY}"},
    )


@pytest.mark.parametrize(
    ("response_format", "sample"),
    [("json", "transcription_json"), ("verbose_json", "transcription_verbose_json")],
)
async def test_voice_is_heard(api: Api, response_format: str, sample: str) -> None:
    await api.http.post(f"{api.base}/control/transcripts", json={"audio.ogg": "queria marcar"})
    answer = (await hear(api, response_format=response_format)).json()
    assert shape(answer) == shape(SAMPLES[sample]["body"])
    assert answer["text"] == " queria marcar"
    assert (await hear(api, response_format="text")).text == "queria marcar"


async def test_what_whisper_refuses(api: Api) -> None:
    oga = await hear(api, "audio.oga")
    assert (oga.status_code, oga.json()) == (400, SAMPLES["transcription_unsupported_format_400"]["body"])
    long = await hear(api, prompt="a" * 904)
    assert long.json() == SAMPLES["transcription_prompt_too_long_400"]["body"]
