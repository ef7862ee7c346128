"""The one door to the user: every refusal and every failure leaves through here, and none unseen."""

from __future__ import annotations

import errno
import re
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from app import numbers
from app.i18n import N_, tr
from cnncore.errors import CnnError

UNEXPECTED = N_("Something failed inside the program: {what}. Your work is as it was; the details say where.")
OS_ERRORS = {
    errno.ENOENT: N_("There is no file {name}. Choose one that exists."),
    errno.EACCES: N_("{name} may not be read or written by you. Choose another place."),
    errno.EPERM: N_("{name} may not be read or written by you. Choose another place."),
    errno.EROFS: N_("{name} lies where nothing can be written. Choose another place."),
    errno.EISDIR: N_("{name} is a folder, not a file."),
    errno.ENOTDIR: N_("{name} is a file, not a folder."),
    errno.ENOSPC: N_("The disk is full: {name} was not written. Make room or choose another place."),
    errno.EDQUOT: N_("The disk is full: {name} was not written. Make room or choose another place."),
    errno.ENAMETOOLONG: N_("The name {name} is too long for this disk."),
}
OS_ERROR = N_("{name} could not be read or written: {reason}.")
NO_FILE = N_("The file")
NO_MEMORY = N_("There is not enough memory for that. Close other programs or take something smaller.")

Button = tuple[str, Callable[[], Any]] | None


@dataclass(frozen=True)
class Message:
    """One thing to say.

    Args:
        kind: ``error``, ``warn`` or ``info``.
        key: English key, or the error itself.
        facts: What the key names.
        details: For whoever reports a failure; empty: nothing to copy.
        button: A remedy: its text (English key) and what it does.
    """

    kind: str
    key: str | BaseException
    facts: Mapping[str, object] = field(default_factory=dict)
    details: str = ""
    button: Button = None

    @property
    def text(self) -> str:
        """The sentence in the language of now."""
        return text_of(self.key) if isinstance(self.key, BaseException) else tr(self.key, **self.facts)


class Messages(QObject):
    """Whoever has something to tell calls it; whoever shows it listens."""

    shown = Signal(object)  # Message
    cleared = Signal()
    _failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.last: Message | None = None
        # By the event loop: from a worker's thread widgets hear it in theirs, from a paint event after the painting.
        self._failed.connect(self.show, Qt.ConnectionType.QueuedConnection)

    def show(self, message: Message) -> None:
        """Say it."""
        self.last = message
        self.shown.emit(message)

    def error(self, error: BaseException | str, /, button: Button = None, **facts: object) -> None:
        """A refusal or failure: a `CnnError`, another exception, or an English key with its facts."""
        expected = isinstance(error, (str, CnnError, OSError, MemoryError))
        details = "" if expected else details_of(error)  # type: ignore[arg-type]
        self.show(Message("error", error, facts, details, button))

    def warn(self, text: str, /, button: Button = None, **facts: object) -> None:
        """Something to know before going on: an English key with its facts."""
        self.show(Message("warn", text, facts, "", button))

    def info(self, text: str, /, button: Button = None, **facts: object) -> None:
        """Something done: an English key with its facts."""
        self.show(Message("info", text, facts, "", button))

    def clear(self) -> None:
        """Nothing to say any more."""
        if self.last is not None:
            self.last = None
            self.cleared.emit()

    def unexpected(self, error: BaseException) -> None:
        """An exception that nobody caught: to standard error, and into the window. From any thread."""
        details = details_of(error)
        # What the exception still holds must go now: a painter that outlives its paint event brings Qt down.
        traceback.clear_frames(error.__traceback__)
        sys.stderr.write(details)
        self._failed.emit(Message("error", error, {}, "" if isinstance(error, CnnError) else details))


def text_of(error: BaseException) -> str:
    """An error as one sentence in the language of now."""
    if isinstance(error, CnnError):
        return tr(error.text, **{name: _fact(error.text, name, value) for name, value in error.facts.items()})
    if isinstance(error, OSError) and error.errno is not None:
        name = Path(str(error.filename)).name if error.filename else tr(NO_FILE)
        return tr(OS_ERRORS.get(error.errno, OS_ERROR), name=name, reason=error.strerror or str(error))
    if isinstance(error, MemoryError):
        return tr(NO_MEMORY)
    return tr(UNEXPECTED, what=f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


def details_of(error: BaseException) -> str:
    """The whole story of an exception, for a report."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def install_excepthook(messages: Messages) -> Callable[[], None]:
    """Send every exception that nobody caught, in any thread, to the window and to standard error.

    Returns:
        A function that puts the old hooks back.
    """
    old = sys.excepthook, threading.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            old[0](kind, error, trace)
            return
        try:
            messages.unexpected(error.with_traceback(trace))
        except RuntimeError:  # the window is gone: Qt has deleted the door
            old[0](kind, error, trace)

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            hook(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook, threading.excepthook = hook, thread_hook

    def restore() -> None:
        sys.excepthook, threading.excepthook = old

    return restore


def _fact(text: str, name: str, value: object) -> object:
    """A fact as it is shown: numbers with a true minus, a reason (a text or an error) in the language of now."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and f"{{{name}}}" in text:
        return f"{value}".replace("-", numbers.MINUS)
    if isinstance(value, CnnError):
        return text_of(value)
    if name == "allowed" and isinstance(value, str):
        return re.sub(r"(?<!\w)-(?=\d)", numbers.MINUS, value)
    return tr(value) if name == "reason" and isinstance(value, str) else value
