"""What every op promises, over all of `OPS`, in 1, 2 and 3 dimensions. A new op is tested by being in the table."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cnncore.errors import CnnError
from cnncore.op import Array, Knob, Region, Run
from cnncore.ops import OPS, make_op
from tests.cnncore.cases import Case, cases, ranks
from tests.cnncore.oracles import forward as slow_forward

EACH = [pytest.param(kind, rank, id=f"{kind}-{rank}d") for kind in OPS for rank in ranks(kind)]
NUDGE = 2.0**-14  # of a central difference: small against the distance between two inputs, large against float64


def over_cases(examples: int) -> Any:
    """Run a test with many drawn cases of every kind and rank."""
    def mark(test: Any) -> Any:
        @pytest.mark.parametrize(("kind", "rank"), EACH)
        def run(kind: str, rank: int) -> None:
            settings(max_examples=examples)(given(cases(kind, rank))(test))()
        run.__name__, run.__doc__ = test.__name__, test.__doc__
        return run
    return mark


@pytest.mark.parametrize("kind", OPS)
def test_every_op_takes_some_number_of_space_axes(kind: str) -> None:
    assert ranks(kind) in ([0], [1, 2, 3], [0, 1, 2, 3])


@over_cases(25)
def test_promised_shape_is_the_given_shape(case: Case) -> None:
    run = case.run()
    assert run.forward.output.shape[1:] == case.op.output_shape(*case.shapes)
    assert [g.shape for g in run.backward.inputs] == [x.shape for x in run.inputs]
    promised = case.op.parameter_shapes(*case.shapes)
    assert {key: g.shape for key, g in run.backward.params.items()} == {
        key: shape for key, shape in promised.items() if key not in case.op.running}
    start = case.op.start(np.random.default_rng(0), *case.shapes)
    assert {key: (value.shape, value.dtype) for key, value in start.items()} == {
        key: (shape, np.float32) for key, shape in promised.items()}


@over_cases(15)
def test_forward_equals_slow_obvious_loops(case: Case) -> None:
    slow = None
    if not case.training:
        slow = slow_forward(case.op, case.inputs, case.params, case.op.output_shape(*case.shapes))
    run = case.run(np.float64)
    if slow is None:
        slow = np.empty_like(run.forward.output)
        for sample, *cell in np.ndindex(slow.shape):
            slow[(sample, *cell)] = case.op.trace("output", tuple(cell), run, sample).exact
    np.testing.assert_allclose(run.forward.output, slow, rtol=1e-12, atol=1e-12)


@over_cases(12)
def test_gradients_agree_with_central_differences(case: Case) -> None:
    run = case.run(np.float64)

    def loss(inputs: tuple[Array, ...], params: dict[str, Array]) -> float:
        return float((case.op.forward(inputs, params, case.context).output * case.grad).sum())

    for k, x in enumerate(case.inputs):
        found = differences(lambda a, k=k: loss((*case.inputs[:k], a, *case.inputs[k + 1:]), case.params), x)
        np.testing.assert_allclose(run.backward.inputs[k], found, rtol=1e-5, atol=1e-6)
    for key, value in case.learned.items():
        found = differences(lambda a, key=key: loss(case.inputs, {**case.params, key: a}), value)
        np.testing.assert_allclose(run.backward.params[key], found, rtol=1e-5, atol=1e-6)


def differences(function: Any, at: Array) -> Array:
    """Central differences by each number of an array."""
    out = np.zeros_like(at)
    for cell in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[cell] += NUDGE
        down[cell] -= NUDGE
        out[cell] = (function(up) - function(down)) / (2 * NUDGE)
    return out


@over_cases(15)
def test_parameter_gradients_alone_are_those_of_backward(case: Case) -> None:
    run = case.run()
    alone = case.op.parameter_gradients(run.grad, run.inputs, run.params, run.forward)
    assert alone.keys() == run.backward.params.keys()
    for key, value in alone.items():
        np.testing.assert_array_equal(value, run.backward.params[key])


@over_cases(12)
def test_every_cell_equals_its_trace(case: Case) -> None:
    check_traces(case, case.run())


@over_cases(6)
def test_every_cell_equals_its_trace_where_many_inputs_are_equal(case: Case) -> None:
    case = replace(case, inputs=tuple(np.round(x) for x in case.inputs))
    check_traces(case, case.run())


def check_traces(case: Case, run: Run) -> None:
    """Every output cell, and every gradient cell of inputs and parameters."""
    targets = {"output": run.forward.output} | {f"input{k}": g for k, g in enumerate(run.backward.inputs)}
    for target, array in targets.items():
        for sample, *cell in spread(array.shape):
            check_trace(case, run, target, tuple(cell), sample, float(array[(sample, *cell)]))
    for key, array in run.backward.params.items():
        for cell in spread(array.shape):
            check_trace(case, run, key, cell, 0, float(array[cell]))


def spread(shape: tuple[int, ...], most: int = 160) -> list[tuple[int, ...]]:
    """All cells of an array; of a large one every so many, its first and last always."""
    cells = list(np.ndindex(shape))
    return cells if len(cells) <= most else [*cells[::len(cells) // most + 1], cells[-1]]


def check_trace(case: Case, run: Run, target: str, cell: tuple[int, ...], sample: int, total: float) -> None:
    """The trace is about that cell, its columns are what they say, and it adds up."""
    trace = case.op.trace(target, cell, run, sample)
    assert (trace.target, trace.cell, trace.total) == (target, cell, total)
    assert np.prod(trace.layout) == trace.terms.size
    assert abs(trace.rounding) <= trace.bound
    sources = {"output": run.forward.output, "grad": run.grad, **{f"input{k}": x for k, x in enumerate(run.inputs)}}
    for one in trace.operands:
        assert one.values.shape == one.inside.shape == trace.terms.shape
        if one.source in run.params:
            np.testing.assert_array_equal(one.values, run.params[one.source][tuple(one.cells.T)])
        elif one.source in sources:
            of = np.full(one.values.shape, sample) if one.samples is None else one.samples
            cells = one.cells[one.inside]
            np.testing.assert_array_equal(one.values[one.inside], sources[one.source][(of[one.inside], *cells.T)])
            assert not one.values[~one.inside].any()
        else:
            assert one.cells.shape[1] == 0
    if trace.kind == "products":
        np.testing.assert_allclose(trace.terms, np.prod([one.values for one in trace.operands], axis=0), rtol=1e-12)
    if trace.winner is not None:
        assert trace.operands[0].inside[trace.winner]


@over_cases(18)
def test_what_a_cell_reads_is_what_its_trace_names(case: Case) -> None:
    run = case.run()
    for cell in spread(run.forward.output.shape[1:], 60):
        regions = case.op.reads(cell, *case.shapes)
        for k, named in enumerate(read(case, run, cell)):
            assert inside(regions[k], case.shapes[k]) == boxed(named)


@over_cases(18)
def test_what_a_cell_reaches_is_what_reads_it(case: Case) -> None:
    run, shape = case.run(), case.op.output_shape(*case.shapes)
    readers: dict[tuple[int, tuple[int, ...]], set[tuple[int, ...]]] = {}
    for cell in np.ndindex(shape):
        for k, named in enumerate(read(case, run, cell)):
            for at in named:
                readers.setdefault((k, at), set()).add(cell)
    for k, one in enumerate(case.shapes):
        for at in np.ndindex(one):
            assert inside(case.op.reaches(k, at, *case.shapes), shape) == boxed(readers.get((k, at), set()))


def read(case: Case, run: Run, cell: tuple[int, ...]) -> list[set[tuple[int, ...]]]:
    """For each input the cells that the trace of an output cell names.

    An input that only steers, as the switches of unpooling do, is in no term and has no gradient: its region counts.
    """
    operands = case.op.trace("output", cell, run).operands
    found = []
    for k, region in enumerate(case.op.reads(cell, *case.shapes)):
        mine = [one for one in operands if one.source == f"input{k}"]
        steers = not mine and not run.backward.inputs[k].any()
        named = {tuple(at) for one in mine for at in one.cells[one.inside].tolist()}
        found.append(inside(region, case.shapes[k]) if steers else named)
    return found


def boxed(cells: set[tuple[int, ...]]) -> set[tuple[int, ...]]:
    """All cells of the smallest box (start, stop and step along each axis) that holds some cells."""
    spans = []
    for along in zip(*cells, strict=True):
        order = sorted(set(along))
        step = math.gcd(*(b - a for a, b in itertools.pairwise(order))) or 1
        spans.append(range(order[0], order[-1] + 1, step))
    return set(itertools.product(*spans)) if cells else set()


def inside(region: Region, shape: tuple[int, ...]) -> set[tuple[int, ...]]:
    """Cells of a region."""
    return set(itertools.product(*(range(*r) for r in region))) if region is not None else set(np.ndindex(shape))


@over_cases(18)
def test_code_computes_the_cell_that_it_names(case: Case) -> None:
    case = replace(case, training=False)  # code knows no mode: it says what happens outside training
    run = case.run()
    names = {key: key for key in (*run.params, *(f"input{k}" for k in range(len(run.inputs))))}
    for cell in spread(run.forward.output.shape[1:], 20):
        code = case.op.code("output", cell, names)
        if not code:
            continue
        *lines, last = code.split("\n")
        space: dict[str, Any] = {"np": np, **run.params, **{f"input{k}": x[0] for k, x in enumerate(run.inputs)}}
        exec("\n".join(lines), space)
        trace = case.op.trace("output", cell, run)
        assert abs(float(eval(last, space)) - trace.exact) <= trace.bound


@over_cases(15)
def test_nothing_that_goes_in_is_changed(case: Case) -> None:
    arrays = [*case.inputs, *case.params.values(), case.grad]
    for array in arrays:
        array.setflags(write=False)
    before = [array.copy() for array in arrays]
    done = case.op.forward(case.inputs, case.params, case.context)
    output = done.output.copy()
    case.op.backward(case.grad, case.inputs, case.params, done)
    for array, was in zip([*arrays, done.output], [*before, output], strict=True):
        np.testing.assert_array_equal(array, was)


@over_cases(15)
def test_float32_stays_float32(case: Case) -> None:
    for dtype in (np.float32, np.float64):
        run = case.run(dtype)
        assert run.forward.output.dtype == dtype
        assert {g.dtype for g in (*run.backward.inputs, *run.backward.params.values())} == {np.dtype(dtype)}


@over_cases(9)
def test_a_batch_is_its_samples_one_by_one(case: Case) -> None:
    case = replace(case, training=False)
    whole, sums = case.run(np.float64), {key: np.zeros_like(value) for key, value in case.learned.items()}
    for n in range(len(case.grad)):
        one = replace(case, inputs=tuple(x[n:n + 1] for x in case.inputs), grad=case.grad[n:n + 1]).run(np.float64)
        np.testing.assert_allclose(one.forward.output[0], whole.forward.output[n], rtol=1e-12, atol=1e-12)
        for mine, ours in zip(one.backward.inputs, whole.backward.inputs, strict=True):
            np.testing.assert_allclose(mine[0], ours[n], rtol=1e-12, atol=1e-12)
        for key, value in one.backward.params.items():
            sums[key] += value
    for key, value in sums.items():
        np.testing.assert_allclose(whole.backward.params[key], value, rtol=1e-12, atol=1e-12)


@over_cases(10)
def test_settings_survive_a_file(case: Case) -> None:
    assert make_op(case.op.kind, json.loads(json.dumps(case.op.settings()))) == case.op


@over_cases(15)
def test_every_op_says_what_it_is(case: Case) -> None:
    text, facts = case.op.summary()
    assert case.op.title
    assert text
    assert text.format(**facts)
    assert case.op.multiply_adds(*case.shapes) >= 0


def outside(spec: Knob) -> list[object]:
    """Values at which a knob cannot stand."""
    wrong: list[object] = ["much", None, float("nan")]
    if spec.type is not bool:
        wrong.append(True)
    if spec.type is int:
        wrong.append(1.5)
    wrong += [spec.low - 1] if spec.low is not None else []
    wrong += [spec.high + 1] if spec.high is not None else []
    wrong += [(), (*[spec.low] * 2, spec.low - 1)] if spec.per_axis and spec.low is not None else []
    if not spec.pairs or spec.low is None:
        return [*wrong, ((spec.low, spec.low),)]
    return [*wrong, ((spec.low, spec.low - 1),), ((spec.low,) * 3,), ("same",)]


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, op in OPS.items() for name in op.knobs()])
def test_a_knob_out_of_bounds_is_named_with_value_and_what_is_allowed(kind: str, name: str) -> None:
    spec = OPS[kind].knobs()[name]
    assert spec.help
    for value in outside(spec):
        with pytest.raises(CnnError) as caught:
            make_op(kind, {name: value})
        assert caught.value.code == "knob.range"
        assert all(fact in str(caught.value) for fact in (name, str(value), spec.allowed))


def test_an_unknown_op_or_knob_is_refused_with_the_nearest_word() -> None:
    with pytest.raises(CnnError, match="maxpool"):
        make_op("maxpol", {})
    with pytest.raises(CnnError, match="stride"):
        make_op("conv", {"strid": 2})
