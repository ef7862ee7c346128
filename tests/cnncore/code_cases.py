"""What the lines of all three languages are compared on: numbers of layers, of losses, and of weights after a step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from cnncore.code import code_of, loss_code, names_of, step_code
from cnncore.losses import BinaryCrossEntropy, CrossEntropy, Hinge, Huber, Loss, MeanAbsoluteError, MeanSquaredError
from cnncore.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop, clip
from tests.cnncore.cases import Case

LOSSES: tuple[Loss, ...] = (
    CrossEntropy(), CrossEntropy(label_smoothing=0.1), CrossEntropy(class_weights=(1.0, 2.0, 0.5, 3.0, 0.0)),
    CrossEntropy(0.2, (1.0, 2.0, 0.5, 3.0, 0.0)), MeanSquaredError(), MeanAbsoluteError(), Huber(), Huber(0.3), Hinge(),
    Hinge(0.0), BinaryCrossEntropy())
OPTIMIZERS: tuple[Optimizer, ...] = (
    SGD(0.1, 0.0), SGD(), SGD(weight_decay=0.01), SGD(0.05, 0.9, 0.01, nesterov=True), SGD(0.05, 0.0, 0.01),
    RMSprop(), RMSprop(0.02, 0.9, 0.01), Adam(), Adam(0.01, 0.1, 0.8, 0.9, 1e-3), AdamW(), AdamW(0.01, 0.0))
CLIPS = ((0.0, 0.0), (0.5, 0.0), (0.0, 0.7), (0.5, 0.7), (0.0, 1e6))
CLASSES = 5

Asked = tuple[str, dict[str, Any], float]  # code, what its names stand for, the engine's number


def of_layer(drawn: Case, language: str, most: int) -> Iterator[Asked]:
    """Some cells of the output and of every gradient, of one sample, outside training."""
    case = replace(drawn, inputs=tuple(x[:1] for x in drawn.inputs), grad=drawn.grad[:1], training=False)
    run = case.run(np.float64)
    assert run.backward is not None
    names = names_of(case.op, *case.shapes)
    arrays = {names[f"input{k}"]: x[0] for k, x in enumerate(run.inputs)} | {"dy": case.grad[0]}
    arrays |= {names[key]: value for key, value in run.params.items()}
    wanted = {"output": run.forward.output[0]} | {f"input{k}": g[0] for k, g in enumerate(run.backward.inputs)}
    for target, array in (wanted | run.backward.params).items():
        for cell in list(np.ndindex(array.shape))[::max(array.size // most, 1)]:
            code = code_of(case.op, language, target, cell, case.shapes)
            assert bool(code.text) != bool(code.why)
            if code.text:
                yield code.text, arrays, float(array[cell])


def of_loss(loss: Loss, language: str) -> Iterator[Asked]:
    """The loss for every class that could be right, and all of its gradient."""
    scores = np.random.default_rng(3).standard_normal(CLASSES) * 2
    for right in range(CLASSES):
        labels = np.array([right])
        wanted = {None: loss.value(scores[None], labels)} | dict(enumerate(loss.gradient(scores[None], labels)[0]))
        for cell, value in wanted.items():
            code = loss_code(loss, language, CLASSES, right, cell)
            assert bool(code.text) != bool(code.why)
            if code.text:
                yield code.text, {"scores": scores}, float(value)


def of_step(optimizer: Optimizer, language: str, clips: tuple[float, float]) -> Iterator[Asked]:
    """A weight and a bias after the first step, float32 as in the engine."""
    rng = np.random.default_rng(5)
    weights = {"weight": rng.standard_normal((2, 3)).astype(np.float32), "bias": np.zeros(2, np.float32)}
    gradients = {key: rng.standard_normal(value.shape).astype(np.float32) for key, value in weights.items()}
    moved = optimizer.step(weights, clip(gradients, *clips), optimizer.start(weights))[0]
    for key, short in (("weight", "w"), ("bias", "b")):
        arrays = {short: weights[key], f"d{short}": gradients[key], "grads": list(gradients.values())}
        for index in np.ndindex(weights[key].shape):
            code = step_code(optimizer, language, key, index, *clips)
            assert code.text, code.why
            yield code.text, arrays, float(moved[key][index])
