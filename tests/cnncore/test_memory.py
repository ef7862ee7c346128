"""Memory from shapes alone: what a pass needs, what the machine has, and the sentence where they do not fit."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnncore import memory
from cnncore.errors import CnnError
from cnncore.memory import available, needed, size
from cnncore.network import chain
from cnncore.ops import Convolution, Dense, Flatten, MaxPool, ReLU
from cnncore.zoo import lenet


def test_a_pass_of_lenet_counts_up_by_hand():
    #        conv1     relu1      pool1     conv2    relu2   pool2  dense1, 2, scores and their activations
    cells = 6 * 576 + 6 * 576 + 6 * 144 + 16 * 64 + 16 * 64 + 256 + 120 + 120 + 84 + 84 + 10 + 10
    need = needed(lenet(), 8)
    assert need.parameters == 44_426 * 4
    assert need.activations == 8 * (784 + cells) * 4
    assert need.workspace == max(25 * 576, 6 * 25 * 64) * 4
    assert need.gradients == 0
    assert needed(lenet(), 8, training=True).gradients == need.activations + need.parameters
    assert needed(lenet(), 8, itemsize=8).total == 2 * need.total


def test_what_is_counted_is_what_a_pass_takes():
    network = chain("wide", (3, 64, 64), [("conv", Convolution(16, 3)), ("relu", ReLU()), ("pool", MaxPool())])
    weights, x = network.start(0), np.zeros((16, 3, 64, 64), np.float32)
    network.forward(weights, x)
    tracemalloc.start()
    done = network.forward(weights, x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert done.outputs["pool"].shape == (16, 16, 31, 31)
    assert needed(network, 16).activations - x.nbytes <= peak  # never more than there has to be
    assert peak < 2 * needed(network, 16).total


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (4_800, "4.8 kB"), (63_500_000, "63.5 MB"), (4e9, "4.0 GB"),
                                             (1.2345e15, "1,234,500.0 GB")])
def test_bytes_are_told_in_kb_mb_and_gb(count: float, text: str):
    assert size(count) == text


def test_the_machine_says_what_it_has():
    found = available()
    assert found is None or 10_000_000 < found < memory.ADDRESSES


# --- refusals


def refused(monkeypatch: Any, free: int | None, do: Any) -> CnnError:
    monkeypatch.setattr(memory, "available", lambda: free)
    with pytest.raises(CnnError) as caught:
        do()
    return caught.value


def deep(side: int = 512) -> Any:
    return chain("deep", (3, side, side), [("conv1", Convolution(64, 3, padding=1)), ("relu1", ReLU()),
                                           ("flat", Flatten()), ("scores", Dense(2))])


def test_a_batch_that_does_not_fit_is_refused_with_the_batch_that_does(monkeypatch):
    network = deep()
    each = (3 + 64 + 64) * 512 * 512 * 4 + 8
    fixed = 27 * 512 * 512 * 4
    error = refused(monkeypatch, 2_000_000_000, lambda: network.check_memory(1000))
    assert error.code == "memory.batch"
    most = (2_000_000_000 - fixed) // each
    assert str(error) == (f"deep: batch = 1000 needs {size(fixed + 1000 * each)}; 2.0 GB are free. "
                          f"Allowed: 1 … {most}. The most goes to conv1, whose output is (64, 512, 512): a larger "
                          "stride or fewer filters there help too.")
    network.check_memory(most)


def test_training_needs_more_than_a_forward_pass(monkeypatch):
    network = deep(128)
    monkeypatch.setattr(memory, "available", lambda: 400_000_000)
    network.check_memory(40)
    error = refused(monkeypatch, 400_000_000, lambda: network.check_memory(40, training=True))
    assert error.facts["allowed"] == "1 … 22"
    assert refused(monkeypatch, 400_000_000, lambda: network.check_memory(40, itemsize=8)).code == "memory.batch"


def test_a_pass_is_refused_before_anything_is_allocated(monkeypatch):
    network = chain("tall", (1, 256, 256), [("conv", Convolution(256, 3, padding=1)), ("relu", ReLU())])
    weights, x = network.start(0), np.zeros((4, 1, 256, 256), np.float32)
    tracemalloc.start()
    error = refused(monkeypatch, 200_000_000, lambda: network.forward(weights, x))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert error.facts["allowed"] == "1 … 1"
    assert peak < 1_000_000


def test_a_backward_pass_is_refused_before_anything_is_allocated(monkeypatch):
    network = chain("tall", (1, 256, 256), [("conv", Convolution(64, 3, padding=1)), ("relu", ReLU())])
    weights, x = network.start(0), np.zeros((4, 1, 256, 256), np.float32)
    done = network.forward(weights, x)
    grad = np.zeros_like(done.outputs["relu"])
    tracemalloc.start()
    error = refused(monkeypatch, 100_000_000, lambda: network.backward(weights, done, grad))
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    assert (error.code, error.facts["allowed"]) == ("memory.batch", "1 … 2")


def test_a_sample_that_does_not_fit_by_itself_is_refused_with_another_sentence(monkeypatch):
    error = refused(monkeypatch, 100_000_000, lambda: deep().check_memory(1))
    assert error.code == "memory.sample"
    assert str(error) == ("deep: a single sample needs 165.7 MB; 100.0 MB are free. The most goes to conv1, whose "
                          "output is (64, 512, 512). Make the input smaller, or give conv1 a larger stride or fewer "
                          "filters.")


def test_weights_that_do_not_fit_are_refused_at_the_start(monkeypatch):
    network = chain("huge", (3, 1000, 1000), [("flat", Flatten()), ("dense", Dense(1_000_000))])
    tracemalloc.start()
    error = refused(monkeypatch, 16_000_000_000, lambda: network.start(0))
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    assert error.code == "memory.parameters"
    assert str(error) == ("huge: its weights need 12,000.0 GB; 16.0 GB are free. The most goes to dense.weight of "
                          "shape (1000000, 3000000). Give dense fewer units or filters, or a smaller input: put "
                          "pooling or a stride before it.")
    assert refused(monkeypatch, None, lambda: chain("endless", (2**30, 2**20), [
        ("flat", Flatten()), ("dense", Dense(1_000_000))]).start(0)).code == "memory.parameters"


def test_a_small_network_does_not_look_at_the_machine(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: pytest.fail("looked"))
    network = lenet()
    network.forward(network.start(0), np.zeros((64, 1, 28, 28), np.float32), training=True)


# --- what machines say


def answers(monkeypatch: Any, files: dict[str, str]) -> None:
    def read(path: Path, **_: Any) -> str:
        for name, text in files.items():
            if str(path).replace("\\", "/").endswith(name):
                return text
        raise OSError(path)
    monkeypatch.setattr(Path, "read_text", read)


def test_linux_says_what_is_available_in_kib(monkeypatch):
    answers(monkeypatch, {"meminfo": "MemTotal: 9 kB\nMemAvailable:    2000 kB\n"})
    assert memory._meminfo() == 2_048_000
    assert memory._group() is None
    answers(monkeypatch, {"meminfo": "nothing known"})
    assert memory._meminfo() is None


def test_a_limit_on_the_control_group_counts(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    answers(monkeypatch, {"meminfo": "MemAvailable: 2000 kB", "memory.max": "900000\n", "memory.current": "100000\n"})
    assert available() == 800_000
    answers(monkeypatch, {"meminfo": "MemAvailable: 2000 kB", "memory.max": "max\n", "memory.current": "100000\n"})
    assert available() == 2_048_000
    answers(monkeypatch, {"memory.max": "900000\n", "memory.current": "800000\n", "memory.stat":
                          "anon 100000\nactive_file 200000\ninactive_file 300000\nslab 5\n"})
    assert memory._group() == 600_000  # files in memory give way to arrays
    answers(monkeypatch, {"memory.limit_in_bytes": "500", "memory.usage_in_bytes": "900"})
    assert memory._group() == 0


def test_without_proc_the_pages_count_and_without_pages_nothing_is_known(monkeypatch):
    answers(monkeypatch, {})
    monkeypatch.setattr(sys, "platform", "darwin")
    pages = {"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(memory.os, "sysconf_names", pages, raising=False)
    monkeypatch.setattr(memory.os, "sysconf", pages.__getitem__, raising=False)
    assert available() == 2_048_000
    monkeypatch.setattr(memory.os, "sysconf_names", {}, raising=False)
    assert available() is None


def test_windows_is_asked_in_its_own_way(monkeypatch):
    import ctypes
    import struct
    from types import SimpleNamespace

    def status(buffer: Any) -> int:
        assert struct.unpack_from("=I", buffer.raw)[0] == 64
        buffer.raw = struct.pack("=II7Q", 64, 50, 16_000, 7_000, 0, 0, 0, 0, 0)
        return 1

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(
        kernel32=SimpleNamespace(GlobalMemoryStatusEx=status)), raising=False)
    assert available() == 7_000
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=SimpleNamespace()), raising=False)
    assert available() is None
