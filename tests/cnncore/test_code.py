"""Lines of code for every number of every op: the NumPy lines are run here, those of PyTorch beside PyTorch."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cnncore.code import LANGUAGES, TABLES, code_of, names_of
from cnncore.code.gradients import BACK
from cnncore.ops import OPS, Add, Convolution, MaxPool
from tests.cnncore.cases import Case, cases, ranks

EACH = [pytest.param(kind, rank, id=f"{kind}-{rank}d") for kind in OPS for rank in ranks(kind)]
NAMES = {"input0": "x", "weight": "w", "bias": "b", "grad": "dy"}


def one_sample(case: Case) -> Case:
    """Code knows no sample axis and no training."""
    return replace(case, inputs=tuple(x[:1] for x in case.inputs), grad=case.grad[:1], training=False)


def some(shape: tuple[int, ...], count: int = 12) -> list[tuple[int, ...]]:
    every = list(np.ndindex(shape))
    return every[::max(len(every) // count, 1)]


@pytest.mark.parametrize("kind", OPS)
def test_every_op_stands_in_every_table(kind: str) -> None:
    assert all(kind in table for table in TABLES.values())


@pytest.mark.parametrize(("kind", "rank"), [p for p in EACH if p.values[0] in BACK])
def test_numpy_lines_of_a_gradient_compute_it(kind: str, rank: int) -> None:
    @settings(max_examples=12)
    @given(cases(kind, rank))
    def check(drawn: Case) -> None:
        case = one_sample(drawn)
        run = case.run(np.float64)
        assert run.backward is not None
        names = names_of(case.op, *case.shapes)
        arrays = {f"input{k}": x[0] for k, x in enumerate(run.inputs)} | dict(run.params) | {"grad": case.grad[0]}
        known: dict[str, Any] = {"np": np} | {names[key]: value for key, value in arrays.items()}
        wanted = {f"input{k}": g[0] for k, g in enumerate(run.backward.inputs)} | run.backward.params
        for target, array in wanted.items():
            for cell in some(array.shape):
                code = code_of(case.op, "numpy", target, cell, case.shapes)
                if not code.text:
                    assert code.why
                    continue
                *lines, last = code.text.split("\n")
                here = dict(known)
                exec("\n".join(lines), here)
                assert float(eval(last, here)) == pytest.approx(float(array[cell]), rel=1e-7, abs=1e-9), code.text

    check()


@pytest.mark.parametrize(("kind", "rank"), EACH)
def test_every_number_has_lines_or_a_sentence_in_every_language(kind: str, rank: int) -> None:
    @settings(max_examples=6)
    @given(cases(kind, rank))
    def check(case: Case) -> None:
        targets = {"output": case.grad.shape[1:]} | {f"input{k}": s for k, s in enumerate(case.shapes)}
        targets |= {key: value.shape for key, value in case.learned.items()}
        for language in LANGUAGES:
            for target, shape in targets.items():
                cell = tuple(n // 2 for n in shape)
                code = code_of(case.op, language, target, cell, case.shapes)
                assert bool(code.text) != bool(code.why), (language, target)
                ast.parse(code.text)

    check()


def test_lines_of_a_lenets_first_layer() -> None:
    conv, shapes = Convolution(6, 5), ((1, 28, 28),)
    assert code_of(conv, "torch", "output", (2, 10, 9), shapes).text == "y = F.conv2d(x[None], w, b)[0]\ny[2, 10, 9]"
    assert code_of(conv, "numpy", "weight", (2, 0, 2, 3), shapes).text == "(dy[2] * x[0, 2:26, 3:27]).sum()"
    assert code_of(conv, "torch", "weight", (2, 0, 2, 3), shapes).text == (
        "w.requires_grad_()\ny = F.conv2d(x[None], w, b)[0]\ny.backward(dy)\nw.grad[2, 0, 2, 3]")
    assert code_of(conv, "keras", "output", (2, 10, 9), shapes).text.splitlines() == [
        "q = ops.moveaxis(x, 0, -1)[None]", "k = ops.transpose(w, (2, 3, 1, 0))", "y = ops.conv(q, k) + b",
        "y[0, 10, 9, 2]"]


def test_names_are_one_for_each_array() -> None:
    assert names_of(Convolution(6, 5), (1, 28, 28)) == NAMES
    assert names_of(Add(), (4,), (4,)) == {"input0": "x0", "input1": "x1", "grad": "dy"}


def test_what_a_framework_does_not_have_is_said() -> None:
    code = code_of(MaxPool(2, 2, dilation=2), "keras", "output", (0, 0, 0), ((1, 8, 8),))
    assert (code.text, code.why) == ("", "Keras has no pooling with dilation.")
    assert "Keras leaves gradients" in code_of(Convolution(2, 3), "keras", "bias", (0,), ((1, 8, 8),)).why
