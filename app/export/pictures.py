"""One frame as a file: PNG in pixels; SVG and PDF with lines and letters as they are."""

from __future__ import annotations

import re

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QSize, QSizeF
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from app.export.stage import Stage

POINTS = 72 / 96  # a pixel of the screen, printed


def picture(stage: Stage, suffix: str) -> bytes:
    """What the stage shows, as one of `PICTURES`."""
    return {".png": _png, ".svg": _svg, ".pdf": _pdf}[suffix](stage)


def _png(stage: Stage) -> bytes:
    buffer = _buffer()
    stage.image().save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _svg(stage: Stage) -> bytes:
    buffer, (wide, high) = _buffer(), stage.look.size
    svg = QSvgGenerator()  # as SVG Tiny: in 1.1 Qt clips widgets at the wrong place
    svg.setOutputDevice(buffer)
    svg.setSize(QSize(wide, high))
    svg.setViewBox(QRect(0, 0, wide, high))
    svg.setResolution(96)
    svg.setTitle(stage.title)
    painter = QPainter(svg)
    try:  # a painter that outlives what it paints on would bring the program down
        stage.paint(painter)
    finally:
        painter.end()
    text = bytes(buffer.data().data()).decode()
    # Cells are cells at any size; and whoever lacks the fonts takes others of the same kind.
    text = text.replace('image-rendering="optimizeSpeed"', 'style="image-rendering: pixelated"')
    text = re.sub(r'font-family="([^"]*Mono[^"]*)"', r'font-family="\1,monospace"', text)
    return re.sub(r'font-family="((?:(?!Mono)[^"])*)"', r'font-family="\1,sans-serif"', text).encode()


def _pdf(stage: Stage) -> bytes:
    buffer, (wide, high) = _buffer(), stage.look.size
    pdf = QPdfWriter(buffer)
    pdf.setCreator("ConvScope")
    pdf.setTitle(stage.title)
    pdf.setPageSize(QPageSize(QSizeF(wide * POINTS, high * POINTS), QPageSize.Unit.Point, "",
                              QPageSize.SizeMatchPolicy.ExactMatch))
    pdf.setPageMargins(QMarginsF(0, 0, 0, 0))
    pdf.setResolution(96)
    painter = QPainter(pdf)
    try:  # a painter that outlives what it paints on would bring the program down
        stage.paint(painter)
    finally:
        painter.end()
    return bytes(buffer.data().data())


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
