"""The engine stands alone."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
before = set(sys.modules)
import numpy
numpys = set(sys.modules)
import cnncore
print(sorted({name.split(".")[0] for name in set(sys.modules) - numpys}))
"""


def test_import_cnncore_loads_numpy_and_the_standard_library_only():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    loaded = set(eval(done.stdout))
    assert loaded - sys.stdlib_module_names == {"cnncore", "numpy"}


def test_what_the_package_offers_is_there():
    import cnncore
    assert sorted(set(cnncore.__all__)) == sorted(cnncore.__all__)
    assert [name for name in cnncore.__all__ if not hasattr(cnncore, name)] == []
    for op in cnncore.OPS.values():
        assert getattr(cnncore, op.__name__) is op
