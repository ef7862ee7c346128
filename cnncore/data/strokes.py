"""Strokes: the brush of the canvas, and drawings made of strokes, varied as hands vary.

A stroke is (n, 2) of x, y in 0..1, from the top left; a drawing is a list of strokes. White ink on black.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import Array

Point = tuple[float, float]
Box = tuple[int, int, int, int]
Drawing = list[Array]

MARGIN = 0.08  # of the side: nobody draws nearer to the edge than a brush is wide


def paint(image: Array, p: Point, q: Point, radius: float, erase: bool = False) -> Box:
    """Draw from ``p`` to ``q`` into ``image``: all within ``radius`` of the line, with a soft rim one pixel wide.

    Ink never adds up: where segments overlap, the strongest counts.

    Args:
        image: (H, W) uint8, written to.
        p: (x, y) in pixels, (0, 0) being the top left corner of the first pixel; may lie outside.
        q: As ``p``; the same point gives a dot.
        radius: In pixels.
        erase: Takes ink away instead.

    Returns:
        (y0, y1, x0, x1): the rows and columns that were looked at; all 0 where the segment lies outside.
    """
    (px, py), (qx, qy), reach = p, q, radius + 0.5
    x0, x1 = max(math.floor(min(px, qx) - reach), 0), min(math.ceil(max(px, qx) + reach), image.shape[1])
    y0, y1 = max(math.floor(min(py, qy) - reach), 0), min(math.ceil(max(py, qy) + reach), image.shape[0])
    if x0 >= x1 or y0 >= y1:
        return 0, 0, 0, 0
    x = np.arange(x0 + 0.5 - px, x1 - px, dtype=np.float32)  # of pixel centres, seen from p
    y = np.arange(y0 + 0.5 - py, y1 - py, dtype=np.float32)[:, None]
    dx, dy = qx - px, qy - py
    length = dx * dx + dy * dy
    if length:
        along = x * np.float32(dx / length) + y * np.float32(dy / length)
        np.clip(along, 0, 1, out=along)
        x, y = x - along * np.float32(dx), y - along * np.float32(dy)
    distance = np.sqrt(x * x + y * y)
    ink = (np.clip(np.float32(reach) - distance, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8)
    part = image[y0:y1, x0:x1]
    if erase:
        np.minimum(part, 255 - ink, out=part)
    else:
        np.maximum(part, ink, out=part)
    return y0, y1, x0, x1


def render(strokes: Sequence[Array], side: int = 280, radius: float = 10.0, transform: Array | None = None) -> Array:
    """A drawing as the canvas would show it.

    Args:
        strokes: Each (n, 2) of x, y in 0..1.
        side: Pixels along each edge.
        radius: Of the brush, in pixels.
        transform: (2, 3), applied to every point first: its last column is added.

    Returns:
        (side, side) uint8.
    """
    image = np.zeros((side, side), np.uint8)
    for stroke in strokes:
        points = stroke if transform is None else stroke @ transform[:, :2].T + transform[:, 2]
        pixels = [(float(x), float(y)) for x, y in points * side]
        for p, q in zip(pixels, pixels[1:] or pixels, strict=False):
            paint(image, p, q, radius)
    return image


def vary(strokes: Sequence[Array], rng: np.random.Generator, amount: float = 1.0) -> Drawing:
    """The same drawing by another hand: turned, scaled, sheared, moved, bent, and a little shaky.

    Args:
        strokes: Each (n, 2) of x, y in 0..1.
        rng: Chooses how.
        amount: 0 changes nothing, 1 is what people do, more is more.

    Returns:
        New strokes, all within the frame.
    """
    turn, shear, size, slim = rng.uniform(-1, 1, 4) * amount * (math.radians(12), 0.18, 0.18, 0.15)
    shift = rng.uniform(-1, 1, 2) * amount * 0.06
    waves, phases = rng.uniform(0.5, 1.1, (2, 2)), rng.uniform(0, 2 * np.pi, 2)
    bend = rng.uniform(-1, 1, 2) * amount * 0.03
    shaky = [_smooth(rng.normal(size=stroke.shape)) * amount * 0.008 for stroke in strokes]
    if amount == 0:
        return [stroke.copy() for stroke in strokes]
    matrix = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    matrix = matrix @ np.array([[1, shear], [0, 1]]) * math.exp(size - abs(0.1 * amount))
    matrix = matrix @ np.diag([math.exp(slim), math.exp(-slim)])
    out = []
    for stroke, noise in zip(strokes, shaky, strict=True):
        # bending depends on the place alone, so that strokes which meet still meet
        bent = stroke + bend * np.sin(2 * np.pi * stroke[:, ::-1] * waves[0] + phases)
        out.append((bent - 0.5) @ matrix.T + 0.5 + shift + noise)
    return _within(out)


def load_templates(path: Path) -> dict[str, list[Drawing]]:
    """Label to drawings, from a JSON file: ``{"7": [[[[x, y], …], …], …]}``."""
    try:
        rows = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CnnError("data.unreadable", "{name} cannot be read: {reason}.",
                       name=Path(path).name, reason=error.strerror or error) from None
    except ValueError as error:
        raise CnnError("strokes.json", "{name} is not JSON: {reason}.", name=Path(path).name, reason=error) from None
    try:
        out = {str(label): [[np.array(stroke, float).reshape(-1, 2) for stroke in drawing] for drawing in drawings]
               for label, drawings in rows.items()}
        fits = all(stroke.size and ((stroke >= 0) & (stroke <= 1)).all()
                   for drawings in out.values() for drawing in drawings for stroke in drawing)
    except (AttributeError, TypeError, ValueError):
        fits = False
    if not fits:
        raise CnnError("strokes.form", "{name} does not hold drawings: for each label a list of drawings, each a list "
                       "of strokes, each a list of points [x, y] from 0 to 1.", name=Path(path).name)
    return out


def _smooth(noise: Array) -> Array:
    """Neighbours along a stroke averaged, so that a hand shakes slowly."""
    window = min(9, len(noise))
    kernel = np.hanning(window + 2)[1:-1]
    kernel /= math.sqrt(float(kernel @ kernel))
    out: Array = np.stack([np.convolve(column, kernel, "same") for column in noise.T], axis=1)
    return out


def _within(strokes: Drawing) -> Drawing:
    """Moved, and made smaller where need be, so that no point is nearer to the edge than `MARGIN`."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = min(1.0, (1 - 2 * MARGIN) / max(1e-9, float((high - low).max())))
    middle = np.clip((low + high) / 2, MARGIN + (high - low) / 2 * scale, 1 - MARGIN - (high - low) / 2 * scale)
    return [(stroke - (low + high) / 2) * scale + middle for stroke in strokes]
