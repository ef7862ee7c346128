"""The table and what stands under it, in plain text; and the rows as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.benchmarks.engine.duel import Ratio
from tests.benchmarks.engine.growth import Growth
from tests.benchmarks.engine.rows import Row

HEAD = ("row", "ratio", "quartiles", "must", "aim", "", "torch's best", "fast", "ours")


@dataclass(frozen=True)
class Result:
    """One row measured.

    Args:
        row: Which.
        ratio: Against ``contender``.
        contender: Who it was measured against.
        best: Against PyTorch's best setting for this row, where there are several.
        best_name: Which setting that is.
        fast: How many of its layers take the fast path, as ``"13/13"``; empty where that says nothing.
        same: The largest difference between the two contenders' numbers, as a share of their size.
    """

    row: Row
    ratio: Ratio
    contender: str
    best: Ratio | None = None
    best_name: str = ""
    fast: str = ""
    same: float = 0.0

    @property
    def verdict(self) -> str:
        """Whether floor and aim are reached."""
        if self.ratio.value > self.row.floor:
            return "short"
        return "aim" if self.ratio.value <= self.row.aim else "reached"

    def plain(self) -> dict[str, Any]:
        """The JSON row."""
        return {"row": self.row.name, "batch": self.row.batch, "ratio": round(self.ratio.value, 4),
                "q1": round(self.ratio.q1, 4), "q3": round(self.ratio.q3, 4), "floor": self.row.floor,
                "aim": self.row.aim, "contender": self.contender}


def amount(result: Result) -> str:
    """Our own time or memory: background, it holds for this machine only."""
    value = result.ratio.seconds
    if result.row.task == "memory":
        return f"{value / 2**20:.0f} MB"
    return f"{value * 1e3:.2f} ms" if value < 1 else f"{value:.2f} s"


def line(result: Result) -> tuple[str, ...]:
    """The cells of one line of the table."""
    found, best = result.ratio, ""
    if result.best and not result.row.best:
        best = f"{result.best.value:.2f} ({short(result.best_name)})"
    elif result.row.best:
        best = f"({short(result.contender)})"
    return (result.row.key, f"{found.value:.3f}", f"{found.q1:.3f} {found.q3:.3f}", f"{result.row.floor:.2f}",
            f"{result.row.aim:.2f}", result.verdict, best, result.fast, amount(result))


def short(contender: str) -> str:
    """The setting of PyTorch without its name and version."""
    return contender.partition(" eager, ")[2].replace(" threads", "t").replace(" thread", "t")


WIDTHS = (56, 7, 13, 5, 5, 8, 30, 6, 10)


def laid(cells: tuple[str, ...]) -> str:
    """Cells in columns: words to the left, numbers to the right."""
    right = {1, 2, 3, 4, 8}
    return "  ".join(cell.rjust(width) if k in right else cell.ljust(width)
                     for k, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))).rstrip()


def growth_lines(found: list[Growth]) -> list[str]:
    """Exponents beside torch's, and the ratio at each size."""
    out = ["How a training step of two 3x3 convolutions grows: e of time ~ size^e (between the two largest sizes)"]
    for one in found:
        (ours, theirs), (top, their_top) = one.exponents(), one.top()
        ratios = " ".join(f"{a / b:.2f}" for a, b in zip(one.ours, one.theirs, strict=True))
        out.append(f"  {one.axis:<8} {','.join(map(str, one.sizes)):<12} ours {ours:.2f} ({top:.2f})   torch "
                   f"{theirs:.2f} ({their_top:.2f})   ours over torch's: {ratios}")
    return out


def peak_line(operations: int, seconds: float, peak: float) -> str:
    """How near the whole step comes to the machine's matrix product."""
    speed = operations / seconds
    return (f"LeNet's whole training step at batch 64: {speed / 1e9:.0f} GFLOP/s, {speed / peak:.0%} of this machine's "
            f"{peak / 1e9:.0f} GFLOP/s (sgemm, one thread; the quickest sample of each)")


def fast_lines(paths: dict[str, dict[str, bool]]) -> list[str]:
    """Which layers take the fast path; the others run in their op's own file."""
    out = []
    for name, nodes in paths.items():
        slow = [node for node, fast in nodes.items() if not fast]
        some = f"all but {', '.join(slow)}" if len(slow) < len(nodes) else "none"
        out.append(f"Fast path, {name}: {some if slow else f'all {len(nodes)} layers'}")
    return out
