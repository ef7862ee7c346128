"""Lines for the loss, for what comes back from it first, and for one step of a weight: where these are plain."""

from __future__ import annotations

from typing import Any

from cnncore.code.base import Written, at
from cnncore.losses import CrossEntropy, Loss
from cnncore.optimizers import SGD

OTHER = "For this loss the terms in the stepper say how it is made."
STEPS = "For this optimiser the terms in the stepper say how the step is made."


def loss_code(loss: Loss, language: str, target: int, cell: int | None) -> Written:
    """The loss of ``scores``, or ∂L/∂ one of them; plain cross-entropy only."""
    if not isinstance(loss, CrossEntropy) or loss.label_smoothing or loss.class_weights != 1.0:
        return Written("", OTHER)
    if language == "numpy":
        lines = ["e = np.exp(scores - scores.max())", "p = e / e.sum()"]
        lines.append(f"-np.log(p[{target}])" if cell is None else f"p[{cell}]" + (" - 1" if cell == target else ""))
    elif language == "torch":
        lines = [f"L = F.cross_entropy(scores[None], torch.tensor([{target}]))"]
        if cell is None:
            lines.append("L")
        else:
            lines = ["scores.requires_grad_()", *lines, "L.backward()", f"scores.grad[{cell}]"]
    else:
        lines = ["p = ops.softmax(scores)",
                 f"-ops.log(p[{target}])" if cell is None else f"p[{cell}]" + (" - 1" if cell == target else "")]
    return Written("\n".join(lines))


def step_code(optimizer: Any, language: str, key: str, index: tuple[int, ...]) -> Written:
    """The weight after one step of gradient descent; the first step of a momentum is a plain one."""
    if not isinstance(optimizer, SGD) or optimizer.weight_decay or (optimizer.nesterov and optimizer.momentum):
        return Written("", STEPS)
    w = {"weight": "w", "bias": "b"}.get(key, key)
    own = at(index)
    rate = f"{optimizer.learning_rate:g}"
    gradient = f"{w}.grad{own}" if language == "torch" else f"d{w}{own}"
    return Written(f"{w}{own} - {rate} * {gradient}")
