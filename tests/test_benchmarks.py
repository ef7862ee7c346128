"""The measurements can be started: they are no tests, and nobody would see them break."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import ALL

FOLDER = Path(__file__).parent / "benchmarks"


@pytest.mark.parametrize("name", ALL)
def test_measurement_can_be_loaded_and_has_a_measure(qapp, name):
    module = importlib.import_module(f"tests.benchmarks.{name}")
    assert callable(module.measure)
    assert module.__doc__


def test_every_file_beside_them_is_a_measurement_or_known():
    assert {path.stem for path in FOLDER.glob("*.py")} == {*ALL, "__init__", "__main__", "window"}
