"""When two float arrays agree."""

from __future__ import annotations

from typing import Any

import numpy as np

EXACT = 1e-9  # float64: the same mathematics, with sums in another order
ROUNDED = 2e-5  # float32 through one layer: sums of some hundred terms with an eps of 1.2e-7
DEEP = 2e-4  # float32 through a whole network


def agree(mine: Any, other: Any, bound: float, what: str = "") -> None:
    """Fail unless no cell differs by more than ``bound`` of its own size and of the size of the whole array."""
    mine, other = np.asarray(mine), np.asarray(other)
    assert mine.shape == other.shape, what
    scale = max(1.0, float(np.abs(other).max())) if other.size else 1.0
    np.testing.assert_allclose(mine, other, rtol=bound, atol=bound * scale, err_msg=what)
