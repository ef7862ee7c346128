"""Kernels that a formula fills: the bell by hand, its knobs, its name."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.kernels import FORMULAS, Gaussian, from_name

TABLE = [[1, 4, 7, 4, 1], [4, 16, 26, 16, 4], [7, 26, 41, 26, 7], [4, 16, 26, 16, 4], [1, 4, 7, 4, 1]]


@pytest.mark.parametrize("kind", FORMULAS)
def test_a_formula_fills_any_size_and_is_read_back_from_its_name(kind):
    formula = FORMULAS[kind]()
    for size in ((1,), (4,), (5, 5), (3, 7), (3, 3, 3)):
        assert formula.fill(size).shape == size
        assert np.isfinite(formula.fill(size)).all()
    assert from_name(formula.name) == from_name(kind) == formula
    assert formula.words
    assert formula.symbols.keys() == formula.knobs().keys()


def test_the_bell_is_its_formula_over_its_sum():
    sigma = 1.5
    by_hand = [[math.exp(-(x * x + y * y) / (2 * sigma**2)) / (2 * math.pi * sigma**2) for x in (-1, 0, 1)]
               for y in (-1, 0, 1)]
    np.testing.assert_allclose(Gaussian(sigma).fill((3, 3)), np.array(by_hand) / np.sum(by_hand), rtol=1e-12)


@pytest.mark.parametrize("sigma", [0.3, 0.5, 1.0, 2.5, 4.0])
def test_the_bell_sums_to_1_and_is_the_same_from_all_sides(sigma):
    bell = Gaussian(sigma).fill((9, 9))
    assert bell.sum() == pytest.approx(1)
    assert np.allclose(bell, bell.T)
    assert np.allclose(bell, bell[::-1])
    assert bell.argmax() == 40


def test_the_bell_of_sigma_1_is_the_table_of_273_to_a_rounding():
    assert np.abs(Gaussian(1.0).fill((5, 5)) * 273 - TABLE).max() < 3.5


def test_a_wider_bell_is_lower_in_the_middle():
    assert Gaussian(0.5).fill((7, 7)).max() > Gaussian(1.0).fill((7, 7)).max() > Gaussian(3.0).fill((7, 7)).max()


@pytest.mark.parametrize("name", ["", "box", "gauss(", "gauss(sigma=9)", "gauss(sigma=x)", "gauss(tau=1)", "gauss(1)",
                                  "gauss(sigma=nan)"])
def test_a_name_that_says_no_possible_formula_is_none(name):
    assert from_name(name) is None


def test_a_knob_out_of_bounds_is_refused_by_its_name():
    with pytest.raises(CnnError) as refused:
        Gaussian(1.0).but(sigma=9.0)
    assert all(word in str(refused.value) for word in ("sigma", "9", "0.3 … 4"))
