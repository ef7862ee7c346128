"""Ten drawings each of three classes, from scratch: CPU time and how many fresh ones by other hands are right."""

from __future__ import annotations

import json
import os
import statistics
import sys
from pathlib import Path

import numpy as np

from cnncore.data.idx import read_idx_folder
from cnncore.preprocess import Preprocess
from cnncore.recipes import recipe
from cnncore.training import evaluate, train
from cnncore.zoo.lenet import lenet

TRIPLES = ((0, 1, 2), (3, 5, 8), (4, 7, 9), (2, 3, 7), (0, 6, 9), (1, 4, 7))


def measure() -> dict[str, object]:
    """Held-out MNIST digits play the other hands."""
    named = os.environ.get("CONVSCOPE_MNIST")
    if not named:
        return {"skipped": "CONVSCOPE_MNIST is not set"}
    drawn, other = (read_idx_folder(Path(named), part) for part in ("train", "test"))
    preprocess = Preprocess()
    rows = []
    for seed, classes in enumerate(TRIPLES):
        rng = np.random.default_rng(seed)
        picks = [rng.choice(np.flatnonzero(drawn.labels == c), 10, replace=False) for c in classes]
        fresh = np.flatnonzero(np.isin(other.labels, classes))
        settings, augment = recipe(30, 3)
        network = lenet(classes=3)
        samples = preprocess.apply(drawn.images[np.concatenate(picks)])
        labels = np.repeat(np.arange(3), 10)
        *_, last = train(network, network.start(seed), samples, labels, settings, augment=augment)
        truth = np.searchsorted(classes, other.labels[fresh])
        result = evaluate(network, last.best(), preprocess.apply(other.images[fresh]), truth)
        rows.append({"classes": classes, "cpu_seconds": round(last.seconds, 2), "accuracy": round(result.accuracy, 4)})
    return {
        "accuracy_median": statistics.median(r["accuracy"] for r in rows),
        "accuracy_worst": min(r["accuracy"] for r in rows),
        "cpu_seconds_worst": max(r["cpu_seconds"] for r in rows),
        "need": {"accuracy": 0.95, "cpu_seconds": 10.0},
        "rows": rows,
    }


if __name__ == "__main__":
    json.dump(measure(), sys.stdout)
