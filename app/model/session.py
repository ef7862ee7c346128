"""The one thing that panels watch: document, preview, results, playhead, hover and run, with a signal for each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.model import playback
from app.model.document import Document
from app.model.edits import label_of, touches_weights
from app.model.history import History, Step
from app.model.playback import Playhead
from app.model.results import Results, compute
from app.model.run import OPEN, RunState
from app.model.samples import Image, frozen
from cnncore.errors import CnnError
from cnncore.network import INPUT
from cnncore.trace import Trace


class Session(QObject):
    """What is open. Signals are facts in the past tense, sent only on real change.

    `document` is what is saved and undone; `view` is what is shown: the document with the unfinished stroke and, while
    a run is open, the run's network and weights. Panels read `view` and `results`.
    """

    document_changed = Signal(object, object)  # before, after: Document
    results_changed = Signal(object)  # Results
    selection_changed = Signal(object)  # Playhead | None: another cell
    playhead_moved = Signal(object)  # Playhead | None: another cell or term
    hover_moved = Signal(object)  # Playhead | None
    run_moved = Signal(object)  # RunState | None
    file_changed = Signal(object)  # Path | None, or only its modified mark

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.history = History()
        self.path: Path | None = None
        self.run: RunState | None = None
        self.playhead: Playhead | None = None
        self.hovered: Playhead | None = None
        self._saved = document
        self._stroke: Image | None = None
        self._trace: tuple[Results, Playhead, Trace] | None = None
        self.results = compute(document)

    # --- the document

    @property
    def view(self) -> Document:
        """What is shown now."""
        return self.results.document

    @property
    def modified(self) -> bool:
        """True when the document is not the one in the file."""
        return self.document is not self._saved

    def edit(self, change: Callable[..., Document], *args: Any, merge: object = None, **facts: Any) -> None:
        """Apply an edit of `app.model.edits`; a failed one raises `CnnError` and leaves everything as it was.

        Args:
            change: The edit; its label is the text of the undo step.
            *args: Passed to it after the document.
            merge: Steps in a row with the same key (one drag, one slider) undo as one.
            **facts: Passed to it too.
        """
        if self.run is not None and touches_weights(change):
            raise CnnError("run.open", OPEN)
        before = self.document
        after = change(before, *args, **facts)
        if after is before:
            return
        self.history.add(Step(before, after, label_of(change), merge))
        self._set(after)

    def undo(self) -> None:
        """Back to before the last step."""
        self._travel(self.history.undo)

    def redo(self) -> None:
        """Forward again over the last undone step."""
        self._travel(self.history.redo)

    def open(self, document: Document, path: Path | None) -> None:
        """Put another document in place of this one: a file, or a fresh start. Ends a run's preview."""
        self.history.clear()
        self.set_run(None)
        self._saved = document
        self.path = path
        self.select(None)
        self._set(document)
        self.file_changed.emit(path)

    def saved(self, path: Path) -> None:
        """The document now stands in ``path``."""
        self._saved = self.document
        self.path = path
        self.file_changed.emit(path)

    def _travel(self, way: Callable[[], Document | None]) -> None:
        if self.run is not None:
            raise CnnError("run.open", OPEN)
        after = way()
        if after is not None:
            self._set(after)

    def _set(self, after: Document) -> None:
        before, was_modified = self.document, self.modified
        self.document = after
        self._stroke = None
        self._refresh()
        self.document_changed.emit(before, after)
        if was_modified != self.modified:
            self.file_changed.emit(self.path)

    # --- previews

    def preview_drawing(self, drawing: Image | None) -> None:
        """Show an unfinished stroke (a buffer that may go on changing: it is copied), or drop it."""
        if drawing is not None or self._stroke is not None:
            self._stroke = None if drawing is None else frozen(drawing.copy())
            self._refresh()

    def set_run(self, run: RunState | None) -> None:
        """A run moved on, was scrubbed, or is gone; all shows its network and weights, or the document's."""
        if run is not self.run:
            self.run = run
            self._refresh()
            self.run_moved.emit(run)

    def _refresh(self) -> None:
        view = self.document
        if self._stroke is not None:
            view = dataclasses.replace(view, drawing=self._stroke)
        if self.run is not None and self.run.shown is not None:
            view = dataclasses.replace(
                view,
                network=self.run.network,
                weights=self.run.shown.weights,
                trained=self.run.shown.weights,
                labels=self.run.labels,
                muted=frozenset(),
            )
        other_network = view.network is not self.view.network
        self.results = compute(view, self.results)
        if other_network and self.playhead is not None and not self._exists(self.playhead):
            self.select(None)
        self.results_changed.emit(self.results)

    # --- where the person looks

    def select(self, head: Playhead | None) -> None:
        """Stand at a cell; None: at nothing, the start state."""
        if head is not None and not self._exists(head):
            raise CnnError("selection.cell", "There is no cell {cell} in this network.", cell=head.name)
        if head == self.playhead:
            return
        moved = (
            self.playhead is None
            or head is None
            or (head.node, head.index) != (self.playhead.node, self.playhead.index)
        )
        self.playhead = head
        if moved:
            self.selection_changed.emit(head)
        self.playhead_moved.emit(head)

    def hover(self, head: Playhead | None) -> None:
        """The pointer is over a cell of some view, or over none."""
        if head != self.hovered:
            self.hovered = head
            self.hover_moved.emit(head)

    def trace(self) -> Trace | None:
        """How the number at the playhead is made; None at the input or at nothing."""
        head = self.playhead
        if head is None or head.node == INPUT:
            return None
        key = dataclasses.replace(head, term=None)
        if self._trace is None or self._trace[0] is not self.results or self._trace[1] != key:
            op = self.view.network.node(head.node).op
            self._trace = (self.results, key, op.trace("output", head.index, self.results.run(head.node)))
        return self._trace[2]

    def step(self, grain: str, steps: int = 1, loop: bool = False) -> bool:
        """Move the playhead; from nothing, to the very first cell. False at the end of the network."""
        network = self.view.network
        if self.playhead is None or self.playhead.node == INPUT:
            self.select(playback.at(network, playback.stops(network)[0], 0, 0))
            return True
        trace = self.trace()
        head = playback.move(network, self.playhead, grain, steps, trace.terms.size if trace else 0, loop)
        if head is not None:
            self.select(head)
        return head is not None

    def _exists(self, head: Playhead) -> bool:
        shape = self.view.network.shapes.get(head.node)
        return (
            shape is not None
            and len(shape) == len(head.index)
            and all(0 <= i < n for i, n in zip(head.index, shape, strict=True))
        )
