"""The table of counterparts, and what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cnncore.op import Forward

Tensor = Any
Inputs = list[Any]
Params = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class About:
    """What a function may know of our own pass: the mode, and what was drawn in it."""

    training: bool
    forward: Forward


Counterpart = Callable[[Any, Inputs, Params, About], Any]

COUNTERPARTS: dict[str, Counterpart] = {}


def like(*kinds: str) -> Callable[[Counterpart], Counterpart]:
    """Enter a function for these kinds."""
    def enter(function: Counterpart) -> Counterpart:
        COUNTERPARTS.update(dict.fromkeys(kinds, function))
        return function
    return enter
