"""The real window, built for a measurement in a process of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app import paths
from app.drive import settle
from app.main_window import MainWindow, build
from app.settings import Settings
from cnncore.data.strokes import load_templates

SIZE = (1440, 900)


def shown() -> MainWindow:
    """A window in English and light, painted once."""
    _ = QApplication.instance() or QApplication([])
    window = build(Settings(Path(tempfile.mkdtemp()) / "bench.ini"))
    window.desk.perform("view.english")
    window.desk.perform("view.light")
    window.setWindowState(Qt.WindowState.WindowNoState)
    window.resize(*SIZE)
    window.show()
    settle()
    return window


def templates() -> dict[str, list[list[object]]]:
    """Digits as strokes."""
    out: dict[str, list[list[object]]] = load_templates(paths.asset("strokes", "digits.json"))
    return out


def closed(window: MainWindow) -> None:
    """Leave without a question."""
    window.desk.runs.shutdown()
    window.desk.session.saved(Path("none"))
    window.close()
    settle()
