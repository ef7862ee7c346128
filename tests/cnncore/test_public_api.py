"""What a person in a notebook meets: every public name explains itself, and the README's example runs."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import os
import pkgutil
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import cnncore
from cnncore.data import read

README = Path(__file__).parents[2] / "README.md"
MODULES = [importlib.import_module(found.name) for found in pkgutil.walk_packages(cnncore.__path__, "cnncore.")
           if not found.name.rpartition(".")[2].startswith("_")]


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Name and object of every class, function, method and property that a module defines and does not hide."""
    for name, one in vars(module).items():
        if name.startswith("_") or getattr(one, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(one):
            yield f"{module.__name__}.{name}", one
            for key, member in vars(one).items():
                inner = getattr(member, "__func__", None) or getattr(member, "fget", None) or member
                inner = getattr(inner, "func", inner)  # of a cached property
                if not key.startswith("_") and inspect.isfunction(inner):
                    yield f"{module.__name__}.{name}.{key}", inner
        elif inspect.isfunction(one) or hasattr(one, "__wrapped__"):
            yield f"{module.__name__}.{name}", one


def explained(one: Any) -> bool:
    """Whether it has a docstring of its own; what a dataclass makes up of its fields does not count."""
    text = (vars(one).get("__doc__") if inspect.isclass(one) else one.__doc__) or ""
    return bool(text.strip()) and not text.startswith(f"{getattr(one, '__name__', '')}(")


def test_every_public_name_has_a_docstring():
    assert [module.__name__ for module in MODULES if not explained(module)] == []
    assert len(MODULES) > 60
    named = [(name, one) for module in MODULES for name, one in public(module)]
    assert len(named) > 400
    assert [name for name, one in named if not explained(one)] == []


def test_the_walk_finds_methods_properties_and_what_is_kept():
    names = {name for name, _ in public(importlib.import_module("cnncore.network"))}
    assert {"cnncore.network.Network", "cnncore.network.Network.forward", "cnncore.network.Network.last",
            "cnncore.network.Network.shapes", "cnncore.network.chain"} <= names
    assert "cnncore.shapes.window_axes" in dict(public(importlib.import_module("cnncore.shapes")))
    assert not explained(type("Bare", (), {}))


def test_every_exported_name_is_explained_and_stands_once():
    assert sorted(set(cnncore.__all__)) == sorted(cnncore.__all__)
    for name in cnncore.__all__:
        one = getattr(cnncore, name)
        assert explained(one) or isinstance(one, (dict, str)), name


def test_every_op_loss_and_optimiser_is_exported():
    for table in (cnncore.OPS, cnncore.LOSSES, cnncore.OPTIMIZERS):
        for one in table.values():
            assert getattr(cnncore, one.__name__) is one


def test_layers_of_a_network_that_are_knobs_say_what_each_is_for():
    for op in cnncore.OPS.values():
        assert all(spec.help for spec in op.knobs().values()), op.kind


# --- the README's example


def blocks() -> list[str]:
    """The Python code of the section about the library."""
    section = README.read_text(encoding="utf-8").split("## As a library")[1].split("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", section, re.S)


def idx(path: Path, array: np.ndarray) -> None:
    """Write uint8 in MNIST's format."""
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    path.write_bytes(head + array.astype(np.uint8).tobytes())


def digits(folder: Path, count: int = 1500) -> None:
    """A folder like MNIST's: the first of its digits where they are, else a block in another place for each class."""
    if os.environ.get("CONVSCOPE_MNIST"):
        data = read(Path(os.environ["CONVSCOPE_MNIST"]))
        images, labels = data.images[:count], data.labels[:count]
    else:
        rng = np.random.default_rng(0)
        labels = np.arange(count) % 10
        images = rng.integers(0, 60, (count, 28, 28))
        for image, label in zip(images, labels, strict=True):
            row, column = divmod(int(label), 4)
            image[3 + 7 * row:9 + 7 * row, 1 + 6 * column:6 + 6 * column] += 180
    for part in ("train", "t10k"):
        idx(folder / f"{part}-images-idx3-ubyte", images)
        idx(folder / f"{part}-labels-idx1-ubyte", labels)


def test_the_readme_trains_a_lenet_in_about_ten_lines():
    first, *_ = blocks()
    assert 8 <= len(first.strip().splitlines()) <= 13
    assert max(map(len, first.splitlines())) <= 120


@pytest.mark.parametrize("made_up", [False, True])
def test_the_readme_s_example_runs_and_learns(tmp_path, monkeypatch, made_up):
    if made_up:
        monkeypatch.delenv("CONVSCOPE_MNIST", raising=False)
    elif not os.environ.get("CONVSCOPE_MNIST"):
        pytest.skip("CONVSCOPE_MNIST names no folder")
    (tmp_path / "mnist").mkdir()
    digits(tmp_path / "mnist")
    monkeypatch.chdir(tmp_path)
    said, space = io.StringIO(), {}
    with contextlib.redirect_stdout(said):
        for code in blocks():
            exec(compile(code, "README.md", "exec"), space)
    text = said.getvalue()
    assert "44,426 parameters" in text
    shares = [float(found) for found in re.findall(r": ([\d.]+)% of the digits kept back are right", text)]
    assert shares[-1] > 60
    assert f"{space['trace'].total:+.4f}" in text.splitlines()[-1]
    assert text.count(" · ") == 25
    found = cnncore.evaluate(space["network"], space["weights"], space["images"], space["labels"])
    assert found.accuracy > 0.6
