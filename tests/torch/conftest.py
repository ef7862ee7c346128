"""One thread, and the same examples at every run; for the environment that has PyTorch, where no Qt is."""

from __future__ import annotations

import os

from hypothesis import settings

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

settings.register_profile("convscope", derandomize=True, deadline=None, database=None, max_examples=50)
settings.load_profile("convscope")
