"""The outline round whatever the keyboard reached: 2 px of accent, 2 px away, over all widgets of a window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app import theme

AWAY, THICK = 2, 2


class FocusRing(QWidget):
    """One for each window; it follows the focus by itself.

    A style sheet can draw an outline only inside its widget. A widget with the property ``own_focus`` shows the focus
    in its own way and gets none. What was focused with the mouse gets none either.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("focus_ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.target: QWidget | None = None
        self._watched: list[QWidget] = []
        self.hide()
        QApplication.instance().focusChanged.connect(self._follow)  # type: ignore[union-attr]

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        for widget in self._watched:
            if isValid(widget):  # a window that closes takes its widgets with it before the focus tells
                widget.removeEventFilter(self)
        self._watched.clear()
        by_mouse = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        shown = new is not None and new.window() is self.window() and not by_mouse and not new.property("own_focus")
        self.target = new if shown else None
        if self.target is not None:
            widget: QWidget | None = self.target
            while widget is not None and widget is not self.window():
                widget.installEventFilter(self)
                self._watched.append(widget)
                widget = widget.parentWidget()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The target moved with one of the widgets it lies in."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide):
            self._place()
        elif event.type() == QEvent.Type.MouseButtonPress and watched is self.target:
            self.hide()
        return False

    def _place(self) -> None:
        target = self.target
        if target is None or not target.isVisible():
            self.hide()
            return
        out = AWAY + THICK
        rect = QRect(target.mapTo(self.window(), QPoint(0, 0)), target.size())
        widget = target.parentWidget()
        while widget is not None and widget is not self.window():
            rect &= QRect(widget.mapTo(self.window(), QPoint(0, 0)), widget.size())
            widget = widget.parentWidget()
        rect = rect.adjusted(-out, -out, out, out) & self.window().rect()
        self.setGeometry(rect)
        # Only the frame is a widget: what lies in it repaints as if this were not there.
        inner = self.rect().adjusted(THICK + 1, THICK + 1, -THICK - 1, -THICK - 1)
        self.setMask(QRegion(self.rect()).subtracted(QRegion(inner)))
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), THICK))
        half = THICK / 2
        painter.drawRoundedRect(self.rect().toRectF().adjusted(half, half, -half, -half), THICK, THICK)
