"""The cells of a number grid as Qt's item model, and the little editor that opens in one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app import numbers, theme
from app.i18n import tr
from app.widgets.table_text import LETTER, NUMERIC, parse_number
from cnncore.errors import CnnError

Index = QModelIndex | QPersistentModelIndex
COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class NumberModel(QAbstractTableModel):
    """A read-only window on a 2-d array; what is typed leaves by `typed` and comes back as new values."""

    typed = Signal(int, int, float)  # row, column of the array; the value

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.values: NDArray[Any] = np.zeros((1, 1), np.float32)
        self.frame = 0
        self.read_only = False
        self.title: Callable[[int, int], str] | None = None  # names a number; None: only its row and column

    def set_values(self, values: NDArray[Any]) -> None:
        """Show another array; only a change of shape resets the view."""
        if values.shape == self.values.shape:
            self.values = values
            self.dataChanged.emit(self.index(0, 0), self.index(values.shape[0] - 1, values.shape[1] - 1))
        else:
            self.beginResetModel()
            self.values = values
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.values.shape[0]

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.values.shape[1]

    def inside(self, index: Index) -> bool:
        """Whether a cell is whole, not one of the half cells of the frame."""
        rows, cols = self.values.shape
        return self.frame <= index.row() < rows - self.frame and self.frame <= index.column() < cols - self.frame

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or not self.inside(index):
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags if self.read_only else flags | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        value = float(self.values[index.row(), index.column()])
        if role == Qt.ItemDataRole.DisplayRole:
            return numbers.cell(value)
        if role == Qt.ItemDataRole.EditRole:
            return f"{value:.6g}".replace("-", numbers.MINUS)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            row, col = index.row() - self.frame, index.column() - self.frame
            return f"{self.title(row, col) if self.title else f'[{row}, {col}]'} {numbers.full(value)}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or self.read_only or not index.isValid() or not self.inside(index):
            return False
        self.typed.emit(index.row(), index.column(), float(value))
        return True


class CellEditor(QLineEdit):
    """Takes what can stand in a number; says so when something else is typed."""

    refused = Signal(object)  # CnnError

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("cell", True)
        self.setProperty("own_focus", True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.dress(self, 11, mono=True)
        self.setMaxLength(24)
        self._cell = QRect()
        self.textChanged.connect(self.fit)

    def fit(self, *_: object) -> None:
        """Grow over the neighbours while the text is wider than its cell."""
        wide = self.fontMetrics().horizontalAdvance(self.text()) + 10
        view = self.parentWidget().width()
        rect = QRect(self._cell)
        if wide > rect.width():
            rect.setWidth(min(wide, view))
            rect.moveLeft(min(max(self._cell.center().x() - rect.width() // 2, 0), view - rect.width()))
        self.setGeometry(rect)

    def set_cell(self, rect: QRect) -> None:
        """The cell it stands in."""
        self._cell = rect
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = letters(event)
        if text and not set(text) <= NUMERIC:
            self.refused.emit(CnnError("number.letter", LETTER, typed=text))
            return
        super().keyPressEvent(event)


def letters(event: QKeyEvent) -> str:
    """What a key writes; empty for a command such as Ctrl+A, and for a space."""
    text = event.text()
    return text if text.strip() and text.isprintable() and not event.modifiers() & COMMAND else ""


class NumberDelegate(QStyledItemDelegate):
    """Opens the editor and reads it; the painting is the view's."""

    refused = Signal(object)  # CnnError
    entered = Signal()  # Return ended an edit

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = CellEditor(parent)
        editor.refused.connect(self.refused)
        value = parse_number(index.model().data(index, Qt.ItemDataRole.EditRole))
        editor.setAccessibleName(tr("Value of the cell"))
        editor.setToolTip(tr("before: {value}", value=numbers.full(value)))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        # Called again whenever the values move on; what is being typed stays.
        if isinstance(editor, QLineEdit) and not editor.isModified() and not editor.text():
            editor.setText(index.model().data(index, Qt.ItemDataRole.EditRole))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if not isinstance(editor, QLineEdit) or not editor.isModified():
            return
        try:
            value = parse_number(editor.text())
        except CnnError as error:
            self.refused.emit(error)
        else:
            model.setData(index, value, Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        if isinstance(editor, CellEditor):
            editor.set_cell(option.rect.adjusted(0, 0, -1, -1))

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        pressed = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and isinstance(editor, QWidget)
        if pressed and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commitData.emit(editor)
            self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)
            self.entered.emit()
            return True
        return super().eventFilter(editor, event)
