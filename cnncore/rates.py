"""Rates per layer: a factor on the learning rate for each layer or weight, 0 for what is frozen."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cnncore.errors import CnnError, did_you_mean
from cnncore.flat import ALL, Flat
from cnncore.network import Network
from cnncore.op import Array
from cnncore.optimizers import Factors


class Rates:
    """Factors on the learning rate, as the optimiser reads them.

    Args:
        network: Whose layers they are.
        flat: Where its weights lie in the vector.
        given: Layer (``"conv1"``) or weight (``"conv1.bias"``) to factor, 0 or more; a weight beats its layer. What is
            not named has 1.
    """

    def __init__(self, network: Network, flat: Flat, given: Mapping[str, float] | None) -> None:
        given = given or {}
        layers = {key.split(".", 1)[0] for key in flat.shapes}
        for name, factor in given.items():
            if name not in layers and name not in flat.shapes:
                raise CnnError("rates.name", "rates: there is no layer or weight {name!r} that learns. Did you mean: "
                               "{near}?", name=name, near=did_you_mean(name, [*layers, *flat.shapes]))
            if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0 <= factor < math.inf:
                raise CnnError("rates.factor", "rates: {name} = {value} is not possible. Allowed: 0 (frozen) or more.",
                               name=name, value=factor)
        self.by_key = {key: float(given.get(key, given.get(key.split(".", 1)[0], 1.0))) for key in flat.shapes}
        self.frozen = [flat.places[key] for key, factor in self.by_key.items() if not factor]
        self._vector: Array | None = None
        self._flat = flat
        if any(factor != 1.0 for factor in self.by_key.values()):
            self._vector = np.empty(flat.size, np.float32)
            for key, place in flat.places.items():
                self._vector[place] = self.by_key[key]

    def of_vector(self, rate: float) -> Factors:
        """For a step of the one vector, ``rate`` being the schedule's factor."""
        return rate if self._vector is None else {ALL: self._vector * np.float32(rate)}

    def of_weights(self, rate: float) -> Factors:
        """For a step weight by weight, with the same bits."""
        return rate if self._vector is None else self._flat.views(self._vector * np.float32(rate))
