"""Schedules beside PyTorch's, at every step of a training."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not in this environment; .ci/run has one that has it")
from torch.optim import lr_scheduler as rates  # noqa: E402

from cnncore.schedules import SCHEDULES  # noqa: E402

COMPARED = {"constant", "step", "cosine", "one_cycle"}


def test_every_schedule_is_compared() -> None:
    assert set(SCHEDULES) == COMPARED


def of_pytorch(make: Any, steps: int) -> list[float]:
    """The factor at each step."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule, out = make(optimizer), []
    for k in range(steps):
        out.append(optimizer.param_groups[0]["lr"])
        if k < steps - 1:
            optimizer.step()
            schedule.step()
    return out


@given(st.integers(2, 60))
def test_constant(steps: int) -> None:
    theirs = of_pytorch(lambda o: rates.ConstantLR(o, factor=1.0), steps)
    assert [SCHEDULES["constant"]().factor(k / steps) for k in range(steps)] == theirs


@given(st.integers(1, 5), st.integers(1, 40), st.sampled_from([0.1, 0.5, 0.9]))
def test_steps_fall_where_pytorchs_do(drops: int, length: int, drop: float) -> None:
    steps = length * (drops + 1)
    mine = SCHEDULES["step"](drops=drops, drop=drop)
    theirs = of_pytorch(lambda o: rates.StepLR(o, length, drop), steps)
    assert [mine.factor(k / steps) for k in range(steps)] == pytest.approx(theirs)


@given(st.integers(2, 60), st.sampled_from([0.0, 0.1]))
def test_cosine(steps: int, floor: float) -> None:
    mine = SCHEDULES["cosine"](floor=floor)
    theirs = of_pytorch(lambda o: rates.CosineAnnealingLR(o, steps, floor), steps + 1)
    assert [mine.factor(k / steps) for k in range(steps + 1)] == pytest.approx(theirs, abs=1e-12)


@given(st.integers(10, 60), st.sampled_from([0.2, 0.3, 0.5]), st.sampled_from([0.04, 0.1]))
def test_one_cycle(steps: int, share: float, initial: float) -> None:
    """PyTorch's rise ends at step share·steps − 1 of its steps − 1."""
    mine = SCHEDULES["one_cycle"](rise=(share * steps - 1) / (steps - 1), initial=initial)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about an order of calls that is right here
        theirs = of_pytorch(lambda o: rates.OneCycleLR(o, 1.0, steps, pct_start=share, div_factor=1 / initial,
                                                       final_div_factor=1e4, cycle_momentum=False), steps)
    assert [mine.factor(k / (steps - 1)) for k in range(steps)] == pytest.approx(theirs, rel=1e-9, abs=1e-12)
