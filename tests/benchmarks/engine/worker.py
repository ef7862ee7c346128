"""A contender's process: reads one JSON line after the other, does it, answers with a line. See `duel`."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.engine.specs import Spec

MOST = 1 << 20  # calls of one sample


class Worker:
    """Holds one task at a time, of the module `ours` or `theirs`."""

    def __init__(self, side: str) -> None:
        self.module = importlib.import_module(f"tests.benchmarks.engine.{side}")

    def load(self, task: str, words: dict[str, Any]) -> dict[str, Any]:
        """Make a task ready."""
        if "spec" in words:
            shape, layers = words["spec"]
            words["spec"] = Spec(tuple(shape), tuple((kind, settings) for kind, settings in layers))
        self.call: Callable[[], Any]
        self.call, self.answers = getattr(self.module, task)(**words)
        return {}

    def answer(self, file: str) -> dict[str, Any]:
        """What the task computes, into a file: before anything is timed."""
        import numpy as np
        np.savez(Path(file), **self.answers())
        return {}

    def calibrate(self, seconds: float) -> dict[str, Any]:
        """How many calls fill about so many seconds."""
        count = 1
        for _ in range(2):  # nothing that is made once is timed
            self.call()
        while count < MOST:
            took = self.time(count)["seconds"] * count
            if took >= 0.7 * seconds:
                break
            count = max(count + 1, min(count * 8, int(count * seconds / max(took, 1e-9))))
        return {"count": count}

    def time(self, count: int) -> dict[str, Any]:
        """Seconds of one call, over ``count`` of them."""
        call, clock = self.call, time.perf_counter
        began = clock()
        for _ in range(count):
            call()
        return {"seconds": (clock() - began) / count}


def main(side: str) -> None:
    """Serve until the input ends."""
    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    worker = Worker(side)
    for line in sys.stdin:
        try:
            order, words = json.loads(line)
            found = getattr(worker, order)(**words)
        except Exception as error:  # told to the parent, which raises it
            found = {"error": f"{type(error).__name__}: {error}"}
        said.write(json.dumps(found) + "\n")
        said.flush()


if __name__ == "__main__":
    main(sys.argv[1])
