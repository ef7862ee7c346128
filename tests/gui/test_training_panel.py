"""The settings row by mouse and key: what the buttons do in each state, what the menus turn, and the reason why not."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app import paths
from app.model import edits
from app.panels.confusion import ConfusionPanel
from app.panels.now_answer import NowAnswerPanel
from app.panels.samples import SamplesPanel
from app.panels.training import TrainingPanel, scaled, share_text, usual_augment
from cnncore.data.strokes import load_templates, render, vary

SHAPES = ("circle", "cross", "triangle")


@pytest.fixture(scope="module")
def drawings():
    """Six of each shape."""
    templates, rng = load_templates(paths.asset("strokes", "shapes.json")), np.random.default_rng(2)
    return {name: [render(vary(templates[name][k % len(templates[name])], rng)) for k in range(6)] for name in SHAPES}


@pytest.fixture
def panel(qtbot, desk):
    made = TrainingPanel(desk)
    qtbot.addWidget(made)
    made.resize(1000, 60)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def ready(panel, desk, drawings):
    """Samples are there, and a run is short."""
    desk.session.edit(edits.add_classes, SHAPES)
    for k, name in enumerate(SHAPES):
        for image in drawings[name]:
            desk.session.edit(edits.add_sample, k, image)
    panel._turn(steps=40)
    return panel


def press(qtbot, button):
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def entry(option, text):
    return next(e for e in option.entries() if e.text == text)


def until(qtbot, desk, status):
    qtbot.waitUntil(lambda: desk.session.run is not None and desk.session.run.status == status, timeout=30_000)


# --- the reason why not


def test_train_is_blocked_with_the_reason_in_sight_and_the_button_that_mends(panel, qtbot, desk, drawings):
    samples = SamplesPanel(desk)
    qtbot.addWidget(samples)
    samples.show()
    assert not panel.toggle.isEnabled()
    assert not panel.step.isEnabled()
    assert "at least two classes" in panel.reason_text.text()
    desk.session.edit(edits.add_classes, ("circle",))
    assert "only class" in panel.reason_text.text()
    samples._close_field()
    press(qtbot, panel.mend)
    assert samples.field.isVisible()
    samples.add_class("cross")
    desk.session.edit(edits.add_sample, 0, drawings["circle"][0])
    assert "“cross” has no samples" in panel.reason_text.text()
    assert not panel.mend.isEnabled()
    desk.session.edit(edits.set_drawing, drawings["cross"][0])
    press(qtbot, panel.mend)
    assert len(desk.session.document.classes[1].samples) == 1
    assert panel.reason.isHidden()
    assert panel.toggle.isEnabled()


def test_key_without_classes_shows_the_reason_at_the_one_door(panel, desk):
    said = []
    desk.messages.shown.connect(said.append)
    assert not desk.perform("training.toggle")
    assert "at least two classes" in said[-1].text
    assert desk.session.run is None


# --- the buttons


def test_train_pause_go_on_and_keep(ready, qtbot, desk):
    ready._turn(steps=5000)
    before = desk.session.document
    press(qtbot, ready.toggle)
    assert "Pause" in ready.toggle.text()
    assert not ready.keep.isVisible()
    qtbot.waitUntil(lambda: desk.session.run.step > 3, timeout=20_000)
    press(qtbot, ready.toggle)
    assert "Go on" in ready.toggle.text()
    assert ready.keep.isVisible()
    press(qtbot, ready.toggle)
    assert desk.session.run.status == "running"
    press(qtbot, ready.toggle)
    press(qtbot, ready.keep)
    assert desk.session.run is None
    assert desk.session.document.labels == SHAPES
    assert desk.perform("edit.undo")
    assert desk.session.document is before


def test_finished_run_offers_to_keep_or_discard(ready, qtbot, desk):
    before = desk.session.document
    press(qtbot, ready.toggle)
    until(qtbot, desk, "finished")
    assert not ready.toggle.isEnabled()
    assert "keep or discard" in ready.step.toolTip()
    assert ready.keep.property("primary")
    over, under = ready.place.texts
    assert over.startswith("done in")
    assert under == "step 40 of 40"
    desk.runs.scrub(8)
    assert ready.place.texts[1] == f"step {desk.session.run.shown.step} of 40" != under
    press(qtbot, ready.cancel)
    assert desk.session.run is None
    assert desk.session.document is before
    assert ready.toggle.isEnabled()


@pytest.mark.parametrize("width", [700, 1000, 1400])
def test_step_button_stays_and_keep_comes_where_nothing_could_be_pressed(ready, qtbot, desk, width):
    def places():
        QApplication.processEvents()
        return ready.step.geometry(), ready.cancel.geometry()

    ready.resize(width, 60)
    QApplication.processEvents()
    idle = ready.step.geometry()
    ready._turn(steps=5000)
    press(qtbot, ready.toggle)
    running = places()
    press(qtbot, ready.toggle)
    paused = places()
    assert idle == running[0] == paused[0]
    assert running[1] == paused[1]
    desk.runs.discard()
    ready._turn(steps=3)
    press(qtbot, ready.toggle)
    until(qtbot, desk, "finished")
    ended = places()
    assert ended[0] == idle
    assert ended[1].left() == running[1].left()
    assert not ready.keep.geometry().intersects(idle)
    assert not ready.keep.geometry().intersects(running[1])


def test_one_step_each_time(ready, qtbot, desk):
    for k in (1, 2):
        press(qtbot, ready.step)
        qtbot.waitUntil(lambda n=k: desk.session.run.step == n, timeout=20_000)
    assert ready.place.texts[1] == "step 2 of 40"
    assert desk.session.run.status == "paused"


def test_restart_begins_anew_with_the_same_seed(ready, qtbot, desk):
    press(qtbot, ready.toggle)
    until(qtbot, desk, "finished")
    first = desk.session.run
    press(qtbot, ready.restart)
    assert desk.session.run.status == "running"
    until(qtbot, desk, "finished")
    np.testing.assert_array_equal(desk.session.run.loss, first.loss)


def test_failed_run_leaves_the_buttons_of_a_start(ready, qtbot, desk):
    ready._turn(learning_rate=50.0)
    press(qtbot, ready.toggle)
    until(qtbot, desk, "failed")
    assert "Train" in ready.toggle.text()
    assert ready.place.texts[0].startswith("✕ stopped")
    assert not ready.keep.isVisible()
    entry(ready.rate, "0.02").do()
    press(qtbot, ready.toggle)
    until(qtbot, desk, "finished")


def test_at_most_one_button_is_filled(ready, qtbot, desk):
    def filled():
        return [b for b in (ready.restart, ready.toggle, ready.step, ready.cancel, ready.keep)
                if b.isVisible() and b.property("primary")]

    assert filled() == [ready.toggle]
    press(qtbot, ready.toggle)
    assert filled() == [ready.toggle]
    until(qtbot, desk, "finished")
    assert filled() == [ready.keep]


# --- the settings


def test_turning_a_knob_ends_automatic_settings_and_can_be_undone(ready, desk):
    desk.session.edit(edits.set_training, auto=True)
    fitting = ready.batch.value
    entry(ready.batch, "4").do()
    assert ready.batch.value == "4"
    assert not desk.session.document.training.auto
    desk.session.undo()
    assert ready.batch.value == fitting != "4"
    assert desk.session.document.training.auto


@pytest.mark.parametrize(
    ("option", "text", "knob", "value"),
    [("optimizer", "SGD", "momentum", 0.0), ("optimizer", "Nesterov 0.9", "nesterov", True),
     ("optimizer", "Adam", "optimizer", "adam"), ("optimizer", "AdamW", "weight_decay", 0.01),
     ("optimizer", "RMSprop", "learning_rate", 0.003), ("schedule", "one cycle", "schedule", "one_cycle"),
     ("schedule", "constant", "schedule", "constant"),
     ("rate", "0.1", "learning_rate", 0.1), ("batch", "64", "batch", 64), ("length", "2,000 steps", "steps", 2000),
     ("length", "20 epochs", "epochs", 20), ("held", share_text(0.3), "hold_out", 0.3),
     ("held", "nothing", "hold_out", 0.0)],
)
def test_menu_entries_turn_their_knob(ready, desk, option, text, knob, value):
    entry(getattr(ready, option), text).do()
    assert getattr(desk.session.document.training.settings, knob) == value
    assert getattr(ready, option).value == text


def test_momentum_has_its_own_amounts_and_adam_none(ready, desk):
    assert ready.optimizer.value == "momentum 0.9"
    entry(ready.optimizer, "keeps 0.5 of the last step").do()
    assert ready.optimizer.value == "momentum 0.5"
    entry(ready.optimizer, "Nesterov 0.5").do()
    assert [e.text for e in ready.optimizer.entries() if e.on] == ["Nesterov 0.5", "keeps 0.5 of the last step"]
    rate = ready.rate.value
    entry(ready.optimizer, "Adam").do()
    assert ready.rate.value == "0.003"
    assert not [e for e in ready.optimizer.entries() if e.text.startswith("keeps")]
    entry(ready.optimizer, "momentum 0.9").do()
    assert ready.rate.value == rate


def test_a_run_with_adam_ends_as_others_do(ready, qtbot, desk):
    entry(ready.optimizer, "Adam").do()
    press(qtbot, ready.toggle)
    until(qtbot, desk, "finished")
    assert desk.session.run.steps == 40


def test_augmentation_is_an_amount(ready, desk):
    usual = usual_augment(desk.session.document)
    entry(ready.augment, "strong").do()
    assert desk.session.document.training.augment == scaled(usual, 1.6)
    entry(ready.augment, "none").do()
    assert set(desk.session.document.training.augment.settings().values()) == {0}


def test_start_and_seed_do_not_end_automatic_settings(ready, desk):
    desk.session.edit(edits.set_training, auto=True)
    entry(ready.start, "the weights that are there").do()
    entry(ready.seed, "8 (the next)").do()
    assert desk.session.document.training.auto
    assert desk.session.document.training.start == "trained"
    assert desk.session.document.seed == 8


def test_settings_wait_while_a_run_goes_on_and_say_so(ready, qtbot, desk):
    ready._turn(steps=5000)
    press(qtbot, ready.toggle)
    assert not ready.rate.isEnabled()
    assert "until it ends" in ready.rate.toolTip()
    desk.runs.discard()
    assert ready.rate.isEnabled()


def test_settings_that_do_not_fit_are_in_more(ready, qtbot):
    row = ready.options
    ready.resize(1400, 60)
    qtbot.waitUntil(lambda: not row.folded)
    wide = len(row.options)
    ready.resize(760, 60)
    qtbot.waitUntil(lambda: 0 < len(row.folded) < wide)
    folded = row.folded[-1]
    titles = [a.text() for a in row.more.menu().actions()]
    assert f"{folded.label}: {folded.value}" in titles
    assert "Settings that fit the samples" in titles
    shown = [o for o in row.options if not o.isHidden()]
    assert all(o.geometry().right() <= row.width() for o in [*shown, row.more])


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_options_open_by_keyboard_and_have_names(ready, qtbot):
    ready.rate.setFocus()
    menu = ready.rate.menu()
    assert [a.text() for a in menu.actions() if a.isChecked()] == [ready.rate.value]
    assert ready.rate.accessibleName() == f"Learning rate: {ready.rate.value}"
    qtbot.keyClick(ready.rate, Qt.Key.Key_Space)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()


# --- the answer and the confusion beside it


def test_answer_now_follows_the_run_and_the_pen(ready, qtbot, desk, drawings):
    now = NowAnswerPanel(desk)
    qtbot.addWidget(now)
    now.show()
    assert now.empty.isVisible()
    desk.session.edit(edits.set_drawing, drawings["circle"][0])
    assert now.bars.isVisible()
    assert now.bars._labels == tuple("0123456789")
    press(qtbot, ready.toggle)
    until(qtbot, desk, "finished")
    assert now.bars._labels == SHAPES
    np.testing.assert_array_equal(now.bars._shares, desk.session.results.probabilities)


def test_confusion_says_its_axes_and_a_click_picks_the_samples_of_a_cell(ready, qtbot, desk):
    confusion = ConfusionPanel(desk)
    qtbot.addWidget(confusion)
    confusion.resize(300, 400)
    confusion.show()
    picked = []
    desk.runs.picked.connect(picked.append)
    assert not confusion.grid.isVisible()
    press(qtbot, ready.toggle)
    until(qtbot, desk, "finished")
    assert confusion.grid.isVisible()
    assert "Rows: the truth, columns: the answer" in confusion.words.text()
    counts = desk.session.run.confusion
    truth, answer = (int(k) for k in np.argwhere(counts)[0])
    middle = confusion.grid.rect_of(truth, answer).center().toPoint()
    qtbot.mouseClick(confusion.grid, Qt.MouseButton.LeftButton, pos=middle)
    assert len(picked[-1]) == counts[truth, answer]
    assert confusion.grid.ring == (truth, answer)
    confusion.grid.setFocus()
    qtbot.keyClick(confusion.grid, Qt.Key.Key_Right if answer < 2 else Qt.Key.Key_Left)
    assert len(picked) == 2


def test_mistakes_are_marked_in_the_wall_with_words(ready, qtbot, desk):
    samples = SamplesPanel(desk)
    qtbot.addWidget(samples)
    samples.show()
    press(qtbot, ready.step)
    qtbot.waitUntil(lambda: desk.session.run.step == 1, timeout=20_000)
    mistakes = desk.runs.verdict.mistakes
    marked = {s: text for v in samples.views for s, text in v.wall._wrong.items()}
    assert marked == mistakes
    assert "held out" in samples.secondary.text()
    desk.runs.discard()
    assert not any(v.wall._wrong for v in samples.views)
