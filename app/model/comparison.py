"""A second number beside the first, and a second input beside the drawing."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject, Signal

from app.model.document import Document
from app.model.results import Results, compute
from app.model.session import Session
from app.model.timeline import LOSS, Playhead, exists, is_input
from cnncore.network import Network


def kind(head: Playhead) -> tuple[str, bool]:
    """The pass that a number is of, and whether it belongs to something that learns: what can be compared."""
    return head.lane, not (head.node == LOSS or head.target == "output" or is_input(head.target))


class Comparison(QObject):
    """Holds what is compared with, until it is let go or the network has no such number any more."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.number: Playhead | None = None
        self._network: Network | None = None  # the one that the number is of
        self._kept: Document | None = None
        self._results: Results | None = None
        session.results_changed.connect(self._follow)
        session.opened.connect(self.let_go)

    def set_number(self, head: Playhead | None) -> None:
        """Compare with this number; None: with none."""
        if head != self.number:
            self.number = None if head is None else head.whole
            self._network = self.session.view.network
            self.changed.emit()

    def beside(self, head: Playhead | None) -> Playhead | None:
        """The other number where it can stand beside this one: of the same pass and kind; else None."""
        number = self.number
        fits = number is not None and head is not None and kind(number) == kind(head)
        return number if number is not None and fits and exists(self.session.view.network, number) else None

    @property
    def kept(self) -> bool:
        """True while an input is kept."""
        return self._kept is not None

    @property
    def kept_document(self) -> Document | None:
        """Whose drawing, or typed input, is kept."""
        return self._kept

    def keep(self) -> None:
        """Keep the input of now."""
        self._kept, self._results = self.session.view, None
        self.changed.emit()

    def let_go(self) -> None:
        """Compare with nothing."""
        if self.number is not None or self._kept is not None:
            self.number, self._kept, self._results = None, None, None
            self.changed.emit()

    def results(self) -> Results | None:
        """The kept input through the network of now; computed when asked for, and anew where a weight changed."""
        if self._kept is None:
            return None
        view = self.session.view
        now = self._results.document if self._results is not None else None
        if now is None or self._results is None or now.network is not view.network or now.weights is not view.weights \
                or now.muted != view.muted or self._results.said != self.session.said:
            kept = dataclasses.replace(view, drawing=self._kept.drawing, typed=self._kept.typed)
            self._results = compute(kept, self._results, self.session.said)
        return self._results

    def _follow(self, results: Results) -> None:
        network = results.network
        if self._kept is not None and self._kept.network is not network:
            typed = self._kept.typed
            if (typed is not None and typed.shape != network.input_shape) or \
                    (typed is None) != (results.document.typed is None):
                self._kept, self._results = None, None
                self.changed.emit()
        if self.number is not None and (network is not self._network or not exists(network, self.number)):
            self.set_number(None)
