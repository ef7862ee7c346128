"""One kernel of the document: what it is, and what a hand can do to it."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from app.model import edits
from app.model.session import Session
from cnncore.kernels import Formula, from_name
from cnncore.op import Array

_restores = itertools.count(1)


class KernelHandle:
    """``weights[key][prefix]``: (filter, channel) of a convolution, in 3-D a slice more. Points at nothing at first.

    Args:
        session: Whose document; edits go through it and may raise `CnnError`.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.layer, self.key = "", ""
        self.prefix: tuple[int, ...] = ()

    def point(self, layer: str, key: str, prefix: tuple[int, ...]) -> None:
        """Take hold of another kernel."""
        self.layer, self.key, self.prefix = layer, key, tuple(int(i) for i in prefix)

    # --- what it is

    @property
    def there(self) -> bool:
        """False while it points at nothing of this network."""
        array = self.session.view.weights.get(self.key)
        return array is not None and array.ndim > len(self.prefix) and all(
            i < n for i, n in zip(self.prefix, array.shape, strict=False))

    @property
    def array(self) -> Array:
        """The whole weight array it is part of."""
        return self.session.view.weights[self.key]

    @property
    def filter(self) -> int:
        """Which map it makes."""
        return self.prefix[0] if self.prefix else 0

    @property
    def values(self) -> Array:
        """(rows, columns); a sound's kernel is one row."""
        values: Array = self.array[self.prefix]
        return values.reshape(-1, values.shape[-1])

    @property
    def bound(self) -> float:
        """End of the colour range: of all channels of the filter, so that they can be compared."""
        size = np.abs(self.array[self.filter])
        return float(size.max(initial=0.0, where=np.isfinite(size)))

    @property
    def marks(self) -> Array:
        """(rows, columns) True where a number is not the trained one."""
        marks: Array = self.session.view.edited(self.key)[self.prefix]
        return marks.reshape(-1, marks.shape[-1])

    @property
    def bias_key(self) -> str:
        """The name of the layer's biases, or "" when it has none."""
        key = f"{self.layer}.bias"
        return key if key in self.session.view.weights else ""

    @property
    def changed(self) -> bool:
        """True when a number of the filter, in any channel, or its bias is not the trained one."""
        view = self.session.view
        return bool(view.edited(self.key)[self.filter].any()
                    or (self.bias_key and view.edited(self.bias_key)[self.filter]))

    @property
    def muted(self) -> bool:
        """True while its map is held at zero."""
        return (self.layer, self.filter) in self.session.view.muted

    @property
    def name(self) -> str:
        """The preset it holds unedited, or ""."""
        names = self.session.view.kernel_names
        return names.get((self.layer, self.prefix[0], self.prefix[1]), "") if len(self.prefix) == 2 else ""

    def title(self, row: int, col: int) -> str:
        """A number of it, ``conv1.weight[0, 0, 1, 3]``."""
        cell = (row, col) if not self.there or self.array.ndim - len(self.prefix) > 1 else (col,)
        return f"{self.key}[{', '.join(map(str, (*self.prefix, *cell)))}]"

    @property
    def formula(self) -> Formula | None:
        """What fills it and can be tuned; None: it stands in numbers only."""
        return from_name(self.name)

    @property
    def state(self) -> tuple[object, ...]:
        """All that it depends on, for `same`."""
        view = self.session.view
        return (self.key, self.prefix, view.weights.get(self.key), view.trained.get(self.key),
                view.weights.get(f"{self.layer}.bias"), view.muted, view.kernel_names)

    # --- what a hand does

    def set_cell(self, row: int, col: int, value: float, gesture: object = None) -> None:
        """One number; steps with one gesture undo as one."""
        index = (*self.prefix, row, col) if self.array.ndim - len(self.prefix) > 1 else (*self.prefix, col)
        merge = None if gesture is None else ("kernel", self.key, gesture)
        self.session.edit(edits.set_weight, self.key, index, value, merge=merge)

    def set_block(self, row: int, col: int, block: Array) -> None:
        """A block of numbers from (row, column) on."""
        values = np.array(self.values, np.float64)
        values[row:row + block.shape[0], col:col + block.shape[1]] = block
        self.set_all(values)

    def set_all(self, values: Array, name: str | None = None, gesture: object = None) -> None:
        """The whole kernel; ``name`` is the preset it is. Steps with one gesture undo as one."""
        shaped: Any = values.reshape(self.array[self.prefix].shape)
        merge = None if gesture is None else ("kernel", self.key, gesture)
        self.session.edit(edits.set_weights, self.key, self.prefix, shaped, name=name, merge=merge)

    def tune(self, knob: str, value: float, gesture: object = None) -> None:
        """Turn a knob of the formula that fills it."""
        if self.formula is not None:
            turned: Formula = self.formula.but(**{knob: value})
            self.set_all(turned.fill(self.array[self.prefix].shape), turned.name, gesture)

    def restore(self) -> None:
        """The filter, all its channels and its bias, back to the trained numbers: one step."""
        merge = ("restore", next(_restores))
        self.session.edit(edits.restore_weights, self.key, (self.filter,), merge=merge)
        if self.bias_key:
            self.session.edit(edits.restore_weights, self.bias_key, (self.filter,), merge=merge)

    def mute(self, on: bool) -> None:
        """Hold its map at zero, or let it speak again."""
        self.session.edit(edits.mute, self.layer, self.filter, on)


def same(now: tuple[object, ...], then: tuple[object, ...]) -> bool:
    """Two states of one kernel: arrays compare by identity, as everywhere in the document."""
    return len(now) == len(then) and now[:2] == then[:2] and all(a is b for a, b in zip(now[2:], then[2:], strict=True))
