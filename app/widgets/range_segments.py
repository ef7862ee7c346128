"""Map, layer, all: what shares one range of colours."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.i18n import N_, tr
from app.widgets.segments import Segments

NAME = N_("Colour range")
RANGES = (("map", N_("range: map")), ("layer", N_("range: layer")), ("all", N_("range: all")))


class RangeSegments(Segments):
    """The words for a range are not those for a step, though in English they are the same: their keys say which."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(RANGES, NAME, parent=parent)
        self.setProperty("small", True)

    def retranslate(self) -> None:
        """Texts in the language of now."""
        super().retranslate()
        for value, key in RANGES:
            text = tr(key).removeprefix("range: ")
            self.button(value).setText(text)
            self.button(value).setAccessibleName(f"{tr(NAME)}: {text}")
