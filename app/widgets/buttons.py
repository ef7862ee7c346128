"""Buttons with an icon, a name in both languages, and a reason when they cannot be pressed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QHelpEvent, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QStyleOptionToolButton,
    QToolButton,
    QToolTip,
    QWidget,
)

from app import theme
from app.i18n import tr
from app.widgets.icons import icon, paint

ICON = 16
BOTH = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
TEXT = Qt.ToolButtonStyle.ToolButtonTextOnly
PICTURE = Qt.ToolButtonStyle.ToolButtonIconOnly


class IconButton(QToolButton):
    """An icon, a text, or both; the tooltip names it, says its shortcut and, while disabled, the reason."""

    def __init__(self, picture: str = "", tip: str = "", text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tip, self._text, self._facts, self._reason, self._keys = tip, text, {}, "", ""
        self.set_icon(picture)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._say()

    def set_icon(self, picture: str) -> None:
        """Another icon of assets/icons; empty: none."""
        self._picture = picture
        self._draw()

    def set_text(self, text: str, tip: str | None = None, **facts: object) -> None:
        """Another text (an English key), and tooltip if given, with the facts of both."""
        self._text, self._facts = text, facts
        self._tip = self._tip if tip is None else tip
        self._say()

    def set_keys(self, keys: str) -> None:
        """The shortcut that the tooltip says."""
        self._keys = keys
        self._say()

    def set_primary(self, on: bool = True) -> None:
        """The one filled button of a workspace."""
        self.setProperty("primary", on)
        self._draw()
        restyle(self)

    def set_small(self) -> IconButton:
        """24 px high in place of 28; returns itself."""
        self.setProperty("small", True)
        restyle(self)
        return self

    def set_blocked(self, reason: str) -> None:
        """Disable it with a reason (an English key) that the tooltip says; empty: enable it."""
        self._reason = reason
        self.setEnabled(not reason)
        self._say()

    def retranslate(self) -> None:
        """Texts in the language of now."""
        self._say()

    def _draw(self) -> None:
        edge = theme.size(ICON)
        self.setIconSize(QSize(edge, edge))
        colour = "on_accent" if self.property("primary") else ""
        self.setIcon(icon(self._picture, colour) if self._picture else QIcon())

    def _say(self) -> None:
        facts = self._facts
        text, tip = (tr(t, **facts) if t else "" for t in (self._text, self._tip or self._text))
        both = bool(text and self._picture)
        changed = self.property("both") is not None and bool(self.property("both")) != both
        self.setProperty("both", both)
        self.setToolButtonStyle(BOTH if text and self._picture else TEXT if text else PICTURE)
        self.setText(f" {text}" if text and self._picture else text)
        self.setAccessibleName(text or tip)
        said = tr("{text} ({keys})", text=tip, keys=self._keys) if self._keys else tip
        self.setToolTip(f"{said}\n{tr(self._reason)}" if self._reason else said)
        if changed:
            restyle(self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._say()
        elif event.type() == QEvent.Type.StyleChange:
            self._draw()


def tool_button(picture: str, tip: str, text: str = "") -> IconButton:
    """A button with an icon; ``tip`` and ``text`` are English keys."""
    return IconButton(picture, tip, text)


def push_button(text: str, tip: str = "", primary: bool = False) -> IconButton:
    """A button with a text only."""
    button = IconButton("", tip, text)
    if primary:
        button.set_primary()
    return button


def link_button(text: str, **facts: object) -> QPushButton:
    """Text in accent with a line under it, that does something."""
    button = TextButton(text, **facts)
    button.setProperty("link", True)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button


class TextButton(QPushButton):
    """A plain push button that follows the language."""

    def __init__(self, text: str, parent: QWidget | None = None, **facts: object) -> None:
        super().__init__(parent)
        self.set_text(text, **facts)

    def set_text(self, text: str, /, **facts: object) -> None:
        """Another text (an English key) with its facts."""
        self._text, self._facts = text, facts
        self.setText(tr(text, **facts))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setText(tr(self._text, **self._facts))


class ActionButton(QToolButton):
    """A button that is an action: its icon, text, tooltip, shortcut, on and off, enabled or not.

    While it is disabled, the tooltip also says the action's property ``reason``.

    Args:
        action: The shared action.
        text: Also show its text, or this English key in place of it.
        primary: The one filled button of a workspace.
    """

    def __init__(self, action: QAction, text: bool | str = False, primary: bool = False,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._short = text if isinstance(text, str) else ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setObjectName(f"button_{action.objectName().replace('.', '_')}")
        self.setProperty("primary", primary)
        self.setProperty("both", bool(text))
        self.setProperty("picture", not text)
        self.setToolButtonStyle(BOTH if text else PICTURE)
        self.setDefaultAction(action)
        action.changed.connect(self._say)
        self._say()

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        super().initStyleOption(option)
        option.iconSize = QSize(theme.size(ICON), theme.size(ICON))
        if self._short:
            option.text = f" {tr(self._short)}"
        if self.property("primary") and self.isEnabled():
            option.icon = _on_accent(option.icon)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if not self._short:
            return hint
        width = self.fontMetrics().horizontalAdvance
        return QSize(hint.width() + width(f" {tr(self._short)}") - width(self.text()), hint.height())

    def _say(self) -> None:
        action = self.defaultAction()
        if action is not None:
            self.setAccessibleName(action.text())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and not self.isEnabled():
            reason = self.defaultAction().property("reason")
            QToolTip.showText(event.globalPos(), "\n".join(filter(None, (self.toolTip(), reason))), self)
            return True
        return super().event(event)


def _on_accent(image: QIcon) -> QIcon:
    return icon(image.name(), "on_accent") if image.name() else image


def action_button(action: QAction, text: bool | str = False, primary: bool = False) -> ActionButton:
    """A button for a shared action; see `ActionButton`."""
    return ActionButton(action, text, primary)


class Check(QCheckBox):
    """A check box whose tick is drawn in the colour that stands on the accent."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        if text:
            self.setText(tr(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.isChecked():
            option = QStyleOptionButton()
            self.initStyleOption(option)
            box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
            token = "on_accent" if self.isEnabled() else "soft"
            paint(QPainter(self), QRectF(box).adjusted(1, 1, -1, -1), "check", token)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self._text:
            self.setText(tr(self._text))


class Choice(QComboBox):
    """A combo box whose arrow is drawn in the text's colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        edge = theme.size(12)
        middle = QPointF(self.width() - theme.size(12), self.height() / 2)
        place = QRectF(middle.x() - edge / 2, middle.y() - edge / 2, edge, edge)
        paint(painter, place, "caret", "ink" if self.isEnabled() else "soft")


def restyle(widget: QWidget) -> None:
    """Let the style sheet see a changed property."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
