"""Where a training lost itself: the first layer whose output, gradient or weight is not finite any more."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncore.errors import CnnError
from cnncore.losses import Loss
from cnncore.network import INPUT, Network, Weights
from cnncore.op import Array

CODE = "training.diverged"


def finite(array: Array) -> bool:
    """Whether all numbers of a vector are. One product says so, but for overflow, at half the cost of looking."""
    return bool(np.isfinite(np.dot(array, array))) or bool(np.isfinite(array).all())


def worst(array: Array) -> str:
    """``"NaN"`` where there is one, else ``"∞"``."""
    return "NaN" if np.isnan(array).any() else "∞"


def diverged(network: Network, weights: Weights, x: Array, labels: Array, loss: Loss, moved: Mapping[str, Array],
             step: int, rate: float, rng: np.random.Generator) -> CnnError:
    """The error that says where; the step is computed once more, op by op.

    Args:
        network: Of the training.
        weights: From before the step, all finite.
        x: (N, C, *S) of the step.
        labels: Of the step.
        loss: Of the training.
        moved: Weights after the step, or nothing where it was not done.
        step: Number of the step, from 1.
        rate: The learning rate as it is set.
        rng: For ops that draw.
    """
    facts = {"step": step, "rate": rate}
    with np.errstate(all="ignore"):
        done = network.forward(weights, x, training=True, rng=rng)
        for name, output in done.outputs.items():
            if name != INPUT and not np.isfinite(output).all():
                return CnnError(CODE, "Step {step}: the output of {layer} is the first that is not finite "
                                "({value}). The weights are as they were before this step. Lower the learning rate "
                                "(it is {rate}), clip the gradient or warm up, and train again.",
                                layer=name, value=worst(output), **facts)
        scores = done.outputs[network.scores]
        value, slope = loss.both(scores, labels)
        if not np.isfinite(value) or not np.isfinite(slope).all():
            return CnnError(CODE, "Step {step}: the scores of {layer} are finite, up to {most}, but their loss "
                            "{loss} is not. The weights are as they were before this step. Lower the learning rate "
                            "(it is {rate}), clip the gradient or warm up, and train again.", layer=network.scores,
                            most=f"{float(np.abs(scores).max()):.3g}", loss=loss.kind, **facts)
        back = network.backward(weights, done, slope)
        for node in reversed(network.nodes):
            down = back.outputs.get(node.name)
            if down is not None and not np.isfinite(down).all():
                return CnnError(CODE, "Step {step}: going backwards, the gradient of the output of {layer} is the "
                                "first that is not finite ({value}). The weights are as they were before this "
                                "step. Lower the learning rate (it is {rate}), clip the gradient or warm up, and "
                                "train again.", layer=node.name, value=worst(down), **facts)
            for key in network.params(weights, node.name):
                gradient = back.weights.get(f"{node.name}.{key}")
                if gradient is not None and not np.isfinite(gradient).all():
                    return CnnError(CODE, "Step {step}: going backwards, the gradient of {layer}'s {weight} is the "
                                    "first that is not finite ({value}). The weights are as they were before this "
                                    "step. Lower the learning rate (it is {rate}), clip the gradient or warm up, and "
                                    "train again.", layer=node.name, weight=key, value=worst(gradient), **facts)
    for key, after in moved.items():
        if not np.isfinite(after).all():
            layer, weight = key.split(".", 1)
            return CnnError(CODE, "Step {step}: all gradients are finite, but {layer}'s {weight} is not after the "
                            "step ({value}). The weights are as they were before it. Lower the learning rate (it is "
                            "{rate}), clip the gradient or warm up, and train again.",
                            layer=layer, weight=weight, value=worst(after), **facts)
    return CnnError(CODE, "Step {step}: the loss or a weight is not finite any more. The weights are as they were "
                    "before this step. Lower the learning rate (it is {rate}), clip the gradient or warm up, and train "
                    "again.", **facts)
