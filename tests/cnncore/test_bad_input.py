"""What a network refuses: each sentence names the network or layer, the value, what is allowed and what to do."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.evaluation import evaluate
from cnncore.network import Network, Node, Pass, chain
from cnncore.ops import Convolution, Dense, Flatten, MaxPool, ReLU
from cnncore.zoo import lenet

LENET = lenet()
WEIGHTS = LENET.start(0)
ONE = np.zeros((1, 1, 28, 28), np.float32)


def small(input_shape: Any = (2, 6, 5)) -> Network:
    return chain("small", input_shape, [("conv", Convolution(3, 3)), ("flat", Flatten()), ("scores", Dense(4))])


def refused(code: str, do: Any) -> str:
    """The sentence with which ``do`` is refused."""
    with pytest.raises(CnnError) as caught:
        do()
    assert caught.value.code == code
    return str(caught.value)


# --- the input


@pytest.mark.parametrize(("x", "code", "words"), [
    (ONE[0], "input.rank", ("LeNet: the input has shape (1, 28, 28)", "(samples, 1, 28, 28)", "x[None]")),
    (ONE[0, 0], "input.rank", ("(28, 28), 2 axes", "4 axes", "Reshape it: samples first")),
    (ONE[..., None], "input.rank", ("(1, 1, 28, 28, 1), 5 axes",)),
    (np.zeros((), np.float32), "input.rank", ("(), 0 axes",)),
    (np.zeros((4, 28, 28, 1), np.float32), "input.channels", ("channels last", "np.moveaxis(x, -1, 1)")),
    (np.zeros((4, 3, 28, 28), np.float32), "input.channels", ("(4, 3, 28, 28), 3 channels", "1 channels", "Take")),
    (np.zeros((4, 1, 32, 32), np.float32), "input.shape", ("(4, 1, 32, 32)", "(samples, 1, 28, 28)", "Crop or resize")),
    (ONE.astype(np.int64), "input.dtype", ("int64", "float32, float64", "x.astype(np.float32)")),
    (ONE.astype(np.uint8), "input.dtype", ("uint8", "/ 255")),
    (ONE.astype(bool), "input.dtype", ("holds bool",)),
    (ONE.astype(np.float16), "input.dtype", ("float16", "float32, float64")),
    (ONE.astype(np.longdouble), "input.dtype", ("Allowed: float32, float64",)),
    (ONE.astype(complex), "input.dtype", ("complex128",)),
    (ONE.astype(object), "input.dtype", ("object",)),
    (ONE.astype(str), "input.dtype", ("<U",)),
    (ONE[:0], "input.empty", ("no samples in an input of shape (0, 1, 28, 28)", "1, 2, … samples", "one or more")),
    (ONE.tolist(), "input.type", ("type list", "(samples, 1, 28, 28)", "np.asarray(x, np.float32)")),
    ("digit", "input.type", ("type str",)),
    (np.ma.masked_array(ONE, ONE == 0), "input.type", ("type MaskedArray", "np.asarray")),
    (None, "input.type", ("type NoneType",)),
    ([[1.0, 2.0], [3.0]], "input.ragged", ("rows differ in length", "Bring all samples to one size")),
    ([["a"]], "input.ragged", ("do not hold numbers",)),
], ids=lambda value: value if isinstance(value, str) and "." in value else "")
def test_an_input_that_does_not_fit_is_named_with_what_is_allowed_and_what_to_do(x: Any, code: str, words: Any):
    said = refused(code, lambda: LENET.forward(WEIGHTS, x))
    assert all(word in said for word in ("LeNet: ", "Allowed: ", *words)), said


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_number_that_is_not_finite_is_named_with_its_place(value: float, dtype: Any):
    x = np.zeros((2, 1, 28, 28), dtype)
    x[1, 0, 3, 7] = value
    said = refused("input.finite", lambda: LENET.forward(WEIGHTS, x))
    assert f"LeNet: the input holds {value} at (1, 0, 3, 7), which is not finite." in said
    assert "np.nan_to_num(x)" in said


def test_large_finite_numbers_and_strange_layouts_are_no_fault():
    LENET.check_input(np.full((1, 1, 28, 28), 3e38, np.float32))
    LENET.check_input(np.zeros((1, 1, 56, 56), np.float32)[:, :, ::2, ::-2])
    LENET.check_input(ONE.astype(np.float64))


@pytest.mark.parametrize(("label", "code", "words"), [
    (10, "samples.range", "Label 10 has no score: the network knows 10 classes, 0 to 9"),
    (-1, "samples.range", "Label -1 has no score"),
    (1.0, "samples.labels", "whole numbers are needed"),
])
def test_a_label_without_a_score_is_refused(label: Any, code: str, words: str):
    assert words in refused(code, lambda: evaluate(LENET, WEIGHTS, ONE, np.array([label])))


# --- the graph


@pytest.mark.parametrize("shape", [(0, 28, 28), (1, -28, 28), (1, 0), (), (1, 2.5, 3), (True, 3), ("1", 3), None, 28,
                                   "28", (1, 2, 3, 4, 5)])
def test_an_input_shape_that_cannot_be_is_refused(shape: Any):
    said = refused("network.input_shape", lambda: chain("odd", shape, [("relu", ReLU())]))
    assert f"odd: input_shape = {shape} is not possible. Allowed: (C,) … (C, D, H, W), 1, 2, …." in said
    assert "for example (1, 28, 28), without the batch" in said


def test_an_input_shape_of_any_whole_numbers_becomes_a_tuple_of_ints():
    network = small([np.int64(2), 6, 5])
    assert network.input_shape == (2, 6, 5)
    assert {type(n) for n in network.input_shape} == {int}


@pytest.mark.parametrize("layers", [[ReLU()], [("relu", ReLU)], [("relu", "relu")], [("a", ReLU(), 1)]])
def test_what_is_no_layer_is_refused_with_how_one_is_written(layers: Any):
    said = refused("network.op", lambda: chain("odd", (1, 8), layers))
    assert "is no layer" in said
    assert "('relu', ReLU())" in said


def test_a_name_that_is_no_word_is_refused():
    assert "The layer name 3 is empty" in refused("network.name", lambda: chain("odd", (1, 8), [(3, ReLU())]))
    assert "no layer" in refused("network.op", lambda: Network("odd", (1, 8), (ReLU(),)))
    Network("list", (1, 8), [Node("relu", ReLU(), ("input",))])


@pytest.mark.parametrize("seed", [-1, 1.5, None, True, "1"])
def test_a_seed_is_a_whole_number(seed: Any):
    assert f"small: seed = {seed} is not possible. Allowed: 0, 1, …." in refused(
        "knob.range", lambda: small().start(seed))


@pytest.mark.parametrize(("op", "code", "words"), [
    (Convolution(3, 9), "shape.window", ("kernel = 9", "Allowed: 1 … 7")),
    (Convolution(3, 3, groups=2), "conv.groups", ("groups = 2", "1, 3")),
    (Convolution(4, 3, groups=3), "conv.groups", ("groups = 3",)),
    (Convolution(3, (3, 3, 3)), "shape.axes", ("kernel = (3, 3, 3) has 3 numbers", "Allowed: 2")),
    (MaxPool(9), "shape.window", ("window = 9", "Allowed: 1 … 7")),
    (Dense(4), "dense.rank", ("(3, 7, 8)", "Put flatten before it")),
])
def test_a_layer_that_does_not_fit_its_input_is_named_with_its_knob(op: Any, code: str, words: Any):
    said = refused(code, lambda: chain("odd", (3, 7, 8), [("first", ReLU()), ("second", op)]))
    assert all(word in said for word in ("second: ", *words)), said


def test_a_layer_that_is_not_there_is_refused_with_the_nearest():
    network = small()
    for do in (lambda: network.node("cnov"), lambda: network.parameter_count("cnov"),
               lambda: network.stale_after(["cnov"]), lambda: network.input_shapes("cnov")):
        assert refused("network.node", do) == "There is no layer 'cnov'. Did you mean: conv?"


# --- weights


@pytest.mark.parametrize(("value", "code", "words"), [
    (np.zeros(2, np.float32), "weights.shape", "conv.bias has shape (2,); this network needs (3,)"),
    (np.zeros(3, int), "weights.dtype", "conv.bias holds int64. Allowed: float32, float64. Convert it"),
    (np.zeros(3, np.float16), "weights.dtype", "float16"),
    (np.zeros(3, complex), "weights.dtype", "complex128"),
    ([0.0, 0.0, 0.0], "weights.dtype", "conv.bias holds list"),
    (None, "weights.missing", "The weights lack conv.bias"),
])
def test_a_pass_names_the_weight_that_does_not_fit(value: Any, code: str, words: str):
    weights = small().start(0) | {"conv.bias": value}
    if value is None:
        del weights["conv.bias"]
    x = np.zeros((1, 2, 6, 5), np.float32)
    for do in (lambda: small().forward(weights, x), lambda: small().check_weights(weights)):
        assert words in refused(code, do)


# --- passes


def test_a_gradient_of_another_shape_is_refused():
    network, x = small(), np.zeros((2, 2, 6, 5), np.float32)
    weights = network.start(0)
    done = network.forward(weights, x)
    said = refused("backward.grad", lambda: network.backward(weights, done, np.zeros((2, 5), np.float32)))
    assert "scores: the gradient that comes back has shape (2, 5) of float32. Allowed: (2, 4)" in said
    refused("backward.grad", lambda: network.backward(weights, done, [1.0]))  # type: ignore[arg-type]
    assert "Did you mean: conv" in refused("network.node", lambda: network.backward(weights, done, x, "cnv"))


def test_an_earlier_pass_without_a_needed_result_is_refused():
    network, x = small(), np.zeros((2, 2, 6, 5), np.float32)
    said = refused("forward.known", lambda: network.forward(network.start(0), x, known=Pass({}, {}), stale=["conv"]))
    assert "no result of flat" in said


def test_networks_and_passes_are_shown_in_a_line_not_by_their_numbers():
    network, x = small(), np.zeros((2, 2, 6, 5), np.float32)
    done = network.forward(network.start(0), x)
    assert repr(network) == "Network('small', (2, 6, 5), 3 layers, 205 parameters)"
    assert repr(done) == "Pass(input (2, 2, 6, 5), conv (2, 3, 4, 3), flat (2, 36), scores (2, 4))"
    found = network.backward(network.start(0), done, done.outputs["scores"])
    assert repr(found).startswith("Gradients(scores (2, 4), flat (2, 36), conv (2, 3, 4, 3), input (2, 2, 6, 5), ")


def test_an_error_travels_to_another_process_whole():
    error = CnnError("knob.range", "{knob} is {value}", knob="stride", value=0)
    other = pickle.loads(pickle.dumps(error))
    assert (other.code, other.text, other.facts, str(other)) == (error.code, error.text, error.facts, str(error))
