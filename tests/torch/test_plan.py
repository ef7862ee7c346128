"""The fast path beside PyTorch: every activation, every gradient, and twenty steps of training, in float32."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not in this environment; .ci/run has one that has it")
from torch.nn import functional as F  # noqa: E402

from cnncore.losses import CrossEntropy  # noqa: E402
from cnncore.network import Network, chain  # noqa: E402
from cnncore.ops import make_op  # noqa: E402
from cnncore.optimizers import SGD  # noqa: E402
from cnncore.plan import Plan  # noqa: E402
from cnncore.zoo import ZOO  # noqa: E402
from tests.torch import graph  # noqa: E402
from tests.torch.agree import DEEP, agree  # noqa: E402
from tests.torch.test_networks import STEPS, TRAINED, weights_of  # noqa: E402


def odd() -> Network:
    """Nothing in it is as in LeNet: rectangles, strides, dilation, groups, overlapping pools, activations first."""
    return chain("odd", (4, 17, 14), [
        ("tanh", make_op("tanh", {})),
        ("conv1", make_op("conv", {"filters": 6, "kernel": (3, 2), "stride": (2, 1), "padding": (1, 0), "groups": 2})),
        ("elu", make_op("elu", {})),
        ("pool1", make_op("maxpool", {"window": 3, "stride": 2, "padding": 1})),
        ("conv2", make_op("conv", {"filters": 5, "kernel": 2, "dilation": 2, "bias": False})),
        ("relu", make_op("relu", {})),
        ("pool2", make_op("meanpool", {"window": (2, 3), "stride": 1})),
        ("flatten", make_op("flatten", {})),
        ("scores", make_op("dense", {"units": 4})),
    ])


def line() -> Network:
    """One space axis."""
    return chain("line", (3, 40), [
        ("conv1", make_op("conv", {"filters": 8, "kernel": 5})),
        ("relu", make_op("relu", {})),
        ("pool", make_op("maxpool", {"window": 2, "stride": 2})),
        ("conv2", make_op("conv", {"filters": 4, "kernel": 3, "padding": 1})),
        ("flatten", make_op("flatten", {})),
        ("scores", make_op("dense", {"units": 3})),
    ])


def block() -> Network:
    """Three space axes."""
    return chain("block", (2, 6, 7, 8), [
        ("conv", make_op("conv", {"filters": 4, "kernel": 3})),
        ("relu", make_op("relu", {})),
        ("pool", make_op("maxpool", {"window": 2, "stride": 2})),
        ("flatten", make_op("flatten", {})),
        ("scores", make_op("dense", {"units": 3})),
    ])


NETWORKS = {**ZOO, "odd": odd, "line": line, "block": block}
BATCHES = (1, 3, 70)  # alone, few, and more than one part of a batch


def samples_of(network: Network, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """(N, C, *S) images with a black ground, where windows are full of ties, and labels.

    They are sixteenths and the weights 64ths, so that first layers have no rounding that could decide between two
    cells of a window, or at a ReLU's corner, in one way here and in another there.
    """
    rng = np.random.default_rng(batch)
    images = np.maximum(rng.standard_normal((batch, *network.input_shape)), 0).astype(np.float32)
    return np.round(images * 16) / 16, rng.integers(0, network.shapes[network.scores][0], batch)


def rounded_weights(network: Network) -> dict[str, np.ndarray]:
    """As `weights_of`, in 64ths."""
    return {key: np.round(value * 64) / 64 for key, value in weights_of(network).items()}


def is_small(name: str) -> bool:
    """Whether seventy samples of it are a matter of seconds."""
    network = NETWORKS[name]()
    return sum(int(np.prod(shape)) for shape in network.shapes.values()) < 60_000


EACH = [pytest.param(name, batch, id=f"{name}-{batch}") for name in NETWORKS for batch in BATCHES
        if batch < 4 or is_small(name)]


@pytest.mark.parametrize(("name", "batch"), EACH)
def test_activations_and_gradients_of_a_plan_are_pytorchs(name: str, batch: int) -> None:
    network = NETWORKS[name]()
    (x, labels), weights, plan = samples_of(network, batch), rounded_weights(network), Plan(network, batch)
    theirs, done = graph.tensors(network, weights), network.forward(weights, x)
    outputs, _ = graph.run(network, theirs, torch.tensor(x), done)
    mine = plan.forward(weights, x)
    assert set(mine) == set(outputs)
    for key, value in outputs.items():
        agree(mine[key], value.detach(), DEEP, f"output of {key}")
    agree(plan.scores(weights, x), outputs[network.scores].detach(), DEEP, "scores")

    done = network.forward(weights, x, training=True, rng=np.random.default_rng(0))
    step = plan.train(weights, x, labels, CrossEntropy(), np.random.default_rng(0))
    outputs, running = graph.run(network, theirs, torch.tensor(x), done, training=True)
    value = F.cross_entropy(outputs[network.scores], torch.tensor(labels))
    value.backward()
    agree(step.loss, value.item(), DEEP, "loss")
    for key, gradient in step.gradients.items():
        agree(gradient, theirs[key].grad, DEEP, f"gradient of {key}")
    assert set(step.gradients) == {key for key in weights if key not in network.running}
    assert set(step.state) == set(running)
    for key, one in running.items():
        agree(step.state[key], one.detach(), DEEP, key)


@pytest.mark.parametrize("name", NETWORKS)
def test_twenty_steps_of_a_plan_end_where_pytorchs_do(name: str) -> None:
    network, batch = NETWORKS[name](), 6
    (x, labels), weights, plan = samples_of(network, batch), weights_of(network), Plan(network, batch)
    rule, theirs = SGD(learning_rate=0.002, momentum=0.9), graph.tensors(network, weights)
    learned = [key for key in weights if key not in network.running]
    optimizer = torch.optim.SGD([theirs[key] for key in learned], lr=0.002, momentum=0.9)
    state = rule.start(weights)
    for step in range(STEPS):
        mine = plan.train(weights, x, labels, CrossEntropy(), np.random.default_rng(step))
        done = network.forward(weights, x, training=True, rng=np.random.default_rng(step))
        optimizer.zero_grad()
        outputs, running = graph.run(network, theirs, torch.tensor(x), done, training=True)
        value = F.cross_entropy(outputs[network.scores], torch.tensor(labels))
        value.backward()
        optimizer.step()
        agree(mine.loss, value.item(), TRAINED, f"loss of step {step}")
        theirs |= {key: one.detach() for key, one in running.items()}
        weights, state = rule.step(weights, mine.gradients, state)
        weights = {**weights, **mine.state}
    for key, last in weights.items():
        agree(last, theirs[key].detach(), TRAINED, key)
