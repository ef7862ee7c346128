"""Cards in columns, with handles that a person can drag and that are remembered."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from app import theme
from app.widgets.scroll import on_card

GAP = 8
NARROW, WIDE = 1400, 1600
LEAST_HEIGHT = {False: 620, True: 704}  # at the normal size of type; at larger ones the stepper is higher


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


class Page(QScrollArea):
    """A workspace in the window: where it lacks height, with large type say, it scrolls down, never sideways."""

    def __init__(self, workspace: QWidget) -> None:
        super().__init__()
        self.setWidget(workspace)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._fit()

    def _fit(self) -> None:
        if self.widget() is not None:
            own = getattr(self.widget(), "least_height", None)
            self.widget().setMinimumHeight(own() if own else theme.size(LEAST_HEIGHT[theme.scale() > 1]))

    def minimumSizeHint(self) -> QSize:
        """As narrow as the workspace allows, and as low as one likes."""
        return QSize(self.widget().minimumSizeHint().width(), 200)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()


class Side(QScrollArea):
    """A side column. With large type it scrolls by itself, so that the page beside it need not.

    Whether it has a bar is settled here, for the whole width: Qt would try with and without it in turns, for the cards
    are higher where they are narrower.
    """

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        on_card(self, inner, "side")
        self._bar()

    def _bar(self) -> None:
        layout = self.widget().layout()
        need = max(layout.totalMinimumHeightForWidth(self.width()), layout.totalMinimumSize().height())
        there = theme.scale() > 1 and need > self.height()
        policies = Qt.ScrollBarPolicy
        policy = policies.ScrollBarAlwaysOn if there else policies.ScrollBarAlwaysOff
        if policy != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(policy)

    def minimumSizeHint(self) -> QSize:
        """As narrow as its cards allow; at the normal size of type as high as they need."""
        least, large = self.widget().minimumSizeHint(), theme.scale() > 1
        bar = self.verticalScrollBar().sizeHint().width() if large else 0
        return QSize(least.width() + bar, 0 if large else least.height())

    def sizeHint(self) -> QSize:
        return self.widget().sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._bar()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Its cards need another height, or the type is of another size."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.StyleChange) and self.widget() is not None:
            self._bar()
        return super().event(event)


class Columns(QSplitter):
    """Side columns of a width that fits the window until the person drags a handle; the centre takes the rest.

    Args:
        name: For the settings.
        widgets: Left, centre, right.
        narrow: Widths of the sides in a window narrower than `NARROW` pixels.
        wide: Widths of the sides in a wider one.
        widest: Widths of the sides from `WIDE` pixels on.
    """

    def __init__(self, name: str, widgets: Sequence[QWidget], narrow: tuple[int, int], wide: tuple[int, int],
                 widest: tuple[int, int] | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName(name)
        self.setHandleWidth(GAP)
        self.setChildrenCollapsible(False)
        self._narrow, self._wide, self._widest = narrow, wide, widest or wide
        self.dragged = False
        for k, widget in enumerate(widgets):
            self.addWidget(widget)
            self.setStretchFactor(k, 1 if k == 1 else 0)
            if k != 1:
                widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.fit)
        self.splitterMoved.connect(self._moved)

    def _moved(self, *_: int) -> None:
        self.dragged = True

    def fit(self) -> None:
        """Side widths for the window's width, unless the person chose their own."""
        if self.dragged:
            return
        width = self.window().width()
        sides = self._narrow if width < theme.size(NARROW) else self._wide if width < theme.size(WIDE) else self._widest
        left, right = (theme.size(side) for side in sides)
        right = right if self.widget(2).isVisibleTo(self) else 0
        self.setSizes([left, max(self.width() - left - right - 2 * GAP, 200), right])

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.fit()
        # Once more when the children have told their least widths: the splitter spreads what it held back.
        self._later.start()

    def event(self, event: QEvent) -> bool:
        """Another size of type, or children that need more or less than before: the sides get their widths back."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.LayoutRequest) and hasattr(self, "_later"):
            self._later.start()
        return super().event(event)

    def standard(self) -> None:
        """Forget the person's own widths."""
        self.dragged = False
        self.fit()
