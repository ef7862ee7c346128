"""Schedules at the places where their factor can be said."""

from __future__ import annotations

import pytest

from cnncore.errors import CnnError
from cnncore.schedules import SCHEDULES, Constant, Cosine, OneCycle, Steps


def test_constant_stays():
    assert [Constant().factor(done) for done in (0.0, 0.5, 1.0)] == [1, 1, 1]


def test_steps_fall_at_even_distances():
    halves = Steps(drops=3, drop=0.5)
    assert [halves.factor(done) for done in (0.0, 0.24, 0.25, 0.5, 0.75, 1.0)] == [1, 1, 0.5, 0.25, 0.125, 0.125]


def test_cosine_runs_from_the_full_rate_to_its_floor():
    assert [Cosine(floor=0.2).factor(done) for done in (0.0, 0.5, 1.0)] == pytest.approx([1, 0.6, 0.2])


def test_one_cycle_rises_and_falls_to_almost_nothing():
    cycle = OneCycle(rise=0.25)
    assert [cycle.factor(d) for d in (0.0, 0.125, 0.25, 0.625, 1.0)] == pytest.approx(
        [0.04, 0.52, 1, 0.500002, 4e-6])
    assert OneCycle(rise=1.0).factor(1.0) == 1
    assert OneCycle(rise=0.0).factor(0.0) == 1


@pytest.mark.parametrize("kind", SCHEDULES)
def test_warm_up_rises_from_nothing_and_then_leaves_the_schedule_alone(kind: str):
    plain, warm = SCHEDULES[kind](), SCHEDULES[kind](warmup=0.5)
    assert warm.factor(0.0) == 0
    assert warm.factor(0.25) == pytest.approx(plain.factor(0.25) / 2)
    assert warm.factor(0.75) == plain.factor(0.75)


@pytest.mark.parametrize("kind", SCHEDULES)
def test_the_factor_stays_between_nothing_and_the_full_rate(kind: str):
    for k in range(-5, 106):
        assert 0 <= SCHEDULES[kind](warmup=0.1).factor(k / 100) <= 1


@pytest.mark.parametrize(("kind", "name", "value"), [
    ("constant", "warmup", 0.6), ("step", "drops", 0), ("step", "drop", 1.5), ("cosine", "floor", -0.1),
    ("one_cycle", "rise", 2.0), ("one_cycle", "initial", -1.0),
])
def test_a_knob_out_of_bounds_is_refused(kind: str, name: str, value: float):
    with pytest.raises(CnnError, match=f"{kind}: {name} = {value} is not possible"):
        SCHEDULES[kind](**{name: value})
