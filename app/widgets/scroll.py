"""A part of a card that scrolls down."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


def on_card(scroll: QScrollArea, inner: QWidget, name: str = "") -> QScrollArea:
    """Let ``inner`` scroll, as wide as there is room: no frame, no focus of its own, and the card's ground shows.

    Its bar stands beside what is read, with air between them; see ``style.qss``.
    """
    scroll.verticalScrollBar().setProperty("aside", True)
    scroll.setObjectName(name)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(inner)
    inner.setAutoFillBackground(False)
    scroll.viewport().setAutoFillBackground(False)
    return scroll
