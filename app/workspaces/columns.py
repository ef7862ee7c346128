"""Cards in columns, with handles that a person can drag and that are remembered."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QSizePolicy, QSplitter, QVBoxLayout, QWidget

GAP = 8
NARROW = 1400


def column(name: str, *cards: QWidget, stretch: int | None = None) -> QWidget:
    """Cards one under another; the one at ``stretch`` takes what is left."""
    box = QWidget()
    box.setObjectName(name)
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GAP)
    for k, card in enumerate(cards):
        layout.addWidget(card, 1 if k == stretch else 0)
    if stretch is None:
        layout.addStretch(1)
    return box


class Columns(QSplitter):
    """Side columns of a width that fits the window until the person drags a handle; the centre takes the rest.

    Args:
        name: For the settings.
        widgets: Left, centre, right.
        narrow: Widths of the sides in a window narrower than `NARROW` pixels.
        wide: Widths of the sides in a wider one.
    """

    def __init__(self, name: str, widgets: Sequence[QWidget], narrow: tuple[int, int], wide: tuple[int, int]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName(name)
        self.setHandleWidth(GAP)
        self.setChildrenCollapsible(False)
        self._narrow, self._wide = narrow, wide
        self.dragged = False
        for k, widget in enumerate(widgets):
            self.addWidget(widget)
            self.setStretchFactor(k, 1 if k == 1 else 0)
            if k != 1:
                widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.splitterMoved.connect(self._moved)

    def _moved(self, *_: int) -> None:
        self.dragged = True

    def fit(self) -> None:
        """Side widths for the window's width, unless the person chose their own."""
        if self.dragged:
            return
        left, right = self._narrow if self.width() < NARROW else self._wide
        right = right if self.widget(2).isVisibleTo(self) else 0
        self.setSizes([left, max(self.width() - left - right - 2 * GAP, 200), right])

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.fit()
        # Once more when the children have told their least widths: the splitter spreads what it held back.
        QTimer.singleShot(0, self, self.fit)

    def standard(self) -> None:
        """Forget the person's own widths."""
        self.dragged = False
        self.fit()
