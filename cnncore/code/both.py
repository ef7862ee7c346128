"""What PyTorch and Keras say alike: layers whose line has no word of either in it, and the way back by autograd."""

from __future__ import annotations

from collections.abc import Callable

from cnncore.code.base import Ask, NoSuchThing, Table, at, writer
from cnncore.ops.pad import sides_of

BOTH: Table = {}


@writer(BOTH, "crop")
def crop(ask: Ask) -> list[str]:
    """A slice."""
    starts = [before for before, _ in sides_of(ask.op.kind, "cut", ask.op.cut, ask.rank)]
    own = ", ".join(f"{a}:{a + n}" for a, n in zip(starts, ask.output[1:], strict=True))
    return [f"y = {ask.x}[:, {own}]"]


@writer(BOTH, "add", "multiply")
def alike(ask: Ask) -> list[str]:
    """Cell by cell."""
    return [f"y = {(' + ' if ask.op.kind == 'add' else ' * ').join(ask.inputs)}"]


def templates(table: Table, lines: dict[str, str], more: Callable[[Ask], dict[str, object]] = lambda ask: {}) -> None:
    """Enter the layers that are one line: a text with the fields x, inputs, op, names, rank and axes of space, shape of
    the output, and those of ``more``.
    """
    def made(ask: Ask) -> list[str]:
        text = lines[ask.op.kind].format(x=ask.x, inputs=", ".join(ask.inputs), op=ask.op, names=ask.names,
                                         rank=ask.rank, axes=tuple(range(1, 1 + ask.rank)), shape=ask.output,
                                         **more(ask))
        return [f"y = {text}"]

    writer(table, *lines)(made)


def backwards(ask: Ask, target: str, cell: tuple[int, ...], lines: list[str]) -> list[str]:
    """The lines of the layer, run backwards from ``dy``; they leave y in the shape that dy has."""
    op = ask.op
    if op.kind == "keepmax" or (op.kind == "unpool" and target == "input1"):
        raise NoSuchThing("The gradient is 0: {layer} only compares.", layer=op.kind)
    of = ask.names[target]
    return [f"{of}.requires_grad_()", *lines, f"y.backward({ask.names['grad']})", f"{of}.grad{at(cell)}"]
