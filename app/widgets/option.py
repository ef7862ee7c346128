"""A setting as two small lines, its name over its value, and a row of them that folds into "More"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QWidget

from app import theme
from app.i18n import tr
from app.widgets.icons import paint

PAD, CARET = 4, 9
AIR = 6


@dataclass(frozen=True)
class Entry:
    """One line of an option's menu: ``text`` as it is shown; None for ``do``: a separator."""

    text: str
    do: Callable[[], object] | None = None
    on: bool = False


class Option(QAbstractButton):
    """Opens a menu of values.

    Args:
        label: English key.
        entries: What the menu offers now; asked each time it opens.
    """

    def __init__(self, label: str, entries: Callable[[], Sequence[Entry]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label, self._entries, self._value, self._reason = label, entries, "", ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.open)
        self._say()

    @property
    def label(self) -> str:
        """Its name in the language of now."""
        return tr(self._label)

    @property
    def value(self) -> str:
        """What is shown as its value."""
        return self._value

    def set_value(self, text: str) -> None:
        """Show this as the value: a text of the language of now."""
        if text != self._value:
            self._value = text
            self.updateGeometry()
            self.update()
        self._say()

    def set_blocked(self, reason: str) -> None:
        """Disable it with a reason (English key) for its tooltip; empty: enable it."""
        self._reason = reason
        self.setEnabled(not reason)
        self._say()

    def entries(self) -> Sequence[Entry]:
        """What its menu offers now."""
        return self._entries()

    def menu(self) -> QMenu:
        """Its menu as it is now; kept by nobody."""
        menu = QMenu(self)
        fill(menu, self.entries())
        return menu

    def open(self) -> None:
        """Show the menu under the option."""
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _say(self) -> None:
        self.setAccessibleName(f"{self.label}: {self._value}")
        self.setToolTip(tr(self._reason) if self._reason else self.accessibleName())

    # --- looks

    def sizeHint(self) -> QSize:
        name, value = QFontMetricsF(theme.font(12)), QFontMetricsF(theme.font(13))
        caret = value.horizontalAdvance(self._value or self.label) + theme.size(CARET) + 3
        wide = max(name.horizontalAdvance(self.label), caret) + 2 * PAD
        return QSize(round(wide + 1), round(name.height() + value.height()) + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() and self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("sunk"))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        if not self._value:
            self._paint_plain(painter)
            return
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("soft"))
        ascent = painter.fontMetrics().ascent()
        painter.drawText(QPointF(PAD, ascent + 1), self.label)
        top = painter.fontMetrics().height() + 1
        painter.setFont(theme.font(13))
        painter.setPen(theme.color("ink" if self.isEnabled() else "soft"))
        metrics = painter.fontMetrics()
        painter.drawText(QPointF(PAD, top + metrics.ascent()), self._value)
        x, edge = PAD + metrics.horizontalAdvance(self._value) + 3, theme.size(CARET)
        if self.isEnabled():
            paint(painter, QRectF(x, top + (metrics.height() - edge) / 2, edge, edge), "caret", "soft")
        else:
            pen = QPen(theme.color("edge"), 1, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            y = top + metrics.height() + 0.5
            painter.drawLine(QPointF(PAD, y), QPointF(x - 3, y))

    def _paint_plain(self, painter: QPainter) -> None:
        """A name without a value, in the middle."""
        painter.setFont(theme.font(13))
        painter.setPen(theme.color("ink"))
        edge, metrics = theme.size(CARET), painter.fontMetrics()
        painter.drawText(QRectF(self.rect()).adjusted(PAD, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.label)
        x = PAD + metrics.horizontalAdvance(self.label) + 3
        paint(painter, QRectF(x, (self.height() - edge) / 2, edge, edge), "caret", "soft")

    def enterEvent(self, event: QEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_value"):
            self._say()
            self.updateGeometry()


class OptionRow(QWidget):
    """Options side by side; the last ones that do not fit are offered by one more: "More".

    Args:
        options: The most used first.
        more: English key of the option that takes what does not fit.
        extra: Entries that "More" offers besides; it is always there when there are any.
    """

    def __init__(self, options: Sequence[Option], more: str, extra: Callable[[], Sequence[Entry]] | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.options = list(options)
        self._extra = extra
        self.more = Option(more, list)
        self.more.menu = self._more_menu  # type: ignore[method-assign]
        self.more.setObjectName("option_more")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(AIR)
        for option in (*self.options, self.more):
            row.addWidget(option)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(60)

    def fit(self) -> None:
        """Show as many as the width allows."""
        wide = [o.sizeHint().width() + AIR for o in self.options]
        more = self.more.sizeHint().width()
        room = self.width()
        if sum(wide) + (more if self._extra else -AIR) <= room:
            shown = len(wide)
        else:
            shown = 0
            while shown < len(wide) and sum(wide[: shown + 1]) + more <= room:
                shown += 1
        for k, option in enumerate(self.options):
            option.setVisible(k < shown)
        self.more.setVisible(shown < len(wide) or self._extra is not None)

    @property
    def folded(self) -> list[Option]:
        """The options that only "More" offers now."""
        return [o for o in self.options if o.isHidden()]

    def _more_menu(self) -> QMenu:
        menu = QMenu(self.more)
        for option in self.folded:
            part = menu.addMenu(f"{option.label}: {option.value}")
            part.setEnabled(option.isEnabled())
            part.setToolTip(option.toolTip())
            fill(part, option.entries())
        if self._extra is not None:
            if self.folded:
                menu.addSeparator()
            fill(menu, self._extra())
        menu.setToolTipsVisible(True)
        return menu

    def sizeHint(self) -> QSize:
        return QSize(sum(o.sizeHint().width() + AIR for o in self.options), self.more.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return super().event(event)


def fill(menu: QMenu, entries: Sequence[Entry]) -> None:
    """Put entries into a menu; the one that is on has a check mark."""
    for entry in entries:
        if entry.do is None:
            menu.addSeparator()
            continue
        action = menu.addAction(entry.text)
        action.setCheckable(True)
        action.setChecked(entry.on)
        action.triggered.connect(lambda _=False, do=entry.do: do())
