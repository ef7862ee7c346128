"""The stepper on a stage of its own: painted at any size, theme and language, while the window stays as it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app import i18n, theme
from app.desk import Desk
from app.export.caption import Caption, places
from app.export.look import NATURAL, Look
from app.model.results import Results
from app.model.timeline import LOSS, Playhead
from app.settings import Settings

MARGIN = 10
HIGHEST = 1.2  # times its natural height: a stepper that is higher is empty below
Make = Callable[[Desk], QWidget]  # the stepper: panels stand higher than exports, so it is handed in


class Stage:
    """Holds one look of one state of the network; `close` when done.

    Args:
        make: Builds the stepper for a desk.
        results: What is shown: a frozen state, whatever becomes of the document meanwhile.
        look: Size, theme, language, captions.
        settings: For the desk of the stage.
        ranges: What shares one colour range: one of `app.model.ranges.CHOICES`.
    """

    def __init__(self, make: Make, results: Results, look: Look, settings: Settings, ranges: str = "layer") -> None:
        self.look, self.title = look, "ConvScope"
        with self._inside():
            self.desk = Desk(results.document, settings)
            self.desk.session.results = results
            self.desk.still = True
            self.desk.session.selection_changed.disconnect(self.desk.refresh)  # nobody presses its buttons
            self.desk.ranges.set_choice(ranges)
            self.frame = _Frame()
            self.stepper = make(self.desk)
            self.caption = Caption(places(results, self.desk.ranges), look.tall)
            layout = QVBoxLayout(self.frame)
            edge = theme.size(MARGIN)
            layout.setContentsMargins(edge, edge, edge, edge)
            layout.setSpacing(theme.size(6))
            self.stepper.setMaximumHeight(round(HIGHEST * NATURAL[1] * look.scale))
            layout.addStretch(1)  # a picture that is high has its ground above and below
            layout.addWidget(self.stepper, 100)
            layout.addWidget(self.caption)
            layout.addStretch(1)
            self.caption.setVisible(look.captions)
            self.frame.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
            self.frame.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
            self.frame.setFixedSize(QSize(*look.laid_out))
            self.frame.show()
            self._dress()

    def _inside(self) -> _Inside:
        return _Inside(self.look)

    def _dress(self) -> None:
        """Style sheet, palette, fonts and words of the look: the program's own are another's."""
        frame = self.frame
        frame.setStyleSheet(theme.style_sheet())
        frame.setPalette(theme.palette())
        frame.setFont(theme.font())
        widgets = frame.findChildren(QWidget)
        for widget in widgets:
            if widget.property(theme.TYPE):
                widget.setFont(theme.font(*widget.property(theme.TYPE)))
        for kind in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange):
            for widget in widgets:
                QApplication.sendEvent(widget, QEvent(kind))
        frame.stale = False

    def show(self, head: Playhead, done: float | None = None) -> None:
        """Stand at a number; ``done``: how far a sequence has come."""
        with self._inside():
            if self.frame.stale:
                self._dress()
            self.desk.session.select(head)
            self.title = head.name
            self.caption.show_now(self.desk.session.view.network.scores if head.node == LOSS else head.node, done)
            self._settle()

    def _settle(self) -> None:
        """Layouts that wait for the event loop are done now."""
        for _ in range(2):
            for widget in (self.frame, *self.frame.findChildren(QWidget)):
                layout = widget.layout()
                if layout is not None and widget.isVisible():
                    layout.activate()

    def paint(self, painter: QPainter) -> None:
        """Draw what is shown, from (0, 0)."""
        with self._inside():
            if self.frame.stale:  # the window was dressed anew since `show`
                self._dress()
                self._settle()
            painter.save()
            if self.look.shrunk > 1:
                painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
                painter.scale(1 / self.look.shrunk, 1 / self.look.shrunk)
            self.frame.render(painter, QPoint())
            painter.restore()

    def image(self) -> QImage:
        """What is shown, as pixels."""
        image = QImage(QSize(*self.look.size), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        try:  # a painter that outlives what it paints on would bring the program down
            self.paint(painter)
        finally:
            painter.end()
        return image

    def close(self) -> None:
        """Let it all go."""
        self.desk.player.pause()
        self.desk.runs.shutdown()
        self.frame.close()
        for one in (self.frame, self.desk):
            one.deleteLater()
            # Now, not when the loop comes round: whatever lives on is dressed at every change of looks.
            QCoreApplication.sendPostedEvents(one, QEvent.Type.DeferredDelete.value)


class _Inside:
    """Theme, scale and language of a look for a block."""

    def __init__(self, look: Look) -> None:
        self._parts = (theme.within(look.theme, look.scale), i18n.within(look.language))

    def __enter__(self) -> None:
        for part in self._parts:
            part.__enter__()

    def __exit__(self, *failure: object) -> None:
        for part in reversed(self._parts):
            part.__exit__(*failure)  # type: ignore[arg-type]


class _Frame(QWidget):
    """The ground; notes when the program's own looks have come over it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("export_frame")
        self.stale = False

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("bg"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange):
            self.stale = True
