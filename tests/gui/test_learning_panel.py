"""The learning panel: curves, film and history on one axis, and a playhead that takes every view along."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt

from app import i18n, theme
from app.model import edits
from app.panels.learning import LearningPanel
from app.widgets.curves import Curve, CurveStrip, running_mean, thinned
from app.widgets.strip import ticks


@pytest.fixture
def panel(qtbot, desk):
    made = LearningPanel(desk)
    qtbot.addWidget(made)
    made.resize(820, 560)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def trained(panel, qtbot, desk, bar):
    """A finished run of 32 steps on two kinds of bars."""
    desk.session.edit(edits.add_classes, ("bar", "dash"))
    for k in range(5):
        desk.session.edit(edits.add_sample, 0, np.roll(bar, 4 * k, axis=1))
        desk.session.edit(edits.add_sample, 1, np.roll(bar.T.copy(), 4 * k, axis=0))
    desk.session.edit(edits.set_drawing, bar)
    settings = desk.session.document.training.settings.but(steps=32, batch=8, hold_out=0.2, learning_rate=0.02)
    desk.session.edit(edits.set_training, settings=settings, auto=False)
    desk.runs.start()
    qtbot.waitUntil(lambda: desk.session.run.status == "finished", timeout=30_000)
    return panel


def test_before_a_run_the_panel_says_what_to_do(panel, desk, bar):
    assert panel.empty.isVisible()
    assert not panel.view.isVisible()
    texts = [text.text() for _, text, _ in panel.tasks._rows]
    assert texts[0] == "Name at least two classes"
    desk.session.edit(edits.add_classes, ("a", "b"))
    signs = [sign.accessibleName() for sign, _, _ in panel.tasks._rows]
    assert signs == ["done", "to do", "to do"]


def test_curves_show_what_the_run_measured(trained, desk):
    run = desk.session.run
    loss, accuracy = trained.loss._curves, trained.accuracy._curves
    assert loss[0].points is run.loss
    assert [c.dashed for c in loss] == [False, True]
    np.testing.assert_array_equal(loss[1].points, run.held_out[:, :2])
    np.testing.assert_array_equal(accuracy[1].points, run.held_out[:, [0, 2]])
    assert trained.view.isVisible()


def test_all_strips_share_one_axis_and_one_playhead(trained, desk):
    assert {strip.steps for strip in trained.strips} == {32}
    assert {strip.x(16) for strip in trained.strips} == {trained.loss.x(16)}
    assert {strip.playhead for strip in trained.strips} == {32}
    desk.runs.scrub(5)
    assert {strip.playhead for strip in trained.strips} == {5}


def test_labels_of_the_curves_tell_of_the_playhead_while_it_looks_back(trained, desk):
    run = desk.session.run
    newest = trained.loss.told(trained.loss._curves[0])
    assert newest == trained.loss.end(trained.loss._curves[0])
    desk.runs.scrub(5)
    assert trained.loss.told(trained.loss._curves[0]) == run.loss[4, 1] != newest
    assert trained.accuracy.told(trained.accuracy._curves[0]) == run.accuracy[4, 1]
    trained.grab()
    desk.runs.scrub(0)
    assert trained.loss.told(trained.loss._curves[0]) == run.loss[0, 1]
    assert trained.loss.told(trained.loss._curves[1]) is None
    desk.runs.scrub(None)
    assert trained.loss.told(trained.loss._curves[0]) == newest


@pytest.mark.parametrize("name", ["loss", "accuracy", "film", "history"])
def test_drag_in_any_strip_takes_all_views_to_that_moment(trained, qtbot, desk, name):
    strip = getattr(trained, name)
    y = strip.height() // 2
    newest = desk.session.view.weights
    qtbot.mousePress(strip, Qt.MouseButton.LeftButton, pos=QPoint(round(strip.x(20)), y))
    assert desk.session.run.shown.step == 20
    qtbot.mouseMove(strip, QPoint(round(strip.x(4)), y))
    assert desk.session.run.shown.step == 4
    assert desk.session.view.weights is desk.session.run.checkpoints[4].weights is not newest
    assert trained.newest.isVisible()
    qtbot.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=QPoint(round(strip.x(4)), y))
    qtbot.mouseClick(trained.newest, Qt.MouseButton.LeftButton)
    assert desk.session.run.at is None
    assert not trained.newest.isVisible()


def test_arrows_in_the_history_go_from_moment_to_moment(trained, qtbot, desk):
    trained.history.setFocus()
    qtbot.keyClick(trained.history, Qt.Key.Key_Home)
    assert desk.session.run.shown.step == 0
    qtbot.keyClick(trained.history, Qt.Key.Key_Right)
    assert desk.session.run.shown.step == 1
    qtbot.keyClick(trained.history, Qt.Key.Key_End)
    assert desk.session.run.at is None


def test_film_shows_the_kernels_of_each_moment_and_that_of_the_playhead(trained, qtbot, desk):
    film, run = trained.film, desk.session.run
    columns = film.columns()
    assert columns[-1].step == 32
    apart = np.diff(sorted(film.x(f.step) for f in columns))
    assert (apart > film.cell * 5).all()
    assert film.rows == 6
    for frame in columns:
        checkpoint = next(c for c in run.checkpoints if c.step == frame.step)
        np.testing.assert_array_equal(frame.kernels, checkpoint.weights["conv1.weight"][:, 0])
    desk.runs.scrub(7)
    assert film.columns()[-1].step == run.checkpoints[7].step


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_playhead_leaves_the_heading_of_the_film_alone(trained, qtbot, desk, language):
    i18n.set_language(language)
    try:
        trained.changeEvent(QEvent(QEvent.Type.LanguageChange))
        accent = theme.color("accent").rgb()
        for at in range(len(desk.session.run.checkpoints)):
            desk.runs.scrub(at)
            image, film = trained.film.grab().toImage(), trained.film
            x = round(film.x(film.playhead))
            seen = any(image.pixel(x, y) == accent for y in range(theme.size(20)))
            assert seen == (x >= film._title_width)
    finally:
        i18n.set_language("en")
        trained.changeEvent(QEvent(QEvent.Type.LanguageChange))


def test_kept_run_stays_to_be_looked_at(trained, qtbot, desk):
    run = desk.session.run
    desk.runs.scrub(6)
    desk.runs.accept()
    assert desk.session.document.labels == ("bar", "dash")
    assert trained.view.isVisible()
    assert trained.loss._curves[0].points is run.loss
    assert {strip.playhead for strip in trained.strips} == {run.checkpoints[6].step}
    assert "was kept, at step 6 of 32" in trained.secondary.text()
    assert not trained.newest.isVisible()
    before = desk.session.view.weights
    qtbot.mouseClick(trained.loss, Qt.MouseButton.LeftButton, pos=QPoint(round(trained.loss.x(20)), 40))
    assert {strip.playhead for strip in trained.strips} == {run.checkpoints[6].step}
    assert desk.session.view.weights is before


@pytest.mark.parametrize("ends", ["classes", "samples", "file", "run"])
def test_kept_run_goes_with_its_samples_another_file_or_the_next_run(trained, qtbot, desk, bar, ends):
    desk.runs.accept()
    desk.session.edit(edits.add_sample, 0, bar)
    assert trained.view.isVisible()
    document = desk.session.document
    if ends == "classes":
        desk.session.edit(edits.remove_class, 1)
        desk.session.edit(edits.remove_class, 0)
    elif ends == "samples":
        places = [(k, n) for k, c in enumerate(document.classes) for n in range(len(c.samples))]
        desk.session.edit(edits.remove_samples, places)
    elif ends == "file":
        desk.session.open(document, None)
    else:
        desk.runs.start(paused=True)
        assert desk.runs.kept is None
        desk.runs.discard()
    assert desk.runs.kept is None
    assert trained.empty.isVisible()


# --- the parts


def test_running_mean_looks_back_and_starts_with_what_is_there():
    assert running_mean(np.array([4.0, 2.0, 0.0, 6.0]), 2).tolist() == [4, 3, 1, 3]
    assert running_mean(np.array([4.0, 2.0]), 1).tolist() == [4, 2]


def test_label_says_the_value_of_the_line_that_ends_there(qtbot):
    strip = CurveStrip("Loss")
    qtbot.addWidget(strip)
    points = np.stack([np.arange(1.0, 101), np.tile([0.0, 1.0], 50)], axis=1)
    strip.set_steps(100)
    assert strip.end(Curve(points, "a")) == 0.5
    assert strip.end(Curve(points, "b", dashed=True)) == 1.0


def test_long_curves_are_thinned_but_keep_their_peaks():
    points = np.stack([np.arange(100_000), np.sin(np.arange(100_000) / 50)], axis=1)
    points[54_321, 1] = 9.0
    few = thinned(points, 500)
    assert len(few) <= 2100
    assert few[:, 1].max() == 9.0
    assert (np.diff(few[:, 0]) > 0).all()
    assert few[0, 0] == 0
    assert few[-1, 0] == 99_999


def test_loss_that_explodes_leaves_the_picture_and_says_so(qtbot):
    strip = CurveStrip("Loss")
    qtbot.addWidget(strip)
    strip.resize(600, 160)
    strip.set_steps(4)
    strip.set_curves([Curve(np.array([[1, 1.0], [2, 1.2], [3, 1e30], [4, np.inf]]), "training {value}")])
    assert strip.top <= 4
    assert strip._clipped == 1e30
    strip.grab()


def test_growing_curve_is_only_added_to(qtbot):
    strip = CurveStrip("Loss")
    qtbot.addWidget(strip)
    strip.resize(600, 160)
    strip.set_steps(100)
    strip.show()
    qtbot.waitExposed(strip)
    points = np.stack([np.arange(1.0, 101), np.linspace(1, 0.1, 100)], axis=1)
    strip.set_curves([Curve(points[:50], "training {value}")])
    strip.grab()
    picture = strip._picture
    strip.set_curves([Curve(points, "training {value}")])
    strip.grab()
    assert strip._picture is picture
    assert strip._drawn == [100]
    strip.set_curves([Curve(points * [1, 3], "training {value}")])
    strip.grab()
    assert strip._picture is not picture


@pytest.mark.parametrize(("top", "count", "expected"), [
    (1.2, 3, [0, 0.5, 1.0]), (600, 6, [0, 100, 200, 300, 400, 500, 600]), (0.0, 3, [0]), (np.inf, 3, [0]),
])
def test_ticks_are_round(top, count, expected):
    np.testing.assert_allclose(ticks(top, count), expected)
