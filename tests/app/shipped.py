"""The shipped model in a session, and two drawings to put into it."""

from __future__ import annotations

import numpy as np

from app.model.document import SIDE, from_model
from app.model.session import Session
from app.paths import asset
from cnncore.files.project import read_model


def shipped() -> Session:
    """A session of the shipped LeNet, with nothing drawn."""
    return Session(from_model(read_model(asset("models", "lenet.safetensors"))))


def drawn(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """White boxes (top, bottom, left, right) on black: (SIDE, SIDE) uint8."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    for top, bottom, left, right in boxes:
        image[top:bottom, left:right] = 255
    return image


ONE = drawn((60, 220, 130, 160))
SEVEN = drawn((60, 220, 150, 180), (60, 90, 80, 180))
