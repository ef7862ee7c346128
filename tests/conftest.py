"""One BLAS thread, no screen, one locale and settings of our own: before NumPy and Qt are loaded."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_SCALE_FACTOR", "1")
os.environ["LC_ALL"] = "C.UTF-8"
_own = tempfile.mkdtemp(prefix="convscope-tests-")
atexit.register(shutil.rmtree, _own, ignore_errors=True)
os.environ["CONVSCOPE_CONFIG"] = os.path.join(_own, "config")
os.environ["CONVSCOPE_DATA"] = os.path.join(_own, "data")

# The same examples at every run, and no clock: the machine may be busy.
settings.register_profile("convscope", derandomize=True, deadline=None, database=None, max_examples=50)
settings.load_profile("convscope")


@pytest.fixture(scope="session")
def mnist() -> Path:
    """The folder with MNIST's four IDX files, or a skip that says which variable names it."""
    named = os.environ.get("CONVSCOPE_MNIST", "")
    if not named:
        pytest.skip("CONVSCOPE_MNIST is not set: it names the folder with MNIST's four files")
    folder = Path(named).resolve()
    if not any(folder.glob("t10k-images*")):
        pytest.skip(f"CONVSCOPE_MNIST = {named}: no t10k-images file in there")
    return folder


@pytest.fixture(autouse=True)
def _settings_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees what another has remembered."""
    monkeypatch.setenv("CONVSCOPE_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("CONVSCOPE_DATA", str(tmp_path / "data"))
