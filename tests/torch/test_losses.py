"""Every loss beside PyTorch's: value and gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not in this environment; .ci/run has one that has it")
from torch.nn import functional as F  # noqa: E402

from cnncore.losses import LOSSES  # noqa: E402
from tests.torch.agree import EXACT, ROUNDED, agree  # noqa: E402


def as_numbers(scores: Any, targets: Any) -> Any:
    """Labels as a one in their place."""
    hot = targets if targets.is_floating_point() else F.one_hot(targets, scores.shape[1])
    return hot.to(scores.dtype)


def cross_entropy(loss: Any, scores: Any, targets: Any) -> Any:
    """With its weights as a tensor of the scores' dtype."""
    given_weights = loss.class_weights
    weight = torch.tensor(given_weights, dtype=scores.dtype) if isinstance(given_weights, tuple) else None
    return F.cross_entropy(scores, targets, weight=weight, label_smoothing=loss.label_smoothing)


COUNTERPARTS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "cross_entropy": cross_entropy,
    "mse": lambda loss, s, t: F.mse_loss(s, as_numbers(s, t)),
    "mae": lambda loss, s, t: F.l1_loss(s, as_numbers(s, t)),
    "huber": lambda loss, s, t: F.huber_loss(s, as_numbers(s, t), delta=loss.delta),
    "hinge": lambda loss, s, t: F.multi_margin_loss(s, t, margin=loss.margin),
    "binary": lambda loss, s, t: F.binary_cross_entropy_with_logits(s, as_numbers(s, t)),
}


def settings_of(kind: str, classes: int) -> st.SearchStrategy[dict[str, Any]]:
    """Knobs of a loss."""
    weights = st.just(1.0) | st.tuples(*[st.floats(0.125, 4.0)] * classes)
    return {
        "cross_entropy": st.fixed_dictionaries({"label_smoothing": st.floats(0.0, 1.0), "class_weights": weights}),
        "huber": st.fixed_dictionaries({"delta": st.floats(0.25, 3.0)}),
        "hinge": st.fixed_dictionaries({"margin": st.floats(0.0, 3.0)}),
    }.get(kind, st.just({}))


def test_every_loss_is_compared() -> None:
    assert set(LOSSES) == set(COUNTERPARTS)


@pytest.mark.parametrize("kind", LOSSES)
@given(data=st.data())
def test_value_and_gradient_are_those_of_pytorch(kind: str, data: st.DataObject) -> None:
    classes, samples = data.draw(st.integers(2, 6)), data.draw(st.integers(1, 5))
    loss = LOSSES[kind](**data.draw(settings_of(kind, classes)))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**16)))
    scores = 3.0 * rng.standard_normal((samples, classes))
    targets: Any = rng.integers(0, classes, samples)
    if loss.soft and data.draw(st.booleans()):
        targets = rng.random((samples, classes))
    for dtype, bound in ((np.float64, EXACT), (np.float32, ROUNDED)):
        mine = scores.astype(dtype)
        theirs = torch.tensor(mine, requires_grad=True)
        value = COUNTERPARTS[kind](loss, theirs, torch.tensor(targets))
        value.backward()
        agree(loss.value(mine, targets), value.item(), bound, f"value of {loss}")
        agree(loss.gradient(mine, targets), theirs.grad, bound, f"gradient of {loss}")


@pytest.mark.parametrize("kind", LOSSES)
def test_scores_far_apart_overflow_nowhere(kind: str) -> None:
    scores = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4]], np.float32)
    labels = np.array([1, 1])
    theirs = torch.tensor(scores, requires_grad=True)
    value = COUNTERPARTS[kind](LOSSES[kind](), theirs, torch.tensor(labels))
    value.backward()
    agree(LOSSES[kind]().value(scores, labels), value.item(), ROUNDED)
    agree(LOSSES[kind]().gradient(scores, labels), theirs.grad, ROUNDED)
