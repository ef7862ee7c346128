"""Random networks of every op, in 1, 2 and 3 dimensions, with branches: whoever walks them sees the engine's numbers.

Every loss and every optimiser takes its turn. A walk leads on with every grain and in and out, and back to its start.
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache

import numpy as np
import pytest

from app.model import edits, playback
from app.model.document import Document, TrainingChoice, from_model
from app.model.frames import array_of, trace_of, value_of
from app.model.playback import GRAINS
from app.model.results import Results, compute
from app.model.timeline import PASSES, Playhead, exists, stretch_of, timeline
from cnncore.errors import CnnError
from cnncore.files.project import Model
from cnncore.losses import LOSSES
from cnncore.network import INPUT, Network, Node
from cnncore.op import Op
from cnncore.ops import OPS, make_op
from cnncore.optimizers import OPTIMIZERS
from cnncore.preprocess import Preprocess
from cnncore.training import TrainSettings

SETTINGS = {
    "conv": ({"filters": 4, "kernel": 3, "padding": 1}, {"filters": 2, "kernel": 2, "stride": 2, "groups": 2},
             {"filters": 4, "kernel": 2, "dilation": 2, "padding": 1, "mode": "reflect"}),
    "transposed": ({"filters": 2, "kernel": 2, "stride": 2}, {"filters": 3, "kernel": 3}),
    "maxpool": ({"window": 2}, {"window": 3, "stride": 2, "padding": 1}), "meanpool": ({"window": 2, "padding": 1},),
    "l2pool": ({"window": 2},), "groupnorm": ({"groups": 2},), "lrn": ({"size": 3},), "pad": ({"padding": 1},),
    "crop": ({"cut": 1},), "maxout": ({"pieces": 2},), "dense": ({"units": 5},),
}
SPACES = {1: (9,), 2: (5, 6), 3: (3, 4, 5)}
WALKS = [(kind, dims) for kind in OPS for dims in SPACES]


def op_of(kind: str, rng: np.random.Generator) -> Op:
    choices = SETTINGS.get(kind, ({},))
    try:
        return make_op(kind, choices[int(rng.integers(len(choices)))])
    except CnnError:
        return OPS[kind]()


def sources(rng: np.random.Generator, shapes: dict[str, tuple[int, ...]], op: Op) -> tuple[str, ...]:
    """What a new node reads: of several inputs, such as have one shape."""
    count = max(op.arity, 2) if op.many else op.arity
    first = str(rng.choice(list(shapes)))
    fitting = [name for name, shape in shapes.items() if shape == shapes[first]]
    return tuple(first if not k else str(rng.choice(fitting)) for k in range(count))


def drawn(kind: str, dims: int, seed: int) -> Network:
    """A few random layers, one of them of the kind, and scores of what they end in."""
    rng = np.random.default_rng([seed, dims, list(OPS).index(kind)])
    common = ["conv", "relu", "maxpool", "add", "concat", "tanh", "batchnorm", "conv"]
    nodes: list[Node] = [Node("first", make_op("conv", {"filters": 4, "kernel": 3, "padding": 1}), (INPUT,))]
    shape = (2, *SPACES[dims])
    if kind == "unpool":  # it reads what a pooling read, and what became of that
        nodes += [Node("small", make_op("maxpool", {"window": 2}), ("first",)),
                  Node("large", make_op("unpool", {"window": 2}), ("small", "first"))]
    wanted = [kind, *rng.permutation(common)[:3].tolist()]
    for k, one in enumerate(wanted):
        op = op_of(str(one), rng)
        for _ in range(8):
            shapes = Network("drawn", shape, tuple(nodes)).shapes
            try:
                tried = Network("drawn", shape, (*nodes, Node(f"{one}{k}", op, sources(rng, shapes, op))))
            except CnnError:
                continue
            nodes = list(tried.nodes)
            break
    shapes = Network("drawn", shape, tuple(nodes)).shapes
    read = {name for node in nodes for name in node.inputs}
    ends = [node.name for node in nodes if node.name not in read]
    flat = []
    for end in ends:
        if len(shapes[end]) > 1:
            nodes.append(Node(f"{end}_flat", make_op("flatten", {}), (end,)))
            flat.append(f"{end}_flat")
        else:
            flat.append(end)
    if len(flat) > 1:
        nodes.append(Node("joined", make_op("concat", {}), tuple(flat)))
    nodes.append(Node("scores", make_op("dense", {"units": 3}), ("joined" if len(flat) > 1 else flat[0],)))
    nodes.append(Node("softmax", make_op("softmax", {}), ("scores",)))
    return Network("drawn", shape, tuple(nodes))


@lru_cache(maxsize=2)
def walked(kind: str, dims: int) -> Results:
    """What such a network makes of random numbers, with the loss and the optimiser whose turn it is."""
    turn = WALKS.index((kind, dims))
    network = drawn(kind, dims, 1)
    weights = {key: np.asarray(value, np.float32) for key, value in network.start(turn).items()}
    settings = TrainSettings(loss=list(LOSSES)[turn % len(LOSSES)],
                             optimizer=list(OPTIMIZERS)[turn // 2 % len(OPTIMIZERS)],
                             momentum=0.9 * (turn % 2), weight_decay=0.01 * (turn % 3))
    made: Document = from_model(Model(network, weights, ("x", "y", "z"), Preprocess(), {}))
    made = dataclasses.replace(made, training=TrainingChoice(settings=settings))
    x = np.random.default_rng(turn).normal(size=network.input_shape).astype(np.float32)
    return compute(edits.set_input(made, x))


def terms_at(results: Results, head: Playhead) -> int:
    trace = trace_of(results, head.whole)
    assert trace is not None
    return int(trace.terms.size)


def some(results: Results, rng: np.random.Generator, most: int) -> list[Playhead]:
    """First and last number of every stretch, and a few between."""
    heads = []
    for stretch in timeline(results.network):
        total = stretch.maps * stretch.size
        heads += [stretch.at(*divmod(int(k), stretch.size)) for k in {0, total - 1, *rng.integers(total, size=most)}]
    return heads


def test_every_op_loss_and_optimiser_has_its_turn():
    kinds = {node.op.kind for kind, dims in WALKS for node in drawn(kind, dims, 1).nodes}
    assert set(OPS) - kinds == set()
    settings = [walked(kind, dims).document.training.settings for kind, dims in WALKS]
    assert {one.loss for one in settings} == set(LOSSES)
    assert {one.optimizer for one in settings} == set(OPTIMIZERS)


@pytest.mark.parametrize(("kind", "dims"), WALKS)
def test_every_number_is_the_engines_and_its_terms_add_up_to_it(kind, dims):
    results, rng = walked(kind, dims), np.random.default_rng(5)
    network, document = results.network, results.document
    done = network.forward(document.effective, results.done.outputs[INPUT])
    loss, scores = document.training.settings.loss_made(), done.outputs[network.scores].reshape(1, -1)
    target = np.array([results.target])
    assert results.loss == pytest.approx(loss.value(scores.astype(np.float64), target), rel=1e-4, abs=1e-5)
    grad = loss.gradient(scores.astype(np.float64), target).astype(np.float32)
    back = network.backward(document.effective, done, grad.reshape(done.outputs[network.scores].shape))
    optimizer = document.settings.optimizer_made()
    learned = {key: document.effective[key] for key in back.weights}
    stepped = optimizer.step(learned, back.weights, optimizer.start(learned))[0]
    lanes = set()
    for head in some(results, rng, 3):
        lanes.add(head.lane)
        assert array_of(results, head).shape == stretch_of(network, head).shape
        value, trace = value_of(results, head), trace_of(results, head)
        if head.lane == "forward":
            assert value == pytest.approx(float(done.outputs[head.node][0][head.index]), rel=1e-3, abs=1e-4)
        elif head.lane == "update":
            assert value == pytest.approx(float(stepped[f"{head.node}.{head.target}"][head.index]), rel=1e-2, abs=1e-3)
        assert trace.total == pytest.approx(value, rel=1e-6, abs=1e-7), head
        assert abs(trace.rounding) <= trace.bound, (head, trace.rounding, trace.bound)
    assert lanes == set(PASSES)


@pytest.mark.parametrize(("kind", "dims"), WALKS)
def test_a_random_walk_leads_on_with_every_grain_and_back_to_its_start(kind, dims):
    results = walked(kind, dims)
    network, rng = results.network, np.random.default_rng([7, dims])
    for grain in GRAINS:
        for _ in range(3):
            stretch = timeline(network)[int(rng.integers(len(timeline(network))))]
            begin = stretch.at(int(rng.integers(stretch.maps)), int(rng.integers(stretch.size)))
            if grain == "term":
                begin = dataclasses.replace(begin, term=0)
            elif grain != "cell":  # these end where a map, a layer, a pass ends: so do their ways back
                begin = playback.last(network, begin, {"map": "cell", "layer": "map", "pass": "layer"}[grain], 0)
            path = [begin]
            for _ in range(int(rng.integers(1, 12))):
                after = playback.move(network, path[-1], grain, 1, terms_at(results, path[-1]))
                if after is None:
                    break
                assert exists(network, after)
                assert after != path[-1]
                assert np.isfinite(value_of(results, after))
                path.append(after)
            head = path[-1]
            for before in reversed(path[:-1]):
                head = playback.move(network, head, grain, -1, terms_at(results, head))
                while grain == "term" and head != before and head.term is None:
                    head = playback.move(network, head, grain, -1, terms_at(results, head))  # the cell as a whole
                assert head == before, grain


@pytest.mark.parametrize(("kind", "dims"), WALKS)
def test_whoever_steps_into_a_number_and_out_again_stands_where_he_stood(kind, dims):
    results = walked(kind, dims)
    network, rng = results.network, np.random.default_rng([9, dims])
    for head in some(results, rng, 1):
        terms = terms_at(results, head)
        for back in (False, True):
            grain, at = playback.into_back(head, "cell", terms) if back else playback.into(network, head, "cell")
            assert (grain, at.whole, at.term) == ("term", head, terms - 1 if back else 0)
            trace = trace_of(results, at.whole)
            assert 0 <= at.term < trace.terms.size
            assert playback.out(network, at, grain, terms) == ("cell", head)
        grain, end = playback.out(network, head, "cell", terms)
        assert (grain, stretch_of(network, end)) == ("map", stretch_of(network, head))
        grain, inner = playback.into(network, end, grain)
        assert (grain, stretch_of(network, inner)) == ("cell", stretch_of(network, end))
        assert playback.out(network, inner, grain, terms_at(results, inner)) == ("map", end)
