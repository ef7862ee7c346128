"""The plan against the reference: every kind of op, every way of running, equal within rounding."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncore.errors import CnnError
from cnncore.losses import CrossEntropy, MeanSquaredError
from cnncore.network import INPUT, Network, Node, chain
from cnncore.op import Array, Op, Shape
from cnncore.ops import OPS, make_op
from cnncore.plan import Plan, Plans, Step
from cnncore.plan.pieces import piece_size
from cnncore.zoo.lenet import lenet
from tests.cnncore.cases import Case, cases, ranks

EACH = [pytest.param(kind, rank, id=f"{kind}-{rank}d") for kind in OPS for rank in ranks(kind)]
BATCHES = st.sampled_from([1, 3, 8])


def close(found: Array, expected: Array, what: str = "") -> None:
    """Equal within the rounding of float32 sums."""
    assert found.shape == expected.shape, what
    assert found.dtype == np.float32, what
    scale = float(np.abs(expected[np.isfinite(expected)]).max(initial=1.0))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=2e-5 * scale, err_msg=what)


def reference(network: Network, weights: dict[str, Array], x: Array, labels: Array, loss: Any) -> Step:
    """A training step by the ops."""
    done = network.forward(weights, x, training=True, rng=np.random.default_rng(7))
    scores = done.outputs[network.scores]
    gradients = network.backward(weights, done, loss.gradient(scores, labels), input_gradient=False).weights
    flat = np.concatenate([np.zeros(0, np.float32), *(
        gradients.get(key, np.zeros(shape, np.float32)).ravel()
        for key, shape in network.parameter_shapes.items() if key not in network.running)])
    step = Step(loss.value(scores, labels), scores, flat, done.state, [], frozenset())
    step.__dict__["gradients"] = gradients
    return step


def check(network: Network, weights: dict[str, Array], x: Array, labels: Array) -> None:
    """All four ways of running, twice each."""
    plan, loss = Plan(network, len(x)), CrossEntropy()
    done = network.forward(weights, x)
    try:
        reference(network, weights, x, labels, loss)
    except CnnError as error:  # a norm over a single number
        with pytest.raises(CnnError, match=re.escape(str(error))):
            plan.train(weights, x, labels, loss, np.random.default_rng(7))
        return
    for _ in range(2):
        found = plan.forward(weights, x)
        assert list(found) == list(done.outputs)
        for name, array in done.outputs.items():
            close(found[name], array, f"forward {name}")
        close(plan.scores(weights, x), done.outputs[network.scores], "scores")
        ran = plan.run(weights, x)
        assert ran.forwards.keys() == done.forwards.keys()
        for name, array in done.outputs.items():
            close(ran.outputs[name], array, f"run {name}")
            assert name == INPUT or ran.forwards[name].output is ran.outputs[name]
        expected = reference(network, weights, x, labels, loss)
        step = plan.train(weights, x, labels, loss, np.random.default_rng(7))
        assert step.loss == pytest.approx(expected.loss, rel=1e-4, abs=1e-5)
        close(step.scores, expected.scores, "training scores")
        assert step.gradients.keys() == expected.gradients.keys()
        for name, array in expected.gradients.items():
            close(step.gradients[name], array, f"gradient {name}")
        assert step.flat.shape == expected.flat.shape
        close(step.flat, expected.flat, "flat")
        assert step.state.keys() == expected.state.keys()
        for name, array in expected.state.items():
            close(step.state[name], array, f"state {name}")


def _scored(name: str, shape: Shape) -> list[Node]:
    nodes = [Node("flat", make_op("flatten", {}), (name,))]
    return [*nodes, Node("scores", make_op("dense", {"units": 3}), ("flat",))]


def network_of(case: Case) -> Network:
    """The case's op between a layer with weights and scores; it sees more than one input where it takes them."""
    shapes = case.shapes
    first = shapes[0]
    nodes: list[Node] = []
    for k, shape in enumerate(shapes):
        if len(first) == 1:
            nodes.append(Node(f"in{k}", make_op("dense", {"units": shape[0]}), (INPUT,)))
        elif shape[1:] == first[1:]:
            nodes.append(Node(f"in{k}", make_op("conv", {"filters": shape[0], "kernel": 1}), (INPUT,)))
        else:
            shift = tuple(abs(a - b) + 1 for a, b in zip(first[1:], shape[1:], strict=True))
            grown = tuple(n - 1 if b > a else 0 for a, b, n in zip(first[1:], shape[1:], shift, strict=True))
            conv = {"filters": shape[0], "kernel": shift, "padding": grown}
            nodes.append(Node(f"in{k}", make_op("conv", conv), (INPUT,)))
    nodes.append(Node("op", case.op, tuple(node.name for node in nodes)))
    return Network("one", first, (*nodes, *_scored("op", case.op.output_shape(*shapes))))


