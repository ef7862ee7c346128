"""The graph: order, names, weights, passes and their gradients."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.losses import LOSSES
from cnncore.network import INPUT, Network, Node, chain
from cnncore.ops import Convolution, Dense, Flatten, MaxPool, MeanPool, ReLU, Softmax
from tests.cnncore.test_shapes import BRANCHES, Add


def small() -> Network:
    return chain("small", (2, 8, 9), [
        ("conv", Convolution(4, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2), groups=2)), ("relu", ReLU()),
        ("max", MaxPool(3, 1, 1)), ("mean", MeanPool(2, 1)), ("flat", Flatten()), ("scores", Dense(5)),
        ("softmax", Softmax())])


def batch(network: Network, samples: int = 3, dtype: type = np.float64) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((samples, *network.input_shape)).astype(dtype)


def test_shapes_are_known_before_anything_is_computed():
    assert small().shapes == {INPUT: (2, 8, 9), "conv": (4, 4, 9), "relu": (4, 4, 9), "max": (4, 4, 9),
                              "mean": (4, 3, 8), "flat": (96,), "scores": (5,), "softmax": (5,)}
    assert small().scores == "scores"
    assert small().last == "softmax"


def test_the_same_seed_starts_with_the_same_bits():
    a, b, other = small().start(7), small().start(7), small().start(8)
    assert all(a[key].tobytes() == b[key].tobytes() for key in a)
    assert a["conv.weight"].tobytes() != other["conv.weight"].tobytes()
    assert {value.dtype for value in a.values()} == {np.dtype(np.float32)}


def test_he_start_has_the_variance_two_over_fan_in():
    weight = chain("wide", (1000,), [("dense", Dense(500))]).start(0)["dense.weight"]
    assert weight.std() == pytest.approx(np.sqrt(2 / 1000), rel=0.01)


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("network", [small(), BRANCHES], ids=lambda n: n.name)
def test_gradients_of_the_whole_network_agree_with_central_differences(network: Network, kind: str):
    loss, rng = LOSSES[kind](), np.random.default_rng(2)
    weights = {key: rng.standard_normal(value.shape) for key, value in network.start(0).items()}
    x, labels = batch(network), np.array([0, 2, 1])

    def value(weights: dict[str, np.ndarray], x: np.ndarray) -> float:
        return loss.value(network.forward(weights, x).outputs[network.scores], labels)

    done = network.forward(weights, x)
    found = network.backward(weights, done, loss.gradient(done.outputs[network.scores], labels))
    for key in (*weights, INPUT):
        array = x if key == INPUT else weights[key]
        slope = found.outputs[INPUT] if key == INPUT else found.weights[key]
        for cell in list(np.ndindex(array.shape))[::7]:
            ends = []
            for nudge in (1e-6, -1e-6):
                moved = array.copy()
                moved[cell] += nudge
                ends.append(value(weights, moved) if key == INPUT else value({**weights, key: moved}, x))
            assert slope[cell] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=2e-7)


def test_without_the_input_gradient_the_weights_still_get_theirs():
    network = small()
    weights, x = network.start(0), batch(network, dtype=np.float32)
    done = network.forward(weights, x)
    grad = np.ones((3, 5), np.float32)
    whole, part = network.backward(weights, done, grad), network.backward(weights, done, grad, input_gradient=False)
    assert INPUT not in part.outputs
    assert all(np.array_equal(whole.weights[key], part.weights[key]) for key in weights)


def test_only_what_can_have_changed_is_computed_again():
    network = small()
    weights, x = network.start(0), batch(network, dtype=np.float32)
    before = network.forward(weights, x)
    edited = {**weights, "scores.bias": weights["scores.bias"] + 1}
    stale = network.stale_after(["scores"])
    assert stale == {"scores", "softmax"}
    after = network.forward(edited, x, known=before, stale=stale)
    assert after.outputs["mean"] is before.outputs["mean"]
    assert np.array_equal(after.outputs["softmax"], network.forward(edited, x).outputs["softmax"])


def test_a_branch_that_does_not_read_the_change_is_not_stale():
    assert BRANCHES.stale_after(["holes"]) == {"holes", "both", "skip", "pool", "last", "flat", "scores"}
    assert BRANCHES.consumers("wide") == ("both", "skip")


def test_a_gradient_can_start_anywhere():
    network = small()
    weights, x = network.start(0), batch(network, dtype=np.float32)
    found = network.backward(weights, network.forward(weights, x), np.ones((3, 4, 4, 9), np.float32), "relu")
    assert set(found.outputs) == {"relu", "conv", INPUT}


def test_every_cell_of_a_pass_can_be_traced_through_the_network():
    network = small()
    weights, x = network.start(0), batch(network, dtype=np.float32)
    done = network.forward(weights, x)
    found = network.backward(weights, done, np.ones((3, 5), np.float32))
    for node in network.nodes[:-1]:
        run = network.run(weights, node.name, done, found)
        cell = (0,) * len(network.shapes[node.name])
        assert abs(node.op.trace("output", cell, run, 2).rounding) <= node.op.trace("output", cell, run, 2).bound
        back = node.op.trace("input0", (0,) * (run.inputs[0].ndim - 1), run, 1)
        assert abs(back.rounding) <= back.bound


def test_a_trace_says_what_it_lacks():
    network = small()
    weights = network.start(0)
    done = network.forward(weights, batch(network, dtype=np.float32))
    op, run = network.node("conv").op, network.run(weights, "conv", done)
    for target, cell, code in (("weight", (0, 0, 0, 0), "trace.pass"), ("output", (9, 0, 0), "trace.cell")):
        with pytest.raises(CnnError) as caught:
            op.trace(target, cell, run)
        assert caught.value.code == code
    found = network.backward(weights, done, np.ones((3, 5), np.float32))
    with pytest.raises(CnnError, match="Did you mean: weight"):
        op.trace("weigth", (0,), network.run(weights, "conv", done, found))


def test_a_gradient_of_the_first_layer_can_be_traced_when_its_backward_was_left_out():
    network = small()
    weights = network.start(0)
    done = network.forward(weights, batch(network, dtype=np.float32))
    found = network.backward(weights, done, np.ones((3, 5), np.float32), input_gradient=False)
    trace = network.node("conv").op.trace("bias", (1,), network.run(weights, "conv", done, found))
    assert trace.total == found.weights["conv.bias"][1]


@pytest.mark.parametrize(("nodes", "message"), [
    ([], "at least one"),
    ([Node("a", ReLU(), ("inptu",))], "Did you mean: input"),
    ([Node("a", ReLU(), (INPUT,)), Node("a", ReLU(), ("a",))], "'a' is empty, taken"),
    ([Node("a.b", ReLU(), (INPUT,))], "dot"),
    ([Node("a", Add(), (INPUT,))], "reads 1 layers; add takes 2"),
    ([Node("pool", MaxPool(2), (INPUT,)), Node("wide", Convolution(2, 5), ("pool",))], "^wide: kernel = 5 .*1 … 4"),
])
def test_a_graph_that_cannot_be_is_refused_with_the_layer_named(nodes, message):
    with pytest.raises(CnnError, match=message):
        Network("wrong", (1, 8, 8), tuple(nodes))


def test_weights_that_do_not_belong_are_refused():
    network = small()
    good = network.start(0)
    network.check_weights(good)
    nan = np.full_like(good["conv.bias"], np.nan)
    for wrong, code in (({**good, "conv.bias": good["conv.bias"][:1]}, "weights.shape"),
                        ({**good, "conv.bias": nan}, "weights.value"),
                        ({**good, "more.bias": nan}, "weights.extra"),
                        ({key: v for key, v in good.items() if key != "conv.bias"}, "weights.missing")):
        with pytest.raises(CnnError) as caught:
            network.check_weights(wrong)
        assert caught.value.code == code


def test_an_input_of_another_shape_or_of_whole_numbers_is_refused():
    network = small()
    with pytest.raises(CnnError, match="2, 8, 9"):
        network.forward(network.start(0), np.zeros((1, 2, 8, 8), np.float32))
    with pytest.raises(CnnError, match="int64"):
        network.forward(network.start(0), np.zeros((1, 2, 8, 9), np.int64))
