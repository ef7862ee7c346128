"""What is loaded when: the engine loads NumPy only, the command line loads Qt only for a window, and in good order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("PySide6", "pyqtgraph", "PIL", "safetensors", "msgspec", "tqdm", "platformdirs")


def loaded_by(code: str, **env: str) -> set[str]:
    """The top-level names of what a fresh Python holds after ``code``."""
    code += "\nimport json, sys; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **env}, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_engine_loads_numpy_only():
    assert loaded_by("import cnncore, cnncore.training, cnncore.files, cnncore.data, cnncore.zoo") & {
        *HEAVY, "app"} == set()


@pytest.mark.parametrize("module", ["app", "app.cli", "app.cli_train", "app.i18n", "app.paths", "app.numbers"])
def test_without_a_window_no_qt_is_loaded(module: str):
    assert loaded_by(f"import {module}") & {"PySide6", "shiboken6", "pyqtgraph"} == set()


def test_the_words_are_read_before_numpy_is_loaded():
    code = "import sys\nfrom app.__main__ import main\ntry: main(['--version'])\nexcept SystemExit: pass"
    assert "PySide6" not in loaded_by(code)


def test_blas_has_one_thread_when_numpy_comes():
    code = ("import os, sys\n"
            "class Watch:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        if name == 'numpy': print('threads', os.environ.get('OPENBLAS_NUM_THREADS'))\n"
            "sys.meta_path.insert(0, Watch())\n"
            "from app.__main__ import main\n"
            "main(['evaluate', 'no-model', 'no-data'])\n"
            "print('interval', sys.getswitchinterval())")
    env = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["threads 1", "interval 0.0005"]


def test_the_window_loads_no_network_or_test_module():
    assert loaded_by("import app.main_window") & {"pytest", "unittest", "requests", "urllib3", "http"} == set()
