"""Whole networks beside PyTorch: every activation, every gradient, and twenty steps of training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not in this environment; .ci/run has one that has it")
from torch.nn import functional as F  # noqa: E402

from cnncore.losses import CrossEntropy  # noqa: E402
from cnncore.network import Network  # noqa: E402
from cnncore.optimizers import SGD  # noqa: E402
from cnncore.zoo import ZOO  # noqa: E402
from tests.torch import graph  # noqa: E402
from tests.torch.agree import DEEP, EXACT, agree  # noqa: E402

SAMPLES, STEPS = 4, 20
TRAINED = 2e-3  # float32 over twenty steps: what rounding does to one step, the next ones enlarge


def samples_of(network: Network, dtype: type = np.float32, seed: int = 0) -> tuple[Any, Any]:
    """(N, C, *S) images and labels."""
    rng = np.random.default_rng(seed)
    classes = network.shapes[network.scores][0]
    return rng.standard_normal((SAMPLES, *network.input_shape)).astype(dtype), rng.integers(0, classes, SAMPLES)


def weights_of(network: Network, dtype: type = np.float32) -> dict[str, Any]:
    """Start values, none of them zero."""
    rng = np.random.default_rng(1)
    return {key: (value + 0.05 * np.abs(rng.standard_normal(value.shape))).astype(dtype)
            for key, value in network.start(0).items()}


@pytest.mark.parametrize("name", ZOO)
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, EXACT), (np.float32, DEEP)])
def test_every_activation_and_gradient_is_pytorchs(name: str, training: bool, dtype: type, bound: float) -> None:
    network = ZOO[name]()
    (x, labels), weights, loss = samples_of(network, dtype), weights_of(network, dtype), CrossEntropy()
    done = network.forward(weights, x, training=training, rng=np.random.default_rng(2))
    scores = done.outputs[network.scores]
    back = network.backward(weights, done, loss.gradient(scores, labels))

    theirs, image = graph.tensors(network, weights), torch.tensor(x, requires_grad=True)
    outputs, state = graph.run(network, theirs, image, done, training)
    for value in outputs.values():
        value.retain_grad()
    F.cross_entropy(outputs[network.scores], torch.tensor(labels)).backward()
    for key, value in outputs.items():
        agree(done.outputs[key], value.detach(), bound, f"output of {key}")
        if key in back.outputs:
            agree(back.outputs[key], value.grad, bound, f"gradient at {key}")
    for key, value in back.weights.items():
        agree(value, theirs[key].grad, bound, f"gradient of {key}")
    assert set(done.state) == set(state)
    for key, value in state.items():
        agree(done.state[key], value.detach(), bound, key)


@pytest.mark.parametrize("name", ZOO)
@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, 1e-7), (np.float32, TRAINED)])
def test_twenty_steps_of_training_end_where_pytorchs_do(name: str, dtype: type, bound: float) -> None:
    network = ZOO[name]()
    (x, labels), weights, loss = samples_of(network, dtype), weights_of(network, dtype), CrossEntropy()
    rule = SGD(learning_rate=0.002, momentum=0.9, weight_decay=1e-3)
    state = rule.start(weights)
    theirs = graph.tensors(network, weights)
    learned = [key for key in theirs if key not in network.running]
    optimizer = torch.optim.SGD([theirs[key] for key in learned], lr=0.002, momentum=0.9, weight_decay=1e-3)
    rng = np.random.default_rng(3)
    for step in range(STEPS):
        done = network.forward(weights, x, training=True, rng=rng)
        scores = done.outputs[network.scores]
        optimizer.zero_grad()
        outputs, running = graph.run(network, theirs, torch.tensor(x), done, training=True)
        value = F.cross_entropy(outputs[network.scores], torch.tensor(labels))
        value.backward()
        agree(loss.value(scores, labels), value.item(), bound, f"loss of step {step}")
        optimizer.step()
        theirs |= {key: one.detach() for key, one in running.items()}
        back = network.backward(weights, done, loss.gradient(scores, labels), input_gradient=False)
        weights, state = rule.step(weights, back.weights, state)
        weights = {**weights, **done.state}
    for key in weights:
        agree(weights[key], theirs[key].detach(), bound, key)
