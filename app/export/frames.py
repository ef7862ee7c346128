"""Frames as encoders want them: pixels, and which part of them has changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QImage

Pixels = NDArray[np.uint32]  # (rows, columns) of 0xffRRGGBB
COLOURS = 255  # of a shared palette; the 256th entry is "as before"
EXACT = 160  # of them, the most frequent colours as they are; the rest are means


def pixels(image: QImage) -> Pixels:
    """The numbers of an image of 32 bits a pixel; a copy."""
    high, row = image.height(), image.bytesPerLine() // 4
    return np.frombuffer(image.constBits(), np.uint32).reshape(high, row)[:, : image.width()].copy()


def picture(part: Pixels, clear: NDArray[np.bool_] | None = None) -> Image.Image:
    """Pixels as Pillow has them; transparent where they are ``clear``."""
    high, wide = part.shape
    if clear is None:
        return Image.frombuffer("RGB", (wide, high), np.ascontiguousarray(part).tobytes(), "raw", "BGRX", 0, 1)
    shown = np.where(clear, np.uint32(0), part)
    return Image.frombuffer("RGBA", (wide, high), shown.tobytes(), "raw", "BGRA", 0, 1)


@dataclass(frozen=True)
class Box:
    """Columns ``left`` to ``right`` and rows ``top`` to ``bottom``, the ends not included."""

    left: int
    top: int
    right: int
    bottom: int

    def of(self, values: Pixels) -> Pixels:
        """The part of an array."""
        return values[self.top : self.bottom, self.left : self.right]


def changed(before: Pixels | None, after: Pixels, even: bool = False) -> Box:
    """The least box that holds all that differs, a corner of two alike; ``even``: it begins at even places."""
    if before is None:
        return Box(0, 0, after.shape[1], after.shape[0])
    differs = before != after
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        return Box(0, 0, 1, 1)
    left, top = int(columns[0]), int(rows[0])
    if even:
        left, top = left & ~1, top & ~1
    return Box(left, top, int(columns[-1]) + 1, int(rows[-1]) + 1)


class Tally:
    """Which colours there are in frames, and how often: `add` some, then take the `palette`."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}

    def add(self, frame: Pixels) -> None:
        """Count one frame: run by run, for grounds are wide."""
        flat = frame.ravel()
        starts = np.flatnonzero(np.concatenate([[True], flat[1:] != flat[:-1]]))
        colours, which = np.unique(flat[starts], return_inverse=True)
        counts = np.bincount(which, np.diff(starts, append=flat.size)).astype(np.int64)
        for colour, count in zip(colours.tolist(), counts.tolist(), strict=True):
            self._seen[colour] = self._seen.get(colour, 0) + count

    def palette(self) -> Image.Image:
        """`COLOURS` for all frames: text and grounds keep their very colours, shades share the rest."""
        colours = np.array(sorted(self._seen, key=lambda c: (-self._seen[c], c)), np.uint32)
        if len(colours) > COLOURS:
            kept, rest = colours[:EXACT], colours[EXACT:]
            means = picture(rest[None]).quantize(COLOURS - EXACT, Image.Quantize.MEDIANCUT).getpalette() or []
            table = _bytes(kept) + bytes(means[: 3 * (COLOURS - EXACT)])
        else:
            table = _bytes(colours)
        # What is not used repeats the first colour, so that nothing is ever drawn in it for being nearer.
        table += table[:3] * (256 - len(table) // 3)
        palette = Image.new("P", (1, 1))
        palette.putpalette(table)
        return palette


def shared_palette(samples: Iterable[Pixels]) -> Image.Image:
    """One palette for all of these."""
    tally = Tally()
    for sample in samples:
        tally.add(sample)
    return tally.palette()


def _bytes(colours: Pixels) -> bytes:
    return np.stack([colours >> 16 & 255, colours >> 8 & 255, colours & 255], axis=-1).astype(np.uint8).tobytes()
