"""How it learns: loss, accuracy, the film of the kernels and the history, on one axis with one playhead."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.run import RunState
from app.widgets.buttons import link_button
from app.widgets.card import Card
from app.widgets.checklist import Checklist, Task
from app.widgets.curves import Curve, CurveStrip
from app.widgets.film import FilmStrip, Frame
from app.widgets.labels import Label
from app.widgets.moments import MomentStrip
from cnncore.network import Network

DRAG = N_("drag: all views go back to that moment")


class LearningPanel(Card):
    """Drag anywhere: every view goes back to that moment. A run that was kept stays to be looked at."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("How it learns"), DRAG, parent)
        self.setObjectName("learning_panel")
        self.desk = desk
        self.newest = link_button(N_("To the newest"))
        self.newest.setObjectName("learning_newest")
        self.newest.clicked.connect(lambda: desk.runs.scrub(None))
        self.add_control(self.newest)
        self.loss = CurveStrip(N_("Loss"))
        self.accuracy = CurveStrip(N_("Accuracy"), share=True, height=84)
        self.film, self.history = FilmStrip(), MomentStrip()
        self.strips = (self.loss, self.accuracy, self.film, self.history)
        self.view = QWidget()
        column = QVBoxLayout(self.view)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        names, shares = ("loss", "accuracy", "film", "history"), (2, 1, 3, 0)
        for name, strip, stretch in zip(names, self.strips, shares, strict=True):
            strip.setObjectName(f"learning_{name}")
            column.addWidget(strip, stretch)
            strip.scrubbed.connect(self._scrub)
            strip.moved.connect(self._move)
        self.tasks = Checklist()
        self.promise = Label(N_("While it trains you see here how loss and accuracy run, how the kernels change, and "
                                "you can go back to any moment."), "secondary")
        self.promise.setWordWrap(True)
        self.promise.setMaximumWidth(theme.size(460))
        self.empty = QWidget()
        middle = QVBoxLayout(self.empty)
        middle.addStretch(2)
        for widget in (self.tasks, self.promise):
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(widget, 2)
            row.addStretch(1)
            middle.addLayout(row)
            middle.addSpacing(18)
        middle.addStretch(3)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.view, 1)
        desk.session.run_moved.connect(self._moved)
        desk.session.document_changed.connect(self._document)
        self._range = 0.0
        self._kept: RunState | None = None
        self._skip = False
        self.retranslate()
        self._run()

    def _document(self, *_: object) -> None:
        """What is still to do before there is something to see."""
        classes = self.desk.session.document.classes
        count = len(classes)
        named = tr("{count} classes so far", count=count) if count else tr("For example: circle, cross, triangle.")
        least = min((len(c.samples) for c in classes), default=0)
        drawn = tr("Ten of each are a good start.")
        if count:
            drawn = tr("Ten of each are a good start; the fewest are {count}, of “{name}”.", count=least,
                       name=min(classes, key=lambda c: len(c.samples)).name)
        self.tasks.set_tasks([
            Task(tr("Name at least two classes"), named, count >= 2),
            Task(tr("Draw samples of each"), drawn, count >= 2 and least >= 1),
            Task(tr("Train, and watch it learn"), tr("It takes seconds. Keep what was learned, or discard it."), False),
        ])
        if self._kept is not self.desk.runs.kept:
            self._run()

    def _moved(self, run: RunState | None) -> None:
        """While it runs every second report will do: a dozen pictures a second, and the window keeps its frames."""
        going = run is not None and run.status == "running" and run.at is None and not self.view.isHidden()
        self._skip = going and not self._skip
        if not self._skip:
            self._run()

    def _run(self) -> None:
        self._kept = self.desk.runs.kept
        run = self.desk.session.run or self._kept
        there = run is not None and run.steps > 0
        if self.view.isVisibleTo(self) != there:
            self.view.setVisible(there)
            self.secondary.setVisible(there)
            self.empty.setVisible(not there)
        past = self.desk.session.run is None
        self.newest.setVisible(run is not None and run.at is not None and not past)
        if run is not None and run.shown is not None and past:
            self.set_secondary(N_("the run that was kept, at step {step} of {steps}"),
                               step=numbers.count(run.shown.step), steps=numbers.count(run.steps))
        else:
            self.set_secondary(DRAG)
        for strip in self.strips:
            strip.setCursor(Qt.CursorShape.ArrowCursor if past else Qt.CursorShape.SizeHorCursor)
        if run is None or not there:
            self._range = 0.0
            return
        for strip in self.strips:
            strip.set_steps(run.steps)
            strip.set_playhead(run.shown.step if run.shown else None)
        for strip in (self.loss, self.accuracy):
            strip.set_back(run.shown.step if run.shown and run.at is not None else None)
        self._curves(run)
        self._film(run)
        self.history.set_moments([c.step for c in run.checkpoints], run.step)

    def _curves(self, run: RunState) -> None:
        loss, share = [Curve(run.loss, N_("training {value}"))], [Curve(run.accuracy, N_("training {value}"))]
        if len(run.held_out):
            loss.append(Curve(run.held_out[:, :2], N_("held out {value}"), dashed=True))
            share.append(Curve(run.held_out[:, ::2], N_("held out {value}"), dashed=True))
        self.loss.set_curves(loss)
        self.accuracy.set_curves(share)

    def _film(self, run: RunState) -> None:
        layer = first_convolution(run.network)
        self.film.setVisible(layer is not None)
        if layer is None:
            return
        key = f"{layer}.weight"
        frames = [Frame(c.step, c.weights[key][:, 0], c) for c in run.checkpoints]
        if not frames:
            self.film.set_frames([], None, 1.0, layer)
            return
        most = float(np.abs(frames[-1].kernels).max())
        # The range may grow; in steps, so that the whole film is not painted anew for every percent.
        if most > self._range or not self._range:
            self._range = max(most, float(np.abs(frames[0].kernels).max())) * 1.15
        self.film.set_frames(frames, frames[-1 if run.at is None else run.at], self._range, layer)

    # --- scrubbing

    def _scrub(self, step: float) -> None:
        run = self.desk.session.run
        if run is None or not run.checkpoints:
            return
        steps = np.array([c.step for c in run.checkpoints])
        index = int(np.abs(steps - step).argmin())
        newest = index == len(steps) - 1
        self.desk.runs.scrub(None if newest else index)

    def _move(self, by: int) -> None:
        run = self.desk.session.run
        if run is None or not run.checkpoints:
            return
        last = len(run.checkpoints) - 1
        index = min(max((last if run.at is None else run.at) + by, 0), last)
        self.desk.runs.scrub(None if index == last else index)

    def retranslate(self) -> None:
        """All texts in the language of now."""
        self.history.setAccessibleName(tr("History of the run"))
        for strip in (self.loss, self.accuracy):
            strip.setToolTip(tr("Thin: each batch. Thick: their running mean. Dashed: the samples held out."))
        self.loss.setAccessibleName(tr("Loss"))
        self.accuracy.setAccessibleName(tr("Accuracy"))
        self.film.setAccessibleName(tr("Film of the kernels"))
        for strip in self.strips:
            strip.renew()
        self._document()
        self._run()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_range"):
            self.retranslate()


def first_convolution(network: Network) -> str | None:
    """Name of the first layer that has kernels with two space axes."""
    return next((n.name for n in network.nodes if n.op.kind == "conv" and len(network.shapes[n.name]) == 3), None)
