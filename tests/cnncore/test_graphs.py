"""Graphs with branches, skips and several readers of one node: gradients, fields and traces through every node."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.losses import LOSSES
from cnncore.network import INPUT, Network, Node
from cnncore.ops import make_op
from cnncore.shapes import reached_region, receptive_region
from cnncore.zoo import ZOO, inception, resnet, vgg

SMALL = {"lenet": (1, 16, 16), "vgg": (2, 8, 8), "resnet": (1, 8, 8), "inception": (1, 8, 8)}


def every_join(mode: str = "zeros") -> Network:
    """One node read three times, twice by the same one; all joins, a norm, paddings and a reshape behind them."""
    nodes = [("conv", "conv", (INPUT,), {"filters": 4, "kernel": 3, "padding": 1}),
             ("norm", "layernorm", ("conv",), {}),
             ("gate", "sigmoid", ("conv",), {}),
             ("gated", "multiply", ("norm", "gate"), {}),
             ("twice", "add", ("gated", "conv", "conv"), {}),
             ("lrn", "lrn", ("twice",), {"size": 3, "alpha": 0.5}),
             ("wide", "pad", ("lrn",), {"padding": 1, "mode": mode}),
             ("small", "maxpool", ("wide",), {"window": 3, "stride": 1}),
             ("both", "concat", ("small", "gate", INPUT), {}),
             ("group", "groupnorm", ("both",), {"groups": 3}),
             ("cut", "crop", ("group",), {"cut": ((1, 0), (0, 2))}),
             ("list", "reshape", ("cut",), {"shape": -1}),
             ("scores", "dense", ("list",), {"units": 3}),
             ("softmax", "softmax", ("scores",), {})]
    return Network("joins", (1, 5, 6), tuple(Node(n, make_op(kind, knobs), inputs) for n, kind, inputs, knobs in nodes))


def dropping() -> Network:
    """What draws and what is normed over the batch, one after the other."""
    nodes = [("conv", "conv", (INPUT,), {"filters": 4, "kernel": 3}), ("norm", "batchnorm", ("conv",), {}),
             ("drop", "spatialdropout", ("norm",), {"rate": 0.3}), ("add", "add", ("drop", "conv"), {}),
             ("flat", "flatten", ("add",), {}), ("out", "dropout", ("flat",), {"rate": 0.4}),
             ("scores", "dense", ("out",), {"units": 3})]
    return Network("drops", (2, 6), tuple(Node(n, make_op(kind, knobs), inputs) for n, kind, inputs, knobs in nodes))


NETWORKS = {name: (lambda name=name: ZOO[name](classes=3, input_shape=SMALL[name])) for name in ZOO} | {
    "joins": every_join, "mirror": lambda: every_join("reflect"), "drops": dropping}


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_agree_with_central_differences(name: str, training: bool):
    network, loss, rng = NETWORKS[name](), LOSSES["cross_entropy"](), np.random.default_rng(2)
    weights = {key: value * (1 + 0.1 * rng.standard_normal(value.shape)) + 0.01 for key, value
               in network.start(1).items()}
    x, labels = rng.standard_normal((4, *network.input_shape)), np.array([0, 2, 1, 0])

    def passed(weights: dict[str, np.ndarray], x: np.ndarray):
        return network.forward(weights, x, training=training, rng=np.random.default_rng(5))

    done = passed(weights, x)
    found = network.backward(weights, done, loss.gradient(done.outputs[network.scores], labels))
    assert set(found.weights) == set(weights) - network.running
    for key in (*found.weights, INPUT):
        array = x if key == INPUT else weights[key]
        slope = found.outputs[INPUT] if key == INPUT else found.weights[key]
        for place in rng.integers(0, array.size, 2):
            cell = np.unravel_index(int(place), array.shape)
            ends = []
            for nudge in (1e-6, -1e-6):
                moved = array.copy()
                moved[cell] += nudge
                one = passed(weights, moved) if key == INPUT else passed({**weights, key: moved}, x)
                ends.append(loss.value(one.outputs[network.scores], labels))
            assert slope[cell] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-4, abs=1e-7), key


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_node_of_a_graph_can_be_traced_forwards_and_backwards(name: str, training: bool):
    network, rng = NETWORKS[name](), np.random.default_rng(3)
    weights = network.start(1)
    x = rng.standard_normal((3, *network.input_shape)).astype(np.float32)
    done = network.forward(weights, x, training=training, rng=rng)
    found = network.backward(weights, done, rng.standard_normal((3, 3)).astype(np.float32))
    for node in network.nodes:
        run = network.run(weights, node.name, done, found)
        arrays = {"output": run.forward.output}
        if run.backward is not None:  # all but the softmax behind the scores
            arrays |= {f"input{k}": g for k, g in enumerate(run.backward.inputs)}
        cells = [(target, int(s), tuple(map(int, cell))) for target, array in arrays.items()
                 for s, *cell in (np.unravel_index(int(p), array.shape) for p in rng.integers(0, array.size, 3))]
        if run.backward is not None:
            cells += [(key, 0, tuple(map(int, np.unravel_index(int(p), g.shape))))
                      for key, g in run.backward.params.items() for p in rng.integers(0, g.size, 2)]
        for target, sample, cell in cells:
            trace = node.op.trace(target, cell, run, sample)
            assert abs(trace.rounding) <= trace.bound, (node.name, target)


@pytest.mark.parametrize("name", ["lenet", "vgg", "resnet", "inception", "joins"])
def test_a_receptive_region_holds_all_that_has_an_effect(name: str):
    network, rng = NETWORKS[name](), np.random.default_rng(4)
    weights = {key: value.astype(np.float64) for key, value in network.start(1).items()}
    x = rng.standard_normal((1, *network.input_shape))
    before = network.forward(weights, x)
    for node in network.nodes:
        shape = network.shapes[node.name]
        cell = tuple(int(i) for i in np.unravel_index(int(rng.integers(np.prod(shape))), shape))
        grad = np.zeros((1, *shape))
        grad[(0, *cell)] = 1
        moved = network.backward(weights, before, grad, node.name).outputs[INPUT][0] != 0
        box = np.zeros(network.input_shape, bool)
        region = receptive_region(network, node.name, cell)
        if INPUT in region:  # padding comes from nowhere
            box[region[INPUT]] = True
        assert not (moved & ~box).any(), node.name


@pytest.mark.parametrize("name", ["lenet", "vgg", "resnet", "inception", "joins"])
def test_a_reached_region_holds_all_that_changes(name: str):
    network, rng = NETWORKS[name](), np.random.default_rng(6)
    weights = {key: value.astype(np.float64) for key, value in network.start(1).items()}
    x = rng.standard_normal((1, *network.input_shape))
    before = network.forward(weights, x).outputs
    for _ in range(4):
        cell = tuple(int(i) for i in np.unravel_index(int(rng.integers(x[0].size)), network.input_shape))
        nudged = x.copy()
        nudged[(0, *cell)] += 0.5
        after, regions = network.forward(weights, nudged).outputs, reached_region(network, INPUT, cell)
        for node in network.nodes:
            box = np.zeros(network.shapes[node.name], bool)
            if node.name in regions:
                box[regions[node.name]] = True
            assert not ((before[node.name] != after[node.name])[0] & ~box).any(), node.name


def test_what_several_nodes_read_gets_the_sum_of_what_they_send():
    network = every_join()
    weights, x = network.start(1), np.random.default_rng(0).standard_normal((2, 1, 5, 6))
    done = network.forward(weights, x)
    found = network.backward(weights, done, np.ones((2, 3)))
    twice = found.backwards["twice"].inputs
    total = found.backwards["norm"].inputs[0] + found.backwards["gate"].inputs[0] + twice[1] + twice[2]
    np.testing.assert_allclose(found.outputs["conv"], total, rtol=1e-12, atol=1e-15)
    assert network.consumers("conv") == ("norm", "gate", "twice")


def test_a_skip_is_a_way_back_around_its_block():
    network = resnet(classes=3, input_shape=(1, 8, 8))
    weights = network.start(0)
    weights = {**weights, "block1_2_norm.weight": weights["block1_2_norm.weight"] * 0}
    x = np.random.default_rng(0).standard_normal((2, 1, 8, 8)).astype(np.float32)
    done = network.forward(weights, x)
    np.testing.assert_array_equal(done.outputs["block1_add"], done.outputs["start_relu"])
    found = network.backward(weights, done, np.ones((2, 3), np.float32))
    np.testing.assert_array_equal(found.outputs["start_relu"], found.outputs["block1_add"])


def test_the_architectures_have_the_shapes_that_they_promise():
    assert vgg().parameter_count() == 221_354
    assert vgg().shapes["pool2"] == (64, 8, 8)
    assert resnet().shapes["block4_out"] == (32, 7, 7)
    assert resnet().shapes["flatten"] == (32,)
    assert inception().shapes["module1_concat"] == (32, 14, 14)
    assert inception(input_shape=(3, 32, 32)).shapes["scores"] == (10,)
    assert resnet(classes=4, input_shape=(3, 32, 20)).shapes["scores"] == (4,)


def test_running_averages_follow_the_batches_of_a_graph():
    network = resnet(classes=3, input_shape=(1, 8, 8))
    weights = network.start(0)
    done = network.forward(weights, np.random.default_rng(0).standard_normal((4, 1, 8, 8)), training=True)
    assert set(done.state) == network.running
    assert len(network.running) == 2 * sum(node.op.kind == "batchnorm" for node in network.nodes)
