"""The one training run that may be open: what the buttons do, and what the session shows of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal

from app import numbers
from app.i18n import N_
from app.jobs import worker as jobs
from app.jobs.learn import learn
from app.jobs.plan import Plan, plan
from app.jobs.recording import Moment, Recording
from app.jobs.verdict import Verdict
from app.jobs.worker import Worker
from app.messages import Messages
from app.model import edits
from app.model.document import Document
from app.model.run import OPEN, Checkpoint, RunState
from app.model.session import Session
from cnncore.errors import CnnError
from cnncore.network import Weights

BROKEN = N_("The run broke off.")


class Runs(QObject):
    """Starts, steers and ends a run. All that views need is in the session's `RunState`, and in `verdict`."""

    picked = Signal(object)  # tuple of samples that a view wants the sample wall to show

    def __init__(self, session: Session, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session, self.messages = session, messages
        self.plan: Plan | None = None
        self._worker: Worker | None = None
        self._moment: Moment | None = None
        self._last: Verdict | None = None
        self._kept: tuple[Weights, Verdict | None] = ({}, None)
        self._at: int | None = None  # the step that is shown; None: the newest
        self._status, self._stepping = "", -1
        self.kept: RunState | None = None  # the run whose weights were kept, to look at until there is a reason not to
        session.document_changed.connect(self._document)

    # --- what the buttons do

    def start(self, paused: bool = False) -> None:
        """Train on the samples of now; `CnnError` when that is not possible, or a run is open."""
        run = self.session.run
        if run is not None and run.status != "failed":
            raise CnnError("run.open", OPEN)
        made = plan(self.session.document)
        self.discard()
        self.plan, self._moment, self._at, self._stepping = made, None, None, -1
        self._status = "paused" if paused else "running"
        self._worker = worker = Worker(lambda: learn(made), Recording.moment, paused)
        worker.moved.connect(self._moved)
        worker.halted.connect(self._halted)
        worker.completed.connect(self._completed)
        worker.failed.connect(self._failed)
        self.destroyed.connect(worker.cancel)
        self._show()
        worker.begin()
        if made.note:
            self.messages.info(made.note)

    def restart(self) -> None:
        """From the beginning: the same seed gives the same run. Where that is not possible, the run stays as it is."""
        plan(self.session.document)
        self.discard()
        self.start()

    def pause(self) -> None:
        """Stand still after the step under way."""
        if self._status == "running" and self._worker is not None:
            self._status = "paused"
            self._worker.pause()
            self._show()

    def resume(self) -> None:
        """Go on; the views follow the newest moment again."""
        if self._status == "paused" and self._worker is not None:
            self._status, self._stepping, self._at = "running", -1, None
            self._worker.resume()
            self._show()

    def step_once(self) -> None:
        """One step, then stand still; starts a run when none is open."""
        if self.session.run is None or self.session.run.status == "failed":
            self.start(paused=True)
        if self._worker is None:
            raise CnnError("run.open", OPEN)
        self._status, self._at = "paused", None
        self._stepping = self._moment.step if self._moment else 0
        self._worker.step()

    def cancel(self) -> None:
        """End the run; the document's weights are as they were."""
        if self.session.run is not None:
            self.discard()
            self.messages.info(N_("The run is gone. The weights are as they were before it."))

    def discard(self) -> None:
        """End the run, if one is open, without a word."""
        self._release()
        self._moment, self._status, self._at, self.kept = None, "", None, None
        self.session.set_run(None)

    def accept(self) -> None:
        """Keep the weights that are shown: one edit, one step of undo. Learning ends."""
        run = self.session.run
        if run is None or run.shown is None:
            raise CnnError("run.none", N_("There are no trained weights to keep: train first."))
        shown = run.shown
        self._kept = (shown.weights, self.verdict)
        self._release()
        self.kept = dataclasses.replace(run, status="finished", at=run.checkpoints.index(shown))
        self.session.set_run(None)
        try:
            self.session.edit(edits.accept_run, run.network, shown.weights, run.labels)
        except CnnError:
            self._status, self.kept = "finished", None
            self.session.set_run(dataclasses.replace(run, status="finished"))
            raise
        self._moment, self._status, self._at = None, "", None
        self.messages.info(N_("Kept the weights of step {step}."), step=numbers.count(shown.step))

    def scrub(self, index: int | None) -> None:
        """Show the checkpoint of that index in all views; None: follow the newest."""
        run = self.session.run
        if run is not None and run.checkpoints:
            self._at = None if index is None else run.checkpoints[min(max(index, 0), len(run.checkpoints) - 1)].step
            self._show()

    def shutdown(self) -> None:
        """Before the program ends: nothing is kept, no thread is left."""
        self.discard()
        jobs.close_all()

    def _gentler(self) -> None:
        """Again, with shorter steps."""
        if self.plan is not None:
            now = self.plan.choice
            settings = now.settings.but(learning_rate=now.settings.learning_rate / 10)
            self.session.edit(edits.set_training, settings=settings, augment=now.augment, auto=False)
            self.start()

    # --- what views ask

    @property
    def verdict(self) -> Verdict | None:
        """How the samples are answered at the moment shown; after keeping it, as long as its weights stay."""
        run = self.session.run
        if run is not None:
            return None if run.status == "failed" else self._verdict(run.at)
        weights, verdict = self._kept
        mine = self.session.document.weights
        return verdict if weights.keys() == mine.keys() and all(mine[key] is weights[key] for key in mine) else None

    def _verdict(self, at: int | None) -> Verdict | None:
        if self._moment is None or self.plan is None:
            return None
        answers = self._moment.answers[: None if at is None else at + 1]
        newest = next((a for a in reversed(answers) if a is not None), None)
        if newest is None:
            return None
        last = self._last
        if last is None or last.plan is not self.plan or not np.array_equal(last.answers, newest):
            self._last = Verdict(self.plan, newest)
        return self._last

    # --- what the worker says

    def _moved(self, moment: Moment) -> None:
        if self.sender() is self._worker:
            self._moment = moment
            self._show()

    def _halted(self) -> None:
        if self.sender() is not self._worker or self._worker is None:
            return
        moved = self._moment.step if self._moment else 0
        if self._stepping >= 0 and moved <= self._stepping:
            self._worker.step()  # that was a chunk of samples being prepared: a step is still owed
        else:
            self._stepping = -1

    def _completed(self) -> None:
        if self.sender() is self._worker:
            self._worker = None
            self._status = "finished"
            self._show()

    def _failed(self, error: object) -> None:
        if self.sender() is not self._worker:
            return
        self._worker = None
        self._status = "failed"
        text, facts = (error.text, error.facts) if isinstance(error, CnnError) else (BROKEN, {})
        self._show(text, facts)
        remedy = (N_("Train with a tenth of the learning rate"), self._gentler) if text != BROKEN else None
        self.messages.error(error, remedy)  # type: ignore[arg-type]

    def _document(self, before: Document, after: Document) -> None:
        """A kept run is gone with its classes or samples, and with another file."""
        cleared = before.sample_count > 0 and not (after.classes and after.sample_count)
        if self.kept is not None and (cleared or not (self.session.history.past or self.session.history.future)):
            self.kept = None

    def _release(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.cancel()

    def _show(self, text: str = "", facts: dict[str, object] | None = None) -> None:
        """Let the session show the moment that is asked for. Of a failed run only the curves are left."""
        if self.plan is None:
            return
        moment, failed = self._moment, self._status == "failed"
        state = RunState(self._status, self.plan.network, self.plan.labels, text=text, facts=facts or {})
        if moment is not None:
            checkpoints = () if failed else moment.checkpoints
            at = None if self._at is None or not checkpoints else nearest(checkpoints, self._at)
            verdict = None if failed else self._verdict(at)
            state = dataclasses.replace(
                state, step=moment.step, steps=moment.steps, seconds=moment.seconds, loss=moment.loss,
                accuracy=moment.accuracy, held_out=moment.held_out, checkpoints=checkpoints, at=at,
                confusion=None if verdict is None else verdict.confusion)
            if not moment.steps and not failed:
                state = dataclasses.replace(state, text=N_("Preparing sample {done} of {total}"),
                                            facts={"done": moment.prepared, "total": len(self.plan.samples)})
        self.session.set_run(state)


def nearest(checkpoints: Sequence[Checkpoint], step: int) -> int:
    """Index of the checkpoint whose step is nearest."""
    return int(np.abs(np.array([c.step for c in checkpoints]) - step).argmin())
