"""The code of the number in the inspector: folded into its column, copied by a click and by a key, remembered."""

from __future__ import annotations

import ast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from app import i18n
from app.model import edits
from app.model.frames import value_of
from app.model.project import save_project
from app.model.timeline import LOSS, Playhead
from app.panels.inspector import InspectorPanel
from tests.gui.stepping import LEFT, show, three

CELL = Playhead("conv1", (2, 10, 9))
HEADS = [CELL, Playhead("pool1", (2, 5, 4)), Playhead("dense1", (7,)), Playhead("softmax", (3,)),
         Playhead(LOSS, (), None, "output", "loss"), Playhead(LOSS, (3,), None, "input0", "backward"),
         Playhead("conv1", (2, 0, 2, 3), None, "weight", "backward"),
         Playhead("conv2", (3, 5, 5), None, "input0", "backward"),
         Playhead("pool1", (2, 11, 9), None, "input0", "backward"),
         Playhead("conv1", (2, 0, 2, 3), None, "weight", "update")]


@pytest.fixture
def inspector(desk, qtbot):
    desk.session.edit(edits.set_drawing, three())
    desk.session.select(CELL)
    panel = InspectorPanel(desk)
    show(qtbot, panel, 228, 1000)
    qtbot.waitUntil(panel.section.block.isVisible)
    return panel


def pasted(text: str) -> float:
    """What a person sees who pastes it."""
    *lines, last = [line for line in text.splitlines() if line and not line.startswith("#")]
    known: dict[str, object] = {}
    exec("\n".join(lines), known)
    return float(eval(last, known))


@pytest.mark.parametrize("language", ["numpy", "torch", "keras"])
def test_nothing_of_the_code_is_cut_in_the_smallest_window(inspector, desk, qtbot, language):
    qtbot.mouseClick(inspector.section.switch.button(language), LEFT)
    block = inspector.section.block
    for head in HEADS:
        desk.session.select(head)
        qtbot.waitUntil(lambda head=head: inspector.cell.text() != "" and inspector.section._head == head)
        room = block.width() - block.contentsMargins().left() - block.contentsMargins().right()
        metrics = QFontMetricsF(block.font())
        assert max(metrics.horizontalAdvance(line) for line in block.shown().split("\n")) <= room, block.shown()
        assert ast.dump(ast.parse(block.shown())) == ast.dump(ast.parse(block.text()))


def test_a_wider_column_folds_less(inspector, desk, qtbot):
    desk.session.select(HEADS[6])
    block = inspector.section.block
    qtbot.waitUntil(lambda: block.shown() == "(dy[2]\n  * x[0, 2:26, 3:27]).sum()")
    inspector.resize(360, 1000)
    qtbot.waitUntil(lambda: block.shown() == block.text() == "(dy[2] * x[0, 2:26, 3:27]).sum()")


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
def test_one_click_copies_lines_that_run_beside_the_saved_project(inspector, desk, qtbot, tmp_path, monkeypatch, head):
    monkeypatch.chdir(tmp_path)
    save_project(tmp_path / "digits.convscope", desk.session.document)
    desk.session.saved(tmp_path / "digits.convscope")
    desk.session.select(head)
    qtbot.waitUntil(inspector.section.copy.isVisible)
    qtbot.mouseClick(inspector.section.copy, LEFT)
    assert inspector.section.copied.isVisible()
    text = QApplication.clipboard().text()
    assert 'load("digits.convscope")' in text
    assert pasted(text) == pytest.approx(value_of(desk.session.results, head), rel=1e-4, abs=1e-12)


def test_the_copy_is_of_the_drawing_of_now(inspector, desk, qtbot):
    other = three().copy()
    other[100:180, 60:200] = 255
    desk.session.edit(edits.set_drawing, other)
    qtbot.mouseClick(inspector.section.copy, LEFT)
    copied = QApplication.clipboard().text()
    assert copied.endswith(f"# conv1[2, 10, 9] = {value_of(desk.session.results, CELL):.9g}\n")
    assert "# save the project so first" in copied


def test_the_framework_is_remembered(inspector, desk, qtbot):
    qtbot.mouseClick(inspector.section.switch.button("torch"), LEFT)
    another = InspectorPanel(desk)
    qtbot.addWidget(another)
    assert another.section.switch.value == "torch"
    with qtbot.waitSignal(desk.messages.shown) as caught:
        desk.perform("edit.copy_code")
    assert caught.args[0].text == "Copied the PyTorch code of conv1[2, 10, 9]."
    assert "import torch" in QApplication.clipboard().text()


def test_the_action_says_why_there_is_nothing_to_copy(inspector, desk, qtbot):
    QApplication.clipboard().setText("before")
    desk.session.select(Playhead("input", (0, 3, 3)))
    with qtbot.waitSignal(desk.messages.shown) as caught:
        desk.perform("edit.copy_code")
    assert caught.args[0].text == "The input is given: no code computes it."
    assert QApplication.clipboard().text() == "before"


def test_code_that_is_opened_by_hand_comes_into_sight(inspector, desk, qtbot):
    inspector.resize(228, 480)
    section, view = inspector.section, inspector.scroll.viewport()
    qtbot.waitUntil(lambda: not section.switch.isVisible())
    inspector.scroll.ensureWidgetVisible(section.caret)
    qtbot.mouseClick(section.caret, LEFT)

    def foot() -> int:
        return section.block.mapTo(view, section.block.rect().bottomLeft()).y()

    qtbot.waitUntil(lambda: section.block.isVisible() and 0 < foot() <= view.height())


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_refusal_is_a_sentence_in_both_languages(inspector, desk, qtbot, language):
    settings = desk.session.document.training.settings
    desk.session.edit(edits.set_training, settings=settings.but(class_weights=(0.0,) * 10))
    desk.session.select(HEADS[4])
    i18n.set_language(language)
    try:
        qtbot.mouseClick(inspector.section.switch.button("torch"), LEFT)
        said = {"en": "PyTorch divides by the weight", "zh_CN": "PyTorch 要除以类别的权重"}[language]
        assert inspector.section.why.text().startswith(said)
        assert inspector.section.why.isVisible()
    finally:
        i18n.set_language("en")


def test_space_on_the_copy_button_copies(inspector, qtbot):
    QApplication.clipboard().clear()
    inspector.section.copy.setFocus()
    qtbot.keyClick(inspector.section.copy, Qt.Key.Key_Space)
    assert inspector.section.block.text() in QApplication.clipboard().text()
