"""The worked examples' inputs at hand, and the kernel that a formula fills."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from app.model import edits
from app.model.examples_ready import ready_of
from app.model.kernel import KernelHandle
from app.model.project import load, save_project
from app.model.ready import arrays_of, is_now
from app.model.session import Session
from cnncore.errors import CnnError
from cnncore.kernels import from_name
from tests.app.worked import NAMES, opened


@pytest.mark.parametrize("name", NAMES)
def test_each_input_at_hand_is_told_from_the_others_and_the_first_is_the_example(name):
    document = opened(name)
    ready = ready_of(document)
    assert is_now(document, ready[0], ready)
    for one in ready:
        after = edits.take_ready(document, arrays_of(document, one, ready))
        assert [other.name for other in ready if is_now(after, other, ready)] == [one.name]
        back = edits.take_ready(after, arrays_of(after, ready[0], ready))
        assert back.weights is document.trained
        assert dict(back.kernel_names) == dict(document.kernel_names)
        np.testing.assert_array_equal(back.typed, document.typed)


def test_a_document_of_another_shape_has_no_inputs_at_hand():
    document = opened("C2")
    network = dataclasses.replace(document.network, name="C1")
    assert ready_of(dataclasses.replace(document, network=network)) == ()
    assert ready_of(dataclasses.replace(document, typed=None)) == ()


# --- σ

@pytest.mark.parametrize("sigma", [0.3, 1.0, 2.15, 4.0])
def test_a2_the_continuous_bell_follows_sigma_and_still_sums_to_1(sigma):
    session = Session(opened("A2"))
    handle = KernelHandle(session)
    handle.point("gauss9", "gauss9.weight", (0, 0))
    assert handle.formula.sigma == 1.0
    handle.tune("sigma", sigma)
    bell = np.array([[math.exp(-((x - 4) ** 2 + (y - 4) ** 2) / (2 * sigma**2)) / (2 * math.pi * sigma**2)
                      for x in range(9)] for y in range(9)])
    np.testing.assert_allclose(handle.values, bell / bell.sum(), rtol=1e-5, atol=1e-12)
    assert handle.values.sum() == pytest.approx(1)
    assert handle.name == f"gauss(sigma={sigma:g})"
    assert session.results.values("gauss9")[0, 24, 24] == pytest.approx(
        (bell / bell.sum() * session.document.typed[0, 20:29, 20:29]).sum(), rel=1e-4)


def test_a2_sigma_is_undone_restored_saved_and_lost_with_the_formula(tmp_path):
    session = Session(opened("A2"))
    handle = KernelHandle(session)
    handle.point("gauss9", "gauss9.weight", (0, 0))
    for value in (1.5, 2.0, 2.5):
        handle.tune("sigma", value, gesture=1)  # one drag
    assert handle.formula.sigma == 2.5
    save_project(tmp_path / "a.convscope", session.document)
    back = load(tmp_path / "a.convscope")
    assert from_name(back.kernel_names["gauss9", 0, 0]).sigma == 2.5
    session.undo()
    assert handle.formula.sigma == 1.0
    session.redo()
    handle.restore()
    assert handle.formula.sigma == 1.0
    assert not session.document.edited("gauss9.weight").any()
    handle.set_cell(0, 0, 0.5)
    assert handle.formula is None
    with pytest.raises(CnnError, match=r"sigma = 9\.0 .*0\.3 … 4"):
        session.undo() or handle.tune("sigma", 9.0)
    assert handle.formula.sigma == 1.0
