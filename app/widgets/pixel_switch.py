"""Numbers, squares, true size: how the cells of an input are shown."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app import theme
from app.i18n import N_, tr
from app.widgets.icons import icon
from app.widgets.segments import Segments

NAME = N_("Input cells")
WAYS = (("numbers", N_("as numbers")), ("squares", N_("as squares, without digits")),
        ("true", N_("at true size: one pixel of the screen each")))
ICON = 16


class PixelSwitch(Segments):
    """A row of three icons; their names are in the tooltips."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(WAYS, NAME, parent=parent)
        self.setProperty("small", True)

    def retranslate(self) -> None:
        """Names in the language of now; icons have none to show."""
        super().retranslate()
        for value, key in WAYS:
            button = self.button(value)
            button.setText("")
            button.setIcon(icon(f"pixels-{value}"))
            button.setIconSize(QSize(theme.size(ICON), theme.size(ICON)))
            button.setToolTip(tr("Input cells {how}", how=tr(key)))
            button.setAccessibleName(tr("Input cells {how}", how=tr(key)))
