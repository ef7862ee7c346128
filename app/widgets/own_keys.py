"""Keys of a floating box are its own: while it has the keyboard, no shortcut of the window behind it acts.

Before a key acts as a shortcut, Qt asks the widget that has the keyboard, and those it lies in, whether one of them
wants it (``ShortcutOverride``). A tool window lets its owner's shortcuts through unless it says so.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
HISTORY = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


def keeps_all(event: QEvent) -> bool:
    """Nothing behind acts; True: the key has been kept, and comes again as a key that is pressed."""
    if event.type() != QEvent.Type.ShortcutOverride:
        return False
    event.accept()
    return True


def keeps_but_history(event: QEvent) -> bool:
    """Only undo and redo act: for a box whose controls change the document."""
    return not (isinstance(event, QKeyEvent) and any(event.matches(k) for k in HISTORY)) and keeps_all(event)


def keeps_letters(event: QEvent, let: str = "") -> bool:
    """Keys that write, and Esc, are kept; F keys and those with Ctrl act: for a panel used along with the window.

    Args:
        event: Any event of the widget.
        let: Letters that act nevertheless.
    """
    if event.type() != QEvent.Type.ShortcutOverride:
        return False
    key = cast("QKeyEvent", event)
    writes = key.text().isprintable() and key.text().strip() and not key.modifiers() & COMMAND
    if key.key() != Qt.Key.Key_Escape and not (writes and key.text().upper() not in let.upper()):
        return False
    return keeps_all(event)
