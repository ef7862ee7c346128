"""Animated WebP, frame by frame and without loss: still pictures of what has changed, clear where nothing has.

Container: https://developers.google.com/speed/webp/docs/riff_container
"""

from __future__ import annotations

import io
import struct

from app.export.frames import Pixels, changed, picture
from cnncore.errors import CnnError

LONGEST = 0xFFFFFF
QUALITY, METHOD = 50, 1  # of packing, not of the picture: more takes long and saves little
ANIMATED, CLEAR = 2, 16  # flags of the container


class Webp:
    """`add` frames, then take `finish`."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._parts: list[bytes] = []
        self._before: Pixels | None = None

    def add(self, frame: Pixels, ms: int) -> None:
        """One more frame, for so many milliseconds."""
        box = changed(self._before, frame, even=True)
        still = io.BytesIO()
        part = box.of(frame)
        kept = None if self._before is None else part == box.of(self._before)
        picture(part, kept).save(still, "WEBP", lossless=True, quality=QUALITY, method=METHOD)
        place = (box.left // 2, box.top // 2, box.right - box.left - 1, box.bottom - box.top - 1, min(ms, LONGEST))
        head = b"".join(_three(k) for k in place) + bytes([0])  # over what was there
        self._parts.append(_chunk(b"ANMF", head + _bitstream(still.getvalue())))
        self._before = frame

    def finish(self) -> bytes:
        """The file."""
        wide, high = self._size
        first = _chunk(b"VP8X", struct.pack("<I", ANIMATED | CLEAR) + _three(wide - 1) + _three(high - 1))
        loop = _chunk(b"ANIM", struct.pack("<IH", 0, 0))  # no ground; for ever
        body = b"WEBP" + first + loop + b"".join(self._parts)
        return b"RIFF" + struct.pack("<I", len(body)) + body

    def close(self) -> None:
        """Nothing is held."""


def _three(value: int) -> bytes:
    return struct.pack("<I", value)[:3]


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _bitstream(still: bytes) -> bytes:
    """The picture's own chunk of a file that holds one picture."""
    at = 12
    while at + 8 <= len(still):
        name, size = still[at : at + 4], struct.unpack_from("<I", still, at + 4)[0]
        end = at + 8 + size + size % 2
        if name in (b"VP8L", b"VP8 "):
            return still[at:end]
        at = end
    raise CnnError("export.webp", "This Pillow cannot write WebP. GIF and PNG work.")
