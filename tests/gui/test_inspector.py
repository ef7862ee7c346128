"""The inspector: value, rank, where a number comes from and goes, gradient and code."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QLabel

from app import i18n, numbers, theme
from app.drive import settle
from app.model import edits
from app.model.timeline import Playhead
from app.panels.inspector import InspectorPanel
from app.panels.inspector_views.facts import KERNEL, goes_to
from tests.gui.stepping import document, show, three


@pytest.fixture
def inspector(desk, qtbot):
    desk.session.edit(edits.set_drawing, three())
    desk.session.select(Playhead("conv1", (2, 10, 9)))
    panel = InspectorPanel(desk)
    show(qtbot, panel, 228, 680)
    return panel


def said(rows) -> dict[str, str]:
    return {row.name: " ".join(part.text for part in row.parts) for row in rows.rows}


def link(rows, name: str):
    return next(part.to for row in rows.rows if row.name == name for part in row.parts if part.to is not None)


def cell_where(values: np.ndarray, test: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(test)[0])


def test_value_and_rank_are_those_of_the_map(inspector, desk):
    values = desk.session.results.values("conv1")[2]
    value = values[10, 9]
    assert inspector.value.text() == numbers.figure(value)
    assert inspector.rank.text() == f"rank {int((values > value).sum()) + 1} of 576, from the largest"
    assert inspector.cell.text() == "conv1[2, 10, 9]"


def test_a_unit_is_ranked_in_its_layer(inspector, desk):
    desk.session.select(Playhead("dense1", (7,)))
    assert inspector.rank.text().endswith("of 120, from the largest")


def test_a_zero_among_many_has_no_rank(inspector, desk):
    values = desk.session.results.values("relu1")[2]
    desk.session.select(Playhead("relu1", (2, *cell_where(values, values == 0))))
    assert inspector.rank.text() == f"0, like {int((values == 0).sum()) - 1} others"


def test_histogram_marks_the_number(inspector, desk):
    assert inspector.histogram._cursor == pytest.approx(float(desk.session.results.values("conv1")[2, 10, 9]))


def test_comes_from_names_window_kernel_and_bias(inspector, desk):
    rows = said(inspector.from_rows)
    assert rows["window"] == "input [0, 10:15, 9:14]"
    assert rows["kernel"] == "conv1.weight[2]"
    assert rows["bias"] == numbers.figure(desk.session.document.weights["conv1.bias"][2])


@pytest.mark.parametrize(("head", "expected"), [
    (Playhead("relu1", (2, 10, 9)), {"input": "conv1 [2, 10, 9]"}),
    (Playhead("pool1", (2, 5, 4)), {"window": "relu1 [2, 10:12, 8:10]"}),
    (Playhead("dense1", (7,)), {"input": "pool2 all 256", "weights": "dense1.weight[7]"}),
    (Playhead("dense2", (3,)), {"input": "relu3 all 120", "weights": "dense2.weight[3]"}),
    (Playhead("softmax", (3,)), {"input": "scores all 10"}),
    (Playhead("input", (0, 3, 3)), {"drawing": "Cropped, fitted to 20 × 20, centred"}),
])
def test_every_kind_says_what_it_is_made_of(inspector, desk, head, expected):
    desk.session.select(head)
    rows = said(inspector.from_rows)
    assert {name: rows[name] for name in expected} == expected


def test_a_positive_number_passes_and_a_negative_one_is_blocked(inspector, desk):
    values = desk.session.results.values("conv1")
    desk.session.select(Playhead("conv1", cell_where(values, values > 0.1)))
    assert said(inspector.to_rows)["relu1"] == "passes, slope 1.00"
    desk.session.select(Playhead("conv1", cell_where(values, values < -0.1)))
    assert said(inspector.to_rows) == {"relu1": "blocked slope 0: goes no further"}


def test_the_largest_of_a_pools_window_wins_and_another_loses(inspector, desk):
    values = desk.session.results.values("relu1")
    windows = values.reshape(6, 12, 2, 12, 2)
    best = windows.max(axis=(2, 4))
    alone = (windows == best[:, :, None, :, None]).sum(axis=(2, 4)) == 1
    c, i, j = cell_where(best, (best - windows.min(axis=(2, 4)) > 0.3) & alone)
    inner = windows[c, i, :, j, :]
    a, b = np.unravel_index(inner.argmax(), (2, 2))
    desk.session.select(Playhead("relu1", (c, 2 * i + int(a), 2 * j + int(b))))
    rows = said(inspector.to_rows)
    assert rows["pool1"] == f"wins [{c}, {i}, {j}]"
    assert "conv2" in rows
    assert rows["classes"] == "all 10"
    a, b = np.unravel_index(inner.argmin(), (2, 2))
    desk.session.select(Playhead("relu1", (c, 2 * i + int(a), 2 * j + int(b))))
    assert said(inspector.to_rows) == {"pool1": f"loses [{c}, {i}, {j}]"}


def test_a_tie_in_a_pools_window_is_called_a_tie(inspector, desk):
    windows = desk.session.results.values("relu1").reshape(6, 12, 2, 12, 2)
    c, i, j = cell_where(windows, windows.max(axis=(2, 4)) == windows.min(axis=(2, 4)))
    desk.session.select(Playhead("relu1", (c, 2 * i, 2 * j)))
    assert said(inspector.to_rows)["pool1"] == f"ties, and counts as the first [{c}, {i}, {j}]"
    desk.session.select(Playhead("relu1", (c, 2 * i, 2 * j + 1)))
    assert said(inspector.to_rows)["pool1"] == f"ties, but the first counts [{c}, {i}, {j}]"


def test_goes_to_counts_the_cells_that_read_it(desk):
    desk.session.edit(edits.set_drawing, three())
    rows = goes_to(desk.session.results, Playhead("pool1", (2, 5, 5)))
    assert (rows[0].name, rows[0].parts[0].text) == ("conv2", "400 cells")  # 16 filters, 5 x 5 windows
    assert rows[1].name == "classes"


def test_an_answer_goes_nowhere_else(inspector, desk):
    desk.session.select(Playhead("softmax", (3,)))
    assert said(inspector.to_rows) == {"answer": "the share of “3”"}


def test_a_cell_that_no_window_covers_says_so(desk):
    doc = document(("p", "maxpool", {"window": 3, "stride": 3}), ("f", "flatten", {}), ("d", "dense", {"units": 10}))
    desk.session.open(doc, None)
    rows = goes_to(desk.session.results, Playhead("input", (0, 27, 27)))
    assert rows[0].parts[0].text == "no window lies on it"


def test_links_lead_to_the_cell(inspector, desk):
    inspector.from_rows.linked.emit(link(inspector.from_rows, "window"))
    assert desk.session.playhead == Playhead("input", (0, 10, 9))


def test_a_link_in_the_text_can_be_activated(inspector, desk):
    label = next(lab for lab in inspector.from_rows.findChildren(QLabel) if "href" in lab.text())
    label.linkActivated.emit("0:0")
    assert desk.session.playhead.node == "input"


def test_the_kernels_link_opens_the_kernel_panel(inspector, desk):
    opened = []
    desk.services["view.kernel"] = lambda: opened.append(True)
    assert link(inspector.from_rows, "kernel") == KERNEL
    inspector.from_rows.linked.emit(KERNEL)
    assert opened == [True]


def test_gradient_comes_soon_and_is_the_backward_passs(inspector, desk, qtbot):
    desk.session.select(Playhead("scores", (3,)))
    qtbot.waitUntil(lambda: "gradient" in said(inspector.gradient))
    grad = desk.session.results.run("scores", backward=True).grad
    qtbot.waitUntil(lambda: said(inspector.gradient)["gradient"] == numbers.gradient(float(grad[0][3])))


def test_after_the_scores_there_is_no_gradient(inspector, desk, qtbot):
    desk.session.select(Playhead("softmax", (3,)))
    qtbot.waitUntil(lambda: not inspector.gradient.isVisible())


@pytest.mark.parametrize("head", [
    Playhead("conv1", (2, 10, 9)), Playhead("relu1", (2, 10, 9)), Playhead("pool1", (2, 5, 4)),
    Playhead("conv2", (3, 2, 4)), Playhead("dense1", (7,)), Playhead("softmax", (3,))])
def test_the_code_computes_the_number(inspector, desk, head):
    desk.session.select(head)
    lines = inspector.code.text().splitlines()
    assert lines
    node = desk.session.view.network.node(head.node)
    weights = desk.session.view.weights
    known = {"np": np, "x": desk.session.results.values(node.inputs[0])}
    keys = [key for key in ("weight", "bias") if f"{head.node}.{key}" in weights]
    known |= {{"weight": "w", "bias": "b"}[key]: weights[f"{head.node}.{key}"] for key in keys}
    exec("\n".join(lines[:-1]), known)
    value = float(eval(lines[-1], known))
    assert value == pytest.approx(float(desk.session.results.values(head.node)[head.index]), rel=1e-4, abs=1e-5)


def test_hovering_previews_another_number(inspector, desk):
    desk.session.hover(Playhead("conv2", (3, 2, 4)))
    assert inspector.cell.text() == "conv2[3, 2, 4]"
    desk.session.hover(None)
    assert inspector.cell.text() == "conv1[2, 10, 9]"


def test_a_stroke_changes_the_value_and_makes_no_widget(inspector, desk):
    before = {id(w) for w in inspector.findChildren(QLabel)}
    other = three().copy()
    other[100:180, 60:200] = 255
    desk.session.preview_drawing(other)
    assert inspector.value.text() == numbers.figure(desk.session.results.values("conv1")[2, 10, 9])
    assert {id(w) for w in inspector.findChildren(QLabel)} == before


def test_long_values_wrap_and_nothing_is_wider_than_the_card(inspector, desk, qtbot):
    desk.session.select(Playhead("conv2", (3, 2, 4)))
    qtbot.waitUntil(lambda: inspector.scroll.widget().width() <= inspector.scroll.viewport().width())
    assert inspector.scroll.horizontalScrollBar().maximum() == 0


def test_code_gives_way_first_where_it_is_low(inspector, desk, qtbot):
    inspector.resize(228, 430)
    qtbot.waitUntil(lambda: inspector.scroll.viewport().height() < 400)
    desk.session.select(Playhead("conv2", (3, 2, 4)))
    qtbot.waitUntil(lambda: inspector.to_title.isVisible())
    assert inspector.value.isVisible()


def test_chinese(inspector, qtbot):
    i18n.set_language("zh_CN")
    try:
        qtbot.waitUntil(lambda: inspector.from_title.text() == "来自")
        assert inspector.rank.text().startswith("从大到小第")
        assert (inspector.to_title.text(), inspector.code_title.text()) == ("去往", "代码")
    finally:
        i18n.set_language("en")


def test_a_muted_kernel_still_says_its_numbers(inspector, desk):
    desk.session.edit(edits.mute, "conv1", 2, True)
    assert inspector.value.text() == "0"
    assert inspector.rank.text() == "⚠ muted: held at 0"
    bias = numbers.figure(desk.session.document.weights["conv1.bias"][2])
    assert said(inspector.from_rows)["bias"] == f"0 muted: else {bias}"
    desk.session.edit(edits.mute, "conv1", 2, False)
    assert said(inspector.from_rows)["bias"] == bias


def test_of_quick_steps_the_number_is_there_at_once_and_the_rest_when_the_hand_rests(inspector, desk, qtbot):
    for _ in range(3):
        desk.player.forward()
    at = desk.session.playhead
    assert at == Playhead("conv1", (2, 10, 12))
    assert inspector.cell.text() == at.name
    assert inspector.value.text() == numbers.figure(desk.session.results.values("conv1")[at.index])
    qtbot.waitUntil(lambda: said(inspector.from_rows)["window"] == "input [0, 10:15, 12:17]")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_its_scroll_bar_stands_beside_what_is_read_and_a_long_line_breaks(inspector, desk, qtbot, language):
    """Every line of text and every number ends before the bar begins, with air between them."""
    i18n.set_language(language)
    try:
        inspector.resize(inspector.width(), 230)
        desk.session.select(Playhead("input", (0, 0, 0)))
        bar, view = inspector.scroll.verticalScrollBar(), inspector.scroll.viewport()
        qtbot.waitUntil(bar.isVisible)
        qtbot.waitUntil(lambda: inspector.scroll.widget().width() == view.width())
        assert view.width() + bar.width() == inspector.scroll.width()
        assert bar.width() >= theme.size(14)
        line = inspector.what
        metrics = QFontMetricsF(theme.font(12))
        assert metrics.boundingRect(QRectF(0, 0, line.width(), 999), Qt.TextFlag.TextWordWrap, line.text()).height() \
            <= line.height()
        if language == "en":
            assert metrics.horizontalAdvance(line.text()) > line.width()
        for label in inspector.scroll.widget().findChildren(QLabel):
            if label.isVisible():
                assert label.mapTo(inspector.scroll, label.rect().topRight()).x() < view.width()
                assert label.wordWrap() or label.sizeHint().width() <= label.width()
        before = view.width()
        settle()
        assert (view.width(), bar.isVisible()) == (before, True)  # and it rests
    finally:
        i18n.set_language("en")
