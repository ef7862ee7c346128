"""Shares backwards: the gradient of every share that a number has a part in, class by class."""

from __future__ import annotations

import numpy as np

from app import numbers
from app.i18n import tr
from app.panels.stepper_views.bars import BarsView
from app.panels.stepper_views.base import Scene
from app.panels.stepper_views.shares import places
from app.widgets.formula_chain import bracketed


class SharesBackView(BarsView):
    """First what its own share brings, then what every share takes because all add up to one, then the total."""

    _names: list[str]  # of what shares
    _own = 0  # which of them it is

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """The own cell, then all that share with it, the own again among them."""
        trace = scene.trace
        if scene.head.lane != "backward" or len(trace.operands) != 2 or trace.terms.size < 3:
            return False
        came, share = trace.operands
        if came.source != "grad" or share.source != "share" or share.cells.shape[1] or not came.inside.all():
            return False
        again = (came.cells[1:] == came.cells[:1]).all(axis=1)
        return len(trace.layout) == 1 and tuple(came.cells[0]) == scene.head.index and int(again.sum()) == 1

    def _order(self, scene: Scene, count: int) -> list[int]:
        """The own share, then all in their order; of too many the strongest of them."""
        cells, labels = scene.trace.operands[0].cells, scene.results.document.labels
        self._names = list(labels) if len(scene.shape) == 1 and len(labels) == len(cells) - 1 else places(cells[1:])
        self._own = int(np.flatnonzero((cells[1:] == cells[:1]).all(axis=1))[0])
        every = list(range(scene.trace.terms.size))
        if len(every) <= count:
            return every
        strongest = np.argsort(-np.nan_to_num(np.abs(scene.trace.terms[1:]), nan=np.inf), kind="stable")
        return [0, *sorted(int(k) + 1 for k in strongest[:max(count - 1, 1)])]

    def _name(self, scene: Scene, k: int) -> str:
        super()._name(scene, k)  # where it leads
        return tr("{name}, by its own share", name=self._names[self._own]) if k == 0 else self._names[k - 1]

    def _titles(self, scene: Scene) -> tuple[str, str, str]:
        """The whole in one line: p · (g − Σ g·p), or g − p · Σ g."""
        terms, (came, share) = scene.trace.terms, scene.trace.operands
        own, p = float(came.values[0]), float(share.values[0])
        together = -float(terms[1:].sum())
        if p == 1 and np.ptp(share.values[1:]) == 0:  # of logarithms every share takes the same part
            inside = float(-share.values[1])
            text = f"g − p · Σ g = {numbers.figure(own)} − {numbers.figure(inside)} · " \
                   f"{bracketed(numbers.figure(together / inside if inside else 0.0))}"
        else:
            text = f"p · (g − Σ g·p) = {numbers.figure(p)} · ({numbers.figure(own)} − " \
                   f"{bracketed(numbers.figure(together / p if p else 0.0))})"
        return tr("share of"), tr("came back g · part"), text
