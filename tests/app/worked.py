"""What the tests of the worked examples share: their documents, and those with an input at hand."""

from __future__ import annotations

from app import examples
from app.model import edits
from app.model.document import Document
from app.model.examples_ready import ready_of
from app.model.project import load
from app.model.ready import arrays_of

NAMES = ("A1", "A2", "A4", "B1", "B2", "C1", "C2", "C3", "D1", "D2", "D3", "E3", "E4")


def opened(name: str) -> Document:
    """The shipped file."""
    return load(examples.find(name))


def taken(name: str, ready: str) -> Document:
    """An example with one of its inputs at hand."""
    document = opened(name)
    found = ready_of(document)
    return edits.take_ready(document, arrays_of(document, next(one for one in found if one.name == ready), found))
