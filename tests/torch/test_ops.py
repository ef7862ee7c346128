"""Every op beside PyTorch's: output, all gradients and running values, over settings drawn as in the battery."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

torch = pytest.importorskip("torch", reason="PyTorch is not in this environment; .ci/run has one that has it")

from cnncore.ops import OPS  # noqa: E402
from tests.cnncore.cases import Case, cases, ranks  # noqa: E402
from tests.torch.agree import EXACT, ROUNDED, agree  # noqa: E402
from tests.torch.counterparts import COUNTERPARTS, NONE, About  # noqa: E402

EACH = [pytest.param(kind, rank, id=f"{kind}-{rank}d") for kind in OPS if kind in COUNTERPARTS for rank in ranks(kind)]

# A group without spread is multiplied by 1 / √epsilon = 316, and its rounding with it.
OF_NORMS = {"batchnorm": 10 * ROUNDED, "layernorm": 10 * ROUNDED, "groupnorm": 10 * ROUNDED}


def test_every_kind_has_a_counterpart_or_a_reason_why_not() -> None:
    assert not set(COUNTERPARTS) & set(NONE)
    assert set(OPS) <= set(COUNTERPARTS) | set(NONE)
    assert all(NONE.values())


@pytest.mark.parametrize(("kind", "rank"), EACH)
def test_output_and_gradients_are_those_of_pytorch(kind: str, rank: int) -> None:
    @settings(max_examples=40)
    @given(cases(kind, rank))
    def check(case: Case) -> None:
        compare(case, np.float64, EXACT)
        compare(case, np.float32, OF_NORMS.get(kind, ROUNDED))

    check()


def compare(case: Case, dtype: type, bound: float) -> None:
    """One case in one precision."""
    run, op = case.run(dtype), case.op
    inputs = [torch.tensor(x, requires_grad=True) for x in run.inputs]
    params = {key: torch.tensor(value, requires_grad=key not in op.running) for key, value in run.params.items()}
    found = COUNTERPARTS[op.kind](op, inputs, params, About(case.training, run.forward))
    output, state = found if isinstance(found, tuple) else (found, {})
    agree(run.forward.output, output.detach(), bound, f"output of {op}")
    output.backward(torch.tensor(run.grad))
    assert run.backward is not None
    for k, (mine, tensor) in enumerate(zip(run.backward.inputs, inputs, strict=True)):
        given_back = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
        agree(mine, given_back, bound, f"gradient of input {k} of {op}")
    for key, mine in run.backward.params.items():
        agree(mine, params[key].grad, bound, f"gradient of {key} of {op}")
    assert set(run.forward.state) == set(state)
    for key, value in state.items():
        agree(run.forward.state[key], value.detach(), bound, f"{key} of {op}")
