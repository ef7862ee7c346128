"""Where PyTorch is: in this environment, or in one of its own beside it, which is made when it is first wanted.

As a program, ``python -m tests.benchmarks.engine.home [EXTRA]``, it prints the interpreter that has the extra ``bench``
or ``parity`` of pyproject.toml. Standard library only.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]
HOME = ROOT / ".venv-bench"
PYTHON = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = HOME / "convscope.json"
LOG = HOME / "setup.log"
MODULES = {"bench": "torch, numpy", "parity": "torch, numpy, onnx, pytest, hypothesis"}


def python(extra: str = "bench") -> str:
    """The interpreter with an extra; `SystemExit` with one sentence where there can be none."""
    if _imports(sys.executable, MODULES[extra]):
        return sys.executable
    if not PYTHON.exists() or _stamp().get(extra) != _note(extra) or not _imports(str(PYTHON), MODULES[extra]):
        _make(extra)
    return str(PYTHON)


def version(interpreter: str) -> str:
    """PyTorch's, without the name of its build."""
    words = [interpreter, "-c", "import torch; print(torch.__version__)"]
    said = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return said.strip().split("+")[0]


def needs(extra: str) -> list[str]:
    """The packages of an extra, with NumPy as the project wants it; for parity also what the tests need."""
    names = {"bench": ["numpy"], "parity": ["numpy", "pytest", "hypothesis"]}[extra]
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(rf"^{extra} = (\[.*?\])", text, re.M | re.S)
    if not found:
        raise SystemExit(f"ConvScope: pyproject.toml has no extra called {extra}.")
    shared = [re.search(rf'"({name}\b[^-"]*)"', text) for name in names]
    return [*ast.literal_eval(found[1]), *(one[1] for one in shared if one)]


def _note(extra: str) -> str:
    return hashlib.sha256(json.dumps([sys.version_info[:2], str(ROOT), needs(extra)]).encode()).hexdigest()


def _stamp() -> dict[str, str]:
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _imports(interpreter: str, modules: str) -> bool:
    done = subprocess.run([interpreter, "-c", f"import {modules}"], capture_output=True, check=False, cwd=ROOT)
    return done.returncode == 0


def _make(extra: str) -> None:
    stamp, wanted = _stamp(), needs(extra)
    if not stamp or not PYTHON.exists():
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir()
        base = getattr(sys, "_base_executable", None) or sys.executable
        if _work("making .venv-bench, for PyTorch", [base, "-m", "venv", str(HOME)]):
            raise SystemExit(f"ConvScope: Python could not make .venv-bench; what it said is in {LOG}.")
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    # Where the index has builds for the processor alone, those: the usual ones for Linux carry 3 GB for a GPU.
    lean = [f"{one}+cpu" if one.startswith("torch==") else one for one in wanted]
    if _work(f"installing {', '.join(wanted)}", [*pip, *lean]) and _work("once more, any build", [*pip, *wanted]):
        raise SystemExit("ConvScope: PyTorch could not be installed into .venv-bench, so there is nothing to compare "
                         f"with; all that pip said is in {LOG}.")
    held = [name for name in MODULES if set(needs(name)) <= set(wanted)]
    STAMP.write_text(json.dumps({**stamp, **{name: _note(name) for name in held}}), encoding="utf-8")


def _work(what: str, command: list[str]) -> int:
    """Run ``command``, its output in the log, with a dot a second; its exit status."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "PIP_USER")}
    print(f"ConvScope: {what} ...", end="", file=sys.stderr, flush=True)
    began = time.time()
    with LOG.open("ab") as log:
        child = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            while child.poll() is None:
                time.sleep(1)
                print(".", end="", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            child.terminate()
            child.wait()
            raise
    print(f" {'failed' if child.returncode else 'done'} ({time.time() - began:.0f} s)", file=sys.stderr)
    return child.returncode


if __name__ == "__main__":
    print(python(*sys.argv[1:]))
