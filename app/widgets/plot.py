"""Curves over the steps of a training: lines with their name at the end, and the playhead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGraphicsSimpleTextItem, QSizePolicy, QVBoxLayout, QWidget

from app import numbers, theme
from app.i18n import tr

LEFT, RIGHT = 52, 104  # px beside the axis, so that films and histories below can share it


@dataclass
class _Curve:
    """One line as it is drawn."""

    name: str
    dashed: bool
    item: Any
    label: QGraphicsSimpleTextItem
    xs: NDArray[Any] = field(default_factory=lambda: np.zeros(0))
    ys: NDArray[Any] = field(default_factory=lambda: np.zeros(0))


class CurvePlot(QWidget):
    """One quantity over the steps. pyqtgraph is loaded when the first is made, not with this file.

    Args:
        name: What it is, for people who hear it; translated already.
        share: True: the values are shares, shown in percent from 0 to 100.
    """

    dragged = Signal(float)  # the step the pointer wants the playhead at

    def __init__(self, name: str = "", share: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        import pyqtgraph as pg  # 0.15 s: only a window with curves pays it

        self._pg, self._share = pg, share
        self._curves: dict[str, _Curve] = {}
        self._low, self._high = 0.0, 1.0
        self._at: float | None = None
        self.plot = pg.PlotWidget(background=None)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.plot.setFrameShape(self.plot.Shape.NoFrame)
        self.area = self.plot.getPlotItem()
        self.area.setContentsMargins(0, 0, 0, 0)
        self.area.showGrid(y=True, alpha=1.0)
        if share:
            self.area.getAxis("left").tickStrings = lambda values, scale, spacing: [f"{round(v * 100)}" for v in values]
        self.area.getViewBox().setDefaultPadding(0)
        self.playhead = pg.InfiniteLine(angle=90, movable=False)
        self.playhead.setZValue(10)
        self.playhead.hide()
        self.area.addItem(self.playhead, ignoreBounds=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(theme.size(90))
        self.setAccessibleName(name)
        self._dress()

    # --- what it shows

    def set_curve(self, name: str, xs: NDArray[Any], ys: NDArray[Any], dashed: bool = False) -> None:
        """Show a line; a known name changes its line, an empty one takes it away.

        Args:
            name: English key of what stands at its end.
            xs: Steps, ascending.
            ys: Values; NaN leaves a gap.
            dashed: Held-out samples: dashed, in accent.
        """
        if name not in self._curves:
            label = QGraphicsSimpleTextItem(self.area)
            self._curves[name] = _Curve(name, dashed, self.area.plot(connect="finite"), label)
            self._dress_curve(self._curves[name])
        curve = self._curves[name]
        curve.xs, curve.ys = np.asarray(xs, float), np.asarray(ys, float)
        curve.item.setData(curve.xs, curve.ys)
        self._fit()

    def clear(self) -> None:
        """No curves, no playhead."""
        for curve in self._curves.values():
            self.area.removeItem(curve.item)
            curve.label.scene().removeItem(curve.label)
        self._curves.clear()
        self.set_playhead(None)

    def set_range(self, low: float, high: float) -> None:
        """The steps from the left end to the right end."""
        if (low, high) != (self._low, self._high):
            self._low, self._high = low, max(high, low + 1e-9)
            self._fit()

    def set_playhead(self, x: float | None) -> None:
        """Put the playhead at a step; None: away."""
        self._at = x
        self.playhead.setVisible(x is not None)
        if x is not None:
            self.playhead.setValue(x)

    @property
    def names(self) -> tuple[str, ...]:
        """The curves there are."""
        return tuple(self._curves)

    # --- geometry

    def span(self) -> tuple[float, float]:
        """Where the two ends of the axis lie, in pixels of this widget: what lies below can share it."""
        return float(theme.size(LEFT)), float(max(self.width() - theme.size(RIGHT), theme.size(LEFT) + 1))

    def x_of(self, step: float) -> float:
        """Where a step lies, in pixels of this widget."""
        left, right = self.span()
        return left + (step - self._low) / (self._high - self._low) * (right - left)

    def step_at(self, x: float) -> float:
        """The step under a pixel of this widget, within the axis."""
        left, right = self.span()
        return self._low + min(max((x - left) / (right - left), 0.0), 1.0) * (self._high - self._low)

    def _fit(self) -> None:
        ys = [c.ys[np.isfinite(c.ys)] for c in self._curves.values()]
        top = max((float(y.max()) for y in ys if y.size), default=1.0)
        low = min((float(y.min()) for y in ys if y.size), default=0.0)
        high = 1.0 if self._share else top if top > 0 else 1.0
        self.area.setXRange(self._low, self._high, padding=0)
        self.area.setYRange(min(low, -0.02 * high), high * 1.02, padding=0)
        self._place_labels()

    def _place_labels(self) -> None:
        """The names at the ends of their curves, moved apart where they would touch."""
        box = self.area.getViewBox()
        high = QFontMetricsF(theme.font(12)).height()
        ends = []
        for curve in self._curves.values():
            finite = np.flatnonzero(np.isfinite(curve.ys))
            curve.label.setVisible(finite.size > 0)
            if finite.size:
                x, y = float(curve.xs[finite[-1]]), float(curve.ys[finite[-1]])
                value = numbers.percent(y) if self._share else numbers.figure(y)
                curve.label.setText(f"{tr(curve.name)} {value}")
                ends.append((self.area.mapFromItem(box, box.mapFromView(QPointF(min(x, self._high), y))), curve.label))
        ends.sort(key=lambda e: e[0].y())
        right = max((e[0].x() for e in ends), default=0.0)  # one column of names, clear of every line's end
        bottom = box.mapRectToItem(self.area, box.rect()).bottom()
        spots = [e[0].y() - high / 2 for e in ends]
        for k in range(1, len(spots)):
            spots[k] = max(spots[k], spots[k - 1] + high)
        over = max(spots[-1] + high - bottom, 0.0) if spots else 0.0
        for (_, label), y in zip(ends, spots, strict=True):
            label.setPos(right + theme.size(8), y - over)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.area.layout.activate()
        self._place_labels()

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)
        self._fit()

    # --- what a person does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._at is not None:
            self.dragged.emit(self.step_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._at is not None:
            self.dragged.emit(self.step_at(event.position().x()))

    # --- looks

    def _dress(self) -> None:
        left, bottom = self.area.getAxis("left"), self.area.getAxis("bottom")
        for axis in (left, bottom):
            axis.setTickFont(theme.font(11, mono=True))
            axis.setTextPen(theme.color("soft"))
            axis.setStyle(tickLength=0, maxTickLevel=0, hideOverlappingLabels=False)
        self.plot.setBackground(theme.color("panel"))
        left.setPen(QPen(theme.color("line"), 0))
        bottom.setPen(QPen(theme.color("edge"), 0))
        left.setWidth(theme.size(LEFT))
        bottom.setHeight(theme.size(20))
        self.area.layout.setContentsMargins(0, theme.size(6), theme.size(RIGHT), 0)
        pen = QPen(theme.color("accent"), 2)
        pen.setCosmetic(True)
        pen.setStyle(Qt.PenStyle.DotLine)
        self.playhead.setPen(pen)
        for curve in self._curves.values():
            self._dress_curve(curve)

    def _dress_curve(self, curve: _Curve) -> None:
        pen = QPen(theme.color("accent" if curve.dashed else "ink"), 1.5)
        pen.setCosmetic(True)
        if curve.dashed:
            pen.setDashPattern([4, 3])
        curve.item.setPen(pen)
        curve.item.opts["antialias"] = True
        curve.label.setFont(theme.font(12, 600 if curve.dashed else 400))
        curve.label.setBrush(theme.color("accent" if curve.dashed else "ink"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if not hasattr(self, "_at"):
            return
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._dress()
            self._place_labels()
        elif event.type() == QEvent.Type.LanguageChange:
            self._place_labels()
