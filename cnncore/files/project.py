"""Models as files: a network, its weights, what its outputs mean, and how its input is made.

A project is the same container with more in it (`app.model.project`); what is a model in it is read here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnncore.errors import CnnError
from cnncore.files.container import read_container, write_container
from cnncore.network import Network, Weights
from cnncore.op import Array
from cnncore.preprocess import Preprocess

__all__ = ["KIND_MODEL", "KIND_PROJECT", "Model", "model_from_container", "model_header", "read_container",
           "read_model", "write_container", "write_model"]

KIND_MODEL = "model"
KIND_PROJECT = "project"
PREFIX = "weights/"  # of the arrays that are weights: "weights/conv1.weight"


@dataclass(frozen=True, eq=False)
class Model:
    """A network that can be used.

    Args:
        network: The architecture.
        weights: Float32, as `Network.parameter_shapes` says.
        labels: What each output means.
        preprocess: From a drawing to the input.
        notes: How it was made; plain data.
    """

    network: Network
    weights: Weights
    labels: tuple[str, ...]
    preprocess: Preprocess
    notes: Mapping[str, Any]


def read_model(path: Path) -> Model:
    """The model in a model file or a project, with every field checked."""
    header, arrays = read_container(path)
    try:
        return model_from_container(header, arrays)
    except CnnError as error:
        raise CnnError("file.model", "{name} cannot be used. {reason}", name=Path(path).name, reason=error) from None


def write_model(path: Path, model: Model) -> None:
    """Write ``model``, atomically: on any failure the old file stays as it was."""
    _check(model)
    header = model_header(model.network, model.labels, model.preprocess, model.notes)
    write_container(path, header, {PREFIX + key: value for key, value in model.weights.items()})


def model_header(network: Network, labels: tuple[str, ...], preprocess: Preprocess,
                 notes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The model's part of a header, as plain data; `model_from_container` reads it back."""
    return {"kind": KIND_MODEL, "network": network.settings(), "labels": list(labels),
            "preprocess": preprocess.settings(), "notes": dict(notes or {})}


def model_from_container(header: Mapping[str, Any], arrays: Mapping[str, Array], drawn: bool = True) -> Model:
    """The model in what `read_container` gave; of a project's arrays only its weights are looked at.

    Args:
        header, arrays: As they were read.
        drawn: The input is made of a drawing, so the preprocessing has to fit the network.

    Raises:
        CnnError: Where header and arrays do not make a whole and sound model.
    """
    from cnncore.files.header import ModelRow, fit, network_from_header

    kind = header.get("kind")
    if kind not in (KIND_MODEL, KIND_PROJECT):
        raise CnnError("file.kind", "The file says it holds {kind!r}; only {model} and {project} are known.",
                       kind=kind, model=KIND_MODEL, project=KIND_PROJECT)
    row = fit(header, ModelRow, "header")
    weights = {key[len(PREFIX):]: value for key, value in arrays.items() if key.startswith(PREFIX)}
    if kind == KIND_MODEL and len(weights) < len(arrays):
        extra = next(key for key in arrays if not key.startswith(PREFIX))
        raise CnnError("file.extra", "There is an array {key} that belongs to no layer.", key=extra)
    network, preprocess = network_from_header(row.network), Preprocess.make(row.preprocess)
    model = Model(network, weights, tuple(row.labels), preprocess, row.notes)
    _check(model, drawn)
    return model


def _check(model: Model, drawn: bool = True) -> None:
    """`CnnError` unless the parts of ``model`` fit each other."""
    model.network.check_weights(model.weights)
    for key, value in model.weights.items():
        if value.dtype != np.float32:
            raise CnnError("weights.dtype", "{key} holds {given}; weights are float32.", key=key, given=value.dtype)
    for label in model.labels:
        if not label.strip() or model.labels.count(label) > 1:
            raise CnnError("labels.twice", "The class {label!r} is empty or there twice. Each needs a name of its own.",
                           label=label)
    outputs = model.network.shapes[model.network.scores]
    if len(outputs) == 1 and outputs[0] != len(model.labels):
        raise CnnError("labels.count", "The network has {outputs} outputs, but {labels} classes are named.",
                       outputs=outputs[0], labels=len(model.labels))
    size = model.preprocess.size
    if drawn and model.network.input_shape != (1, size, size):
        raise CnnError("preprocess.size", "The preprocessing makes pictures of {size} × {size} in one channel; the "
                       "network takes (channels, height, width) = {shape}.", size=size, shape=model.network.input_shape)
