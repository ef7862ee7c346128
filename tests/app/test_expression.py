"""Watches and breakpoints have a grammar of their own: arithmetic over the network's numbers, and nothing of Python."""

from __future__ import annotations

import contextlib
import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.document import from_model
from app.model.expression import check, evaluate
from app.model.expression_tree import names_of, parse
from app.model.results import compute
from app.paths import asset
from cnncore.errors import CnnError
from cnncore.files.project import read_model


@pytest.fixture(scope="module")
def results():
    image = np.zeros((280, 280), np.uint8)
    image[60:220, 130:160] = 255
    return compute(dataclasses.replace(from_model(read_model(asset("models", "lenet.safetensors"))), drawing=image))


@pytest.mark.parametrize(("text", "expected"), [
    ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("2 ^ 3 ^ 2", 512), ("-2 ^ 2", -4), ("2 - 3 - 4", -5), ("8 / 4 / 2", 1),
    ("1 < 2", 1), ("1 + 1 == 2 and 3 > 4", 0), ("not 1 > 2", 1), ("not 1 > 2 and 1 > 2", 0), ("1 > 2 or 2 > 1", 1),
    (".5e1", 5), ("abs(-3)", 3), ("+4", 4), ("- - 4", 4), ("sqrt(16)", 4),
])
def test_arithmetic_binds_as_on_paper(text, expected, results):
    assert evaluate(text, results) == expected


def test_names_are_the_networks_numbers(results):
    assert evaluate("conv1[2, 10, 9]", results) == results.values("conv1")[2, 10, 9]
    assert evaluate("max(conv1[2])", results) == results.values("conv1")[2].max()
    assert evaluate("sum(conv1[0, 1:3, :5])", results) == pytest.approx(results.values("conv1")[0, 1:3, :5].sum())
    assert evaluate("conv1.weight[0, 0, 1 + 1, -1]", results) == results.document.weights["conv1.weight"][0, 0, 2, -1]
    assert evaluate("grad(conv1.bias)[3]", results) == results.gradients.weights["conv1.bias"][3]
    assert evaluate("loss", results) == results.loss
    assert evaluate("p[answer]", results) == results.probabilities.max()
    assert evaluate("argmax(scores) == answer", results) == 1


def test_value_is_each_number_that_is_passed(results):
    np.testing.assert_array_equal(evaluate("value > .5", results, np.array([0.0, 1.0])), [0, 1])


@pytest.mark.parametrize(("text", "words"), [
    ("conv9[0]", "conv2"), ("maxx(conv1)", "max"), ("1 +", "too soon"), ("1 ) 2", "character 3"),
    ("conv1[1.5]", "whole numbers"), ("conv1[99, 0, 0]", "conv1"), ("__import__('os')", "character"),
    ("conv1.__class__", "nothing called"), ("value > 1", "nothing called value"), ("", "too soon"),
    ("1 $ 2", "character 3"),
    ("(" * 60 + "1" + ")" * 60, "brackets"), ("1+" * 150 + "1", "characters"),
])
def test_what_is_no_expression_is_refused_in_a_sentence(text, words, results):
    with pytest.raises(CnnError) as caught:
        evaluate(text, results)
    assert words in str(caught.value)


def test_many_numbers_are_refused_where_one_is_wanted(results):
    check("max(conv1)", results)
    with pytest.raises(CnnError, match="3456"):
        check("conv1", results)


def test_a_tree_knows_its_names():
    assert names_of(parse("max(conv1[0]) > grad(dense1.bias)[p]")) == {"conv1", "dense1.bias", "p"}


def test_no_text_does_anything_but_be_computed_or_refused(results):
    pieces = st.sampled_from(["conv1", "p", "[", "]", "0", ",", ":", "(", ")", "max", "grad", "-", "<", "not", " "])

    @given(st.text(max_size=40) | st.lists(pieces, max_size=12).map("".join))
    def computed_or_refused(text):
        with contextlib.suppress(CnnError):
            evaluate(text, results)

    computed_or_refused()
