"""PCA and whitening: a turn into the directions in which samples differ most, found in the samples.

Pearson 1901, doi:10.1080/14786440109462720; ZCA: Bell and Sejnowski 1997, doi:10.1016/S0042-6989(97)00121-1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Run, Shape, knob
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class Whiten(Op):
    """matrix · (x − mean) over all numbers of a sample; `fit` finds both, training does not.

    With D = C·S numbers in a sample and k components: mean (C, *S), matrix (k, C, *S), each row a picture; zca has a
    row for every number, (D, C, *S), and gives (C, *S) again, the others give a list (k,).
    """

    kind = "whiten"
    title = "whiten"
    running = ("mean", "matrix")
    way: str = knob("zca", choices=("pca", "pca_whitening", "zca"),
                    help="pca: turned; pca_whitening: and every direction given variance 1; zca: and turned back.")
    components: int = knob(0, low=0, high=1_000_000, help="Directions that are kept, the widest first; 0: all.")
    epsilon: float = knob(1e-5, low=0.0, high=1e6, help="Added to each variance, so that noise is not blown up.")

    def output_shape(self, *inputs: Shape) -> Shape:
        """(C, *S) of zca, else (components,)."""
        count = math.prod(inputs[0])
        if self.components > count:
            raise CnnError("whiten.components", "{owner}: {knob} = {value}, but a sample has {count} numbers. Allowed: "
                           "{allowed}. 0 keeps all.", owner=self.kind, knob="components", value=self.components,
                           count=count, allowed=f"0 … {count}")
        return inputs[0] if self.way == "zca" else (self.components or count,)

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """mean (C, *S) and matrix (k, C, *S)."""
        return {"mean": inputs[0], "matrix": (math.prod(self.output_shape(*inputs)), *inputs[0])}

    def start(self, rng: np.random.Generator, *inputs: Shape) -> dict[str, Array]:
        """Mean 0 and the identity: until it is fitted it changes nothing but the shape."""
        shape = self.parameter_shapes(*inputs)["matrix"]
        matrix = np.eye(shape[0], math.prod(inputs[0]), dtype=np.float32)
        return {"mean": np.zeros(inputs[0], np.float32), "matrix": matrix.reshape(shape)}

    def fit(self, samples: Array) -> dict[str, Array]:
        """Mean and matrix of these (N, C, *S) samples, float32; see `cnncore.fitting.fit`.

        The covariance divides by N; directions in which the samples do not differ at all are left out, as 0. Of the two
        signs of a direction the one whose largest number is positive is taken.
        """
        shape = samples.shape[1:]
        x = samples.reshape(len(samples), -1).astype(np.float64)
        mean = x.mean(axis=0)
        x -= mean
        spread, rows = self._directions(x)
        if self.way != "pca":
            some = spread > max(float(spread[0]), 0.0) * len(mean) * np.finfo(np.float64).eps
            narrowed = np.where(some, 1 / np.sqrt(np.where(some, spread, 1.0) + self.epsilon), 0.0)[:, None] * rows
            rows = rows.T @ narrowed if self.way == "zca" else narrowed
        return {"mean": mean.reshape(shape).astype(np.float32),
                "matrix": rows.reshape(-1, *shape).astype(np.float32)}

    def invert(self, output: Array, params: Params) -> Array:
        """The (N, C, *S) input that gave an output; what was left out comes back as the mean."""
        mean, matrix = params["mean"], params["matrix"]
        back = np.linalg.pinv(matrix.reshape(len(matrix), -1).astype(np.float64), rcond=1e-6).T  # (k, D)
        found: Array = output.reshape(len(output), -1) @ back
        return (found.reshape(-1, *mean.shape) + mean).astype(output.dtype)

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """matrix · (x − mean); the same in training, for only `fit` changes them."""
        x, matrix = inputs[0], params["matrix"]
        moved = (x - params["mean"]).reshape(len(x), -1)  # (N, D)
        return Forward(np.matmul(moved, matrix.reshape(len(matrix), -1).T).reshape(len(x), *self._out(x.shape[1:])))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """The transposed product."""
        matrix = params["matrix"]
        back = np.matmul(grad.reshape(len(grad), -1), matrix.reshape(len(matrix), -1))
        return Backward((back.reshape(inputs[0].shape),), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layouts: output (C, *S), input0 the shape of the output; − matrix · mean is the bias."""
        total = self.total(target, cell, run, sample)
        matrix, shape = run.params["matrix"], run.inputs[0].shape[1:]
        if target == "output":
            row, cells = _row(cell, run.forward.output.shape[1:]), _cells(shape)
            first = column("input0", run.inputs[0][sample], cells)
            second = column("matrix", matrix[row], np.hstack([np.full((len(cells), 1), row), cells]))
            bias = -float(second.values @ run.params["mean"].reshape(-1).astype(np.float64))
            terms = first.values * second.values
            return Trace("products", target, cell, (first, second), terms, shape, total, bias=bias)
        assert run.grad is not None  # total() has seen to it
        out = run.grad.shape[1:]
        first = column("grad", run.grad[sample], _cells(out))
        own = np.hstack([np.arange(len(matrix))[:, None], np.tile(cell, (len(matrix), 1))])
        second = column("matrix", matrix.reshape(len(matrix), -1)[:, _row(cell, matrix.shape[1:])], own)
        return Trace("products", target, cell, (first, second), first.values * second.values, out, total)

    def multiply_adds(self, *inputs: Shape) -> int:
        """One for each number of the matrix."""
        return math.prod(self.parameter_shapes(*inputs)["matrix"])

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The row of the matrix times what is left without the mean."""
        if target != "output":
            return ""
        x = names["input0"]
        row = str(cell[0]) if self.way != "zca" else f"np.ravel_multi_index({cell}, {x}.shape)"
        return f"({names['matrix']}[{row}] * ({x} - {names['mean']})).sum()"

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it does, and how many directions it keeps."""
        facts: dict[str, object] = {"components": self.components} if self.components else {}
        if self.way == "pca":
            return ("the {components} widest directions" if facts else "turned into the widest directions"), facts
        if self.way == "zca":
            return ("{components} directions of variance 1, turned back" if facts
                    else "variance 1 in all directions, turned back"), facts
        return ("{components} directions of variance 1" if facts else "variance 1 in all directions"), facts

    def work(self, samples: int, shape: Shape) -> int:
        """Numbers that `fit` holds at once."""
        count, kept = math.prod(shape), math.prod(self.parameter_shapes(shape)["matrix"])
        return 4 * samples * count + kept if self._few(samples, count) else 3 * count**2 + 2 * samples * count + kept

    def _few(self, samples: int, count: int) -> bool:
        """Whether the samples span all that is asked for: then their own directions do, without a covariance."""
        return samples < count and (self.way == "zca" or 0 < self.components <= samples)

    def _directions(self, x: Array) -> tuple[Array, Array]:
        """Variances (k,), falling, and directions (k, D) of centred samples (N, D)."""
        if self._few(*x.shape):
            _, sizes, rows = np.linalg.svd(x, full_matrices=False)
            spread = sizes**2 / len(x)
        else:
            rising, turn = np.linalg.eigh(x.T @ x / len(x))
            spread, rows = rising[::-1], turn.T[::-1]
        if self.components:
            spread, rows = spread[:self.components], rows[:self.components]
        largest = np.take_along_axis(rows, np.abs(rows).argmax(axis=1)[:, None], 1)
        return spread, rows * np.where(largest < 0, -1.0, 1.0)

    def _out(self, shape: Shape) -> Shape:
        return shape if self.way == "zca" else (-1,)


def _row(cell: tuple[int, ...], shape: Shape) -> int:
    return int(np.ravel_multi_index(cell, shape))


def _cells(shape: Shape) -> Array:
    """(n, rank) every index of an array of that shape."""
    cells: Array = np.stack(np.unravel_index(np.arange(math.prod(shape)), shape), axis=1)
    return cells
