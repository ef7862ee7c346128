"""A network and samples so small that a training takes a moment."""

from __future__ import annotations

import numpy as np

from cnncore.network import Network, chain
from cnncore.op import Array
from cnncore.ops import make_op
from cnncore.train_settings import TrainSettings
from cnncore.training import train


def tiny() -> Network:
    """Bars in 6 × 6 pictures: one convolution, pooled to a point, three scores."""
    return chain("tiny", (1, 6, 6), [
        ("conv", make_op("conv", {"filters": 4, "kernel": 3})), ("relu", make_op("relu", {})),
        ("pool", make_op("maxpool", {"window": 4, "stride": 4})), ("flatten", make_op("flatten", {})),
        ("scores", make_op("dense", {"units": 3})), ("softmax", make_op("softmax", {})),
    ])


def bars(n: int, seed: int = 0) -> tuple[Array, Array]:
    """Horizontal, vertical and diagonal bars with a little noise."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    images = rng.uniform(0, 0.2, (n, 1, 6, 6)).astype(np.float32)
    for image, label in zip(images[:, 0], labels, strict=True):
        at = rng.integers(1, 5)
        if label == 0:
            image[at, :] += 0.8
        elif label == 1:
            image[:, at] += 0.8
        else:
            image[np.arange(6), np.arange(6)] += 0.8
    return images, labels


def finished(settings: TrainSettings, n: int = 60, **more):
    """All progress of one training of `tiny` on `bars`."""
    network = tiny()
    return list(train(network, network.start(2), *bars(n), settings, **more))
