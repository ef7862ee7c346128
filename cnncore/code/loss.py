"""Lines for the loss of one sample, and for what comes back from it first, ∂L/∂ one of its ``scores``."""

from __future__ import annotations

from typing import NamedTuple

from cnncore.code.base import ON_TORCH, NoSuchThing
from cnncore.losses import CrossEntropy, Hinge, Huber, Loss


class Case(NamedTuple):
    """What is asked: a loss of so many classes, of which one is right, or its gradient by the score ``cell``."""

    loss: Loss
    classes: int
    right: int
    cell: int | None

    @property
    def smoothing(self) -> float:
        """Share of the target that all classes get alike."""
        return self.loss.label_smoothing if isinstance(self.loss, CrossEntropy) else 0.0

    @property
    def weights(self) -> tuple[float, ...]:
        """How much each class counts; () where all count alike."""
        found = self.loss.class_weights if isinstance(self.loss, CrossEntropy) else 1.0
        return found if isinstance(found, tuple) else ()

    @property
    def weight(self) -> float:
        """What the mean is divided by."""
        return (self.weights[self.right] or 1.0) if self.weights else 1.0


def numpy(case: Case) -> list[str]:
    """As the engine does it."""
    loss, right, k = case.loss, case.right, case.cell
    if loss.kind == "cross_entropy" and not case.smoothing and not case.weights:
        if k is None:
            return ["s = scores - scores.max()", f"np.log(np.exp(s).sum()) - s[{right}]"]
        lines = ["e = np.exp(scores - scores.max())", "p = e / e.sum()"]
        return [*lines, f"p[{k}]" + (" - 1" if k == right else "")]
    if loss.kind == "cross_entropy":
        by = f" / {case.weight!r}" if case.weight != 1.0 else ""
        lines = ["s = scores - scores.max()", "logs = s - np.log(np.exp(s).sum())", *_target(case, "np.eye({n})[{k}]")]
        lines += [f"t = t * {list(case.weights)}"] if case.weights else []
        return [*lines, f"-(t * logs).sum(){by}" if k is None else f"(np.exp(logs[{k}]) * t.sum() - t[{k}]){by}"]
    if isinstance(loss, Hinge):
        lines = [f"g = {loss.margin!r} + scores - scores[{right}]", f"g[{right}] = 0"]
        near = f"(g[{k}] > 0)" if k != right else "-(g > 0).sum()"
        return [*lines, "np.maximum(g, 0).sum() / g.size" if k is None else f"{near} / g.size"]
    lines = _target(case, "np.eye({n})[{k}]")
    if loss.kind == "binary":
        if k is None:
            return [*lines, "(np.logaddexp(0, scores) - scores * t).mean()"]
        return [*lines, f"p = np.exp(-np.logaddexp(0, -scores[{k}]))", f"(p - t[{k}]) / t.size"]
    lines.append("e = scores - t")
    if isinstance(loss, Huber):
        lines.append(f"c = e.clip({-loss.delta!r}, {loss.delta!r})")
    ends = {"mse": ("(e ** 2).mean()", f"2 * e[{k}] / e.size"), "mae": ("abs(e).mean()", f"np.sign(e[{k}]) / e.size"),
            "huber": ("(c * (e - c / 2)).mean()", f"c[{k}] / e.size")}
    return [*lines, ends[loss.kind][k is not None]]


def _target(case: Case, one: str) -> list[str]:
    """t: a one in the right place, smoothed."""
    n, e = case.classes, case.smoothing
    lines = [f"t = {one.format(n=n, k=case.right)}"]
    return [*lines, f"t = t * {1 - e!r} + {e!r} / {n}"] if e else lines


def torch(case: Case) -> list[str]:
    """F's own losses, and autograd."""
    loss, right = case.loss, case.right
    label = f"scores[None], torch.tensor([{right}])"
    lines = []
    if loss.kind == "cross_entropy":
        if case.weights and not case.weights[right]:
            raise NoSuchThing("{language} divides by the weight of the class, which is 0 here.", language="PyTorch")
        more = f", label_smoothing={case.smoothing!r}" if case.smoothing else ""
        if case.weights:
            lines.append(f"weight = torch.tensor({list(case.weights)}).to(scores)")
            more = f", weight{more}"
        made = f"F.cross_entropy({label}{more})"
    elif isinstance(loss, Hinge):
        made = f"F.multi_margin_loss({label}, margin={loss.margin!r})"
    else:
        lines = [f"t = torch.eye({case.classes}).to(scores)[{right}]"]
        delta = f", delta={loss.delta!r}" if isinstance(loss, Huber) else ""
        name = {"mse": "F.mse_loss", "mae": "F.l1_loss", "huber": "F.huber_loss", "binary": "BCEWithLogitsLoss()"}
        made = f"{name[loss.kind]}(scores, t{delta})"
        lines += ["from torch.nn import BCEWithLogitsLoss"] if loss.kind == "binary" else []
    return _ended(case, [*lines, f"L = {made}"])


def keras(case: Case) -> list[str]:
    """keras.losses; by hand cross-entropy, of which class weights can be a part, and the hinge of many classes."""
    loss, right = case.loss, case.right
    lines = _target(case, "ops.one_hot({k}, {n})")
    if loss.kind == "cross_entropy":
        lines += [f"t = t * ops.array({list(case.weights)})"] if case.weights else []
        by = f" / {case.weight!r}" if case.weight != 1.0 else ""
        lines.append(f"L = -ops.sum(t * ops.log_softmax(scores)){by}")
    elif isinstance(loss, Hinge):
        lines += [f"g = ops.relu({loss.margin!r} + scores - scores[{right}])", "L = ops.mean(g * (1 - t))"]
    else:
        name = {"mse": "mean_squared_error", "mae": "mean_absolute_error", "huber": "huber",
                "binary": "binary_crossentropy"}[loss.kind]
        more = f", delta={loss.delta!r}" if isinstance(loss, Huber) else ""
        more = ", from_logits=True" if loss.kind == "binary" else more
        lines = [f"from keras.losses import {name}", *lines, f"L = {name}(t, scores{more})"]
    return _ended(case, lines) if case.cell is None else [ON_TORCH, *_ended(case, lines)]


def _ended(case: Case, lines: list[str]) -> list[str]:
    if case.cell is None:
        return [*lines, "L"]
    return ["scores.requires_grad_()", *lines, "L.backward()", f"scores.grad[{case.cell}]"]


WRITERS = {"numpy": numpy, "torch": torch, "keras": keras}
