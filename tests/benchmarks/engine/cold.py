"""What a fresh process costs: the import, and the most memory that LeNet's training takes.

As a program, ``python -m tests.benchmarks.engine.cold SIDE FILE``, it trains and prints its memory.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.engine.duel import ROOT, Contender, Trouble
from tests.benchmarks.engine.specs import LENET

STEPS = 21
IMPORTS = {"ours": "cnncore, cnncore.plan", "theirs": "torch"}
TIMED = "import time; began = time.perf_counter(); import {}; print(time.perf_counter() - began)"


def measured(who: Contender, task: str, file: Path) -> float:
    """Seconds of the import, or bytes at the peak of 21 training steps, in a process of its own."""
    words = ["-m", "tests.benchmarks.engine.cold", who.side, str(file)]
    if task == "import":
        words = ["-c", TIMED.format(IMPORTS[who.side])]
    command = [who.python, *words]
    env = who.environment()
    if who.side == "ours":  # pip has compiled PyTorch; what this folder holds may never have been, and may not be
        env["PYTHONPYCACHEPREFIX"] = str(file.parent / "bytecode")
        env.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"{who.name}: {(done.stderr.splitlines() or ['it failed'])[-1]}")
    return float(done.stdout.split()[-1])


def peak_bytes() -> int:
    """The most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would tell the parent's, where that was larger
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) * 1024
    if sys.platform == "win32":
        return _windows_peak()
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _windows_peak() -> int:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = [("cb", wintypes.DWORD), ("faults", wintypes.DWORD),
                    *((name, ctypes.c_size_t) for name in ("peak", "now", "a", "b", "c", "d", "e", "f"))]

    found = Counters()
    found.cb = ctypes.sizeof(found)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    kernel.K32GetProcessMemoryInfo.argtypes = [wintypes.HANDLE, ctypes.POINTER(Counters), wintypes.DWORD]
    kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(found), found.cb)
    return int(found.peak)


def main(side: str, file: str) -> None:
    """Print the peak."""
    step, _ = importlib.import_module(f"tests.benchmarks.engine.{side}").train(LENET, Path(file))
    for _ in range(STEPS):
        step()
    print(peak_bytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
