"""``python3 run.py bench``: measures the rows, prints the table; writes JSON and a picture where that is asked for."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.engine import home, plot, report
from tests.benchmarks.engine.cold import measured
from tests.benchmarks.engine.duel import Contender, Duel, Trouble, contenders, ratio
from tests.benchmarks.engine.growth import Growth, growth, peak, step_operations
from tests.benchmarks.engine.ours import arrays, fast
from tests.benchmarks.engine.rows import ROWS, Row
from tests.benchmarks.engine.specs import LENET, NAMED

NEAR = {"train": 1e-2, "forward": 1e-5, "scores": 1e-5}  # float32; over three steps a ReLU's sign or two may flip


def main(words: list[str]) -> int:
    """Measure; 0 unless a row could not be measured, or the two sides do not compute the same."""
    asked = _asked(words)
    rows = [row for row in ROWS if asked.only.lower() in row.key.lower()]
    if not rows:
        print(f"ConvScope: no row's name holds {asked.only!r}. Rows: {'; '.join(row.key for row in ROWS)}.",
              file=sys.stderr)
        return 2
    interpreter = home.python()
    everyone = contenders(interpreter, home.version(interpreter))
    began, failed = time.perf_counter(), []
    print(f"ConvScope's engine beside {everyone[1].name}: medians of paired ratios, less is faster.\n")
    print(report.laid(report.HEAD))
    results: list[report.Result] = []
    grown: list[Growth] = []
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as name, Duel(everyone) as duel:
        for row in ROWS:
            if row.best or not {row, *_twins(row)} & set(rows):
                continue
            try:
                found = measure(row, duel, asked.rounds, Path(name))
            except Trouble as error:
                failed.append(f"{row.key}: {error}")
                continue
            for one in found:
                if one.row in rows:
                    results.append(one)
                    print(report.laid(report.line(one)), flush=True)
        if not asked.only:
            lines, grown = _beyond(duel, everyone, results, asked.rounds, Path(name))
    results.sort(key=lambda one: ROWS.index(one.row))
    print("\n" + "\n".join([*lines, *report.fast_lines({key: fast(spec, 32) for key, spec in NAMED.items()})]))
    print(f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}, NumPy {np.__version__}; "
          f"{asked.rounds} rounds, {time.perf_counter() - began:.0f} s")
    _write(asked, results, grown, everyone[1])
    for one in failed:
        print(f"ConvScope: {one}", file=sys.stderr)
    return 1 if failed else 0


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("run.py bench", description="Times of the engine over times of PyTorch.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there, as a list")
    parser.add_argument("--rounds", type=int, default=13, metavar="N", help="samples of each contender (13)")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw an SVG there")
    parser.add_argument("--only", default="", metavar="ROW", help="rows whose name holds this word")
    parser.add_argument("--from", type=Path, default=Path.cwd(), dest="base", help=argparse.SUPPRESS)
    asked = parser.parse_args(words)
    if asked.rounds < 1:
        parser.error("--rounds is 1 or more")
    return asked


def measure(row: Row, duel: Duel, rounds: int, folder: Path) -> list[report.Result]:
    """One row, and with it the row of the same task against torch's best setting."""
    ours, base, *others = duel.contenders
    file = folder / "arrays.npz"
    np.savez(file, **arrays(row.spec, row.samples))
    if row.task in ("import", "memory"):
        return [_cold(row, ours, base, file, rounds)]
    fair = [ours, base, *others]
    duel.begin()
    for who in fair:
        duel.load(who, row.task, spec=[row.spec.shape, row.spec.layers], file=str(file))
    same = _agree(row, duel, ours, base, folder)
    times = duel.times(rounds, fair)
    mine = times[ours.name]
    by_name = {who.name: ratio(mine, times[who.name]) for who in fair[1:]}
    best = max(by_name, key=lambda name: by_name[name].value)
    nodes = fast(row.spec, row.samples).values()
    share = f"{sum(nodes)}/{len(nodes)}"
    out = [report.Result(row, by_name[base.name], base.name, by_name[best], best, share, same)]
    return out + [report.Result(other, by_name[best], best, fast=share, same=same) for other in _twins(row)]


def _twins(row: Row) -> list[Row]:
    """The rows of the same task against torch's best setting."""
    same = (row.task, row.spec, row.samples)
    return [other for other in ROWS if other.best and (other.task, other.spec, other.samples) == same]


def _agree(row: Row, duel: Duel, ours: Contender, base: Contender, folder: Path) -> float:
    """How far apart the two compute: over each array, the length of the difference over its length.

    Of trained weights only the way that they went counts, not where they began. `Trouble` where it is far.
    """
    found = []
    for who in (ours, base):
        file = folder / f"{who.side}.npz"
        duel.ask(who, "answer", file=str(file))
        found.append(dict(np.load(file)))
    mine, other = found
    start = dict(np.load(folder / "arrays.npz")) if row.task == "train" else {}
    if mine.keys() != other.keys() or any(mine[key].shape != other[key].shape for key in mine):
        raise Trouble("the two do not give arrays of the same shapes, so nothing was timed")
    lengths = {key: float(np.linalg.norm(other[key] - start.get(key, 0))) for key in mine}
    apart = max(float(np.linalg.norm(mine[key] - other[key])) / max(length, 1e-12) for key, length in lengths.items())
    if not apart <= NEAR[row.task]:
        raise Trouble(f"the two do not compute the same ({apart:.1g} apart), so nothing was timed")
    return apart


def _cold(row: Row, ours: Contender, base: Contender, file: Path, rounds: int) -> report.Result:
    """A fresh process each time; the first of each fills the system's file cache and is not counted."""
    several = max(1, min(rounds, 5 if row.task == "import" else 3))
    found = [[measured(who, row.task, file) for who in (ours, base)] for _ in range(several + 1)][1:]
    return report.Result(row, ratio([a for a, _ in found], [b for _, b in found]), base.name)


def _beyond(duel: Duel, everyone: list[Contender], results: list[report.Result], rounds: int,
            folder: Path) -> tuple[list[str], list[Growth]]:
    """What is printed under the table: share of the peak, growth."""
    try:
        step = next((one for one in results if one.row.spec is LENET and one.row.batch == 64), None)
        lines = []
        if step is not None:
            lines.append(report.peak_line(step_operations(LENET, 64), step.ratio.least, peak(duel, everyone[0])))
        grown = growth(duel, everyone[:2], max(1, min(rounds, 5)), folder)
    except Trouble as error:
        return [f"Growth could not be measured: {error}"], []
    return lines + report.growth_lines(grown), grown


def _write(asked: argparse.Namespace, results: list[report.Result], grown: list[Growth], base: Contender) -> None:
    if asked.json:
        plain = [one.plain() for one in results]
        (asked.base / asked.json).write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    if asked.plot:
        title = (f"{base.name}, unless the row says otherwise; {platform.system()} on {platform.machine()}, "
                 f"NumPy {np.__version__}; median of {asked.rounds} paired ratios")
        (asked.base / asked.plot).write_text(plot.svg(results, grown, title), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
