"""The one thing that panels watch: document, preview, results, playhead, hover and run, with a signal for each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.i18n import tr
from app.model import playback, timeline
from app.model.breakpoints import Breakpoint
from app.model.document import Document
from app.model.edits import label_of, touches_weights
from app.model.frames import trace_of
from app.model.history import History, Step
from app.model.results import Results, compute
from app.model.run import OPEN, RunState
from app.model.samples import Image, frozen
from app.model.timeline import Playhead
from cnncore.errors import CnnError
from cnncore.network import INPUT
from cnncore.trace import Trace

Halt = Callable[[Playhead, Playhead], Playhead | None]  # (from, to) to where it stops on the way, if anywhere


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
    debug_changed = Signal()  # other breakpoints or watches
    opened = Signal()  # another document is about to come

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.history = History()
        self.path: Path | None = None
        self.title = ""  # what it is called while it lies in no file of its own, an English key: of an example
        self.run: RunState | None = None
        self.playhead: Playhead | None = None
        self.hovered: Playhead | None = None
        self.clicked: Playhead | None = None  # the last one that a person picked with the mouse
        self.said: int | None = None  # the class that the drawing is, for the loss; None: the prediction is assumed
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
    def labels(self) -> tuple[str, ...]:
        """The classes as a person reads them: those of an example are words, the others are names that someone gave."""
        labels = self.view.labels
        return tuple(tr(label) for label in labels) if self.title else labels

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

    def open(self, document: Document, path: Path | None, title: str = "") -> None:
        """Put another document in place of this one: a file, an example, or a fresh start. Ends a run's preview."""
        self.opened.emit()
        self.history.clear()
        self.set_run(None)
        self.clicked = None
        self._saved = document
        self.path, self.title = path, title
        self.select(None)
        self.said = None
        self._set(document)
        self.file_changed.emit(path)

    def saved(self, path: Path) -> None:
        """The document now stands in ``path``."""
        self._saved = self.document
        self.path, self.title = path, ""
        self.file_changed.emit(path)

    def _travel(self, way: Callable[[], Document | None]) -> None:
        if self.run is not None:
            raise CnnError("run.open", OPEN)
        after, now = way(), self.document
        if after is not None:
            if (after.stops, after.watches) != (now.stops, now.watches):  # those of now stay
                after = dataclasses.replace(after, stops=now.stops, watches=now.watches)
            self._set(after)

    def _set(self, after: Document) -> None:
        before, was_modified = self.document, self.modified
        self.document = after
        self._stroke = None
        if before.drawing is not after.drawing and not after.drawing.any():
            self.said = None
        self._refresh()
        self.document_changed.emit(before, after)
        if (before.stops, before.watches) != (after.stops, after.watches):
            self.debug_changed.emit()
        if was_modified != self.modified:
            self.file_changed.emit(self.path)

    # --- breakpoints and watches: kept with the document, but no steps of its history

    def set_stops(self, stops: tuple[Breakpoint, ...]) -> None:
        """Other breakpoints."""
        if stops != self.document.stops:
            self._keep(dataclasses.replace(self.document, stops=stops))

    def set_watches(self, watches: tuple[str, ...]) -> None:
        """Other watches."""
        if watches != self.document.watches:
            self._keep(dataclasses.replace(self.document, watches=watches))

    def _keep(self, document: Document) -> None:
        was_modified, self.document = self.modified, document
        if was_modified != self.modified:
            self.file_changed.emit(self.path)
        self.debug_changed.emit()

    # --- previews

    @property
    def drawing(self) -> bool:
        """True while a stroke is unfinished."""
        return self._stroke is not None

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
        if other_network:
            self.said = None
        self.results = compute(view, self.results, self.said)
        if other_network and self.hovered is not None and not timeline.exists(view.network, self.hovered):
            self.hover(None)
        if other_network and self.playhead is not None and not timeline.exists(view.network, self.playhead):
            self.select(timeline.nearest(view.network, self.playhead))
        self.results_changed.emit(self.results)

    # --- where the person looks

    def select(self, head: Playhead | None) -> None:
        """Stand at a cell; None: at nothing, the start state."""
        if head is not None and not timeline.exists(self.view.network, head):
            raise CnnError("selection.cell", "There is no cell {cell} in this network.", cell=head.name)
        if head == self.playhead:
            return
        moved = self.playhead is None or head is None or head.whole != self.playhead.whole
        self.playhead = head
        if moved:
            self.selection_changed.emit(head)
        self.playhead_moved.emit(head)

    def hover(self, head: Playhead | None) -> None:
        """The pointer is over a cell of some view, or over none."""
        if head != self.hovered:
            self.hovered = head
            self.hover_moved.emit(head)

    def say(self, label: int | None) -> None:
        """Tell which class the drawing is, for the loss and all that comes back from it; None: assume the answer."""
        if label is not None and not 0 <= label < len(self.view.labels):
            raise CnnError("target.class", "There is no class {number} in this network.", number=label)
        if label != self.said:
            self.said = label
            self.results = dataclasses.replace(self.results, said=label, stale=frozenset())
            self.results_changed.emit(self.results)

    def trace(self) -> Trace | None:
        """How the number at the playhead is made; None at the input or at nothing."""
        head = self.playhead
        if head is None or head.node == INPUT:
            return None
        if self._trace is None or self._trace[0] is not self.results or self._trace[1] != head.whole:
            made = trace_of(self.results, head.whole)
            assert made is not None  # it is not the input
            self._trace = (self.results, head.whole, made)
        return self._trace[2]

    def step(self, grain: str, steps: int = 1, loop: str | bool = False, hold: bool = False,
             halt: Halt | None = None) -> bool:
        """Move the playhead; from nothing, to the very first number. False at either end of the timeline.

        Args:
            grain: One of `playback.GRAINS`.
            steps: How many; below 0 back. Only where the last one ends is told and shown.
            loop: What to stay in; see `playback.ring_of`.
            hold: Do not go on from the answer to the loss, nor from the last gradient to the update.
            halt: Gives where to stop between one number and the next; the steps end there.
        """
        network, head = self.view.network, self.playhead
        if head is None or head.node == INPUT:
            begin = timeline.start(network)
            self.select(dataclasses.replace(begin, term=0) if grain == "term" else begin)
            return True
        way, trace = (1 if steps > 0 else -1), self.trace()
        for _ in range(abs(steps)):
            after = playback.move(network, head, grain, way, trace.terms.size if trace else 0, loop)
            if after is None or (hold and after.lane != head.lane and head.lane != "loss"):
                break
            stopped = halt(head, after) if halt is not None else None
            if stopped is not None:
                head = stopped
                break
            if grain == "term" and after.whole != head.whole:
                trace = trace_of(self.results, after.whole)
            head = after
        moved = head != self.playhead
        self.select(head)
        return moved
