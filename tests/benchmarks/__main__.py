"""Every measurement, each in a process of its own; ``python -m tests.benchmarks [NAME…]``."""

from __future__ import annotations

import json
import os
import subprocess
import sys

ALL = ("first_paint", "stroke", "gaps", "few_shot", "steps")


def main(names: list[str]) -> int:
    """Run and print; a benchmark that fails says so, the exit status is the number of those."""
    failed = 0
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    env.setdefault("QT_QPA_PLATFORM", "offscreen")
    for name in names or ALL:
        done = subprocess.run(
            [sys.executable, "-m", f"tests.benchmarks.{name}"], env=env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            failed += 1
            print(f"{name}: failed\n{done.stderr[-2000:]}")
        else:
            print(f"{name}: {json.dumps(json.loads(done.stdout.splitlines()[-1]), ensure_ascii=False)}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
