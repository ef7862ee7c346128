"""Who made this and under which terms; and all keys on one page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QTextBrowser, QVBoxLayout, QWidget

from app import __version__, theme
from app.i18n import tr
from app.widgets.file_dialog import plain
from app.widgets.palette import Row


class _Box(QDialog):
    def __init__(self, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 16, 16, 12)
        self.column.setSpacing(8)

    def finish(self) -> None:
        """The one button."""
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        plain(buttons)
        buttons.rejected.connect(self.reject)
        self.column.addWidget(buttons)


class AboutBox(_Box):
    """Name, version, purpose, licence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("About ConvScope"), parent)
        self.setObjectName("about")
        title = QLabel(f"ConvScope {__version__}")
        theme.dress(title, 20, 600)
        self.column.addWidget(title)
        for text in (
            tr("A debugger for convolutional networks: every number on the screen can be asked where it comes from."),
            tr("Free software under the MIT licence. Works without a network; nothing leaves this computer."),
            tr("The shipped network learned from MNIST by LeCun, Cortes and Burges (CC BY-SA 3.0)."),
        ):
            label = QLabel(text)
            label.setWordWrap(True)
            label.setMinimumWidth(theme.size(420))
            self.column.addWidget(label)
        self.finish()


class KeysBox(_Box):
    """Every action that has keys."""

    def __init__(self, rows: Sequence[Row], parent: QWidget | None = None) -> None:
        super().__init__(tr("All keys"), parent)
        self.setObjectName("keys")
        # A tab stop, not a table: in one line of text both have one baseline, whatever their fonts.
        lines = "".join(f"<p><code>{escape(r.keys)}</code>\t{escape(r.text)}</p>" for r in rows if r.keys)
        area = QTextBrowser()
        area.document().setDefaultStyleSheet("p { white-space: pre-wrap; margin: 3px 0 }")
        area.setHtml(lines)
        area.setTabStopDistance(theme.size(150))
        area.setProperty("plain", True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.column.addWidget(area)
        self.finish()
        self.resize(theme.size(500), theme.size(580))
