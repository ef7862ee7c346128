"""A sequence as a film: a generator, each of whose steps paints and packs one frame."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol, TypeVar

import numpy as np

from app.export.behind import Behind
from app.export.frames import Pixels, Tally, pixels
from app.export.gif import Gif
from app.export.mp4 import Mp4
from app.export.stage import Stage
from app.export.webp import Webp
from app.model.timeline import Playhead

SAMPLES = 5  # frames that the shared palette is made of
T = TypeVar("T")


class Encoder(Protocol):
    """Takes frames, gives a file."""

    def add(self, frame: Pixels, ms: int) -> None: ...
    def finish(self) -> bytes: ...
    def close(self) -> None: ...


def film(stage: Stage, heads: Sequence[Playhead], suffix: str) -> Generator[float, None, bytes]:
    """Paint one frame a step, on the thread of the widgets; it is packed beside.

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
    tally, samples = Tally(), min(SAMPLES, count) if suffix == ".gif" else 0
    steps, behind = samples + count, Behind()
    made: list[Encoder] = []  # kept where it is made: who stops waiting for it must close it all the same
    try:
        for n, k in enumerate(np.linspace(0, count - 1, samples).round().astype(int)):
            _pose(stage, heads, int(k))
            yield n / steps  # a turn for the window between layout and paint
            yield from _meanwhile(behind.send(tally.add, _frame(stage)), n / steps)
            yield (n + 1) / steps
        making = behind.take(lambda: made.append(_encoder(suffix, stage.look.size, ms, tally)))
        yield from _meanwhile(making, samples / steps)
        encoder = made[0]
        for k in range(count):
            _pose(stage, heads, k)
            yield (samples + k) / steps
            yield from _meanwhile(behind.send(encoder.add, _frame(stage), ms), (samples + k) / steps)
            yield (samples + k + 1) / steps
        return (yield from _meanwhile(behind.take(encoder.finish), 1.0))
    finally:
        behind.close()
        for encoder in made:
            encoder.close()


def _meanwhile(waiting: Generator[None, None, T], done: float) -> Generator[float, None, T]:
    """Says how far the film is while it waits."""
    while True:
        try:
            next(waiting)
        except StopIteration as ended:
            result: T = ended.value
            return result
        yield done


def _pose(stage: Stage, heads: Sequence[Playhead], k: int) -> None:
    stage.show(heads[k], (k + 1) / len(heads))


def _frame(stage: Stage) -> Pixels:
    return pixels(stage.image())


def _encoder(suffix: str, size: tuple[int, int], ms: int, tally: Tally) -> Encoder:
    if suffix == ".gif":
        return Gif(size, tally.palette())
    return Webp(size) if suffix == ".webp" else Mp4(size, ms)
