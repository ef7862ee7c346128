"""The lines that compute one number, in three languages.

NumPy lines of an output are each op's own (`cnncore.op.Op.code`), because they say what the op does; those of gradients
stand in `gradients` and the modules beside it, with two ops that do forwards what another's gradient does. What a
framework calls a layer stands in one table a framework, so that a layer has one line a table and a new framework one
file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnncore.code import gradients_cells, gradients_conv, gradients_norms, gradients_pools, keras, loss, step, torch
from cnncore.code.base import Ask, NoSuchThing, Table, Written
from cnncore.code.gradients import gradient
from cnncore.code.lines import folded
from cnncore.losses import Loss
from cnncore.op import Op, Shape

__all__ = ["IMPORTS", "LANGUAGES", "TABLES", "Written", "code_of", "loss_code", "names_of", "step_code", "sum_code"]

LANGUAGES = ("numpy", "torch", "keras")
IMPORTS = {"numpy": "import numpy as np", "torch": "import torch\nimport torch.nn.functional as F",
           "keras": "import os\nos.environ[\"KERAS_BACKEND\"] = \"torch\"\n\nimport keras\nfrom keras import ops"}
TABLES: dict[str, Table] = {"torch": torch.TORCH, "keras": keras.KERAS}
FAMILIES = (gradients_cells, gradients_conv, gradients_norms, gradients_pools)  # each enters its kinds in BACK
TURNED = {"unpool": gradients_pools.unpooled, "transposedconv": gradients_conv.laid}  # another's way back, forwards
SHORT = {"weight": "w", "bias": "b"}


def names_of(op: Op, *shapes: Shape) -> dict[str, str]:
    """What code calls a layer's arrays: x (x0, x1, … where it reads several), w, b, and dy for what came back."""
    inputs = {f"input{k}": "x" if len(shapes) == 1 else f"x{k}" for k in range(len(shapes))}
    return inputs | {key: SHORT.get(key, key) for key in op.parameter_shapes(*shapes)} | {"grad": "dy"}


def code_of(op: Op, language: str, target: str, cell: tuple[int, ...], shapes: tuple[Shape, ...],
            names: Mapping[str, str] | None = None) -> Written:
    """Lines for one number of a layer outside training, or a sentence why there are none.

    Args:
        op: The layer.
        language: One of `LANGUAGES`.
        target: As in `cnncore.op.Op.trace`.
        cell: Index into it, without the sample axis.
        shapes: (C, *S) of each input.
        names: Of its arrays, without the sample axis; by default those of `names_of`.
    """
    ask = Ask(op, names_of(op, *shapes) if names is None else names, shapes)
    cell = tuple(int(i) for i in cell)

    def lines() -> list[str]:
        if language == "numpy":
            found = _numpy(ask, cell) if target == "output" else gradient(ask, target, cell)
        elif op.kind in TABLES[language]:
            module = torch if language == "torch" else keras
            found = module.output(ask, cell) if target == "output" else module.gradient(ask, target, cell)
        else:
            found = []
        if not found:
            raise NoSuchThing("There are no lines for {layer} yet.", layer=op.title or op.kind)
        return found

    return _written(lines)


def _numpy(ask: Ask, cell: tuple[int, ...]) -> list[str]:
    if ask.op.kind in TURNED:
        return TURNED[ask.op.kind](ask, cell)
    own = ask.op.code("output", cell, {key: value for key, value in ask.names.items() if key != "grad"})
    return own.split("\n") if own else []


def loss_code(made: Loss, language: str, classes: int, right: int, cell: int | None = None) -> Written:
    """Lines for the loss of one sample's ``scores``, or for ∂L/∂ one of them.

    Args:
        made: Which loss.
        language: One of `LANGUAGES`.
        classes: How many scores there are.
        right: The class that counts as right.
        cell: Whose gradient; None: the loss itself.
    """
    return _written(lambda: loss.WRITERS[language](loss.Case(made, classes, right, cell)))


def step_code(optimizer: object, language: str, key: str, index: tuple[int, ...], clip_value: float = 0.0,
              clip_norm: float = 0.0) -> Written:
    """Lines for one weight after the first step of an optimiser; see `cnncore.code.step.Case`."""
    return _written(lambda: step.WRITERS[language](step.Case(optimizer, key, index, clip_value, clip_norm)))


def sum_code(count: int, cell: tuple[int, ...]) -> Written:
    """What comes back to an output that several layers read, ``d0``, ``d1``, …: one line for all three languages."""
    at = f"[{', '.join(map(str, cell))}]"
    return Written(" + ".join(f"d{k}{at}" for k in range(count)))


def _written(lines: Callable[[], list[str]]) -> Written:
    try:
        return Written("\n".join(folded(lines())))
    except NoSuchThing as refusal:
        return Written("", refusal.why, refusal.facts)
