"""How much memory a pass needs, from shapes alone, and how much this machine has. Nothing here touches an array.

1 kB is 10³ bytes, 1 MB 10⁶, 1 GB 10⁹. What is counted is the least that a pass has to keep: what is refused cannot run.
"""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cnncore.errors import CnnError

if TYPE_CHECKING:
    from cnncore.network import Network, Node

SMALL = 64_000_000  # bytes; what needs less is never refused, and costs no look at the machine
ADDRESSES = 2**47  # bytes that a process can address: the bound where the machine does not say what it has
VIEWS = {"flatten", "reshape"}  # kinds whose output is their input in another shape: no memory of their own
GROUP = Path("/sys/fs/cgroup")
CGROUPS = (("memory.max", "memory.current", "memory.stat"),
           ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"))


@dataclass(frozen=True)
class Memory:
    """Bytes that a pass holds at once.

    Args:
        parameters: All weights, `running` ones included.
        activations: The input and every node's output, of the whole batch.
        workspace: The largest that one node needs on the way: the unfolded windows of a convolution, of one sample.
        gradients: ∂L/∂ of all activations and weights; 0 without a backward pass.
    """

    parameters: int
    activations: int
    workspace: int
    gradients: int = 0

    @property
    def total(self) -> int:
        """The sum."""
        return self.parameters + self.activations + self.workspace + self.gradients


def needed(network: Network, batch: int = 1, *, training: bool = False, itemsize: int = 4) -> Memory:
    """What `Network.forward` holds, and `Network.backward` after it.

    Args:
        network: Any graph.
        batch: Samples at once.
        training: Whether a backward pass follows.
        itemsize: Bytes of a number: 4 of float32, 8 of float64.
    """
    weights = sum(map(math.prod, network.parameter_shapes.values())) * itemsize
    cells = sum(_cells(network, node) for node in network.nodes)
    activations = (math.prod(network.input_shape) + cells) * batch * itemsize
    workspace = max(_workspace(network, node) for node in network.nodes) * itemsize
    return Memory(weights, activations, workspace, (activations + weights) if training else 0)


def available() -> int | None:
    """Bytes that this process can still have; None where the system does not say.

    Linux: MemAvailable of /proc/meminfo, and no more than its control group leaves. Windows: GlobalMemoryStatusEx.
    Elsewhere the pages that sysconf calls free, or else half of all.
    """
    if sys.platform == "win32":
        return _windows()
    found = _meminfo() or _sysconf()
    rest = _group()
    return found if rest is None else rest if found is None else min(found, rest)


def size(count: float) -> str:
    """Bytes as people read them: ``"4.8 kB"``, ``"12.3 MB"``, ``"4.0 GB"``."""
    if count < 1e5:
        return f"{count / 1e3:.1f} kB" if count else "0"
    return f"{count / 1e6:,.1f} MB" if count < 1e9 else f"{count / 1e9:,.1f} GB"


def check_pass(network: Network, batch: int, *, training: bool = False, itemsize: int = 4) -> None:
    """`CnnError` where a pass over ``batch`` samples needs more than there is. The weights are there already."""
    one = needed(network, 1, training=training, itemsize=itemsize)
    fixed = one.workspace + (one.parameters if training else 0)
    _check(network, batch, fixed, one.total - one.parameters - fixed)


def check_backward(network: Network, batch: int, itemsize: int = 4) -> None:
    """`CnnError` where the gradients need more than a forward pass over ``batch`` samples has left."""
    one = needed(network, 1, training=True, itemsize=itemsize)
    _check(network, batch, one.parameters + one.workspace, one.gradients - one.parameters)


def _check(network: Network, batch: int, fixed: int, each: int) -> None:
    """Refuse ``batch`` samples of ``each`` bytes beside ``fixed`` ones where they do not fit."""
    if fixed + batch * each <= SMALL or fixed + batch * each <= (free := _free()):
        return
    largest = max(network.nodes, key=lambda node: _cells(network, node))
    facts = {"owner": network.name, "knob": "batch", "value": batch, "available": size(free), "layer": largest.name,
             "shape": network.shapes[largest.name]}
    most = (free - fixed) // each
    if most < 1:
        raise CnnError("memory.sample", "{owner}: a single sample needs {needed}; {available} are free. The most goes "
                       "to {layer}, whose output is {shape}. Make the input smaller, or give {layer} a larger stride "
                       "or fewer filters.", **facts, needed=size(fixed + each))
    raise CnnError("memory.batch", "{owner}: batch = {value} needs {needed}; {available} are free. Allowed: {allowed}. "
                   "The most goes to {layer}, whose output is {shape}: a larger stride or fewer filters there help "
                   "too.", **facts, needed=size(fixed + batch * each), allowed=f"1 … {most}")


def check_parameters(network: Network, itemsize: int = 4) -> None:
    """`CnnError` where the weights of a network do not fit into memory."""
    count = {key: math.prod(shape) * itemsize for key, shape in network.parameter_shapes.items()}
    if sum(count.values()) <= SMALL or sum(count.values()) <= (free := _free()):
        return
    key = max(count, key=lambda one: count[one])
    raise CnnError("memory.parameters", "{owner}: its weights need {needed}; {available} are free. The most goes to "
                   "{key} of shape {shape}. Give {layer} fewer units or filters, or a smaller input: put pooling or a "
                   "stride before it.", owner=network.name, needed=size(sum(count.values())), available=size(free),
                   key=key, shape=network.parameter_shapes[key], layer=key.split(".")[0])


def _cells(network: Network, node: Node) -> int:
    return 0 if node.op.kind in VIEWS else math.prod(network.shapes[node.name])


def _workspace(network: Network, node: Node) -> int:
    """Numbers that a node unfolds for one sample: each window's cells once, whatever the number of filters."""
    shapes = network.input_shapes(node.name)
    weight = node.op.parameter_shapes(*shapes).get("weight", ())
    if len(weight) < 3:
        return 0
    return node.op.multiply_adds(*shapes) * int(getattr(node.op, "groups", 1)) // network.shapes[node.name][0]


def _free() -> int:
    found = available()
    return ADDRESSES if found is None else found


def _meminfo() -> int | None:
    """MemAvailable of /proc/meminfo, which counts in kB of 1024 bytes."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None


def _group() -> int | None:
    """What a limit on this process's control group leaves, with the files it holds in memory, which give way."""
    for limit, used, told in CGROUPS:
        try:
            most, now = (int((GROUP / name).read_text(encoding="ascii")) for name in (limit, used))
        except (OSError, ValueError):  # no such group, or "max": no limit
            continue
        try:
            rows = [line.split() for line in (GROUP / told).read_text(encoding="ascii").splitlines()]
            now -= sum(int(row[1]) for row in rows if row[0] in ("active_file", "inactive_file"))
        except (OSError, ValueError, IndexError):
            pass
        return max(most - now, 0)
    return None


def _sysconf() -> int | None:
    names = getattr(os, "sysconf_names", {})
    for name, share in (("SC_AVPHYS_PAGES", 1.0), ("SC_PHYS_PAGES", 0.5)):
        if name in names:
            try:
                pages = os.sysconf(name)
                return int(pages * os.sysconf("SC_PAGE_SIZE") * share) if pages > 0 else None
            except (OSError, ValueError):
                continue
    return None


def _windows() -> int | None:
    """ullAvailPhys of MEMORYSTATUSEX: two 32-bit and seven 64-bit numbers."""
    import ctypes
    import struct

    status = ctypes.create_string_buffer(struct.pack("=II7Q", 64, *(0,) * 8), 64)
    try:
        done = ctypes.windll.kernel32.GlobalMemoryStatusEx(status)  # type: ignore[attr-defined,unused-ignore]
    except (AttributeError, OSError):
        return None
    return int(struct.unpack("=II7Q", status.raw)[3]) if done else None
