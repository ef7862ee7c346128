"""How time grows with batch, side and filters, and what share of the machine's matrix products a step reaches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnncore.shapes import multiply_adds
from tests.benchmarks.engine import specs
from tests.benchmarks.engine.duel import Contender, Duel
from tests.benchmarks.engine.ours import arrays, network

BATCH, SIDE, FILTERS = 16, 16, 16  # where the other two stand while one grows
ALONG = {"batch": (1, 4, 16, 64), "side": (8, 16, 32, 64), "filters": (4, 16, 64, 128)}
PEAK = 1024


@dataclass(frozen=True)
class Growth:
    """Times along one axis.

    Args:
        axis: ``"batch"``, ``"side"`` or ``"filters"``.
        sizes: Where it was measured.
        ours, theirs: Seconds of a training step at each, the quickest sample: sizes are not measured at one moment.
    """

    axis: str
    sizes: tuple[int, ...]
    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    def exponents(self) -> tuple[float, float]:
        """Ours and theirs: e of time ~ size^e, fitted by least squares over the logarithms."""
        found = [np.polyfit(np.log(self.sizes), np.log(times), 1)[0] for times in (self.ours, self.theirs)]
        return float(found[0]), float(found[1])

    def top(self) -> tuple[float, float]:
        """The same between the two largest sizes alone."""
        step = math.log(self.sizes[-1] / self.sizes[-2])
        return math.log(self.ours[-1] / self.ours[-2]) / step, math.log(self.theirs[-1] / self.theirs[-2]) / step


def growth(duel: Duel, pair: list[Contender], rounds: int, folder: Path) -> list[Growth]:
    """A training step of two 3x3 convolutions, along each axis."""
    done: dict[tuple[int, int, int], tuple[float, float]] = {}

    def at(batch: int, side: int, filters: int) -> tuple[float, float]:
        key = (batch, side, filters)
        if key not in done:
            spec, file = specs.pair(side, filters), folder / f"growth-{batch}-{side}-{filters}.npz"
            np.savez(file, **arrays(spec, batch))
            duel.begin(pair)
            for who in pair:
                duel.load(who, "train", spec=[spec.shape, spec.layers], file=str(file))
            times = duel.times(rounds, pair)
            done[key] = (min(times[pair[0].name]), min(times[pair[1].name]))
        return done[key]

    out = []
    for axis, sizes in ALONG.items():
        base = {"batch": BATCH, "side": SIDE, "filters": FILTERS}
        found = [at(**{**base, axis: size}) for size in sizes]
        out.append(Growth(axis, sizes, tuple(a for a, _ in found), tuple(b for _, b in found)))
    return out


def peak(duel: Duel, ours: Contender) -> float:
    """Float operations a second of a large square product, on one thread."""
    duel.begin([ours])
    duel.load(ours, "peak", side=PEAK)
    return 2 * PEAK**3 / min(duel.times(7, [ours])[ours.name])


def step_operations(spec: specs.Spec, samples: int) -> int:
    """Of a training step's matrix products: forward, by weights, and by inputs, except the input of the first layer."""
    net = network(spec)
    first = net.nodes[0]
    return 2 * samples * (3 * multiply_adds(net) - first.op.multiply_adds(*net.input_shapes(first.name)))
