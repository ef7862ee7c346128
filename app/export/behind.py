"""An encoder on a thread of its own: painting needs the widgets' thread, packing does not."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

AHEAD = 2  # frames that are painted before they are packed
TURN = 0.004  # seconds to wait for the encoder at a time

T = TypeVar("T")


class Behind:
    """Runs calls one after another beside the thread that asks for them; what they raise, it raises there."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "film")
        self._open: list[Future[Any]] = []

    def send(self, call: Callable[..., object], *args: object) -> Generator[None, None, None]:
        """Have a call made, as soon as there is room for it. Yields while there is none."""
        self._open.append(self._pool.submit(call, *args))
        yield from self._until(AHEAD)

    def take(self, call: Callable[[], T]) -> Generator[None, None, T]:
        """What a call gives, made after all others. Yields until then."""
        last = self._pool.submit(call)
        self._open.append(last)
        yield from self._until(0)
        return last.result()

    def _until(self, most: int) -> Generator[None, None, None]:
        while self._open:
            if self._open[0].done():
                self._open.pop(0).result()
            elif len(self._open) <= most:
                return
            else:
                wait(self._open[:1], TURN)
                yield

    def close(self) -> None:
        """What has not begun is dropped, what has begun is waited for."""
        self._pool.shutdown(wait=True, cancel_futures=True)
