"""Lines for one weight after one step: the first, before which nothing has moved, as the timeline shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnncore.code.base import at
from cnncore.optimizers import Adam, AdamW, RMSprop
from cnncore.optimizers.clipping import EPSILON


@dataclass(frozen=True)
class Case:
    """What is asked: a number of a weight array, the optimiser, and how gradients are clipped before it.

    The lines call the array ``w``, its gradient ``dw`` and the list of the gradients of all arrays ``grads``; of a bias
    ``b`` and ``db``.
    """

    optimizer: Any
    key: str
    index: tuple[int, ...]
    clip_value: float = 0.0
    clip_norm: float = 0.0

    @property
    def w(self) -> str:
        """What the array is called."""
        return {"weight": "w", "bias": "b"}.get(self.key, self.key)

    @property
    def keep(self) -> float:
        """Momentum."""
        return float(getattr(self.optimizer, "momentum", 0.0))

    @property
    def coupled(self) -> float:
        """The weight decay that is added to the gradient."""
        return 0.0 if isinstance(self.optimizer, AdamW) else float(self.optimizer.weight_decay)


def _clipped(case: Case, g: str, words: Mapping[str, str]) -> tuple[list[str], str]:
    """Lines that clip, and what the gradient is called after them."""
    lines, bound = [], case.clip_value
    if bound:
        g = words["clip"].format(x=g, low=-bound, high=bound)
    if case.clip_norm:
        each = words["clip"].format(x="d", low=-bound, high=bound) if bound else "d"
        lines = [words["norm"].format(each=each), f"g = {g} * min(1, {case.clip_norm!r} / (norm + {EPSILON!r}))"]
        return lines, "g"
    return ([f"g = {g}"], "g") if bound else ([], g)


def numpy(case: Case) -> list[str]:
    """One number of it, by the optimiser's formula."""
    op, w = case.optimizer, f"{case.w}{at(case.index)}"
    rate, keep, decay = op.learning_rate, case.keep, case.coupled
    lines, g = _clipped(case, f"d{w}", {"clip": "np.clip({x}, {low!r}, {high!r})",
                                        "norm": "norm = np.sqrt(sum(({each} ** 2).sum() for d in grads))"})
    if decay:
        lines, g = [*lines, f"g = {g} + {decay!r} * {w}"], "g"
    if isinstance(op, Adam):
        start = f"{w} * (1 - {rate!r} * {op.weight_decay!r})" if isinstance(op, AdamW) and op.weight_decay else w
        return [*lines, f"m = (1 - {op.beta1!r}) * {g}  # m was 0",
                f"v = (1 - {op.beta2!r}) * {g} ** 2  # v was 0",
                f"m, v = m / (1 - {op.beta1!r}), v / (1 - {op.beta2!r})",
                f"{start} - {rate!r} * m / (np.sqrt(v) + {op.epsilon!r})"]
    if isinstance(op, RMSprop):
        lines += [f"s = (1 - {op.smoothing!r}) * {g} ** 2  # s was 0",
                  f"g = {g} / (np.sqrt(s) + {op.epsilon!r})"]
        g = "g"
    if keep:
        lines += [f"v = {keep!r} * 0 + {g}  # v was 0"]
        g = f"({g} + {keep!r} * v)" if getattr(op, "nesterov", False) else "v"
    return [*lines, f"{w} - {rate!r} * {g}"]


def torch(case: Case) -> list[str]:
    """torch.optim."""
    op, w = case.optimizer, case.w
    lines, g = _clipped(case, f"d{w}", {"clip": "{x}.clamp({low!r}, {high!r})",
                                        "norm": "norm = torch.stack([{each}.norm() for d in grads]).norm()"})
    knobs = {"lr": op.learning_rate}
    if isinstance(op, Adam):
        knobs |= {"betas": (op.beta1, op.beta2), "eps": op.epsilon, "weight_decay": op.weight_decay}
    elif isinstance(op, RMSprop):
        knobs |= {"alpha": op.smoothing, "eps": op.epsilon}
    if case.keep:
        knobs["momentum"] = case.keep
    if case.coupled:
        knobs["weight_decay"] = case.coupled
    if case.keep and getattr(op, "nesterov", False):
        knobs["nesterov"] = True
    name = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"}[op.kind]
    said = ", ".join(f"{key}={value!r}" for key, value in knobs.items())
    return [*lines, f"p = torch.nn.Parameter({w})", f"p.grad = {g}", f"opt = torch.optim.{name}([p], {said})",
            "opt.step()", f"p{at(case.index)}"]


def keras(case: Case) -> list[str]:
    """keras.optimizers, which go by the same formulas but for RMSprop's epsilon, which they add under the root."""
    op, w, keep = case.optimizer, case.w, case.keep
    lines, g = _clipped(case, f"d{w}", {"clip": "ops.clip({x}, {low!r}, {high!r})",
                                        "norm": "norm = ops.sqrt(sum(ops.sum({each} ** 2) for d in grads))"})
    if case.coupled:  # Keras takes it off the weight, beside the step
        lines, g = [*lines, f"g = {g} + {case.coupled!r} * {w}"], "g"
    if isinstance(op, RMSprop):
        lines += [f"s = (1 - {op.smoothing!r}) * {g} ** 2", f"v = {g} / (ops.sqrt(s) + {op.epsilon!r})"]
        return [*lines, f"({w} - {op.learning_rate!r} * v){at(case.index)}"]
    if isinstance(op, Adam):
        name, knobs = "Adam", f", beta_1={op.beta1!r}, beta_2={op.beta2!r}, epsilon=eps"
        lines.append(f"eps = {op.epsilon!r} * (1 - {op.beta2!r}) ** 0.5  # before v is corrected")
        if isinstance(op, AdamW):
            name, knobs = "AdamW", f"{knobs}, weight_decay={op.weight_decay!r}"
    else:
        name, knobs = "SGD", f", momentum={keep!r}" if keep else ""
        knobs += ", nesterov=True" if keep and op.nesterov else ""
    return [*lines, f"p = keras.Variable({w})", f"o = keras.optimizers.{name}({op.learning_rate!r}{knobs})",
            f"o.apply([{g}], [p])", f"p{at(case.index)}"]


WRITERS = {"numpy": numpy, "torch": torch, "keras": keras}