def weights_of(network: Network, seed: int) -> dict[str, Array]:
    """Random weights and biases; running variances positive."""
    rng = np.random.default_rng(seed)
    made = {key: rng.standard_normal(shape).astype(np.float32) for key, shape in network.parameter_shapes.items()}
    return {key: np.abs(value) if key in network.running else value for key, value in made.items()}


@pytest.mark.parametrize(("kind", "rank"), EACH)
def test_every_op_in_a_network_is_the_same_both_ways(kind: str, rank: int) -> None:
    @settings(max_examples=8, deadline=None)
    @given(cases(kind, rank), BATCHES)
    def both(case: Case, batch: int) -> None:
        network = network_of(case)
        rng = np.random.default_rng(case.seed)
        x = rng.standard_normal((batch, *network.input_shape)).astype(np.float32)
        check(network, weights_of(network, batch), x, rng.integers(0, 3, batch))
    both()


@pytest.mark.parametrize(("kind", "rank"), EACH)
def test_every_op_at_the_input_is_the_same_both_ways(kind: str, rank: int) -> None:
    @settings(max_examples=6, deadline=None)
    @given(cases(kind, rank))
    def both(case: Case) -> None:
        if len(case.shapes) > 1 and len(set(case.shapes)) > 1:
            return
        op = Node("op", case.op, (INPUT,) * len(case.shapes))
        network = Network("one", case.shapes[0], (op, *_scored("op", case.op.output_shape(*case.shapes))))
        x = case.inputs[0].astype(np.float32)
        check(network, weights_of(network, 1), x, np.arange(len(x)))
    both()


@pytest.mark.parametrize("batch", [1, 3, 8, 65])
def test_lenet_with_a_black_background_is_the_same_both_ways(batch: int) -> None:
    network, rng = lenet(), np.random.default_rng(batch)
    x = np.maximum(rng.standard_normal((batch, 1, 28, 28)), 0).astype(np.float32)
    x[:, :, :9] = 0
    check(network, weights_of(network, 3), x * np.float32(0.1), rng.integers(0, 10, batch))


@pytest.mark.parametrize("batch", [1, 3, 65])
def test_exact_ties_go_to_the_first_cell_of_a_window(batch: int) -> None:
    network = chain("ties", (2, 9, 8), [
        ("conv", make_op("conv", {"filters": 3, "kernel": 2})), ("relu", make_op("relu", {})),
        ("pool", make_op("maxpool", {})), ("conv2", make_op("conv", {"filters": 2, "kernel": 2, "padding": 1})),
        ("pool2", make_op("maxpool", {"window": 3, "stride": 2, "padding": 1})),
        ("flat", make_op("flatten", {})), ("scores", make_op("dense", {"units": 3}))])
    rng = np.random.default_rng(1)
    weights = {key: rng.integers(-1, 2, shape).astype(np.float32) for key, shape in network.parameter_shapes.items()}
    x = rng.integers(0, 2, (batch, 2, 9, 8)).astype(np.float32)  # small integers: sums are exact, ties are many
    check(network, weights, x, rng.integers(0, 3, batch))
    loss = MeanSquaredError()
    step = Plan(network, batch).train(weights, x, np.zeros(batch, int), loss)
    expected = reference(network, weights, x, np.zeros(batch, int), loss)
    for name, array in expected.gradients.items():
        close(step.gradients[name], array, name)


