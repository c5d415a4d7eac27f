"""How long a recording in Opus plays, by its packets. Pure.

The position that stands on each page of an Ogg file is only what somebody wrote there: a file of hours may say that it
lasts three seconds. Who decodes it goes by the packets, and bills what they hold.
"""

import math
from collections.abc import Iterator

_PAGE, _HEAD, _CONTINUED = b"OggS", 27, 0x01
#: Frames of so many milliseconds, by the upper five bits of a packet's first byte: SILK, hybrid, CELT.
_FRAME_MS = (10, 20, 40, 60) * 3 + (10, 20) * 2 + (2.5, 5, 10, 20) * 4
_LEAST_MS, _MOST_MS = 2.5, 120.0  # of one packet, whatever it holds
#: A recorder makes one page a second, or one a packet.
_MOST_PAGES = 100_000


def seconds_played(data: bytes, most_s: float) -> float:
    """Seconds of all packets in an Ogg file with Opus in it; more than ``most_s`` is not counted to its end."""
    played_ms = 0.0
    for packet in _packets(data):
        if packet is None:
            return math.inf
        played_ms += _milliseconds(packet)
        if played_ms > most_s * 1000:
            break
    return played_ms / 1000


def _packets(data: bytes) -> Iterator[bytes | None]:
    """The first two bytes of each; None where there are more pages than any recording has."""
    at = data.find(_PAGE)
    for _ in range(_MOST_PAGES):
        if at < 0 or at + _HEAD > len(data):
            return
        body = at + _HEAD + data[at + _HEAD - 1]
        begins = not data[at + 5] & _CONTINUED
        for length in data[at + _HEAD : body]:
            if begins:
                yield data[body : body + min(2, length)]
            begins = length < 255
            body += length
        at = data.find(_PAGE, body)
    yield None


def _milliseconds(packet: bytes) -> float:
    if packet == b"Op":  # head or tags; as sound it would be a frame of a kind that nobody records with
        return 0.0
    if not packet:
        return _LEAST_MS
    code = packet[0] & 0x03
    frames = (1, 2, 2, packet[1] & 0x3F if len(packet) > 1 else 0)[code]
    return max(_LEAST_MS, min(_MOST_MS, frames * _FRAME_MS[packet[0] >> 3]))
