"""The PyTorch and Keras lines, run: of every op the output and all gradients, of every loss, of every optimiser."""

from __future__ import annotations

import importlib.util
import os
import tempfile
import warnings
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import Phase, given, settings

torch = pytest.importorskip("torch", reason="PyTorch is not in this environment; .ci/run has one that has it")

from torch.nn import functional as F  # noqa: E402

from cnncore.ops import OPS  # noqa: E402
from tests.cnncore import code_cases  # noqa: E402
from tests.cnncore.cases import Case, cases, ranks  # noqa: E402

EACH = [pytest.param(kind, rank, id=f"{kind}-{rank}d") for kind in OPS for rank in ranks(kind)]
KNOWN: dict[str, dict[str, Any]] = {"torch": {"torch": torch, "F": F}}
if importlib.util.find_spec("keras"):
    os.environ["KERAS_BACKEND"] = "torch"
    os.environ.setdefault("KERAS_HOME", tempfile.mkdtemp())  # it writes its settings there when it is first imported
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own imports warn of what they will leave out one day
        import keras
    KNOWN["keras"] = {"keras": keras, "ops": keras.ops}
LANGUAGES = [pytest.param(name, marks=[] if name in KNOWN else pytest.mark.skip(f"{name} is not in this environment"))
             for name in ("torch", "keras")]


def computed(language: str, text: str, arrays: dict[str, Any]) -> float:
    """What the last line gives, from tensors of the arrays' precision without a sample axis."""
    known = dict(KNOWN[language])
    known |= {name: [torch.tensor(one) for one in value] if name == "grads" else torch.tensor(value)
              for name, value in arrays.items()}
    *lines, last = text.split("\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Keras warns of a softmax over one number
        exec("\n".join(lines), known)
    found = eval(last, known)
    return float(found.detach() if torch.is_tensor(found) else found)


def check(language: str, asked: Iterable[code_cases.Asked], rel: float = 2e-6) -> None:
    for text, arrays, value in asked:
        assert computed(language, text, arrays) == pytest.approx(value, rel=rel, abs=1e-6), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "rank"), EACH)
def test_the_lines_of_a_layer_compute_the_number(kind: str, rank: int, language: str) -> None:
    @settings(max_examples=8, phases=(Phase.generate,))  # what fails is said at once, not made smaller
    @given(cases(kind, rank))
    def drawn(case: Case) -> None:
        # In double precision, too, PyTorch's hardsigmoid multiplies by a sixth in single precision.
        check(language, code_cases.of_layer(case, language, 4))

    drawn()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("loss", code_cases.LOSSES, ids=str)
def test_the_lines_of_a_loss_compute_it_and_its_gradient(loss: Any, language: str) -> None:
    check(language, code_cases.of_loss(loss, language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("clips", code_cases.CLIPS, ids=str)
@pytest.mark.parametrize("optimizer", code_cases.OPTIMIZERS, ids=str)
def test_the_lines_of_a_step_compute_the_weight(optimizer: Any, clips: tuple[float, float], language: str) -> None:
    check(language, code_cases.of_step(optimizer, language, clips), rel=1e-5)
