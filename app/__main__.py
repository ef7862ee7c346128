"""Where the program starts: ``convscope`` and ``python -m app``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the words ask; the exit status, after one sentence on standard error where it is not 0."""
    # Both before NumPy is imported: BLAS threads and a long switch interval make the window stutter while it trains.
    for name in THREADS:
        os.environ.setdefault(name, "1")
    sys.setswitchinterval(0.0005)
    from app import cli

    return cli.main(sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
