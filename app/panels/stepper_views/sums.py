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
AIR = 10  # px from the sum to the bias, where both stand in one line
SPARE = 5  # px after a name: it is never cut
SAMPLE = "−0.0888"  # what most values need: they stay where they are from cell to cell


class Sums(QWidget):
    """Two lines, or one where the card is low. The bias can be typed over."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._inline = self._edited = self._many = False
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

    def show_trace(self, scene: Scene, term: int | None, channels: int = 1) -> None:
        """The whole sum, of all channels, or with a term the sum so far."""
        trace = scene.trace
        so_far = term is not None and term + 1 < trace.terms.size
        before = self.sum_name.text(), self._edited
        self._many = channels > 1
        if so_far or not self._many:
            self.sum_name.set_text(N_("so far") if so_far else N_("sum"))
        else:
            self.sum_name.set_text(N_("sum of all {n}"), n=channels)
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
            self._edited = stored is not None and bool(document.edited(self._key[0])[self._key[1]])
        if before != (self.sum_name.text(), self._edited):
            self._place()

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
        return QSize(theme.size(140 if self._many else 110), theme.size(LINE) * (1 if self._inline else 2))

    def minimumSizeHint(self) -> QSize:
        wide = (204 if self._many else 172) if self._inline else (140 if self._many else 110)
        return QSize(theme.size(wide), self.sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        self._place()

    def _place(self) -> None:
        line, width = theme.size(LINE), self.width()
        full = tr("bias, edited") if self._edited else tr("bias")
        if self._inline:
            value = self.bias.fontMetrics().horizontalAdvance(SAMPLE) + 4
            first = self._wide(self.sum_name, self.sum_name.text()) + value
            short = first + AIR + self._wide(self.bias_name, full) + value > width
            self._name_bias(tr("bias*") if short and self._edited else full, full)
            left = first + AIR
            rows = [QRect(0, 0, first, line),
                    QRect(left, 0, min(self._wide(self.bias_name, self.bias_name.text()) + value, width - left), line)]
        else:
            self._name_bias(full, full)
            rows = [QRect(0, 0, width, line), QRect(0, line, width, line)]
        own = [self._wide(name, name.text()) for name in (self.sum_name, self.bias_name)]
        own = own if self._inline else [max(own)] * 2
        names = (self.sum_name, self.bias_name)
        for box, name, value_, wide in zip(rows, names, (self.sum, self.bias), own, strict=True):
            name.setGeometry(box.x(), box.y(), min(wide, box.width()), line)
            value_.setGeometry(box.x() + wide, box.y(), max(box.width() - wide, 0), line)

    def _wide(self, label: Label, text: str) -> int:
        return label.fontMetrics().horizontalAdvance(text) + SPARE

    def _name_bias(self, text: str, full: str) -> None:
        self.bias_name.setText(text)
        self.bias_name.setToolTip(full if full != text else "")

    def _dress(self) -> None:
        self.bias.setAccessibleName(tr("Bias"))
        self.sum.set_type(12, mono=True)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "bias"):
            self._dress()
            self._place()
