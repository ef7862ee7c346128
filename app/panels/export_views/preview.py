"""What the file will look like: a picture, a film to scrub through, the first lines of a table, a page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from app import theme
from app.i18n import N_, tr
from app.widgets.buttons import IconButton
from app.widgets.labels import Label

WIDE, HIGH, TALL = 560, 315, 404
BESIDE = 10  # px between two pages
LINE = 18
LEAST_MS = 60  # between two frames of the preview: it is painted beside all else


class Sheet(QWidget):
    """One image, as large as there is room; or lines of a table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image: QImage | None = None
        self.others: list[QImage] = []  # right of the first
        self.lines: list[str] = []
        self._high = HIGH
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_image(self, image: QImage) -> None:
        """Another picture."""
        self.show_images([image])

    def show_images(self, images: Sequence[QImage]) -> None:
        """Pictures of one size, side by side."""
        self.image, self.others, self.lines = images[0], list(images[1:]), []
        self.update()

    def set_tall(self, on: bool) -> None:
        """Pages want more height than pictures."""
        self._high = TALL if on else HIGH
        self.updateGeometry()

    def show_lines(self, lines: list[str]) -> None:
        """Another table."""
        self.image, self.others, self.lines = None, [], lines
        self.setAccessibleDescription("\n".join(lines))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.size(WIDE), theme.size(self._high))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.size(WIDE) // 2, theme.size(HIGH) // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("sunk"))
        if self.image is not None:
            self._paint_images(painter, [self.image, *self.others])
        painter.setFont(theme.font(12, mono=True))
        painter.setPen(theme.color("ink"))
        line = theme.size(LINE)
        for k, text in enumerate(self.lines[: self.height() // line - 1]):
            painter.drawText(QRectF(12, 8 + k * line, self.width() - 16, line), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_images(self, painter: QPainter, images: list[QImage]) -> None:
        """As large as there is room, in the middle."""
        ratio, count = self.devicePixelRatioF(), len(images)
        room = QSize((self.width() - BESIDE * (count - 1)) // count, self.height())
        size = images[0].size().scaled(room * ratio, Qt.AspectRatioMode.KeepAspectRatio)
        wide, high = size.width() / ratio, size.height() / ratio
        left = (self.width() - count * wide - BESIDE * (count - 1)) / 2
        for k, image in enumerate(images):
            place = QRectF(left + k * (wide + BESIDE), (self.height() - high) / 2, wide, high)
            painter.drawImage(place, image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio,
                                                  Qt.TransformationMode.SmoothTransformation))
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawRect(place.adjusted(0, 0, -1, -1))


class Preview(QWidget):
    """The sheet, and for a film its playhead."""

    wanted = Signal(int)  # a frame of the film

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet = Sheet()
        self.sheet.setObjectName("export_sheet")
        self.play = IconButton("play", N_("Play the preview")).set_small()
        self.play.setObjectName("export_play")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("export_slider")
        self.place = Label("", "secondary", mono=True)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._next)
        self._ms = 500
        line = QHBoxLayout()
        line.setSpacing(8)
        for widget in (self.play, self.slider, self.place):
            line.addWidget(widget, 1 if widget is self.slider else 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.sheet, 1)
        column.addLayout(line)
        self.play.clicked.connect(self._toggle)
        self.slider.valueChanged.connect(self._moved)
        self.set_film(0, 500)
        self.retranslate()

    @property
    def playing(self) -> bool:
        """True while the preview plays."""
        return self._timer.isActive()

    def set_film(self, frames: int, ms: int) -> None:
        """So many frames, each for so long; 0: no film."""
        self._ms = max(ms, LEAST_MS)
        if self.playing:
            self._timer.setInterval(self._ms)
        if not frames:
            self.pause()
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(frames - 1, 0))
        self.slider.blockSignals(False)
        for widget in (self.play, self.slider, self.place):
            widget.setVisible(frames > 1)
        self._say()

    @property
    def frame(self) -> int:
        """Which one is shown."""
        return self.slider.value()

    def pause(self) -> None:
        """Stand still."""
        self._timer.stop()
        self.play.set_icon("play")

    def _toggle(self) -> None:
        if self.playing:
            self.pause()
        else:
            self._timer.start(self._ms)
            self.play.set_icon("pause")

    def _next(self) -> None:
        last = self.slider.maximum()
        self.slider.setValue(0 if self.slider.value() == last else self.slider.value() + 1)

    def _moved(self, frame: int) -> None:
        self._say()
        self.wanted.emit(frame)

    def _say(self) -> None:
        self.place.setText(f"{self.slider.value() + 1} / {self.slider.maximum() + 1}")

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        self.pause()

    def retranslate(self) -> None:
        """Names for people who hear them."""
        self.sheet.setAccessibleName(tr("Preview"))
        self.slider.setAccessibleName(tr("Frame of the preview"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "place"):
            self.retranslate()
