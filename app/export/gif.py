"""Animated GIF, frame by frame: one palette for all, and of each frame only the box that has changed."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from app.export.frames import COLOURS, Pixels, changed

AS_BEFORE = 255  # the palette's last entry: a pixel that stays
LONGEST = 65535  # hundredths of a second


class Gif:
    """`add` frames, then take `finish`.

    Args:
        size: (width, height).
        palette: Of all frames; see `app.export.frames.Tally`.
    """

    def __init__(self, size: tuple[int, int], palette: Image.Image) -> None:
        table = bytes(palette.getpalette() or [])[:768].ljust(768, b"\0")
        self._colours = np.frombuffer(table, np.uint8).reshape(-1, 3)[:COLOURS].astype(np.int32)
        self._entries = np.full(1 << 24, AS_BEFORE, np.uint8)  # of every colour there is, as far as they have come
        self._parts = [b"GIF89a", struct.pack("<HHBBB", *size, 0xF7, 0, 0), table,
                       b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"]
        self._before: Pixels | None = None

    def add(self, frame: Pixels, ms: int) -> None:
        """One more frame, for so many milliseconds (in hundredths of a second)."""
        box = changed(self._before, frame)
        part = box.of(frame)
        own = {"duration": min(max(round(ms / 10), 2), LONGEST) * 10, "disposal": 1}
        if self._before is None:
            drawn = self._indexed(part.ravel()).reshape(part.shape)
        else:
            drawn = np.full(part.shape, AS_BEFORE, np.uint8)
            new = part != box.of(self._before)
            drawn[new] = self._indexed(part[new])
            own["transparency"] = AS_BEFORE
        image = Image.frombytes("P", part.shape[::-1], drawn.tobytes())
        self._parts += GifImagePlugin.getdata(image, (box.left, box.top), **own)
        self._before = frame

    def _indexed(self, part: Pixels) -> NDArray[np.uint8]:
        """The palette's entry for each pixel: its very colour, else the nearest. Pillow's own takes what is near it."""
        colours = part & 0xFFFFFF
        indices = self._entries[colours]
        new = np.unique(colours[indices == AS_BEFORE])
        for some in np.array_split(new, len(new) // 1024 + 1):
            rgb = np.stack([some >> 16, some >> 8 & 255, some & 255], axis=-1).astype(np.int32)
            gaps = ((rgb[:, None] - self._colours) ** 2).sum(axis=2)  # (colours, entries)
            self._entries[some] = gaps.argmin(axis=1)
        return self._entries[colours] if new.size else indices

    def finish(self) -> bytes:
        """The file."""
        return b"".join([*self._parts, b";"])

    def close(self) -> None:
        """Nothing is held."""
