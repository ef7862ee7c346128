"""PyTorch's side: the same tasks over the same arrays, as a person would write them in eager mode."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from tests.benchmarks.engine.specs import Spec

RATE, MOMENTUM = 1e-3, 0.9
Answer = dict[str, Any]


def model(spec: Spec, data: dict[str, Any] | None = None) -> nn.Sequential:
    """The network of a spec, with the weights ``w0``, ``w1``, … of ``data``."""
    layers: list[nn.Module] = []
    channels, side = spec.shape[0], spec.shape[-1]
    for kind, knobs in spec.layers:
        if kind == "conv":
            layers.append(nn.Conv2d(channels, knobs["filters"], knobs["kernel"], padding=knobs["padding"],
                                    bias=knobs["bias"]))
            channels, side = knobs["filters"], side + 2 * knobs["padding"] - knobs["kernel"] + 1
        elif kind == "relu":
            layers.append(nn.ReLU())
        elif kind in ("maxpool", "meanpool"):
            pool = nn.MaxPool2d if kind == "maxpool" else nn.AvgPool2d
            layers.append(pool(knobs["window"], knobs["stride"]))
            side = (side - knobs["window"]) // knobs["stride"] + 1
        elif kind == "flatten":
            layers.append(nn.Flatten())
            channels, side = channels * side * side, 1
        elif kind == "dense":
            layers.append(nn.Linear(channels, knobs["units"]))
            channels = knobs["units"]
        else:
            layers.append({"softmax": nn.Softmax}[kind](dim=1))
    out = nn.Sequential(*layers)
    if data is not None:
        with torch.no_grad():
            for k, value in enumerate(out.parameters()):
                value.copy_(torch.from_numpy(data[f"w{k}"]))
    return out


def _ready(spec: Spec, file: Path, last: bool) -> tuple[nn.Sequential, torch.Tensor, torch.Tensor]:
    data = dict(np.load(file))
    net, x = model(spec, data), torch.from_numpy(data["x"])
    if last:
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    return net, x, torch.from_numpy(data["labels"])


def train(spec: Spec, file: Path, last: bool = False) -> tuple[Callable[[], Any], Callable[[], Answer]]:
    """One step with foreach SGD. ``last``: channels_last."""
    net, x, labels = _ready(spec, file, last)
    scored = net[:-1] if isinstance(net[-1], nn.Softmax) else net
    loss = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE, momentum=MOMENTUM, foreach=True)

    def step() -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        value = loss(scored(x), labels)
        value.backward()
        optimizer.step()
        return value

    def answer() -> Answer:
        losses = np.array([float(step().detach()) for _ in range(3)])
        return {"losses": losses} | {f"w{k}": w.detach().numpy() for k, w in enumerate(net.parameters())}

    return step, answer


def forward(spec: Spec, file: Path, last: bool = False) -> tuple[Callable[[], Any], Callable[[], Answer]]:
    """Every activation."""
    net, x, _ = _ready(spec, file, last)
    layers = list(net)

    @torch.inference_mode()
    def run() -> list[torch.Tensor]:
        kept = [x]
        for layer in layers:
            kept.append(layer(kept[-1]))
        return kept

    return run, lambda: {f"a{k}": value.contiguous().numpy() for k, value in enumerate(run()[1:])}


def scores(spec: Spec, file: Path, last: bool = False) -> tuple[Callable[[], Any], Callable[[], Answer]]:
    """The last output alone."""
    net, x, _ = _ready(spec, file, last)
    run = torch.inference_mode()(lambda: net(x))
    return run, lambda: {"a0": run().contiguous().numpy()}
