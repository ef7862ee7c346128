"""What the tests of stepper, transport, inspector and kernels share: a drawn three, other networks, one shown panel."""

from __future__ import annotations

import dataclasses

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QWidget

from app import paths
from app.desk import Desk
from app.model.document import Document, from_model
from app.model.timeline import Playhead
from app.panels.stepper import StepperPanel
from cnncore.data.strokes import load_templates, render
from cnncore.files.project import Model
from cnncore.network import chain
from cnncore.ops import make_op
from cnncore.preprocess import Preprocess

LEFT = Qt.MouseButton.LeftButton
HEAD = (("f", "flatten", {}), ("d", "dense", {"units": 10}))  # what makes a network of a layer


def three() -> np.ndarray:
    """(SIDE, SIDE) uint8."""
    return render(load_templates(paths.asset("strokes", "digits.json"))["3"][0])


def document(*layers, shape: tuple[int, ...] = (1, 28, 28), labels: int = 10) -> Document:
    """A document around a chain of ``(name, kind, settings)`` or ``(name, op)``, with start weights."""
    nodes = [(row[0], row[1] if len(row) == 2 else make_op(row[1], row[2])) for row in layers]
    network = chain("test", shape, nodes)
    weights = {key: np.asarray(value, np.float32) for key, value in network.start(3).items()}
    return from_model(Model(network, weights, tuple(str(k) for k in range(labels)), Preprocess(), {}))


def show(qtbot, panel: QWidget, width: int, height: int) -> None:
    """Put a panel on the screen."""
    qtbot.addWidget(panel)
    panel.resize(width, height)
    panel.show()
    qtbot.waitExposed(panel)
    panel.activateWindow()


def middle(rect) -> QPoint:
    """Where to point at."""
    return QPointF(rect.center()).toPoint()


def inside(child: QWidget, parent: QWidget) -> bool:
    """True when a widget lies wholly within another."""
    corner = child.mapTo(parent, QPoint(0, 0))
    return corner.x() >= 0 and corner.y() >= 0 and corner.x() + child.width() <= parent.width() \
        and corner.y() + child.height() <= parent.height()


def opened(desk: Desk, qtbot, doc: Document, head: Playhead, size: tuple[int, int] = (890, 300)) -> StepperPanel:
    """The stepper on a cell of a document, with the three drawn."""
    desk.session.open(dataclasses.replace(doc, drawing=three()), None)
    desk.session.select(head)
    panel = StepperPanel(desk)
    show(qtbot, panel, *size)
    return panel
