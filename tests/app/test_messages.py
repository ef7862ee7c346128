"""The one door to the user."""

from __future__ import annotations

import errno
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread

from app import i18n
from app.messages import Message, Messages, install_excepthook, text_of
from cnncore.errors import CnnError
from cnncore.op import Knob


@pytest.fixture
def messages(qapp) -> Iterator[Messages]:
    i18n.install(qapp)
    yield Messages()
    i18n.set_language("en")


@pytest.fixture
def shown(messages: Messages) -> list[Message]:
    heard: list[Message] = []
    messages.shown.connect(heard.append)
    return heard


@pytest.fixture
def hooked(messages: Messages) -> Iterator[None]:
    restore = install_excepthook(messages)
    yield
    restore()


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except type(error) as caught:
        return caught


def test_a_refusal_is_shown_without_details(messages: Messages, shown: list[Message]) -> None:
    messages.error(CnnError("x", "{name} is too large.", name="kernel"))
    assert [(m.kind, m.text, m.details) for m in shown] == [("error", "kernel is too large.", "")]
    assert messages.last is shown[0]


def test_a_message_on_the_screen_follows_the_language(messages: Messages, shown: list[Message]) -> None:
    messages.warn("({count} more)", count=3)
    assert shown[0].text == "(3 more)"
    i18n.set_language("zh_CN")
    assert shown[0].text == "(另 3 项)"


def test_numbers_in_a_refusal_have_a_true_minus() -> None:
    with pytest.raises(CnnError) as caught:
        Knob(int, -2, 64).check("conv1", "filters", -3)
    assert text_of(caught.value) == "conv1: filters = −3 is not possible. Allowed: −2, −1, … 64."


@pytest.mark.parametrize(("number", "words"), [
    (errno.ENOENT, "There is no file a.bin"), (errno.ENOSPC, "The disk is full: a.bin"),
    (errno.EACCES, "a.bin may not be"), (errno.EIO, "a.bin could not be read or written"),
])
def test_an_error_of_the_system_is_a_sentence_with_the_files_name(number: int, words: str) -> None:
    error = OSError(number, "the system's words", "/home/someone/a.bin")
    assert text_of(error).startswith(words)
    assert "/home" not in text_of(error)


def test_an_unexpected_failure_has_details_to_copy(messages: Messages, shown: list[Message]) -> None:
    messages.error(raised(ZeroDivisionError("by zero")))
    assert "ZeroDivisionError: by zero" in shown[0].text
    assert "test_messages.py" in shown[0].details


def test_an_exception_that_nobody_caught_is_seen_in_both_places(messages, shown, hooked, qtbot, capsys) -> None:
    error = raised(RuntimeError("lost"))
    sys.excepthook(RuntimeError, error, error.__traceback__)
    qtbot.waitUntil(lambda: bool(shown))
    assert "lost" in shown[0].text
    assert "RuntimeError: lost" in capsys.readouterr().err


def test_an_exception_in_a_thread_reaches_the_windows_thread(messages, shown, hooked, qtbot, capsys) -> None:
    threads: list[object] = []
    messages.shown.connect(lambda _: threads.append(QThread.currentThread()))

    def fail() -> None:
        raise KeyError("in a thread")

    worker = threading.Thread(target=fail)
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: bool(shown))
    assert "in a thread" in shown[0].details
    assert threads == [messages.thread()]
    assert "KeyError" in capsys.readouterr().err


def test_ctrl_c_is_left_to_python(messages: Messages, shown: list[Message], monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *args: left.append(args[0]))
    restore = install_excepthook(messages)
    error = raised(KeyboardInterrupt())
    sys.excepthook(KeyboardInterrupt, error, error.__traceback__)
    restore()
    assert left == [KeyboardInterrupt]
    assert shown == []


def test_the_old_hooks_come_back(messages: Messages) -> None:
    before = sys.excepthook, threading.excepthook
    install_excepthook(messages)()
    assert (sys.excepthook, threading.excepthook) == before
