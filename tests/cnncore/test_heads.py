"""Another set of classes on the same network."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.heads import adapt_head
from cnncore.network import chain
from cnncore.ops import make_op


def three():
    """A network for the classes a, b, c, with weights that tell their rows apart."""
    network = chain("three", (1, 4, 4), [
        ("flatten", make_op("flatten", {})), ("hidden", make_op("dense", {"units": 5})),
        ("scores", make_op("dense", {"units": 3})), ("softmax", make_op("softmax", {})),
    ])
    weights = network.start(0)
    weights["scores.bias"] = np.array([1, 2, 3], np.float32)
    return network, weights


def test_rows_whose_label_stays_keep_their_weights_at_their_new_place():
    network, weights = three()
    fitted, new = adapt_head(network, weights, ("a", "b", "c"), ("c", "x", "a"), seed=1)
    assert fitted.shapes["softmax"] == (3,)
    np.testing.assert_array_equal(new["scores.weight"][0], weights["scores.weight"][2])
    np.testing.assert_array_equal(new["scores.weight"][2], weights["scores.weight"][0])
    assert new["scores.bias"].tolist() == [3, 0, 1]


def test_new_rows_are_drawn_from_the_seed():
    network, weights = three()
    a, b, c = (adapt_head(network, weights, "abc", "abcde", seed=seed)[1]["scores.weight"] for seed in (1, 1, 2))
    assert a.shape == (5, 5)
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a[3:], c[3:])
    assert a[3:].any()


def test_layers_before_the_head_share_their_arrays():
    network, weights = three()
    fitted, new = adapt_head(network, weights, "abc", "ab", seed=1)
    assert new["hidden.weight"] is weights["hidden.weight"]
    fitted.check_weights(new)


def test_same_labels_change_nothing():
    network, weights = three()
    fitted, new = adapt_head(network, weights, "abc", "abc", seed=1)
    assert fitted is network
    assert new["scores.weight"] is weights["scores.weight"]


def test_old_weights_are_not_written_to():
    network, weights = three()
    for value in weights.values():
        value.setflags(write=False)
    adapt_head(network, weights, "abc", "axyz", seed=1)


def test_one_class_alone_is_refused():
    network, weights = three()
    with pytest.raises(CnnError, match="at least two classes"):
        adapt_head(network, weights, "abc", "a", seed=1)


def test_class_named_twice_is_refused():
    network, weights = three()
    with pytest.raises(CnnError, match="'a' is there twice"):
        adapt_head(network, weights, "abc", "aba", seed=1)


def test_wrong_number_of_old_labels_is_refused():
    network, weights = three()
    with pytest.raises(CnnError, match="gives 3 scores, but 2 labels"):
        adapt_head(network, weights, "ab", "abc", seed=1)


def test_head_that_is_not_dense_is_refused():
    network = chain("conv", (1, 4, 4), [("conv", make_op("conv", {"filters": 3, "kernel": 4}))])
    with pytest.raises(CnnError, match="only a dense layer"):
        adapt_head(network, network.start(0), "abc", "ab", seed=1)
