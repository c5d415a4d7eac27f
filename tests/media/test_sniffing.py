"""What a file is, and how long it lasts."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_bot.media.opus import seconds_played
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


MOST_S = 1_000.0


def test_the_length_is_the_files_not_the_senders() -> None:
    note = sound(voice_note(601))
    assert note is not None
    assert seconds_of(note, 3, MOST_S) == pytest.approx(601)
    assert seconds_of(Sound(bytes(80_000), "audio.m4a", "audio/mp4"), 3, MOST_S) == 10
    assert seconds_of(Sound(b"OggS", "audio.ogg", "audio/ogg"), 3, MOST_S) == 3


def test_a_file_that_lies_about_its_length_is_as_long_as_what_is_in_it() -> None:
    note = voice_note(700)
    pages = note.split(b"OggS")
    short = b"OggS".join(page[:2] + (48_000).to_bytes(8, "little") + page[10:] for page in pages)
    assert seconds_of(ogg(short), 1, MOST_S) == pytest.approx(700)
    assert seconds_of(ogg(voice_note(400) + voice_note(400, "b")), 1, MOST_S) == pytest.approx(800)
    assert seconds_of(ogg(note[:-9] + b"junk" + voice_note(2)), 1, MOST_S) == pytest.approx(702, abs=1)
    assert seconds_of(ogg(voice_note(5_000)), 1, MOST_S) > MOST_S


def test_more_pages_than_any_recording_has_are_too_many() -> None:
    empty = b"OggS" + bytes(23)
    assert seconds_of(ogg(voice_note(1) + empty * 100_001), 1, MOST_S) == math.inf


#: One packet of each: 60 ms, two of 10, seven of 2.5, none said, more than fits, and one of no byte.
@pytest.mark.parametrize(
    ("packet", "milliseconds"),
    [(b"\x18", 60), (b"\x01", 20), (b"\x83\x07", 17.5), (b"\x83", 2.5), (b"\x1b\x3f", 120), (b"", 2.5)],
)
def test_a_packet_lasts_as_long_as_its_frames(packet: bytes, milliseconds: float) -> None:
    page = b"OggS" + bytes(22) + b"\1" + bytes([len(packet)]) + packet
    assert seconds_played(page, MOST_S) == milliseconds / 1000


@given(st.lists(st.sampled_from([b"OggS", bytes(23), b"\xff" * 30, b"\1\3abc", b"OpusHead"])).map(b"".join))
def test_whatever_the_bytes_a_length_is_found(data: bytes) -> None:
    assert 0 <= seconds_played(data, MOST_S) < math.inf


def ogg(data: bytes) -> Sound:
    return Sound(data, "audio.ogg", "audio/ogg")
