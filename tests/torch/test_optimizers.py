"""Every optimiser beside PyTorch's over twenty steps, with weight decay, changing rates and clipping."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not in this environment; .ci/run has one that has it")

from cnncore.optimizers import OPTIMIZERS, clip  # noqa: E402
from tests.torch.agree import EXACT, agree  # noqa: E402

STEPS = 20
MOVED = 5e-5  # float32 over twenty steps

COUNTERPARTS: dict[str, Callable[[Any, list[Any]], Any]] = {
    "sgd": lambda o, w: torch.optim.SGD(w, lr=o.learning_rate, momentum=o.momentum, weight_decay=o.weight_decay,
                                        nesterov=o.nesterov and o.momentum > 0),
    "rmsprop": lambda o, w: torch.optim.RMSprop(w, lr=o.learning_rate, alpha=o.smoothing, eps=o.epsilon,
                                                weight_decay=o.weight_decay, momentum=o.momentum),
    "adam": lambda o, w: torch.optim.Adam(w, lr=o.learning_rate, betas=(o.beta1, o.beta2), eps=o.epsilon,
                                          weight_decay=o.weight_decay),
    "adamw": lambda o, w: torch.optim.AdamW(w, lr=o.learning_rate, betas=(o.beta1, o.beta2), eps=o.epsilon,
                                            weight_decay=o.weight_decay),
}
SHARES = st.sampled_from([0.0, 0.5, 0.9, 0.99])
SETTINGS = {
    "sgd": st.fixed_dictionaries({"momentum": SHARES, "nesterov": st.booleans()}),
    "rmsprop": st.fixed_dictionaries({"momentum": SHARES, "smoothing": SHARES}),
    "adam": st.fixed_dictionaries({"beta1": SHARES, "beta2": SHARES}),
    "adamw": st.fixed_dictionaries({"beta1": SHARES, "beta2": SHARES}),
}
COMMON = st.fixed_dictionaries({"learning_rate": st.sampled_from([0.1, 0.01, 0.001]),
                                "weight_decay": st.sampled_from([0.0, 1e-4, 0.1])})


def test_every_optimiser_is_compared() -> None:
    assert set(OPTIMIZERS) == set(COUNTERPARTS)


def slope(weight: Any) -> Any:
    """The gradient of a curved valley, in NumPy or in PyTorch."""
    return weight * weight * weight * 0.2 - weight + 0.3


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, EXACT), (np.float32, MOVED)])
@given(own=st.data(), common=COMMON, limits=st.tuples(st.sampled_from([0.0, 0.2]), st.sampled_from([0.0, 0.5])))
def test_twenty_steps_end_where_pytorchs_do(kind: str, dtype: type, bound: float, own: Any, common: dict[str, Any],
                                            limits: tuple[float, float]) -> None:
    rule = OPTIMIZERS[kind](**own.draw(SETTINGS[kind]), **common, **({"epsilon": 1e-6} if kind != "sgd" else {}))
    rng = np.random.default_rng(0)
    weights = {"a": rng.standard_normal((3, 4)).astype(dtype), "b": rng.standard_normal(5).astype(dtype)}
    theirs = {key: torch.tensor(value, requires_grad=True) for key, value in weights.items()}
    optimizer, state = COUNTERPARTS[kind](rule, list(theirs.values())), rule.start(weights)
    by_value, by_norm = limits
    for step in range(STEPS):
        rate = 1.0 / (1 + step)
        gradients = clip({key: slope(value) for key, value in weights.items()}, by_value, by_norm)
        for value in theirs.values():
            value.grad = slope(value.detach())
        if by_value:
            torch.nn.utils.clip_grad_value_(theirs.values(), by_value)
        if by_norm:
            torch.nn.utils.clip_grad_norm_(theirs.values(), by_norm)
        optimizer.param_groups[0]["lr"] = rule.learning_rate * rate
        optimizer.step()
        weights, state = rule.step(weights, gradients, state, rate)
        for key, value in weights.items():
            agree(value, theirs[key].detach(), bound, f"{key} after step {step} of {rule}")


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_rate_for_each_weight_is_a_group_of_pytorchs(kind: str) -> None:
    rule = OPTIMIZERS[kind]()
    rng = np.random.default_rng(1)
    weights = {"a": rng.standard_normal((3, 4)), "b": rng.standard_normal(5), "frozen": rng.standard_normal(2)}
    factors = {"a": 1.0, "b": 0.1, "frozen": 0.0}
    theirs = {key: torch.tensor(value, requires_grad=True) for key, value in weights.items()}
    optimizer, state = COUNTERPARTS[kind](rule, [theirs["a"]]), rule.start(weights)
    optimizer.add_param_group({"params": [theirs["b"]], "lr": 0.1 * rule.learning_rate})
    for _ in range(STEPS):
        for value in theirs.values():
            value.grad = slope(value.detach())
        optimizer.step()
        weights, state = rule.step(weights, {key: slope(value) for key, value in weights.items()}, state, factors)
    for key, value in weights.items():
        agree(value, theirs[key].detach(), EXACT, key)
