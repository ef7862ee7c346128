"""A number that a person is typing and that nobody has taken yet."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QWidget

from app.widgets.number_field import NumberField
from app.widgets.number_model import CellEditor


def typed_in(place: QWidget | None = None) -> QLineEdit | None:
    """The line that has the focus, anywhere or within a widget, and holds what has not been taken."""
    line = QApplication.focusWidget()
    if not isinstance(line, (CellEditor, NumberField)) or (place is not None and not place.isAncestorOf(line)):
        return None
    return line if line.isModified() or isinstance(line, CellEditor) else None


def finish(place: QWidget | None = None) -> bool:
    """Take it, or refuse it with a sentence, as a click elsewhere would; whether there was any."""
    line = typed_in(place)
    if line is None:
        return False
    view = line.parentWidget().parentWidget()
    if isinstance(view, QAbstractItemView):
        view.setFocus()  # the keys stay with the grid
    else:
        line.clearFocus()
    return True
