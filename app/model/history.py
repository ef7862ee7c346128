"""Undo and redo of whole documents, bounded in bytes.

Qt's undo stack is bounded in steps only; a step here may hold a picture or a whole network.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.model.document import Document, cost


@dataclass(frozen=True, eq=False)
class Step:
    """One thing done. ``text`` is an English key for the menu; steps with one ``merge`` key become one."""

    before: Document
    after: Document
    text: str
    merge: object = None


class History:
    """What was done and what was undone.

    Args:
        limit: Bytes that the undone-able past may hold; the oldest steps go first, the newest always stays.
    """

    def __init__(self, limit: int = 256 * 2**20) -> None:
        self.limit = limit
        self.past: list[Step] = []
        self.future: list[Step] = []

    def add(self, step: Step) -> None:
        """Keep a new step; what was undone is forgotten."""
        self.future.clear()
        if step.merge is not None and self.past and self.past[-1].merge == step.merge:
            step = Step(self.past.pop().before, step.after, step.text, step.merge)
        self.past.append(step)
        held = [cost(s.before, s.after) for s in self.past]
        total = sum(held)
        while total > self.limit and len(self.past) > 1:
            total -= held.pop(0)
            self.past.pop(0)

    def undo(self) -> Document | None:
        """The document before the last step, or None."""
        if not self.past:
            return None
        self.future.append(self.past.pop())
        return self.future[-1].before

    def redo(self) -> Document | None:
        """The document after the last undone step, or None."""
        if not self.future:
            return None
        self.past.append(self.future.pop())
        return self.past[-1].after

    def clear(self) -> None:
        """Forget everything, as after opening a file."""
        self.past.clear()
        self.future.clear()
