"""The loss: exponentials, their sum, shares and the logarithm, class by class; and which way each score has to go."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QScrollArea, QWidget

from app import numbers
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import array_of
from app.model.timeline import LOSS, Playhead
from app.panels.stepper_views.base import Scene, View
from app.panels.stepper_views.loss_table import Column, LossTable
from app.widgets.scroll import on_card
from cnncore.trace import Trace

FACTORS = {"difference": N_("error"), "surprise": "−ln p", "slope": N_("slope")}  # of a class's part of the loss


class LossView(View):
    """All classes side by side; many scroll."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.table = LossTable()
        self.scroll = on_card(QScrollArea(self), self.table)
        self.table.said.connect(self._say)
        self.table.clicked.connect(lambda k: self.select_head(self._gradient(k)))
        self.table.hovered.connect(lambda k: self.hover_head(None if k is None else self._gradient(k)))

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """The loss itself, or what it sends back to a score."""
        return scene.node.name == LOSS

    def show_scene(self, scene: Scene) -> None:
        """Scores, what is made of them, and the loss; or the gradients."""
        self.scene, results = scene, scene.results
        scores = results.values(results.network.scores).reshape(-1).astype(np.float64)
        labels = list(results.document.labels) or [str(k) for k in range(scores.size)]
        gradients = array_of(results, self._gradient(0)).reshape(-1)
        ring = scene.head.map if scene.head.lane == "backward" else None
        made = Column(tr("score x"), 0.12, [numbers.figure(x) for x in scores])
        said = tr("1, assumed") if results.said is None else "1"
        target = [said if k == results.target else "0" for k in range(scores.size)]
        if scene.head.lane == "backward":
            columns = self._back(scores, gradients, target)
        elif scene.trace.reduce == "log":
            columns = self._logarithm(scene.trace, target, results.target)
        else:
            columns = self._parts(scene.trace, target)
        self.table.set_rows(labels, [made, *columns], results.target, ring, gradients)

    @staticmethod
    def _shares(scores: NDArray[np.float64]) -> NDArray[np.float64]:
        powers = np.exp(scores - scores.max())
        out: NDArray[np.float64] = powers / powers.sum()
        return out

    def _back(self, scores: NDArray[np.float64], gradients: NDArray[np.floating], target: list[str]) -> list[Column]:
        """Share, target and gradient."""
        shares = self._shares(scores)
        bound = float(np.nanmax(np.abs(gradients), initial=0.0)) or 1.0
        return [Column(tr("share p"), 0.27, [numbers.share(p) for p in shares], shares),
                Column(tr("target t"), 0.52, target, says=True),
                Column(tr("∂L/∂x: up is too much, down is too little"), 0.64, [numbers.gradient(g) for g in gradients],
                       gradients, True, bound=bound)]

    def _logarithm(self, trace: Trace, target: list[str], right: int) -> list[Column]:
        """The exponentials, each divided by their sum, and the logarithm of what the right class has."""
        total = float(trace.terms.sum())
        shares = trace.terms / total if total else trace.terms
        costs = ["" if k != right else numbers.gradient(trace.total) for k in range(trace.terms.size)]
        bars = np.where(np.arange(trace.terms.size) == right, trace.total / max(trace.total, 5.0), np.nan)
        powers = [numbers.figure(e) for e in trace.terms]
        return [Column(tr("exp(x − largest)"), 0.22, powers, foot=numbers.figure(total)),
                Column(tr("share p"), 0.36, [numbers.share(p) for p in shares], shares,
                       foot=numbers.percent(1.0)),
                Column(tr("target t"), 0.55, target, says=True),
                Column(tr("−t · ln p: only the right class counts"), 0.67, costs, bars,
                       foot=numbers.gradient(trace.total))]

    def _parts(self, trace: Trace, target: list[str]) -> list[Column]:
        """What each class adds to the loss, with the factors of it where there is one term a class."""
        classes = len(target)
        parts = trace.terms.reshape(classes, -1)
        costs = parts.sum(axis=1)
        columns = []
        for k, one in enumerate(trace.operands[:2]):
            if parts.shape[1] == 1 and one.source == "target":
                target = [numbers.figure(t) for t in one.values]
            elif parts.shape[1] == 1 and one.source in FACTORS and not any(one is x for x in trace.operands[:k]):
                columns.append(Column(tr(FACTORS[one.source]), 0.24 + 0.13 * len(columns),
                                      [numbers.figure(v) for v in one.values]))
        bound = float(np.nanmax(np.abs(costs), initial=0.0)) or 1.0
        total = numbers.figure(float(costs.sum()))
        foot = f"{total} / {trace.divisor:g} = {numbers.gradient(trace.total)}" if trace.divisor != 1 else total
        return [*columns, Column(tr("target t"), 0.52, target, says=True),
                Column(tr("what the class adds to the loss"), 0.64, [numbers.gradient(c) for c in costs], costs, True,
                       foot=foot, bound=bound)]

    @staticmethod
    def _gradient(k: int) -> Playhead:
        return Playhead(LOSS, (k,), None, "input0", "backward")

    def _say(self, k: int) -> None:
        """The class that is right; the one that was said already is taken back."""
        session = self.desk.session
        self.desk.attempt(session.say, None if session.said == k else k)

    def arrange(self) -> None:
        """The table is all there is."""
        self.scroll.setGeometry(self.rect())

    def name_parts(self) -> None:
        """For people who hear them."""
        self.table.setAccessibleName(tr("Classes with shares, targets and gradients"))
        if self.scene is not None:
            self.show_scene(dataclasses.replace(self.scene))
