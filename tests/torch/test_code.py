"""The PyTorch lines of every op, run: the output's number, and every gradient by autograd."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

torch = pytest.importorskip("torch", reason="PyTorch is not in this environment; .ci/run has one that has it")

from torch.nn import functional as F  # noqa: E402

from cnncore.code import code_of, names_of  # noqa: E402
from cnncore.ops import OPS  # noqa: E402
from tests.cnncore.cases import Case, cases, ranks  # noqa: E402

EACH = [pytest.param(kind, rank, id=f"{kind}-{rank}d") for kind in OPS for rank in ranks(kind)]


def computed(text: str, arrays: dict[str, np.ndarray]) -> float:
    """What the last line gives, from tensors of float64 without a sample axis."""
    known: dict[str, Any] = {"torch": torch, "F": F}
    known |= {name: torch.tensor(np.asarray(value), dtype=torch.float64) for name, value in arrays.items()}
    *lines, last = text.split("\n")
    exec("\n".join(lines), known)
    return float(eval(last, known))


@pytest.mark.parametrize(("kind", "rank"), EACH)
def test_pytorchs_lines_compute_the_number(kind: str, rank: int) -> None:
    @settings(max_examples=12)
    @given(cases(kind, rank))
    def check(drawn: Case) -> None:
        case = replace(drawn, inputs=tuple(x[:1] for x in drawn.inputs), grad=drawn.grad[:1], training=False)
        run = case.run(np.float64)
        assert run.backward is not None
        names = names_of(case.op, *case.shapes)
        arrays = {names[f"input{k}"]: x[0] for k, x in enumerate(run.inputs)} | {"dy": case.grad[0]}
        arrays |= {names[key]: value for key, value in run.params.items()}
        wanted = {"output": run.forward.output[0]} | {f"input{k}": g[0] for k, g in enumerate(run.backward.inputs)}
        for target, array in (wanted | run.backward.params).items():
            for cell in list(np.ndindex(array.shape))[::max(array.size // 4, 1)]:
                code = code_of(case.op, "torch", target, cell, case.shapes)
                if code.text:
                    # In double precision, too, PyTorch's hardsigmoid multiplies by a sixth in single precision.
                    assert computed(code.text, arrays) == pytest.approx(float(array[cell]), rel=2e-6, abs=1e-6), \
                        f"{case.op}\n{code.text}"

    check()
