"""Lines of code for every number of every op: the NumPy lines are run here, those of PyTorch and Keras beside them."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cnncore.code import LANGUAGES, TABLES, code_of, loss_code, names_of, step_code, sum_code
from cnncore.code.gradients import BACK
from cnncore.code.lines import WIDEST, folded, narrow
from cnncore.losses import LOSSES, CrossEntropy
from cnncore.op import Op
from cnncore.ops import OPS, Add, Convolution, GroupNorm, MaxPool, Pad, TransposedConvolution
from cnncore.optimizers import OPTIMIZERS, SGD
from tests.cnncore import code_cases
from tests.cnncore.cases import Case, cases, ranks

EACH = [pytest.param(kind, rank, id=f"{kind}-{rank}d") for kind in OPS for rank in ranks(kind)]
NAMES = {"input0": "x", "weight": "w", "bias": "b", "grad": "dy"}
LENET = Convolution(6, 5), ((1, 28, 28),)
MOST = 12  # lines
COLUMN = 28  # characters of the inspector in the smallest window


def computed(text: str, arrays: dict[str, Any]) -> float:
    """What the last line gives, when nothing is known but NumPy and the arrays."""
    known = {"np": np} | arrays
    *lines, last = text.split("\n")
    exec("\n".join(lines), known)
    return float(eval(last, known))


def test_every_op_is_said_in_every_language() -> None:
    assert all(set(OPS) <= set(table) for table in (*TABLES.values(), BACK))


@pytest.mark.parametrize(("kind", "rank"), EACH)
def test_numpy_lines_compute_the_output_and_every_gradient(kind: str, rank: int) -> None:
    @settings(max_examples=12)
    @given(cases(kind, rank))
    def check(case: Case) -> None:
        for text, arrays, value in code_cases.of_layer(case, "numpy", 8):
            assert text, "NumPy can say everything"
            assert computed(text, arrays) == pytest.approx(value, rel=1e-7, abs=1e-9), f"{case.op}\n{text}"

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
                code = code_of(case.op, language, target, tuple(n // 2 for n in shape), case.shapes)
                assert bool(code.text) != bool(code.why), (language, target)
                assert language != "numpy" or code.text
                check_lines(code.text)

    check()


def check_lines(text: str) -> None:
    """Python, few enough to read, none too wide; and the same Python in a narrow column."""
    tree = ast.dump(ast.parse(text))
    lines = text.split("\n")
    assert len(lines) <= MOST, text
    assert max(map(len, lines)) <= WIDEST, text
    column = narrow(text, COLUMN)
    assert ast.dump(ast.parse(column)) == tree, column


@pytest.mark.parametrize("loss", code_cases.LOSSES, ids=str)
def test_numpy_lines_compute_a_loss_and_its_gradient(loss: Any) -> None:
    for text, arrays, value in code_cases.of_loss(loss, "numpy"):
        assert computed(text, arrays) == pytest.approx(value, rel=1e-9, abs=1e-12), text
        check_lines(text)


@pytest.mark.parametrize("clips", code_cases.CLIPS, ids=str)
@pytest.mark.parametrize("optimizer", code_cases.OPTIMIZERS, ids=str)
def test_numpy_lines_compute_a_weight_after_a_step(optimizer: Any, clips: tuple[float, float]) -> None:
    for text, arrays, value in code_cases.of_step(optimizer, "numpy", clips):
        assert computed(text, arrays) == pytest.approx(value, rel=2e-6, abs=1e-6), text
        check_lines(text)


def test_every_loss_and_optimiser_is_among_those_that_are_run() -> None:
    assert {loss.kind for loss in code_cases.LOSSES} == set(LOSSES)
    assert {optimizer.kind for optimizer in code_cases.OPTIMIZERS} == set(OPTIMIZERS)


def test_a_loss_of_a_sure_answer_is_not_infinite() -> None:
    code = loss_code(CrossEntropy(), "numpy", 2, 1)
    assert computed(code.text, {"scores": np.array([900.0, 0.0])}) == 900


def test_lines_of_a_lenets_first_layer() -> None:
    conv, shapes = LENET
    assert code_of(conv, "torch", "output", (2, 10, 9), shapes).text == "y = F.conv2d(x[None], w, b)[0]\ny[2, 10, 9]"
    assert code_of(conv, "numpy", "weight", (2, 0, 2, 3), shapes).text == "(dy[2] * x[0, 2:26, 3:27]).sum()"
    assert code_of(conv, "torch", "weight", (2, 0, 2, 3), shapes).text == (
        "w.requires_grad_()\ny = F.conv2d(x[None], w, b)[0]\ny.backward(dy)\nw.grad[2, 0, 2, 3]")
    keras = ["q = ops.moveaxis(x, 0, -1)[None]", "k = ops.transpose(w, (2, 3, 1, 0))", "y = ops.conv(q, k) + b"]
    assert code_of(conv, "keras", "output", (2, 10, 9), shapes).text.splitlines() == [*keras, "y[0, 10, 9, 2]"]
    assert code_of(conv, "keras", "bias", (2,), shapes).text.splitlines() == [
        "# KERAS_BACKEND=torch", "b.requires_grad_()", *keras, "y = ops.moveaxis(y[0], -1, 0)", "y.backward(dy)",
        "b.grad[2]"]


def test_a_plain_step_is_one_line_and_a_momentum_says_what_it_keeps() -> None:
    assert step_code(SGD(0.1, 0.0), "numpy", "weight", (2, 3)).text == "w[2, 3] - 0.1 * dw[2, 3]"
    assert step_code(SGD(), "numpy", "bias", (2,)).text.splitlines() == [
        "v = 0.9 * 0 + db[2]  # v was 0", "b[2] - 0.05 * v"]
    assert step_code(SGD(), "torch", "weight", (2, 3)).text.splitlines() == [
        "p = torch.nn.Parameter(w)", "p.grad = dw", "opt = torch.optim.SGD([p], lr=0.05, momentum=0.9)", "opt.step()",
        "p[2, 3]"]


def test_what_several_layers_send_is_added() -> None:
    assert sum_code(2, (3, 4)).text == "d0[3, 4] + d1[3, 4]"


def test_names_are_one_for_each_array() -> None:
    assert names_of(Convolution(6, 5), (1, 28, 28)) == NAMES
    assert names_of(Add(), (4,), (4,)) == {"input0": "x0", "input1": "x1", "grad": "dy"}


@pytest.mark.parametrize(("op", "shape", "language", "target", "why"), [
    (TransposedConvolution(2, 3, 2, dilation=2), (1, 8, 8), "keras", "output", "both stride and dilation"),
    (GroupNorm(groups=4), (4,), "torch", "output", "refuses to norm"),
    (OPS["keepmax"](), (4, 3), "torch", "input0", "only compares")])
def test_what_a_framework_does_not_have_is_said(op: Op, shape: Any, language: str, target: str, why: str) -> None:
    code = code_of(op, language, target, tuple(0 for _ in shape), (shape,))
    assert not code.text
    assert why in code.why


def test_a_class_that_weighs_nothing_is_refused_for_pytorch_alone() -> None:
    loss = CrossEntropy(class_weights=(0.0, 1.0))
    assert "weight of the class" in loss_code(loss, "torch", 2, 0).why
    assert loss_code(loss, "torch", 2, 1).text
    assert loss_code(loss, "keras", 2, 0).text


def test_overlapping_windows_are_a_loop_and_few_are_lines() -> None:
    few = code_of(MaxPool(3, 2), "numpy", "input0", (0, 4, 4), ((1, 9, 9),)).text
    many = code_of(MaxPool(5, 1), "numpy", "input0", (0, 4, 4), ((1, 9, 9),)).text
    assert few.count("argmax") == 4
    assert "for i, j in product(range(0, 5), range(0, 5)):" in many


def test_a_line_is_folded_inside_its_brackets_only_and_never_the_number() -> None:
    line = f"q = f({', '.join(f'argument{k}' for k in range(9))})"
    parts = folded([line, "q[0]"])
    assert parts[-1] == "q[0]"
    assert len(parts) > 2
    assert max(map(len, parts)) <= WIDEST
    assert ast.dump(ast.parse("\n".join(parts[:-1]))) == ast.dump(ast.parse(line))
    assert folded([line])[-1] == "out"
    indented = folded(["for k in range(3):", f"    {line}", "k"])
    ast.parse("\n".join(indented))


@pytest.mark.parametrize(("line", "column"), [
    ("(dy[2] * x[0, 2:26, 3:27]).sum()", "(dy[2]\n  * x[0, 2:26, 3:27]).sum()"),
    ("np.log(np.exp(s).sum()) - s[3]", "(np.log(np.exp(s).sum())\n  - s[3])"),
    ("v = 0.9 * 0 + dw[2, 0, 2, 3]  # v was 0", "# v was 0\nv = 0.9 * 0 + dw[2, 0, 2, 3]"),
    ("from math import erfc, exp, pi, sqrt", "from math import (erfc, exp,\n  pi, sqrt)"),
    ("y = x[2:4]", "y = x[2:4]")])
def test_a_narrow_column_breaks_where_a_reader_would(line: str, column: str) -> None:
    assert narrow(line, COLUMN) == column


def test_an_op_without_lines_says_so() -> None:
    class Odd(Pad):
        kind = "odd"

    for language in ("torch", "keras"):
        assert code_of(Odd(), language, "output", (0, 0), ((1, 4),)).why.startswith("There are no lines")
