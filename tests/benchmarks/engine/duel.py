"""Contenders side by side: a process each, one sample at a time, in a fresh random order every round.

Every task begins in fresh processes: what a process has freed before decides how dear its next large array is (a
convolution of PyTorch's took 5.2 ms or 0.8 ms), and rows would depend on their order. A sample is so many calls that it
lasts about `SAMPLE` seconds. What counts is the ratio inside a round, because a slow
moment of the machine meets both; its median and quartiles over the rounds are the result.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
SAMPLE = 0.02
SETTLE = 0.03  # thread pools of the contender before spin for some milliseconds
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True)
class Contender:
    """Who runs, and how.

    Args:
        name: For people.
        side: ``"ours"`` or ``"theirs"``: the module with its tasks.
        python: The interpreter.
        threads: How many of them BLAS and PyTorch may use.
        bound: Each thread stays on its core.
        last: PyTorch's channels_last.
    """

    name: str
    side: str
    python: str
    threads: int = 1
    bound: bool = False
    last: bool = False

    def environment(self) -> dict[str, str]:
        """This process's own, with the number of threads."""
        env = {**os.environ, **dict.fromkeys(THREADS, str(self.threads)), "PYTHONPATH": str(ROOT)}
        return env | ({"OMP_PROC_BIND": "true", "OMP_PLACES": "cores"} if self.bound else {})


@dataclass(frozen=True)
class Ratio:
    """Median and quartiles over the rounds; of our own times the median and the least, as background."""

    value: float
    q1: float
    q3: float
    seconds: float = 0.0
    least: float = 0.0


def ratio(mine: list[float], other: list[float]) -> Ratio:
    """Round by round, mine over the other's."""
    found = sorted(a / b for a, b in zip(mine, other, strict=True))
    q1, q3 = found[len(found) // 4], found[3 * len(found) // 4]
    return Ratio(statistics.median(found), q1, q3, statistics.median(mine), min(mine))


class Trouble(Exception):
    """A contender could not do its task."""


class Duel:
    """The processes of some contenders; use it in a ``with``."""

    def __init__(self, contenders: list[Contender]) -> None:
        self.contenders = contenders
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._random = random.Random()

    def __enter__(self) -> Duel:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End all processes."""
        for process in self._processes.values():
            assert process.stdin
            assert process.stdout
            process.stdin.close()
            process.wait()
            process.stdout.close()
        self._processes.clear()

    def begin(self, among: list[Contender] | None = None) -> None:
        """Fresh processes for these, or for all; they load their libraries side by side."""
        self.end()
        for who in self.contenders if among is None else among:
            self._processes[who.name] = subprocess.Popen(
                [who.python, "-m", "tests.benchmarks.engine.worker", who.side], cwd=ROOT, text=True,
                env=who.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, who: Contender, order: str, **words: Any) -> dict[str, Any]:
        """One order to one contender, and its answer."""
        process = self._processes[who.name]
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps([order, words]) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        found: dict[str, Any] = json.loads(line) if line else {"error": "its process ended"}
        if "error" in found:
            raise Trouble(f"{who.name}: {found['error']}")
        return found

    def load(self, who: Contender, task: str, **words: Any) -> None:
        """Make a task ready."""
        extra = {"last": True} if who.last else {}
        self.ask(who, "load", task=task, words={**words, **extra})

    def times(self, rounds: int, among: list[Contender] | None = None) -> dict[str, list[float]]:
        """Seconds of one call in every round, by contender."""
        among = list(self.contenders if among is None else among)
        counts = {who.name: self.ask(who, "calibrate", seconds=SAMPLE)["count"] for who in among}
        out: dict[str, list[float]] = {who.name: [] for who in among}
        for _ in range(rounds):
            self._random.shuffle(among)
            for who in among:
                time.sleep(SETTLE)
                out[who.name].append(self.ask(who, "time", count=counts[who.name])["seconds"])
        return out


def contenders(python: str, version: str) -> list[Contender]:
    """Ours, then PyTorch on one thread, then its other settings."""
    torch = f"PyTorch {version} eager"
    found = [Contender("ConvScope", "ours", sys.executable), Contender(f"{torch}, 1 thread", "theirs", python),
             Contender(f"{torch}, 1 thread, channels_last", "theirs", python, last=True)]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores > 1:
        many = f"{torch}, {cores} threads"
        found += [Contender(many, "theirs", python, cores), Contender(f"{many}, bound", "theirs", python, cores, True),
                  Contender(f"{many}, bound, channels_last", "theirs", python, cores, True, True)]
    return found
