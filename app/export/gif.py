"""Animated GIF, frame by frame: one palette for all, and of each frame only the box that has changed."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from app.export.frames import Pixels, changed, picture

AS_BEFORE = 255  # the palette's last entry: a pixel that stays
LONGEST = 65535  # hundredths of a second


class Gif:
    """`add` frames, then take `finish`.

    Args:
        size: (width, height).
        palette: Of all frames; see `app.export.frames.Tally`.
    """

    def __init__(self, size: tuple[int, int], palette: Image.Image) -> None:
        self._palette = palette
        table = bytes(palette.getpalette() or [])[:768].ljust(768, b"\0")
        self._parts = [b"GIF89a", struct.pack("<HHBBB", *size, 0xF7, 0, 0), table,
                       b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"]
        self._before: Pixels | None = None
        self._shown: NDArray[np.uint8] | None = None

    def add(self, frame: Pixels, ms: int) -> None:
        """One more frame, for so many milliseconds (in hundredths of a second)."""
        box = changed(self._before, frame)
        indices = np.array(picture(box.of(frame)).quantize(palette=self._palette, dither=Image.Dither.NONE))
        own = {"duration": min(max(round(ms / 10), 2), LONGEST) * 10, "disposal": 1}
        if self._shown is None:
            self._shown, drawn = indices, indices
        else:
            old = box.of(self._shown)  # type: ignore[arg-type]
            drawn = np.where(indices == old, np.uint8(AS_BEFORE), indices)
            old[:] = indices
            own["transparency"] = AS_BEFORE
        image = Image.fromarray(drawn)
        image = Image.frombytes("P", image.size, drawn.tobytes())
        self._parts += GifImagePlugin.getdata(image, (box.left, box.top), **own)
        self._before = frame

    def finish(self) -> bytes:
        """The file."""
        return b"".join([*self._parts, b";"])

    def close(self) -> None:
        """Nothing is held."""
