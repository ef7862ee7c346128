"""The line at the window's foot that says what went wrong, or what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from app import theme
from app.i18n import N_, tr
from app.widgets.buttons import IconButton, restyle, tool_button
from app.widgets.icons import icon

if TYPE_CHECKING:
    from app.messages import Message

SIGNS = {"error": ("cross", "wrong", N_("Error")), "warn": ("warn", "warn", N_("Warning")),
         "info": ("check", "right", N_("Done"))}
SECONDS = {"error": 0, "warn": 10, "info": 5}  # 0: until it is closed


class Banner(QFrame):
    """Sign, sentence, the remedy's button, details to copy, close. Hidden while there is nothing to say."""

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.message: Message | None = None
        self.sign = QLabel()
        self.label = QLabel()
        self.label.setObjectName("banner_text")
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.remedy = IconButton().set_small()
        self.remedy.setObjectName("banner_remedy")
        self.remedy.clicked.connect(self._mend)
        self.copy = tool_button("copy", N_("Copy the details"), N_("Copy the details")).set_small()
        self.copy.setObjectName("banner_copy")
        self.copy.clicked.connect(self._copy)
        self.close_button = tool_button("cross", N_("Close")).set_small()
        self.close_button.setObjectName("banner_close")
        self.close_button.setProperty("bare", True)
        self.close_button.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 6, 3)
        row.setSpacing(8)
        row.addWidget(self.sign)
        row.addWidget(self.label, 1)
        for button in (self.remedy, self.copy, self.close_button):
            row.addWidget(button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        self.hide()

    def show_message(self, message: Message) -> None:
        """Say it, in place of what was said before."""
        self.message = message
        self.setProperty("kind", message.kind)
        self.copy.setVisible(bool(message.details))
        self.remedy.setVisible(message.button is not None)
        if message.button is not None:
            self.remedy.set_text(message.button[0])
        self.retranslate()
        restyle(self)
        self.show()
        self._timer.stop()
        if SECONDS[message.kind]:
            self._timer.start(SECONDS[message.kind] * 1000)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def dismiss(self) -> None:
        """Close it."""
        self._timer.stop()
        self.message = None
        self.hide()
        self.dismissed.emit()

    def retranslate(self) -> None:
        """Sign and sentence in language and theme of now."""
        if self.message is None:
            return
        picture, token, name = SIGNS[self.message.kind]
        edge = theme.size(16)
        self.sign.setPixmap(icon(picture, token).pixmap(QSize(edge, edge)))
        self.label.setText(self.message.text)
        self.setAccessibleName(self.message.text)
        self.sign.setAccessibleName(tr(name))

    def _mend(self) -> None:
        message = self.message
        self.dismiss()
        if message is not None and message.button is not None:
            message.button[1]()

    def _copy(self) -> None:
        if self.message is not None:
            QGuiApplication.clipboard().setText(f"{self.message.text}\n\n{self.message.details}")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.PaletteChange):
            self.retranslate()
