"""The network panel: what it shows, of which network, in which range and look."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QFontMetricsF, QImage
from PySide6.QtWidgets import QApplication

from app import i18n, numbers, theme
from app.model import edits
from app.model.document import from_model
from app.model.results import Results
from app.model.run import Checkpoint, RunState
from app.model.timeline import Playhead
from app.panels.network import NetworkPanel
from app.widgets.network_scene_feet import NO_ENDS, ends
from app.widgets.network_scene_heads import digits_width, names_width
from cnncore.files.project import Model
from cnncore.network import chain
from cnncore.ops import make_op
from cnncore.preprocess import Preprocess
from cnncore.zoo.lenet import lenet
from tests.gui.network_panels import (  # noqa: F401
    CONTROL,
    DESK_STRIP,
    LEFT,
    NONE,
    START,
    STRIP,
    click,
    gone,
    panel,
    pixels,
    spot,
    wheel,
)

# --- what is shown

def test_a_column_is_one_image_item_and_the_classes_are_bars(panel):
    images = [item for item in panel.view.scene().items() if isinstance(item, pg.ImageItem)]
    assert len(images) == 9
    assert panel.columns[-1].kind == "bars"


def test_header_names_the_network_and_counts_its_parameters(panel):
    assert panel.title.text() == "Network"
    assert panel.secondary.text() == "LeNet · 44,426 parameters"


def test_relu_is_its_input_with_the_blue_gone(panel):
    conv, relu = panel.session.results.values("conv1"), panel.session.results.values("relu1")
    before, after = pixels(panel, "conv1"), pixels(panel, "relu1")
    paper = theme.color("paper").rgb()
    take = panel.view.pictured.mosaics[1]._take
    cells = take >= 0
    positive = (conv.reshape(-1)[take] >= 0) & cells
    assert (before[positive] == after[positive]).all()
    assert (after[cells & ~positive] == paper).all()
    assert relu.min() == 0


def test_gaps_between_maps_have_the_panels_colour(panel):
    take, shown = panel.view.pictured.mosaics[1]._take, pixels(panel, "conv1")
    assert set(shown[take < 0].tolist()) == {theme.color("panel").rgb()}


def test_a_stroke_repaints_every_column(panel, bar):
    before = {c.node: pixels(panel, c.node).copy() for c in panel.columns[:-1]}
    panel.session.preview_drawing(np.roll(bar, 40, axis=1) | np.rot90(bar))
    assert all((pixels(panel, node) != old).any() for node, old in before.items())


def test_only_what_is_stale_is_painted_anew(panel, monkeypatch):
    filled = []
    plain = panel.view.set_numbers

    def noted(k: int, *rest: object) -> None:
        filled.append(panel.columns[k].node)
        plain(k, *rest)

    monkeypatch.setattr(panel.view, "set_numbers", noted)
    panel.session.edit(edits.set_weight, "conv2.weight", (0, 0, 0, 0), 2.0)
    assert filled == ["conv2", "relu2", "pool2", "relu3", "relu4", "softmax"]


def test_winner_is_in_ink_and_the_others_in_edge(panel):
    rows = panel.view.bars._rows
    assert [row[0] for row in rows] == list("0123456789")
    best = panel.session.results.order[0]
    assert [row[3] == theme.color("ink") for row in rows] == [k == best for k in range(10)]
    assert rows[best][4] == numbers.share(float(panel.session.results.probabilities[best]))


def test_an_empty_canvas_has_no_winner(panel):
    panel.session.edit(edits.clear_drawing)
    assert not any(row[5] for row in panel.view.bars._rows)


def test_a_hidden_panel_falls_behind_and_catches_up_when_it_is_shown(panel, bar):
    before = pixels(panel, "conv1").copy()
    panel.hide()
    panel.session.edit(edits.set_drawing, np.rot90(bar).copy())
    panel.session.select(Playhead("dense1", (3,)))
    assert (pixels(panel, "conv1") == before).all()
    panel.show()
    assert (pixels(panel, "conv1") != before).any()
    assert panel.view.lines.selected == (7, (3,))


def test_nan_is_a_cross(panel):
    results = panel.session.results
    broken = results.done.outputs["conv1"].copy()
    broken[0, 2, 3, 3] = np.nan
    done = dataclasses.replace(results.done, outputs={**results.done.outputs, "conv1": broken})
    panel.session.results = Results(results.document, done, frozenset(["conv1"]))
    panel.session.results_changed.emit(panel.session.results)
    assert panel.view.lines.bad == ((1, 2),)
    panel.grab()


def test_muted_maps_have_a_slash_and_edited_layers_a_mark_until_restored(panel):
    session = panel.session
    session.edit(edits.mute, "conv1", 3, True)
    session.edit(edits.set_weight, "conv2.weight", (0, 0, 0, 0), 2.0)
    assert panel.view.lines.muted == {(1, 3)}
    assert panel.view.heads.edited == {4}
    name = QPointF(panel.view.frame.x(panel.view.frame.places[4].x) + 10, 8)
    assert panel.view.tip(name) == "Weights of this layer are not the trained ones"
    assert panel.view.tip(name - QPointF(100, 0)) == "Double click: the layer as a whole"
    session.edit(edits.restore_all)
    assert (panel.view.lines.muted, panel.view.heads.edited) == (frozenset(), frozenset())


@pytest.mark.parametrize("size", [START, STRIP, DESK_STRIP])
@pytest.mark.parametrize("longest", ["triangle", "a name that is rather long"])
def test_names_of_classes_have_the_room_they_need(panel, size, longest):
    _name_classes(panel, longest)
    panel.resize(*size)
    QApplication.processEvents()
    frame = panel.view.frame
    place = frame.places[-1]
    room = min(0.55 * place.width, place.width - digits_width(frame) - 10)
    assert names_width((longest,), frame) <= room or place.width >= (220 if size == START else 150)
    panel.grab()


def test_the_whole_name_of_a_class_is_in_its_tooltip(panel):
    _name_classes(panel, "<b>long</b>")
    assert panel.view.tip(QPointF(spot(panel, "softmax", (1,)))) == "cross"
    assert panel.view.tip(QPointF(spot(panel, "softmax", (2,)))) == "<span>&lt;b&gt;long&lt;/b&gt;</span>"


def _name_classes(panel: NetworkPanel, longest: str) -> None:
    network = lenet(3)
    model = Model(network, network.start(0), ("circle", "cross", longest), Preprocess(), {})
    panel.session.open(from_model(model), None)


@pytest.mark.parametrize("size", [START, STRIP, DESK_STRIP])
def test_the_ring_of_a_class_hugs_its_row(panel, size):
    """Digits of the row and of its neighbours are the same with the ring and without it."""
    panel.resize(*size)
    panel.session.select(Playhead("conv1", (0, 0, 0)))
    QApplication.processEvents()
    frame = panel.view.frame
    whole = frame.rect(frame.places[-1].content)
    pitch = frame.places[-1].pitch

    def digits(row: int) -> np.ndarray:
        image = panel.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        middle = whole.top() + (row + 0.5) * pitch
        area = QRect(round(whole.right() - digits_width(frame)) + 3, round(middle - 3), 40, 7)
        part = image.copy(area)
        return np.frombuffer(part.constBits(), np.uint32).reshape(part.height(), -1).copy()

    before = [digits(row) for row in (4, 5, 6)]
    panel.session.select(Playhead("softmax", (5,)))
    QApplication.processEvents()
    for row, old in zip((4, 5, 6), before, strict=True):
        assert (digits(row) == old).all()


# --- ranges

def test_range_is_chosen_in_the_header(panel, qtbot):
    before = pixels(panel, "conv1").copy()
    qtbot.mouseClick(panel.ranges.button("map"), LEFT)
    assert panel.desk.ranges.choice == "map"
    assert (pixels(panel, "conv1") != before).any()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(("size", "scale"), [(START, 1.0), (STRIP, 1.0), (DESK_STRIP, 1.0), ((1126, 470), 1.5),
                                             (DESK_STRIP, 1.5), (STRIP, 1.25)])
@pytest.mark.parametrize("bound", [0.000123, 0.0321, 8.53, 1234.5])
def test_the_colour_bar_keeps_its_zero(panel, size, scale, language, bound):
    i18n.set_language(language)
    theme.apply(QApplication.instance(), "light", scale)
    panel.resize(*size)
    QApplication.processEvents()
    panel.view.set_ends(*ends(bound))
    frame = panel.view.frame
    metrics = QFontMetricsF(frame.font(11))
    words, wide = panel.view.feet.scale_words(metrics)
    assert words != NO_ENDS or not 0.01 < bound < 100
    assert 2 * max(map(metrics.horizontalAdvance, words)) + metrics.horizontalAdvance("0") + 6 <= wide
    assert frame.x(frame.places[0].x) + wide <= frame.x(frame.places[1].x)


def test_range_chosen_elsewhere_shows_in_the_header(panel):
    panel.desk.ranges.set_choice("all")
    assert panel.ranges.value == "all"
    assert panel.view.feet.ends != ("−", "+")


# --- other networks

def test_a_run_with_other_classes_rebuilds_and_its_weights_repaint(panel):
    session, network = panel.session, lenet(3)
    first, second = network.start(1), network.start(2)
    session.select(Playhead("softmax", (7,)))
    session.set_run(RunState("running", network, ("up", "down", "left"), checkpoints=(Checkpoint(0, first),)))
    assert [row[0] for row in panel.view.bars._rows] == ["up", "down", "left"]
    assert session.playhead == Playhead("softmax", (2,))  # the nearest class that still exists
    before, items = pixels(panel, "conv1").copy(), list(panel.view.pictured.mosaics)
    session.set_run(RunState("running", network, ("up", "down", "left"), checkpoints=(Checkpoint(1, second),)))
    assert panel.view.pictured.mosaics == items
    assert (pixels(panel, "conv1") != before).any()
    session.set_run(None)
    assert len(panel.view.bars._rows) == 10


def test_a_deep_network_folds_and_a_click_opens_a_spine(desk, qtbot):
    layers = [(f"conv{k}", make_op("conv", {"filters": 70, "kernel": 3, "padding": 1})) for k in range(12)]
    head = [("flatten", make_op("flatten", {})), ("scores", make_op("dense", {"units": 2})),
            ("softmax", make_op("softmax", {}))]
    network = chain("Deep", (1, 8, 8), [*layers, *head])
    model = Model(network, network.start(0), ("a", "b"), Preprocess(box=6, size=8), {})
    desk.session.open(from_model(model), None)
    panel = NetworkPanel(desk)
    panel.resize(*DESK_STRIP)
    panel.show()
    assert panel.secondary.text().endswith("parameters · 14 layers, 1 open")
    places = panel.view.frame.places
    assert [p.column.title for p in places if not p.folded] == ["conv0", "softmax"]
    point = QPoint(round(panel.view.frame.x(places[6].x) + 12), 150)
    assert panel.view.tip(QPointF(point)) == "Open conv5 (70×8×8)"
    qtbot.mouseClick(panel.view.viewport(), LEFT, NONE, point)
    assert not panel.view.frame.places[6].folded
    hidden = next(c for c in range(70) if c not in panel.view.frame.places[6].order)
    desk.session.select(Playhead("conv5", (hidden, 0, 0)))
    assert hidden in panel.view.frame.places[6].order
    assert "64 most active of 70 shown" in panel.view.feet.notes[6]
    panel.grab()
    gone(panel)


# --- looks

@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(("size", "scale"), [(START, 1.0), (STRIP, 1.0), (DESK_STRIP, 1.0), ((1126, 470), 1.5),
                                             (DESK_STRIP, 1.5), ((1660, 900), 1.25)])
def test_no_head_is_cut_and_nothing_lies_outside(panel, size, scale, language):
    i18n.set_language(language)
    theme.apply(QApplication.instance(), "light", scale)
    panel.resize(*size)
    QApplication.processEvents()
    frame, heads = panel.view.frame, panel.view.heads
    assert all(QFontMetricsF(frame.font(13, 600)).horizontalAdvance(p.column.title) <= heads._reach(k)[1]
               for k, p in enumerate(frame.places))
    assert all(QFontMetricsF(frame.font(11)).horizontalAdvance(p.column.size) <= heads._reach(k)[1]
               for k, p in enumerate(frame.places) if p.column.kind != "bars")
    assert frame.places[-1].x + frame.places[-1].width <= frame.room[0] + 1
    assert frame.field.bottom() + frame.foot <= panel.view.height() + 1
    words = [rect for place in frame.places for _, rect in heads.switches(place)]
    assert all(a.right() <= b.left() + 0.5 for a, b in itertools.pairwise(words))


def test_language_and_theme_switch_live(panel):
    light = pixels(panel, "conv1").copy()
    i18n.set_language("zh_CN")
    theme.apply(QApplication.instance(), "dark", 1.0)
    QApplication.processEvents()
    assert panel.title.text() == "网络"
    assert panel.ranges.button("map").text() == "单图"
    assert panel.view.accessibleName().startswith("每一层")
    assert (pixels(panel, "conv1") != light).all()
    assert panel.view.backgroundBrush().color() == theme.color("panel")
    i18n.set_language("en")
    QApplication.processEvents()
    assert panel.ranges.button("map").text() == "map"


@pytest.mark.parametrize("selected", [None, Playhead("softmax", (5,)), Playhead("conv2", (5, 3, 4))])
def test_larger_type_and_back_is_exactly_as_before(panel, selected):
    def seen() -> tuple[object, ...]:
        QApplication.processEvents()
        return panel.view.frame.places, panel.grab().toImage()

    panel.resize(*DESK_STRIP)
    panel.session.select(selected)
    plain, plain_image = seen()
    for scale in (1.25, 1.5):
        theme.apply(QApplication.instance(), "light", scale)
        QApplication.processEvents()
        fresh = NetworkPanel(panel.desk)
        fresh.resize(panel.size())
        fresh.show()
        QApplication.processEvents()
        assert panel.view.frame.places == fresh.view.frame.places
        assert panel.grab().toImage() == fresh.grab().toImage()
        gone(fresh)
        QApplication.instance().installEventFilter(panel.desk)
    theme.apply(QApplication.instance(), "light", 1.0)
    back, back_image = seen()
    assert back == plain
    assert back_image == plain_image


def test_everything_to_handle_has_a_name(panel):
    assert panel.view.accessibleName()
    names = [panel.ranges.button(value).accessibleName() for value in ("map", "layer", "all")]
    assert names == ["Colour range: map", "Colour range: layer", "Colour range: all"]


def blue(picture: np.ndarray) -> np.ndarray:
    """1 for each pixel of (height, width, 3) that is a negative number's."""
    return (picture[..., 2] > picture[..., 0]).astype(int)


def test_with_a_class_chosen_the_units_show_what_they_add_to_it(panel, desk, qtbot):
    session = desk.session
    before = panel.pictures()["relu4"]
    qtbot.mouseClick(panel.view.viewport(), LEFT, NONE, spot(panel, "softmax", (3,)))
    results = session.results
    added = session.document.weights["scores.weight"][3] * results.values("relu4")
    assert added.min() < 0 < added.max()
    assert (blue(before) == 0).all()  # what comes of a ReLU is never negative
    assert blue(panel.pictures()["relu4"]).sum() > 0
    assert not np.array_equal(panel.pictures()["relu4"], before)
    assert "“3”" in panel.secondary.text()
    session.select(Playhead("conv1", (0, 3, 3)))
    np.testing.assert_array_equal(panel.pictures()["relu4"], before)
    assert "“3”" not in panel.secondary.text()
