"""From the start of a process to its first paint: our window against a bare PySide6 + numpy + pyqtgraph one."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 9
HEAD = """
import sys, time
start = float(sys.argv[1])
from PySide6.QtCore import QEvent, QObject
class First(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not hasattr(self, "done"):
            self.done = time.time() - start
            from PySide6.QtCore import QTimer
            QTimer.singleShot(0, self.tell)
        return False
    def tell(self):
        print(self.done)
        sys.stdout.flush()
        import os
        os._exit(0)
"""
BARE = (
    HEAD
    + """
import numpy, pyqtgraph
from PySide6.QtWidgets import QApplication
app = QApplication([])
window = pyqtgraph.PlotWidget()
window.resize(1440, 900)
first = First()
window.viewport().installEventFilter(first)
window.show()
app.exec()
"""
)
OURS = (
    HEAD
    + """
import os
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
from PySide6.QtWidgets import QApplication
from app.main_window import build
app = QApplication([])
window = build()
first = First()
(window.explore.network.view.viewport() if WHOLE else window.centralWidget()).installEventFilter(first)
window.show()
app.exec()
"""
)


def seconds(program: str, folder: str) -> float:
    """One start, in a process of its own."""
    env = {**os.environ, "CONVSCOPE_CONFIG": folder, "CONVSCOPE_DATA": folder, "OPENBLAS_NUM_THREADS": "1"}
    env.setdefault("QT_QPA_PLATFORM", "offscreen")
    done = subprocess.run(
        [sys.executable, "-c", program, str(time.time())], env=env, capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def measure() -> dict[str, object]:
    """Median of paired ratios, ours to bare: to the first paint, and to the first paint of the network in it."""
    with tempfile.TemporaryDirectory() as folder:
        starts = ("WHOLE = False" + OURS, BARE, "WHOLE = True" + OURS)
        rounds = [[seconds(start, folder) for start in starts] for _ in range(ROUNDS + 1)][1:]
    ratios = sorted(ours / bare for ours, bare, _ in rounds)
    return {
        "ratio": round(statistics.median(ratios), 3),
        "q1": round(ratios[len(ratios) // 4], 3),
        "q3": round(ratios[3 * len(ratios) // 4], 3),
        "need": 1.5,
        "seconds": round(statistics.median(ours for ours, _, _ in rounds), 3),
        "ratio_with_network": round(statistics.median(whole / bare for _, bare, whole in rounds), 3),
    }


if __name__ == "__main__":
    json.dump(measure(), sys.stdout)
