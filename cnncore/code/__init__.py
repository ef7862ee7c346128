"""The lines that compute one number, in three languages.

NumPy lines of an output are each op's own (`cnncore.op.Op.code`), because they say what the op does; what a framework
calls a layer stands in one table a framework, so that a layer has one line a table and a new framework one file.
"""

from __future__ import annotations

from collections.abc import Mapping

from cnncore.code import gradients, keras, torch
from cnncore.code.base import Ask, NoSuchThing, Table, Written
from cnncore.op import Op, Shape

__all__ = ["IMPORTS", "LANGUAGES", "TABLES", "Written", "code_of", "names_of"]

LANGUAGES = ("numpy", "torch", "keras")
IMPORTS = {"numpy": "import numpy as np", "torch": "import torch\nimport torch.nn.functional as F",
           "keras": "from keras import ops"}
TABLES: dict[str, Table] = {"torch": torch.TORCH, "keras": keras.KERAS}
SHORT = {"weight": "w", "bias": "b"}
LONG = "In NumPy this takes more than a few lines: the terms in the stepper add up to it."


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
    names = names_of(op, *shapes) if names is None else names
    ask = Ask(op, names, shapes)
    if language == "numpy" and target == "output":
        own = op.code(target, cell, {key: value for key, value in names.items() if key != "grad"})
        if not own and op.kind == "unpool":
            own = "\n".join(gradients.unpooled(ask, cell))
        return Written(own) if own else Written("", LONG)
    try:
        if language == "numpy":
            lines = gradients.gradient(ask, target, cell)
            return Written("\n".join(lines)) if lines else Written("", LONG)
        module = torch if language == "torch" else keras
        if op.kind not in TABLES[language]:
            return Written("", "{language} has no {layer}.", {"language": language, "layer": op.title or op.kind})
        return Written("\n".join(module.output(ask, cell) if target == "output"
                                 else module.gradient(ask, target, cell)))
    except NoSuchThing as refusal:
        return Written("", refusal.why, refusal.facts)
