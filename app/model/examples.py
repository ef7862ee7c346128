"""Writes the worked examples as projects: ``python -m app.model.examples`` makes assets/examples/ anew.

What comes out of them is computed by the engine when they are opened; no result stands in a file.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from app.model import examples_kernels as kernels
from app.model import examples_layers as layers
from app.model.document import Document
from app.model.project import SUFFIX, save_project
from app.paths import asset

MADE: dict[str, Callable[[], Document]] = {
    "A1": kernels.a1, "A2": kernels.a2, "A4": kernels.a4, "B1": kernels.b1, "B2": kernels.b2,
    "C1": kernels.c1, "C2": kernels.c2, "C3": kernels.c3,
    "D1": layers.d1, "D2": layers.d2, "D3": layers.d3, "E3": layers.e3, "E4": layers.e4,
}


def write(folder: Path) -> None:
    """All of them, one file each, named by their letters."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in MADE.items():
        save_project(folder / f"{name}{SUFFIX}", make())


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else asset("examples"))
