"""A class as people see it: its key, name and number of drawings, and under it the wall of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from app import numbers, theme
from app.i18n import N_, tr
from app.widgets.buttons import IconButton, tool_button
from app.widgets.icons import icon
from app.widgets.labels import Label
from app.widgets.name_field import NameField
from app.widgets.sample_wall import MIME, SampleWall

CAP = 18


class SampleClassView(QWidget):
    """Knows one class; says what the person wants of it."""

    add_asked = Signal()
    renamed = Signal(str)
    delete_asked = Signal()
    dropped = Signal()  # samples from somewhere were let go here

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = ""
        self.head = ClassHead()
        self.count = Label("", "secondary", mono=True)
        self.more = _Caret("caret", N_("Rename or delete the class"))
        self.more.setProperty("bare", True)
        self.add = tool_button("plus", N_("Add the drawing to “{name}”")).set_small()
        self.add.setProperty("bare", True)
        self.field = NameField(N_("Name of the class"))
        self.field.hide()
        self.wall = SampleWall()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.head, 1)
        row.addWidget(self.count)
        row.addWidget(self.more)
        row.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(row)
        column.addWidget(self.field)
        column.addWidget(self.wall)
        self.setAcceptDrops(True)
        self._over, self._inviting = False, True
        self.add.clicked.connect(self.add_asked)
        self.more.clicked.connect(lambda: self.open_menu(self.more.mapToGlobal(self.more.rect().bottomLeft())))
        self.head.rename_asked.connect(self.start_renaming)
        self.head.delete_asked.connect(self.delete_asked)
        self.head.menu_asked.connect(self.open_menu)
        self.field.entered.connect(self.renamed)
        self.field.left.connect(self.stop_renaming)

    def show_class(self, name: str, key: str, samples: Sequence[Any]) -> None:
        """Show this class.

        Args:
            name: As the person gave it.
            key: The key that adds to it, or "".
            samples: Its drawings.
        """
        self.key = key
        self.head.set_name(name, key)
        self.count.setText(numbers.count(len(samples)))
        self.wall.set_samples(samples)
        self.retranslate()

    @property
    def name(self) -> str:
        """Of the class."""
        return self.head.name

    def set_blocked(self, reason: str) -> None:
        """Why nothing can be added now (English key), or empty."""
        self.add.set_blocked(reason)

    def show_invite(self, on: bool) -> None:
        """Whether an empty wall says how to fill it."""
        if on is not self._inviting:
            self._inviting = on
            self.retranslate()

    def start_renaming(self) -> None:
        """Type another name in place of the head."""
        self.head.hide()
        self.field.show()
        self.field.start(self.name)

    def stop_renaming(self) -> None:
        """Back to the head."""
        self.field.hide()
        self.head.show()
        self.head.setFocus()

    def menu(self) -> QMenu:
        """What can be done with the class."""
        menu = QMenu(self)
        menu.addAction(tr("Rename")).triggered.connect(self.start_renaming)
        menu.addAction(tr("Delete the class")).triggered.connect(self.delete_asked)
        return menu

    def open_menu(self, at: QPoint) -> None:
        """Show it."""
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def retranslate(self) -> None:
        """Texts in the language of now."""
        self.add.set_text("", N_("Add the drawing to “{name}”"), name=self.name)
        self.add.set_keys(self.key)
        self.wall.setAccessibleName(tr("Samples of “{name}”", name=self.name))
        said = tr("Draw, then press {key}.", key=self.key) if self.key else tr("Draw, then press +.")
        self.wall.set_invite(said if self._inviting else "")
        self.head.setAccessibleName(tr("Class “{name}”", name=self.name))
        self.head.setToolTip(f"{self.name}\n" + tr("Double click or F2 renames it, Delete deletes it."))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    # --- samples that are dragged here

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()
            self._mark(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark(False)
        event.acceptProposedAction()
        self.dropped.emit()

    def _mark(self, on: bool) -> None:
        self._over = on
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._over:
            painter = QPainter(self)
            painter.setPen(QPen(theme.color("accent"), 2, Qt.PenStyle.DashLine))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))


class _Caret(IconButton):
    """Small and soft: it stands in every class."""

    def _draw(self) -> None:
        super()._draw()
        self.setProperty("small", True)
        self.setIcon(icon("caret", "soft"))
        self.setIconSize(QSize(theme.size(11), theme.size(11)))


class ClassHead(QWidget):
    """Key cap and name."""

    rename_asked = Signal()
    delete_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = self.key = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_name(self, name: str, key: str) -> None:
        """Show these."""
        if (name, key) != (self.name, self.key):
            self.name, self.key = name, key
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(60, theme.size(24))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, side = 0.0, theme.size(CAP)
        if self.key:
            cap = QRectF(0.5, (self.height() - side) / 2 + 0.5, side - 1, side - 1)
            painter.setPen(QPen(theme.color("edge"), 1))
            painter.setBrush(theme.color("sunk"))
            painter.drawRoundedRect(cap, 3, 3)
            painter.setFont(theme.font(11, mono=True))
            painter.setPen(theme.color("ink"))
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self.key)
            x = side + theme.size(7)
        painter.setFont(theme.font(13, 600))
        painter.setPen(theme.color("ink"))
        metrics = painter.fontMetrics()
        text = metrics.elidedText(self.name, Qt.TextElideMode.ElideRight, int(self.width() - x - 2))
        painter.drawText(QPointF(x, (self.height() + metrics.ascent() - metrics.descent()) / 2), text)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.rename_asked.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.rename_asked.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_asked.emit()
        else:
            super().keyPressEvent(event)
