"""What a file is, and how long it lasts."""

import pytest

from clinic_bot.media.sniffing import Sound, picture, seconds_of, sound
from clinic_bot.sandbox.voice import voice_note


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (voice_note(1), "audio.ogg"),
        (b"ID3\x04" + bytes(20), "audio.mp3"),
        (b"\xff\xfb\x90\x00" + bytes(20), "audio.mp3"),
        (b"\x00\x00\x00\x20ftypM4A " + bytes(20), "audio.m4a"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio.wav"),
        (b"\x1aE\xdf\xa3" + bytes(20), "audio.webm"),
        (b"<html><body>", None),
        (b"\xff\xd8\xff\xe0JFIF", None),
        (b"", None),
    ],
)
def test_a_recording_is_known_by_its_bytes(data: bytes, name: str | None) -> None:
    found = sound(data)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("data", "mime_type"),
    [
        (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", None),
        (b"<svg onload=alert(1)>", None),
    ],
)
def test_a_picture_is_known_by_its_bytes(data: bytes, mime_type: str | None) -> None:
    found = picture(data)
    assert (found.mime_type if found else None) == mime_type


def test_the_length_is_the_files_not_the_senders() -> None:
    note = sound(voice_note(601))
    assert note is not None
    assert seconds_of(note, said=3) == pytest.approx(601)
    assert seconds_of(Sound(bytes(80_000), "audio.m4a", "audio/mp4"), said=3) == 10
    assert seconds_of(Sound(b"OggS", "audio.ogg", "audio/ogg"), said=3) == 3
