"""The canvas: draw, and every layer answers at once."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QToolButton, QWidget

from app import theme
from app.desk import BRUSHES, Desk
from app.i18n import N_, tr
from app.model import edits
from app.model.document import SIDE, Document
from app.model.samples import class_keys
from app.widgets.buttons import action_button
from app.widgets.card import Card
from app.widgets.draw_canvas import DrawCanvas

TOOL = 34


class CanvasPanel(Card):
    """Pen, eraser and the drawing; an unfinished stroke is shown as a preview, a finished one is an edit."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("Draw here"), "", parent)
        self.setObjectName("canvas_panel")
        self.desk = desk
        self.canvas = DrawCanvas(SIDE)
        self.canvas.setObjectName("canvas")
        self.body.addWidget(self.canvas)
        tools = QHBoxLayout()
        tools.setSpacing(4)
        self.buttons: list[QToolButton] = []
        for name in ("canvas.pen", "canvas.eraser", "", "canvas.invert", "edit.undo", "canvas.clear"):
            if name:
                self.buttons.append(action_button(desk.action(name)))
                tools.addWidget(self.buttons[-1])
            else:
                tools.addStretch(1)
        self.body.addLayout(tools)
        self.brush = QSlider(Qt.Orientation.Horizontal)
        self.brush.setObjectName("brush_size")
        self.brush.setRange(round(BRUSHES[0]), round(BRUSHES[1]))
        self.add_control(self.brush)
        self.body.addStretch(1)

        self.canvas.stroke_moved.connect(desk.session.preview_drawing)
        self.canvas.stroke_dropped.connect(lambda: desk.session.preview_drawing(None))
        self.canvas.stroke_ended.connect(self._keep)
        self.canvas.brush_turned.connect(lambda step: desk.set_brush(desk.brush + step))
        self.canvas.key_typed.connect(self._key)
        self.brush.valueChanged.connect(desk.set_brush)
        desk.session.document_changed.connect(self._document)
        desk.tool_changed.connect(self._tool)
        self._document(None, desk.session.document)
        self._tool()
        self.retranslate()

    def _keep(self, drawing: object) -> None:
        if not self.desk.attempt(self.desk.session.edit, edits.set_drawing, drawing):
            self.desk.session.preview_drawing(None)

    def _key(self, text: str) -> None:
        """A class's own character, or its number."""
        keys = class_keys([c.name for c in self.desk.session.document.classes])
        if text in keys:
            self.desk.attempt(
                self.desk.session.edit, edits.add_sample, keys.index(text), self.desk.session.view.drawing
            )
        elif int(text) > len(keys):
            self.desk.perform(f"samples.add_{text}")

    def _document(self, before: Document | None, after: Document) -> None:
        document = self.desk.session.document
        self.canvas.set_picture(document.drawing)
        if before is not None and before.drawing is after.drawing and after.sample_count > before.sample_count:
            self.canvas.begin_anew()
            grown = zip(before.classes, after.classes, strict=False)
            names = [now.name for was, now in grown if len(now.samples) > len(was.samples)]
            text = N_("Added to “{name}”. The next stroke begins a new drawing.")
            self.desk.messages.info(text, name=", ".join(names))
        self.canvas.typed_keys = frozenset(class_keys([c.name for c in document.classes])) - {""} | set("123456789")

    def _tool(self) -> None:
        self.canvas.set_brush(self.desk.brush, self.desk.tool == "eraser")
        if self.brush.value() != round(self.desk.brush):
            self.brush.setValue(round(self.desk.brush))

    def retranslate(self) -> None:
        """Names for people who do not see the pictures."""
        for button in self.buttons:
            button.setFixedWidth(theme.size(TOOL))
        self.brush.setMaximumWidth(theme.size(110))
        self.canvas.setAccessibleName(tr("Canvas: draw with the mouse or a pen"))
        self.title.setToolTip(tr("{side} × {side} pixels, as they are saved", side=SIDE))
        self.brush.setAccessibleName(tr("Size of the stroke"))
        self.brush.setToolTip(tr("Size of the stroke ([ and ], or Ctrl and the wheel)"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "brush"):
            self.retranslate()
            QTimer.singleShot(0, self, self._fit)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.canvas.setFocus()

    def _fit(self) -> None:
        """The canvas is a square as wide as the card."""
        margins = self.layout().contentsMargins()
        self.canvas.setFixedHeight(self.width() - margins.left() - margins.right())
        self.setMinimumHeight(self.layout().minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Another size of type is another layout."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)
