"""Every op beside the ONNX standard's own definition, over settings drawn as in the battery."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

onnx = pytest.importorskip("onnx", reason="onnx is not in this environment; .ci/run has one that has it")

from cnncore.ops import OPS  # noqa: E402
from tests.cnncore.cases import Case, cases, ranks  # noqa: E402
from tests.torch.agree import agree  # noqa: E402
from tests.torch.standard import NOT_STANDARD, STANDARD, evaluate  # noqa: E402

EACH = [pytest.param(kind, rank, id=f"{kind}-{rank}d") for kind in OPS if kind in STANDARD for rank in ranks(kind)]
CLOSE = 1e-6  # the reference holds some of its constants, as that of LRN, in float32


def test_every_kind_is_in_the_standard_or_has_a_reason_why_not() -> None:
    assert not set(STANDARD) & set(NOT_STANDARD)
    assert set(OPS) <= set(STANDARD) | set(NOT_STANDARD)
    assert all(NOT_STANDARD.values())


@pytest.mark.parametrize(("kind", "rank"), EACH)
def test_output_is_that_of_the_standard(kind: str, rank: int) -> None:
    asked = []

    @settings(max_examples=25)
    @given(cases(kind, rank))
    def check(case: Case) -> None:
        nodes = STANDARD[kind](case.op, list(case.shapes), case.params)
        if nodes is None:
            return
        asked.append(case)
        mine = case.op.forward(case.inputs, case.params)
        used = {name for one in nodes for name in one.input}
        params = {key: value for key, value in case.params.items() if key in used}
        theirs = evaluate(case.op, nodes, tuple(x for k, x in enumerate(case.inputs) if f"input{k}" in used), params)
        agree(mine.output, theirs.astype(np.float64), CLOSE, f"{case.op}")

    check()
    assert asked, "no setting that the standard has was drawn"
