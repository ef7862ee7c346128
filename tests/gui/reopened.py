"""Starts the program on a file in a process of its own, and prints what a person finds in it: ``reopened.py FILE``."""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.__main__ import main
from app.main_window import MainWindow
from tests.gui.whole import said


def look() -> None:
    """Once the file is open: say everything, then close the window by its own action."""
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    if window.desk.session.path is None:
        QTimer.singleShot(20, look)
        return
    print(json.dumps(said(window)))
    window.desk.perform("file.quit")


if __name__ == "__main__":
    QApplication([])
    QTimer.singleShot(0, look)
    sys.exit(main([sys.argv[1]]))
