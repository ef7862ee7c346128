"""Gradients in NumPy. ``dy`` is what came back, ∂L/∂ of the layer's output. The lines stand by family in the modules
beside this one; each kind of layer is entered in one table.
"""

from __future__ import annotations

from collections.abc import Callable

from cnncore.code.base import Ask

Cell = tuple[int, ...]
Back = Callable[[Ask, str, Cell], list[str]]
BACK: dict[str, Back] = {}
NOTHING = "0.0"


def gradient(ask: Ask, target: str, cell: Cell) -> list[str]:
    """Lines for ∂L/∂ one number; the last is its value. None for a kind of layer that nobody wrote them for."""
    write = BACK.get(ask.op.kind)
    return write(ask, target, cell) if write is not None else []


def back(*kinds: str) -> Callable[[Back], Back]:
    """Enter a function for these kinds."""
    def enter(function: Back) -> Back:
        BACK.update(dict.fromkeys(kinds, function))
        return function
    return enter
