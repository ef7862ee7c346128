"""The number grid with real keys and a real mouse."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget

from app import theme
from app.widgets.number_grid import NumberGrid
from tests.gui.pointer import hover

KERNEL = np.array([[0.1, -0.2, 0.3], [0.0, 0.5, -0.6], [0.7, 0.8, -0.9]])


class Owner(QWidget):
    """Takes what leaves the grid and brings it back as new values, as a panel does."""

    def __init__(self, read_only: bool = False) -> None:
        super().__init__()
        self.grid = NumberGrid("Kernel", read_only)
        self.before, self.after = QLineEdit(), QLineEdit()
        row = QHBoxLayout(self)
        for widget in (self.before, self.grid, self.after):
            row.addWidget(widget)
        self.grid.set_values(KERNEL.copy())
        self.edits: list[tuple[int, int, float, int]] = []
        self.pastes: list[tuple[int, int, np.ndarray]] = []
        self.refusals: list[str] = []
        self.grid.edited.connect(self._edited)
        self.grid.pasted.connect(lambda *p: self.pastes.append(p))
        self.grid.refused.connect(lambda e: self.refusals.append(str(e)))

    def _edited(self, row: int, col: int, value: float, gesture: int) -> None:
        self.edits.append((row, col, value, gesture))
        values = self.grid.values.copy()
        values[row, col] = value
        self.grid.set_values(values)

    def centre(self, row: int, col: int) -> QPoint:
        return self.grid.rect_of(row, col).center().toPoint()

    def press(self, row: int, col: int) -> None:
        send(self.grid, QEvent.Type.MouseButtonPress, QPointF(self.centre(row, col)))

    def drag(self, row: int, col: int, way: list[float]) -> None:
        start = QPointF(self.centre(row, col))
        self.press(row, col)
        for dy in way:
            send(self.grid, QEvent.Type.MouseMove, start - QPointF(0, dy))
        send(self.grid, QEvent.Type.MouseButtonRelease, start - QPointF(0, way[-1]))


def send(grid: NumberGrid, kind: QEvent.Type, position: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    event = QMouseEvent(kind, position, QPointF(grid.viewport().mapToGlobal(position.toPoint())), button, held,
                        Qt.KeyboardModifier.NoModifier)
    QCoreApplication.sendEvent(grid.viewport(), event)


@pytest.fixture
def owner(qtbot, qapp) -> Owner:
    return shown(qtbot, qapp, Owner())


def shown(qtbot, qapp, owner: Owner) -> Owner:
    theme.apply(qapp, "light")
    qtbot.addWidget(owner)
    owner.show()
    owner.activateWindow()
    qtbot.waitUntil(owner.isActiveWindow)
    owner.grid.setFocus()
    qtbot.waitUntil(owner.grid.hasFocus)
    return owner


def typed(qtbot, owner: Owner, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    """Type into the focus, as a person does, and end with a key."""
    for letter in text:
        qtbot.keyClicks(QApplication.focusWidget(), letter)
    qtbot.keyClick(QApplication.focusWidget(), key)
    qtbot.wait(1)


# --- typing

def test_typing_starts_an_edit_and_return_goes_one_row_down(owner: Owner, qtbot) -> None:
    owner.grid.set_current(0, 1)
    typed(qtbot, owner, "-1.25")
    assert [e[:3] for e in owner.edits] == [(0, 1, -1.25)]
    assert owner.grid.current == (1, 1)
    assert owner.grid.hasFocus()


def test_a_comma_is_a_decimal_mark_too(owner: Owner, qtbot) -> None:
    owner.grid.set_current(2, 2)
    typed(qtbot, owner, "0,5")
    assert owner.edits[0][2] == 0.5


def test_tab_ends_the_edit_and_goes_to_the_next_cell(owner: Owner, qtbot) -> None:
    owner.grid.set_current(0, 2)
    typed(qtbot, owner, "2", Qt.Key.Key_Tab)
    assert owner.edits[0][:3] == (0, 2, 2.0)
    assert owner.grid.current == (1, 0)


def test_each_typed_number_is_an_edit_of_its_own(owner: Owner, qtbot) -> None:
    owner.grid.set_current(0, 0)
    typed(qtbot, owner, "1")
    typed(qtbot, owner, "2")
    assert [e[:3] for e in owner.edits] == [(0, 0, 1.0), (1, 0, 2.0)]
    assert owner.edits[0][3] != owner.edits[1][3]


def test_escape_leaves_the_number_as_it_was(owner: Owner, qtbot) -> None:
    owner.grid.set_current(0, 0)
    typed(qtbot, owner, "9", Qt.Key.Key_Escape)
    assert owner.edits == []
    assert owner.grid.values[0, 0] == 0.1


@pytest.mark.parametrize("text", ["1.2.3", "1,2,3", "1.000,5", "-", "1e999", "--1"])
def test_what_is_no_number_is_refused_with_a_sentence(owner: Owner, qtbot, text: str) -> None:
    owner.grid.set_current(0, 0)
    typed(qtbot, owner, text)
    assert owner.edits == []
    assert len(owner.refusals) == 1
    assert f"“{text}” is not a number" in owner.refusals[0]
    assert owner.grid.values[0, 0] == 0.1


def test_letters_are_refused_with_a_sentence_before_and_while_typing(owner: Owner, qtbot) -> None:
    owner.grid.set_current(0, 0)
    qtbot.keyClicks(owner.grid, "x")
    assert "“x” cannot stand in a number" in owner.refusals[0]
    typed(qtbot, owner, "1x2")
    assert len(owner.refusals) == 2
    assert owner.edits[0][2] == 12.0


def test_digits_are_the_grids_and_commands_and_letters_stay_with_their_shortcuts(owner: Owner, qtbot) -> None:
    fired: list[str] = []
    for keys in ("5", "E", "Ctrl+1"):
        shortcut = QShortcut(QKeySequence(keys), owner)
        shortcut.activated.connect(lambda k=keys: fired.append(k))
    owner.grid.set_current(0, 0)
    qtbot.keyClick(owner.grid, Qt.Key.Key_E)
    qtbot.keyClick(owner.grid, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    typed(qtbot, owner, "5")
    assert fired == ["E", "Ctrl+1"]
    assert owner.edits[0][2] == 5


def test_while_editing_the_old_value_is_in_the_tooltip(owner: Owner, qtbot) -> None:
    owner.grid.set_current(1, 1)
    qtbot.keyClick(owner.grid, Qt.Key.Key_Return)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    assert editor.text() == "0.5"
    assert "0.5" in editor.toolTip()
    assert editor.accessibleName()


def test_a_long_number_can_be_seen_while_it_is_typed(owner: Owner, qtbot) -> None:
    owner.grid.set_current(0, 2)
    qtbot.keyClicks(owner.grid, "-")
    for letter in "0.123456":
        qtbot.keyClicks(QApplication.focusWidget(), letter)
    editor = QApplication.focusWidget()
    assert editor.width() > editor.fontMetrics().horizontalAdvance("-0.123456")
    assert editor.geometry().right() < owner.grid.viewport().width()


def test_values_that_move_on_leave_what_is_being_typed(owner: Owner, qtbot) -> None:
    owner.grid.set_current(1, 1)
    qtbot.keyClicks(owner.grid, "4")
    owner.grid.set_values(KERNEL * 2)
    assert QApplication.focusWidget().text() == "4"


# --- moving

def test_arrows_move_and_tell(owner: Owner, qtbot) -> None:
    moves: list[tuple[int, int]] = []
    owner.grid.moved.connect(lambda *c: moves.append(c))
    owner.grid.set_current(0, 0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(owner.grid, key)
    assert moves == [(0, 1), (1, 1), (1, 0)]


def test_tab_walks_the_cells_and_leaves_at_the_end(owner: Owner, qtbot) -> None:
    owner.grid.set_current(2, 1)
    qtbot.keyClick(owner.grid, Qt.Key.Key_Tab)
    assert owner.grid.current == (2, 2)
    qtbot.keyClick(owner.grid, Qt.Key.Key_Tab)
    assert owner.after.hasFocus()
    owner.grid.setFocus()
    owner.grid.set_current(0, 0)
    qtbot.keyClick(owner.grid, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert owner.before.hasFocus()


def test_the_ring_set_from_outside_is_not_told_back(owner: Owner) -> None:
    moves: list[object] = []
    owner.grid.moved.connect(lambda *c: moves.append(c))
    owner.grid.set_current(2, 2)
    owner.grid.set_current(None)
    assert moves == []
    assert owner.grid.current is None


# --- the mouse

def test_a_click_tells_the_cell_and_opens_it(owner: Owner, qtbot) -> None:
    cells: list[tuple[int, int]] = []
    owner.grid.clicked_cell.connect(lambda *c: cells.append(c))
    qtbot.mouseClick(owner.grid.viewport(), Qt.MouseButton.LeftButton, pos=owner.centre(1, 2))
    assert cells == [(1, 2)]
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    typed(qtbot, owner, "3")
    assert owner.edits[0][:3] == (1, 2, 3.0)


def test_dragging_up_makes_larger_and_is_one_gesture(owner: Owner) -> None:
    owner.drag(1, 1, [10, 20, 40])
    values = [e[2] for e in owner.edits]
    assert values == sorted(values)
    assert values[0] > 0.5
    assert len({e[3] for e in owner.edits}) == 1
    owner.drag(1, 1, [-30])
    assert owner.edits[-1][3] != owner.edits[0][3]
    assert owner.edits[-1][2] < values[-1]


def test_a_drag_ends_without_opening_an_editor(owner: Owner) -> None:
    owner.drag(0, 0, [12])
    assert owner.grid.state() == NumberGrid.State.NoState


def test_a_trembling_click_changes_nothing(owner: Owner) -> None:
    owner.drag(0, 0, [2, 3, 1])
    assert owner.edits == []


def test_escape_takes_a_drag_back(owner: Owner, qtbot) -> None:
    owner.press(0, 0)
    send(owner.grid, QEvent.Type.MouseMove, QPointF(owner.centre(0, 0)) - QPointF(0, 30))
    qtbot.keyClick(owner.grid, Qt.Key.Key_Escape)
    assert owner.edits[-1][2] == 0.1
    assert len({e[3] for e in owner.edits}) == 1


def test_hover_tells_the_cell_once_and_none_on_leaving(owner: Owner) -> None:
    seen: list[object] = []
    owner.grid.hovered.connect(seen.append)
    hover(owner.grid.viewport(), owner.centre(0, 2), owner.centre(0, 2) + QPoint(2, 2))
    QCoreApplication.sendEvent(owner.grid, QEvent(QEvent.Type.Leave))
    assert seen == [(0, 2), None]


def test_editable_cells_show_a_text_cursor(owner: Owner) -> None:
    hover(owner.grid.viewport(), owner.centre(0, 2))
    assert owner.grid.viewport().cursor().shape() == Qt.CursorShape.IBeamCursor


# --- copy and paste

def paste(qtbot, owner: Owner, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(owner.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_a_block_of_a_spreadsheet_is_pasted_at_the_cursor(owner: Owner, qtbot) -> None:
    owner.grid.set_current(1, 1)
    paste(qtbot, owner, "1\t-2,5\r\n3\t4\r\n")
    row, col, block = owner.pastes[0]
    assert (row, col) == (1, 1)
    assert block.tolist() == [[1.0, -2.5], [3.0, 4.0]]


def test_a_whole_kernel_is_pasted_wherever_the_cursor_stands(owner: Owner, qtbot) -> None:
    owner.grid.set_current(2, 2)
    paste(qtbot, owner, "1\t2\t3\n4\t5\t6\n7\t8\t9")
    assert owner.pastes[0][:2] == (0, 0)


@pytest.mark.parametrize(("text", "words"), [
    ("1\t2\n3", "has 1 columns in row 1, but 2 in row 0"), ("1\t2\n3\tx", "“x” in row 1, column 1"),
    ("1\t2\t3\t4", "is 1 × 4; from row 1, column 1 there is room for 2 × 2"), ("", "no number to paste"),
    ("1\t\t3", "“” in row 0, column 1"),
])
def test_a_paste_that_does_not_fit_is_refused_naming_the_place(owner: Owner, qtbot, text: str, words: str) -> None:
    owner.grid.set_current(1, 1)
    paste(qtbot, owner, text)
    assert owner.pastes == []
    assert words in owner.refusals[0]


def test_copy_gives_what_paste_takes_with_every_digit(owner: Owner, qtbot) -> None:
    owner.grid.set_values(KERNEL / 3)
    qtbot.keyClick(owner.grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(owner.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    paste(qtbot, owner, QGuiApplication.clipboard().text())
    assert (owner.pastes[0][2] == KERNEL / 3).all()


# --- numbers that follow from others

def test_a_read_only_grid_refuses_paste_and_ignores_typing_and_dragging(qtbot, qapp) -> None:
    owner = shown(qtbot, qapp, Owner(read_only=True))
    owner.grid.set_current(1, 1)
    qtbot.keyClicks(owner.grid, "5")
    owner.drag(1, 1, [20])
    paste(qtbot, owner, "1")
    assert owner.edits == []
    assert owner.pastes == []
    assert len(owner.refusals) == 1
    assert owner.grid.state() == NumberGrid.State.NoState
    qtbot.keyClick(owner.grid, Qt.Key.Key_Tab)
    assert owner.after.hasFocus()
