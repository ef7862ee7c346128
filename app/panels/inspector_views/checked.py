"""The section "Check": a gradient beside what a nudge finds, as soon as it is quiet."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import numbers
from app.desk import Desk
from app.i18n import N_, tr
from app.jobs.slices import Slices
from app.model.difference import Check, can_check, checking
from app.model.timeline import LOSS, Playhead, exists, is_input
from app.panels.inspector_views.facts import Part, Row
from app.panels.inspector_views.rows import Rows
from app.widgets.labels import Label

QUIET = 160  # ms without a change, before a gradient is checked


class Checked(QWidget):
    """Title and step, the quotient by nudging, the difference with a sign; a line where the nudge crossed a kink."""

    shown = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("check")
        self._desk = desk
        self._head: Playhead | None = None
        self.quiet, self.job = QTimer(self), Slices(self)
        self.quiet.setSingleShot(True)
        self.quiet.setInterval(QUIET)
        self.quiet.timeout.connect(self._begin)
        self.job.completed.connect(self._completed)
        self.title, self.step = Label(N_("Check"), "title"), Label("", "secondary")
        self.rows, self.verdict = Rows(), Label("", "secondary")
        self.rows.setObjectName("check_rows")
        self.verdict.setObjectName("check_verdict")
        self.verdict.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(self.title)
        top.addStretch(1)
        top.addWidget(self.step)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.rows)
        column.addWidget(self.verdict)

    def ask(self, head: Playhead) -> None:
        """Check a number when nothing has changed for a while; not while it plays."""
        self.stop()
        self._head = head
        if can_check(head) and not self._desk.player.playing:
            self.quiet.start()

    def stop(self) -> None:
        """Another number is coming."""
        self.job.cancel()
        self.quiet.stop()

    def _begin(self) -> None:
        head, session = self._head, self._desk.session
        if head is not None and exists(session.view.network, head):
            self.job.begin(checking(session.results, head))

    def _completed(self, found: Check) -> None:
        if self._head is not None:
            self.show_check(found, self._head)
            self.shown.emit()

    def wait(self) -> None:
        """Another number, whose check is still to come; what stands there keeps its place."""
        self.rows.show_rows([Row(N_("by nudging"), (Part("…", "code"),)), Row(N_("difference"), (Part("…", "code"),))])
        self.verdict.hide()

    def show_check(self, found: Check, head: Playhead) -> None:
        """What the nudge found."""
        self.step.set_text(N_("nudge {what} by ±{step}"), what=_letter(head), step=_plain(found.step))
        if not found.kinks:
            sign = "✓" if found.agrees else "⚠"
            share = tr("too small to tell from rounding") if _both_nothing(found) \
                else numbers.percent(found.difference, 2)
            difference = Part(f"{sign} {share}", "right" if found.agrees else "warn")
            self.rows.show_rows([Row(N_("by nudging"), (Part(numbers.gradient(found.found), "code"),)),
                                 Row(N_("difference"), (difference,))])
            self.verdict.hide()
            return
        self.rows.show_rows([Row(N_("below"), (Part(numbers.gradient(found.below), "code"),)),
                             Row(N_("above"), (Part(numbers.gradient(found.above), "code"),))])
        where = ", ".join(tr(N_("the loss")) if name == LOSS else name.split(" ")[0] for name in found.kinks[:3])
        self.verdict.setProperty("role", "warn")
        self.verdict.set_text(N_("⚠ The nudge crosses a kink in {where}: each side has a slope of its own, and the "
                                 "chain rule takes one of them."), where=where)
        self.verdict.show()

    def retranslate(self) -> None:
        """Texts of now: the next check fills them in."""
        self.rows.forget()


def _both_nothing(found: Check) -> bool:
    return max(abs(found.engine), abs(found.found)) <= found.floor and found.engine != 0


def _letter(head: Playhead) -> str:
    if head.node == LOSS or head.target == "output":
        return "y"
    if is_input(head.target):
        return "x"
    return numbers.letter(head.target)


def _plain(step: float) -> str:
    return f"{step:.10f}".rstrip("0")
