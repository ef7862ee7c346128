"""Under the products: their sum and the bias, the two numbers that the formula adds."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtWidgets import QWidget

from app import theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model import edits
from app.panels.stepper_views.base import Scene
from app.widgets.labels import Label
from app.widgets.number_field import NumberField, NumberLine

LINE = 16


class Sums(QWidget):
    """Two lines, or one where the card is low. The bias can be typed over."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._inline = False
        self._key: tuple[str, int] = ("", 0)
        self.sum_name = Label(N_("sum"), "secondary", parent=self)
        self.bias_name = Label(N_("bias"), "secondary", parent=self)
        self.sum = NumberLine(self, "right")
        self.sum.setObjectName("sum")
        self.bias = NumberField(self)
        self.bias.setObjectName("bias")
        self.bias.entered.connect(self._enter)
        self.bias.refused.connect(desk.messages.error)
        self._dress()

    def show_trace(self, scene: Scene, term: int | None) -> None:
        """The whole sum, or with a term the sum so far."""
        trace = scene.trace
        so_far = term is not None and term + 1 < trace.terms.size
        self.sum_name.set_text(N_("so far") if so_far else N_("sum"))
        value = float(trace.terms.sum() if term is None else trace.partial_sums[term])
        self.sum.set_value(value)
        has_bias = trace.bias is not None
        if self.bias.isHidden() == has_bias:
            self.bias.setVisible(has_bias)
            self.bias_name.setVisible(has_bias)
        if has_bias:
            self._key = (f"{scene.node.name}.bias", scene.head.map)
            document = scene.results.document
            stored = document.weights.get(self._key[0])
            self.bias.set_value(float(trace.bias if stored is None else stored[self._key[1]]))  # type: ignore[arg-type]
            self.bias.set_held(scene.muted)
            edited = stored is not None and bool(document.edited(self._key[0])[self._key[1]])
            self.bias_name.set_text(N_("bias, edited") if edited else N_("bias"))

    def _enter(self, value: float) -> None:
        key, index = self._key
        self.desk.attempt(self.desk.session.edit, edits.set_weight, key, (index,), value)
        stored = self.desk.session.view.weights.get(key)
        if stored is not None:
            self.bias.set_value(float(stored[index]))

    # --- places

    def tall(self) -> int:
        """Height of the two lines."""
        return 2 * theme.size(LINE)

    def set_inline(self, on: bool) -> None:
        """Both in one line."""
        if on != self._inline:
            self._inline = on
            self._place()

    def sizeHint(self) -> QSize:
        return QSize(theme.size(110), theme.size(LINE) * (1 if self._inline else 2))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.size(172 if self._inline else 110), self.sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        self._place()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # another word, of another width
            self._place()
        return super().event(event)

    def _place(self) -> None:
        line, width = theme.size(LINE), self.width()
        names = max(n.sizeHint().width() for n in (self.sum_name, self.bias_name)) + 4
        half = width // 2
        rows = [QRect(0, 0, width, line), QRect(0, line, width, line)]
        if self._inline:
            rows = [QRect(0, 0, half - 4, line), QRect(half + 4, 0, width - half - 4, line)]
        for box, name, value in zip(rows, (self.sum_name, self.bias_name), (self.sum, self.bias), strict=True):
            own = min(names if not self._inline else name.sizeHint().width() + 4, box.width())
            name.setGeometry(box.x(), box.y(), own, line)
            value.setGeometry(box.x() + own, box.y(), box.width() - own, line)

    def _dress(self) -> None:
        self.bias.setAccessibleName(tr("Bias"))
        self.sum.set_type(12, mono=True)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "bias"):
            self._dress()
            self._place()
