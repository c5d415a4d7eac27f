"""What a file is by its first bytes; the name and the type that came with it are only what somebody said. Pure."""

from dataclasses import dataclass

from clinic_bot.media import opus


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording. Groq goes by the ending of the name, so the name is ours and says what the bytes are."""

    data: bytes
    name: str
    mime_type: str


@dataclass(frozen=True, slots=True)
class Picture:
    data: bytes
    mime_type: str


#: Where it begins with; a voice note of WhatsApp is the first.
_SOUNDS = (
    (b"OggS", "audio.ogg", "audio/ogg"),
    (b"ID3", "audio.mp3", "audio/mpeg"),
    (b"fLaC", "audio.flac", "audio/flac"),
    (b"\x1aE\xdf\xa3", "audio.webm", "audio/webm"),
)
_PICTURES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
#: An MPEG frame without tags in front: 11 bits of sync, and a layer that exists.
_SYNC, _LAYERS = 0xE0, 0x06
_OPUS_RATE = 48_000
_PAGE_HEAD = 27
#: Of what does not tell its length: what a phone records with, in bytes a second, AAC or MP3.
_USUAL_BYTES_S = 8_000


def sound(data: bytes) -> Sound | None:
    for start, name, mime_type in _SOUNDS:
        if data.startswith(start):
            return Sound(data, name, mime_type)
    if data[4:8] == b"ftyp":
        return Sound(data, "audio.m4a", "audio/mp4")
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return Sound(data, "audio.wav", "audio/wav")
    if len(data) > 2 and data[0] == 0xFF and data[1] & _SYNC == _SYNC and data[1] & _LAYERS:
        return Sound(data, "audio.mp3", "audio/mpeg")
    return None


def picture(data: bytes) -> Picture | None:
    for start, mime_type in _PICTURES:
        if data.startswith(start):
            return Picture(data, mime_type)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Picture(data, "image/webp")
    return None


def seconds_of(sound: Sound, said: float, most_s: float) -> float:
    """How long a recording lasts, ``inf`` for longer than anybody records.

    As its packets and its last page say, whichever is more; of what is no Opus the longer of what was said and what
    its size allows.

    Args:
        most_s: beyond which it does not matter how long.
    """
    at = sound.data.rfind(b"OggS")
    if at >= 0 and len(sound.data) >= at + _PAGE_HEAD and b"OpusHead" in sound.data[:200]:
        samples = int.from_bytes(sound.data[at + 6 : at + 14], "little", signed=True)
        return max(opus.seconds_played(sound.data, most_s), samples / _OPUS_RATE)
    return max(said, len(sound.data) / _USUAL_BYTES_S)
