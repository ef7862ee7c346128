"""A sequence as a film: a generator, each of whose steps paints and packs one frame."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol

import numpy as np

from app.export.frames import Pixels, pixels, shared_palette
from app.export.gif import Gif
from app.export.mp4 import Mp4
from app.export.stage import Stage
from app.export.webp import Webp
from app.model.timeline import Playhead

SAMPLES = 5  # frames that the shared palette is made of


class Encoder(Protocol):
    """Takes frames, gives a file."""

    def add(self, frame: Pixels, ms: int) -> None: ...
    def finish(self) -> bytes: ...
    def close(self) -> None: ...


def film(stage: Stage, heads: Sequence[Playhead], suffix: str) -> Generator[float, None, bytes]:
    """Paint and pack one frame a step, on the thread of the widgets.

    Args:
        stage: Where the frames are painted; stays open.
        heads: One a frame.
        suffix: One of `FILMS`.

    Yields:
        How much is done, 0 to 1.

    Returns:
        The file. Closing the generator leaves nothing behind.
    """
    ms, count = stage.look.step_ms, len(heads)
    samples: list[Pixels] = []
    steps = count + (min(SAMPLES, count) if suffix == ".gif" else 0)
    if suffix == ".gif":
        for k in np.linspace(0, count - 1, min(SAMPLES, count)).round().astype(int):
            samples.append(_frame(stage, heads, int(k)))
            yield len(samples) / steps
    size, encoder = stage.look.size, None
    try:
        encoder = _encoder(suffix, size, ms, samples)
        before = len(samples)
        samples.clear()
        for k in range(count):
            encoder.add(_frame(stage, heads, k), ms)
            yield (before + k + 1) / steps
        return encoder.finish()
    finally:
        if encoder is not None:
            encoder.close()


def _frame(stage: Stage, heads: Sequence[Playhead], k: int) -> Pixels:
    stage.show(heads[k], (k + 1) / len(heads))
    return pixels(stage.image())


def _encoder(suffix: str, size: tuple[int, int], ms: int, samples: list[Pixels]) -> Encoder:
    if suffix == ".gif":
        return Gif(size, shared_palette(samples))
    return Webp(size) if suffix == ".webp" else Mp4(size, ms)
