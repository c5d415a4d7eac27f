"""Voice notes as WhatsApp makes them: Ogg files with Opus in them, silent, as long as they say.

What is "said" in one stands in its comment header. So two notes are never the same file, and the stand-in for Whisper,
which hears nothing, knows by the file alone what it would hear.
"""

import zlib

_RATE = 48_000
_FRAME_SAMPLES = 960  # 20 ms
_FRAMES_PER_PAGE = 50
_SILENCE = b"\xf8\xff\xfe"  # one frame of it, as Opus encodes it
_VENDOR = b"clinic_bot sandbox"
_SAID = b"TRANSCRIPT="
_PRE_SKIP = 312

# Ogg's checksum: CRC-32 with its polynomial, unreflected, starting at zero.
_CRC = []
for _byte in range(256):
    _value = _byte << 24
    for _ in range(8):
        _value = (_value << 1 ^ 0x04C11DB7) & 0xFFFFFFFF if _value & 0x80000000 else _value << 1
    _CRC.append(_value)


def voice_note(seconds: float, said: str = "") -> bytes:
    """A file that plays: ``seconds`` of silence, in whole frames, at least one."""
    comment = _SAID + said.encode()
    frames = max(1, round(seconds * _RATE / _FRAME_SAMPLES))
    serial = zlib.crc32(comment)
    head = b"OpusHead\x01\x01" + _PRE_SKIP.to_bytes(2, "little") + _RATE.to_bytes(4, "little") + b"\0\0\0"
    tags = b"OpusTags" + _counted(_VENDOR) + (1).to_bytes(4, "little") + _counted(comment)
    pages = [_page(serial, 0, [head], 0, 0x02), _page(serial, 1, [tags], 0, 0)]
    for first in range(0, frames, _FRAMES_PER_PAGE):
        count = min(_FRAMES_PER_PAGE, frames - first)
        end = first + count == frames
        samples = (first + count) * _FRAME_SAMPLES
        pages.append(_page(serial, len(pages), [_SILENCE] * count, samples, 0x04 if end else 0))
    return b"".join(pages)


def said_in(file: bytes) -> str | None:
    """What a note of ours says; None of any other file."""
    at = file.find(_SAID)
    if at < 4 or not file.startswith(b"OggS"):
        return None
    length = int.from_bytes(file[at - 4 : at], "little") - len(_SAID)
    return file[at + len(_SAID) : at + len(_SAID) + length].decode(errors="replace") or None


def seconds_of(file: bytes) -> float | None:
    """How long an Opus file plays, as its last page says; None of any other file."""
    at = file.rfind(b"OggS")
    if at < 0 or b"OpusHead" not in file[:200]:
        return None
    return int.from_bytes(file[at + 6 : at + 14], "little") / _RATE


def _counted(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data


def _page(serial: int, number: int, packets: list[bytes], samples: int, flags: int) -> bytes:
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    if len(lacing) > 255:
        raise ValueError("that does not fit into one page")
    before = b"OggS\0" + bytes([flags]) + samples.to_bytes(8, "little") + serial.to_bytes(4, "little")
    before += number.to_bytes(4, "little")
    rest = bytes([len(lacing)]) + lacing + b"".join(packets)
    return before + _checksum(before + b"\0\0\0\0" + rest).to_bytes(4, "little") + rest


def _checksum(data: bytes) -> int:
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ _CRC[value >> 24 ^ byte]
    return value