def some_op(draw: Any) -> Op:
    """A layer that keeps maps maps."""
    small = st.integers(1, 3)
    kind = draw(st.sampled_from(["conv", "conv", "conv", "relu", "maxpool", "meanpool"]))
    if kind == "conv":
        return make_op(kind, {"filters": draw(st.integers(1, 4)), "kernel": draw(small), "stride": draw(small),
                              "padding": draw(st.integers(0, 2)), "dilation": draw(st.integers(1, 2)),
                              "bias": draw(st.booleans())})
    if kind == "relu":
        return make_op(kind, {})
    window = draw(small)
    return make_op(kind, {"window": window, "stride": draw(small), "padding": draw(st.integers(0, window // 2))})


@st.composite
def graphs(draw: Any) -> Network:
    """Chains with branches: each node reads any earlier one; what is left over is joined by a sum of scores."""
    rank = draw(st.integers(1, 3))
    shape: Shape = (draw(st.integers(1, 2)), *(draw(st.integers(4, 9)) for _ in range(rank)))
    shapes: dict[str, Shape] = {INPUT: shape}
    nodes: list[Node] = []
    for k in range(draw(st.integers(1, 6))):
        source = draw(st.sampled_from(list(shapes)) if draw(st.booleans()) else st.just(list(shapes)[-1]))
        op = some_op(draw)
        try:
            shapes[f"n{k}"] = op.output_shape(shapes[source])
        except CnnError:
            continue
        nodes.append(Node(f"n{k}", op, (source,)))
    ends = [name for name in shapes if all(name not in node.inputs for node in nodes)]
    for end in ends:
        nodes += [Node(f"{end}_flat", make_op("flatten", {}), (end,)),
                  Node(f"{end}_out", make_op("dense", {"units": 4}), (f"{end}_flat",))]
    last = nodes[-1].name
    if "add" in OPS and len(ends) > 1:
        nodes.append(Node("sum", make_op("add", {}), tuple(f"{end}_out" for end in ends)))
        last = "sum"
    if draw(st.booleans()):
        nodes.append(Node("softmax", make_op("softmax", {}), (last,)))
    return Network("graph", shape, tuple(nodes))


@settings(max_examples=80, deadline=None)
@given(graphs(), BATCHES, st.integers(0, 1000))
def test_any_graph_is_the_same_both_ways(network: Network, batch: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((batch, *network.input_shape)).astype(np.float32)
    check(network, weights_of(network, seed), x, rng.integers(0, 4, batch))


def test_the_same_input_gives_the_same_bits_and_nothing_handed_out_is_written_again() -> None:
    network, rng = lenet(), np.random.default_rng(0)
    x, other = rng.standard_normal((2, 3, 1, 28, 28)).astype(np.float32)
    labels, weights, plan = np.array([1, 2, 3]), network.start(0), Plan(lenet(), 3)

    def everything(images: Array) -> list[Array]:
        step, ran = plan.train(weights, images, labels, CrossEntropy()), plan.run(weights, images)
        return [step.flat, step.scores, *step.gradients.values(), *ran.outputs.values(), plan.scores(weights, images),
                *plan.forward(weights, images).values()]

    given_away = {key: value.copy() for key, value in weights.items()}
    first = everything(x)
    copies = [array.copy() for array in first]
    everything(other)
    for array, copy in zip(first, copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    for array, copy in zip(everything(x), copies, strict=True):
        np.testing.assert_array_equal(array, copy)
    for key, value in given_away.items():
        np.testing.assert_array_equal(weights[key], value)


def test_a_part_is_run_again_on_what_is_known() -> None:
    network, rng = lenet(), np.random.default_rng(0)
    x = rng.standard_normal((1, 1, 28, 28)).astype(np.float32)
    weights, plan = network.start(0), Plan(network, 1)
    before = plan.run(weights, x)
    plan.run(weights, x * 2)  # what lies in the buffers now belongs to another pass
    weights = {**weights, "conv2.weight": weights["conv2.weight"] * 2}
    stale = network.stale_after(["conv2"])
    after = plan.run(weights, x, known=before, stale=stale)
    expected = network.forward(weights, x)
    assert list(after.outputs) == list(expected.outputs)
    for name, array in expected.outputs.items():
        close(after.outputs[name], array, name)
        assert (after.outputs[name] is before.outputs[name]) == (name not in stale)


def test_plans_keep_a_few_batch_sizes() -> None:
    plans = Plans(lenet(), keep=2)
    one = plans.of(1)
    plans.of(2)
    assert plans.of(1) is one
    plans.of(3)
    assert plans.of(1) is one


def test_double_precision_is_taken_in_as_float32() -> None:
    network = lenet()
    weights = {key: value.astype(np.float64) for key, value in network.start(0).items()}
    x = np.ones((2, 1, 28, 28))
    assert Plan(network, 2).scores(weights, x).dtype == np.float32


def test_another_number_of_samples_is_refused_in_words() -> None:
    with pytest.raises(CnnError, match="This plan is for 2 samples; 3 were given"):
        Plan(lenet(), 2).scores(lenet().start(0), np.zeros((3, 1, 28, 28), np.float32))
    with pytest.raises(CnnError, match="A plan needs a batch of 1 or more samples; this one has 0"):
        Plan(lenet(), 0)


def test_the_plan_says_which_nodes_are_fast() -> None:
    network = chain("n", (1, 5, 5, 5), [("conv", make_op("conv", {})), ("flat", make_op("flatten", {})),
                                        ("scores", make_op("dense", {}))])
    assert Plan(network, 1).fast == {"conv": False, "flat": False, "scores": True}
    assert set(Plan(lenet(), 1).fast.values()) == {True}


@pytest.mark.parametrize(("batch", "shape", "filters", "settings"), [
    (3, (3, 12, 14), 8, {"kernel": 3, "padding": 1}),  # a few channels: pictures spread out whole
    (3, (2, 11, 9), 4, {"kernel": (3, 2), "stride": 2, "dilation": 2, "bias": False}),
    (1, (1, 23, 30), 1, {"kernel": 7, "padding": 3}),  # one filter: bands of rows
    (2, (2, 9, 8), 1, {"kernel": (2, 3), "padding": ((1, 0), (0, 2)), "stride": (1, 2)}),
    (1, (2, 9, 8), 1, {"kernel": 3, "dilation": (1, 2), "padding": 2}),
    (2, (33, 10, 16), 35, {"kernel": 3, "padding": 1}),  # many channels: minimal filtering
    (1, (32, 9, 21), 32, {"kernel": 3, "padding": ((2, 1), (0, 1))}),
    (1, (32, 8, 40), 48, {"kernel": 3, "bias": False}),
    (5, (16, 5), 8, {"kernel": 2, "padding": ((1, 2),), "stride": 2}),  # a line
])
def test_every_way_to_convolve_gives_the_same(batch: int, shape: Shape, filters: int, settings: dict[str, Any]) -> None:
    network = chain("conv", shape, [
        ("conv", make_op("conv", {"filters": filters, **settings})), ("flat", make_op("flatten", {})),
        ("scores", make_op("dense", {"units": 3}))])
    rng = np.random.default_rng(4)
    x = rng.standard_normal((batch, *shape)).astype(np.float32)
    assert all(Plan(network, batch).fast.values())
    check(network, weights_of(network, 5), x, rng.integers(0, 3, batch))
    maps = chain("maps", shape, network_chain(network)[:1])
    weights = {key: value for key, value in weights_of(network, 5).items() if key.startswith("conv")}
    close(Plan(maps, batch).scores(weights, x), maps.forward(weights, x).outputs["conv"])


def network_chain(network: Network) -> list[tuple[str, Op]]:
    """Names and ops."""
    return [(node.name, node.op) for node in network.nodes]


@pytest.mark.parametrize("batch", [2, 70])
def test_a_small_vgg_is_the_same_both_ways(batch: int) -> None:
    layers: list[tuple[str, Op]] = []
    for k, filters in enumerate([8, 8, 16, 16]):
        layers += [(f"conv{k}", make_op("conv", {"filters": filters, "kernel": 3, "padding": 1})),
                   (f"relu{k}", make_op("relu", {}))]
        layers += [(f"pool{k}", make_op("maxpool", {}))] if k % 2 else []
    network = chain("vgg", (3, 16, 16), [*layers, ("flat", make_op("flatten", {})),
                                         ("scores", make_op("dense", {"units": 5}))])
    rng = np.random.default_rng(4)
    x = rng.standard_normal((batch, 3, 16, 16)).astype(np.float32)
    check(network, weights_of(network, 5), x, rng.integers(0, 5, batch))


def test_a_loss_with_class_weights_is_not_taken_in_pieces() -> None:
    network, rng = lenet(), np.random.default_rng(0)
    x, labels = rng.standard_normal((70, 1, 28, 28)).astype(np.float32), rng.integers(0, 10, 70)
    loss = CrossEntropy(class_weights=tuple(float(k) for k in range(1, 11)), label_smoothing=0.1)
    weights = network.start(0)
    step, expected = Plan(network, 70).train(weights, x, labels, loss), reference(network, weights, x, labels, loss)
    assert step.loss == pytest.approx(expected.loss, rel=1e-4)
    close(step.flat, expected.flat)


def test_large_networks_take_few_samples_at_a_time() -> None:
    large = chain("large", (64, 224, 224), [("conv", make_op("conv", {"filters": 64, "padding": 1}))])
    assert piece_size(lenet(), "train") == 32
    assert piece_size(large, "train") == 2


def test_a_network_without_weights_has_an_empty_gradient() -> None:
    for layers in ([("softmax", make_op("softmax", {}))], [("relu", make_op("relu", {})),
                                                           ("softmax", make_op("softmax", {}))]):
        network = chain("bare", (4,), layers)
        x = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)
        check(network, {}, x, np.array([0, 1, 2]))


def test_a_label_without_a_score_is_refused() -> None:
    network = lenet()
    with pytest.raises(CnnError, match="-1"):
        Plan(network, 2).train(network.start(0), np.zeros((2, 1, 28, 28), np.float32), np.array([3, -1]),
                               CrossEntropy())
