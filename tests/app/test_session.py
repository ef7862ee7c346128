"""The session tells only what changed, computes only what is stale, and refuses without loss."""

from __future__ import annotations

import numpy as np
import pytest

from app.model import edits
from app.model.document import SIDE, from_model
from app.model.results import compute
from app.model.run import Checkpoint, RunState
from app.model.session import Session
from app.model.timeline import LOSS, Playhead, nearest
from cnncore.errors import CnnError
from cnncore.files.project import Model
from cnncore.network import chain
from cnncore.ops import make_op
from cnncore.preprocess import Preprocess
from cnncore.zoo.lenet import lenet


@pytest.fixture
def session(qapp):
    network = lenet()
    return Session(from_model(Model(network, network.start(1), tuple("0123456789"), Preprocess(), {})))


def drawing(shift=0):
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[60:220, 120 + shift : 150 + shift] = 255
    image[60:90, 80:200] = 255
    return image


def agree(results):
    fresh = compute(results.document)
    for name, value in fresh.done.outputs.items():
        np.testing.assert_array_equal(results.done.outputs[name], value, err_msg=name)


def test_a_stroke_is_previewed_then_committed_as_one_step(session):
    session.preview_drawing(drawing())
    assert session.view.drawing.any()
    assert not session.document.drawing.any()
    session.edit(edits.set_drawing, drawing())
    assert len(session.history.past) == 1
    agree(session.results)


def test_a_dropped_preview_leaves_no_trace(session):
    before = session.results.probabilities.copy()
    session.preview_drawing(drawing())
    session.preview_drawing(None)
    np.testing.assert_array_equal(session.results.probabilities, before)
    assert not session.modified


def test_a_weight_recomputes_from_its_layer_on(session):
    session.edit(edits.set_drawing, drawing())
    kept = session.results
    session.edit(edits.set_weight, "conv2.weight", (0, 0, 0, 0), 2.0)
    assert "conv2" in session.results.stale
    assert not {"input", "conv1", "relu1", "pool1"} & session.results.stale
    assert session.results.done.outputs["pool1"] is kept.done.outputs["pool1"]
    agree(session.results)


def test_undo_and_redo_recompute(session):
    session.edit(edits.set_drawing, drawing())
    session.edit(edits.set_weight, "conv1.weight", (0, 0, 2, 2), 3.0)
    session.edit(edits.mute, "conv2", 4, True)
    for way in (session.undo, session.undo, session.redo, session.undo, session.undo, session.redo):
        way()
        agree(session.results)


def test_a_failed_edit_changes_nothing_and_tells_nobody(session, qtbot):
    before = session.document
    with qtbot.assertNotEmitted(session.document_changed), pytest.raises(CnnError):
        session.edit(edits.set_weight, "conv1.weight", (0, 0, 0, 0), float("nan"))
    assert session.document is before
    assert not session.history.past


def test_selecting_tells_cell_and_term_apart(session, qtbot):
    head = Playhead("conv1", (2, 10, 9))
    with qtbot.waitSignal(session.selection_changed):
        session.select(head)
    with qtbot.assertNotEmitted(session.selection_changed), qtbot.waitSignal(session.playhead_moved):
        session.select(Playhead("conv1", (2, 10, 9), 3))
    with qtbot.assertNotEmitted(session.playhead_moved):
        session.select(Playhead("conv1", (2, 10, 9), 3))


def test_a_cell_that_is_not_there_is_refused(session):
    with pytest.raises(CnnError, match=r"conv1\[6, 0, 0\]"):
        session.select(Playhead("conv1", (6, 0, 0)))


def test_the_trace_at_the_playhead_is_the_number_shown(session):
    session.edit(edits.set_drawing, drawing())
    for node, index in (("conv1", (2, 10, 9)), ("pool1", (1, 3, 3)), ("dense1", (7,)), ("softmax", (3,))):
        session.select(Playhead(node, index))
        trace = session.trace()
        assert trace.total == pytest.approx(float(session.results.values(node)[index]), abs=0)
        assert abs(trace.rounding) <= trace.bound


def test_stepping_from_nothing_starts_at_the_first_cell(session):
    assert session.step("cell")
    assert session.playhead == Playhead("conv1", (0, 0, 0))


def test_a_run_shows_its_own_network_and_forbids_weight_edits(session):
    session.edit(edits.set_drawing, drawing())
    small = lenet(classes=3)
    run = RunState("running", small, ("a", "b", "c"), checkpoints=(Checkpoint(0, small.start(5)),))
    session.select(Playhead("softmax", (9,)))
    session.set_run(run)
    assert session.results.probabilities.shape == (3,)
    assert session.playhead == Playhead("softmax", (2,))  # the nearest that still exists
    assert session.document.network is not small
    for refused in (lambda: session.edit(edits.set_weight, "conv1.weight", (0, 0, 0, 0), 1.0), session.undo):
        with pytest.raises(CnnError, match="training run"):
            refused()
    session.edit(edits.set_drawing, drawing(20))
    session.set_run(None)
    assert session.results.probabilities.shape == (10,)
    agree(session.results)


def test_modified_follows_undo_and_save(session, tmp_path):
    assert not session.modified
    session.edit(edits.set_drawing, drawing())
    assert session.modified
    session.undo()
    assert not session.modified
    session.redo()
    session.saved(tmp_path / "three.convscope")
    assert not session.modified


def test_where_there_is_no_way_back_the_nearest_of_a_gradient_is_what_the_layer_makes():
    bare = chain("bare", (1, 6, 6), [("conv1", make_op("conv", {"filters": 2, "kernel": 3}))])
    for head in (Playhead("conv1", (2, 0, 1, 1), None, "weight", "backward"), Playhead(LOSS, (), lane="loss"),
                 Playhead("conv1", (1,), None, "bias", "update")):
        assert nearest(bare, head) == Playhead("conv1", (0, 0, 0))
    assert nearest(bare, Playhead("gone", (0,))) is None
    assert nearest(bare, Playhead("conv1", (5, 9, 1))) == Playhead("conv1", (1, 3, 1))
