"""A desk for tests of one panel, and drawings to put on it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import i18n, theme
from app.desk import Desk
from app.filing import Filing, fresh
from app.model.document import SIDE
from app.settings import Settings

PATIENCE = 30_000  # ms


@pytest.fixture(autouse=True)
def _no_question(monkeypatch):
    """A dialog would wait for ever: what is not saved or kept at a test's end is dropped, unless the test answers."""
    for dialog in ("_run_dialog", "_unsaved_dialog"):
        monkeypatch.setattr(Filing, dialog, lambda self: "discard")


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    """A condition is waited for as long as a slow and busy machine may take; who waits for nothing loses no time."""
    wait = QtBot.waitUntil
    monkeypatch.setattr(QtBot, "waitUntil", lambda self, met, *, timeout=PATIENCE: wait(self, met, timeout=timeout))


@pytest.fixture(autouse=True)
def _nothing_left_over():
    """What a test closed is gone before the next begins; Qt's event loop alone would leave it."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def desk(qapp, tmp_path):
    """A desk around the shipped model, in English and light, with settings of its own."""
    i18n.install(QApplication.instance())
    i18n.set_language("en")
    theme.apply(QApplication.instance(), "light", 1.0)
    desk = Desk(fresh(), Settings(tmp_path / "desk.ini"))
    yield desk
    desk.player.pause()
    desk.runs.shutdown()
    # Whatever lives on is dressed and filtered again in every later test, which then takes longer and longer.
    desk.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def bar():
    """A thick upright bar on black: (SIDE, SIDE) uint8."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[60:220, 125:155] = 255
    return image
