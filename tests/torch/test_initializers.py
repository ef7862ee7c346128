"""Start values beside PyTorch's: spread and bounds, which are all that two random generators can share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not in this environment; .ci/run has one that has it")
from torch.nn import init  # noqa: E402

from cnncore.initializers import INITIALIZERS  # noqa: E402

SHAPES = [(300, 400), (64, 48, 5, 3), (96, 40, 9), (32, 24, 3, 3, 3)]
COUNTERPARTS: dict[str, Callable[[Any], Any]] = {
    "he": lambda w: init.kaiming_normal_(w, nonlinearity="relu"),
    "he_uniform": lambda w: init.kaiming_uniform_(w, nonlinearity="relu"),
    "xavier": init.xavier_normal_,
    "xavier_uniform": init.xavier_uniform_,
    "lecun": lambda w: init.kaiming_normal_(w, nonlinearity="linear"),
    "lecun_uniform": lambda w: init.kaiming_uniform_(w, nonlinearity="linear"),
    "zeros": init.zeros_,
    "constant": lambda w: init.constant_(w, 0.1),
    "orthogonal": init.orthogonal_,
}


def test_every_start_is_compared() -> None:
    assert set(INITIALIZERS) == set(COUNTERPARTS)


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_mean_spread_and_bounds_are_pytorchs(name: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    mine = INITIALIZERS[name](np.random.default_rng(0), shape)
    theirs = COUNTERPARTS[name](torch.empty(shape)).numpy()
    assert mine.dtype == np.float32
    spread = float(theirs.std())
    assert mine.std() == pytest.approx(spread, rel=0.02, abs=1e-7)
    assert mine.mean() == pytest.approx(float(theirs.mean()), abs=0.03 * spread + 1e-7)
    if name.endswith("uniform") or not spread:
        assert np.abs(mine).max() == pytest.approx(float(np.abs(theirs).max()), rel=0.001)


@pytest.mark.parametrize("shape", [(6, 4, 3), (20, 3, 2), (5, 5)], ids=str)
def test_orthogonal_rows_or_columns_are_those_of_pytorch(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    for weight in (INITIALIZERS["orthogonal"](np.random.default_rng(0), shape), init.orthogonal_(torch.empty(shape))):
        flat = np.asarray(weight).reshape(shape[0], -1)
        gram = flat @ flat.T if flat.shape[0] <= flat.shape[1] else flat.T @ flat
        np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-6)
