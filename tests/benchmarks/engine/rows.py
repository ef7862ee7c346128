"""The table: what is measured, what it must reach, and what it aims at. Names stay as they are: others read them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.benchmarks.engine import specs
from tests.benchmarks.engine.specs import Spec


@dataclass(frozen=True)
class Row:
    """One ratio of times, ours over theirs.

    Args:
        name: As the JSON has it.
        batch: Samples at a time where the table names them; None elsewhere.
        floor: The ratio it must reach.
        aim: The ratio it aims at.
        task: ``"train"``, ``"forward"`` (every activation), ``"scores"`` (the last alone), ``"import"``, ``"memory"``.
        spec: The network.
        samples: How many go in at a time.
        best: Against the best setting of PyTorch, not against one thread.
    """

    name: str
    batch: int | None
    floor: float
    aim: float
    task: str
    spec: Spec = field(default=specs.LENET, repr=False, hash=False)
    samples: int = 1
    best: bool = False

    @property
    def key(self) -> str:
        """Name and batch in one word: what ``--only`` looks into."""
        return self.name if self.batch is None else f"{self.name}, batch {self.batch}"


def _training() -> list[Row]:
    goals = {1: (0.40, 0.20), 8: (0.45, 0.25), 32: (0.45, 0.22), 64: (0.55, 0.30), 256: (0.65, 0.40)}
    rows = [Row("LeNet training step", n, floor, aim, "train", samples=n) for n, (floor, aim) in goals.items()]
    return rows + [Row("LeNet training step against torch's best setting", n, 1.0, 0.5, "train", samples=n, best=True)
                   for n in (64, 256)]


def _pictures() -> list[Row]:
    goals = {3: (0.5, 0.17), 7: (0.3, 0.12), 15: (0.25, 0.10), 31: (0.25, 0.10)}
    return [Row(f"one 256x256 picture, kernel {k}", None, floor, aim, "scores",
                specs.alone((1, 256, 256), 1, k, k // 2, bias=False)) for k, (floor, aim) in goals.items()]


ROWS = (
    *_training(),
    Row("one sample forward, every activation returned", None, 0.40, 0.20, "forward"),
    Row("convolution forward 1x1x28x28 k5 c6", None, 0.5, 0.2, "scores", specs.alone((1, 28, 28), 6, 5, 0)),
    Row("convolution forward 32x3x32x32 k3 c32", None, 0.5, 0.3, "scores", specs.alone((3, 32, 32), 32, 3, 1), 32),
    Row("convolution forward 1x64x112x112 k3 c128", None, 1.1, 0.75, "scores", specs.alone((64, 112, 112), 128, 3, 1)),
    *_pictures(),
    Row("small VGG training step", 32, 1.2, 0.8, "train", specs.VGG, 32),
    Row("import", None, 0.15, 0.08, "import"),
    Row("peak memory of LeNet training", 64, 0.3, 0.15, "memory", samples=64),
)
