"""What a network refuses, and in which words: graphs, inputs and weights that cannot be. Raised before any work."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from operator import index
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from cnncore.errors import CnnError, did_you_mean
from cnncore.op import Array, Op, Shape

if TYPE_CHECKING:
    from cnncore.network import Node

FLOATS = "fd"  # what `dtype.char` says of float32 and float64


def shape_of_input(owner: str, value: Any) -> Shape:
    """(C, *S) as a tuple of ints; `CnnError` unless it is one to four sizes, each 1 or more."""
    try:
        given = tuple(index(n) for n in value if not isinstance(n, bool))
    except TypeError:
        given = ()
    if not 1 <= len(given) <= 4 or len(given) != len(value) or min(given) < 1:
        raise CnnError("network.input_shape", "{owner}: {knob} = {value} is not possible. Allowed: {allowed}. Say how "
                       "many channels a sample has and then its sizes, for example (1, 28, 28), without the batch.",
                       owner=owner, knob="input_shape", value=value, allowed="(C,) … (C, D, H, W), 1, 2, …")
    return given


def check_nodes(owner: str, nodes: Iterable[Node], source: str) -> None:
    """`CnnError` unless every node has a name of its own and an op, and reads as many earlier nodes as the op takes."""
    seen: set[str] = {source}
    for node in nodes:
        name, op = getattr(node, "name", None), getattr(node, "op", None)
        if not isinstance(op, Op):
            raise CnnError("network.op", "{owner}: {value!r} is no layer. Allowed: {allowed}. A layer is a name and an "
                           "op with its settings: ('relu', ReLU()). An op alone has no name, a class no settings.",
                           owner=owner, value=name if op is None else op, allowed="Node(name, op, inputs)")
        if not isinstance(name, str) or name in seen or not name or "." in name:
            raise CnnError("network.name", "The layer name {name!r} is empty, taken, or has a dot in it.", name=name)
        for one in node.inputs:
            if one not in seen:
                raise CnnError("network.source", "{name} reads {source!r}, which does not stand before it. Did you "
                               "mean: {near}?", name=name, source=one, near=did_you_mean(str(one), seen))
        given, arity = len(node.inputs), op.arity
        if given < arity or (given > arity and not op.many):
            raise CnnError("network.arity", "{name} reads {given} layers; {op} takes {arity}.", name=name, given=given,
                           op=op.kind, arity=f"{arity}, {arity + 1}, …" if op.many else arity)
        seen.add(name)
    if len(seen) == 1:
        raise CnnError("network.empty", "A network needs at least one layer.")


def pairs(owner: str, layers: Iterable[Any]) -> list[tuple[str, Op]]:
    """The (name, op) pairs of a chain; `CnnError` for what is no pair."""
    out = []
    for one in layers:
        if not isinstance(one, (tuple, list)) or len(one) != 2:
            raise CnnError("network.op", "{owner}: {value!r} is no layer. Allowed: {allowed}. A layer is a name and an "
                           "op with its settings: ('relu', ReLU()). An op alone has no name, a class no settings.",
                           owner=owner, value=one, allowed="(name, op)")
        out.append((one[0], one[1]))
    return out


def check_seed(owner: str, seed: Any) -> None:
    """`CnnError` unless ``seed`` is a whole number, 0 or more."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise CnnError("knob.range", "{owner}: {knob} = {value} is not possible. Allowed: {allowed}.", owner=owner,
                       knob="seed", value=seed, allowed="0, 1, …")


def check_input(owner: str, shape: Shape, x: Any) -> None:
    """`CnnError` unless ``x`` is (N, *shape) of finite float32 or float64, with one sample or more.

    Args:
        owner: The network's name, for messages.
        shape: (C, *S) that the network takes.
        x: What was given.
    """
    if type(x) is not np.ndarray and not isinstance(x, np.memmap):  # a mask or a matrix would go its own way
        _refuse_object(owner, shape, x)
    if x.shape[1:] != shape:
        _refuse_shape(owner, shape, x)
    if x.dtype.char not in FLOATS:
        raise CnnError("input.dtype", "{owner}: the input holds {value}. Allowed: {allowed}. Convert it with "
                       "x.astype(np.float32); pictures of 0 to 255 want / 255 as well.", owner=owner, knob="dtype",
                       value=x.dtype, allowed="float32, float64")
    if not len(x):
        raise CnnError("input.empty", "{owner}: there are no samples in an input of shape {value}. Allowed: {allowed} "
                       "samples. Give it one or more.", owner=owner, knob="batch", value=x.shape,
                       allowed="1, 2, …")
    if not finite(x):
        cell = tuple(int(i) for i in np.argwhere(~np.isfinite(x))[0])
        raise CnnError("input.finite", "{owner}: the input holds {value} at {cell}, which is not finite. Allowed: "
                       "{allowed}. Look for a division by zero or a missing value where the input is made; "
                       "np.nan_to_num(x) replaces them.",
                       owner=owner, knob="input", value=x[cell], cell=cell, allowed="− ∞ < x < ∞")


def finite(x: Array) -> bool:
    """Whether all numbers of a float array are finite.

    One product over the whole is, where all numbers are, but for overflow; it costs half as much as isfinite.
    """
    return math.isfinite(np.vdot(x, x)) or bool(np.isfinite(x).all())


def check_finite(owner: str, samples: Array) -> None:
    """`CnnError` for samples with NaN or infinity in them."""
    if not finite(samples):
        raise CnnError("samples.finite", "{owner}: the samples hold values that are not finite numbers. Mend them or "
                       "leave those samples out: one of them would spoil every mean.", owner=owner, knob="samples")


def _refuse_shape(owner: str, shape: Shape, x: Array) -> NoReturn:
    facts = {"owner": owner, "knob": "input", "value": x.shape, "allowed": f"(samples, {', '.join(map(str, shape))})"}
    if x.shape == shape:
        raise CnnError("input.rank", "{owner}: the input has shape {value}, which is one sample without its batch. "
                       "Allowed: {allowed}. Write x[None].", **facts)
    if x.ndim != len(shape) + 1:
        raise CnnError("input.rank", "{owner}: the input has shape {value}, {given} axes. Allowed: {allowed}, {needed} "
                       "axes. Reshape it: samples first, then channels, then space.", **facts, given=x.ndim,
                       needed=len(shape) + 1)
    if x.ndim > 2 and x.shape[-1] == shape[0] and x.shape[1:-1] == shape[1:]:
        raise CnnError("input.channels", "{owner}: the input has shape {value}, channels last. Allowed: {allowed}. "
                       "Move them: np.moveaxis(x, -1, 1).", **facts)
    if x.shape[1] != shape[0]:
        raise CnnError("input.channels", "{owner}: the input has shape {value}, {given} channels. Allowed: {allowed}, "
                       "{needed} channels. Take these channels, or build the network with another input_shape.",
                       **facts, given=x.shape[1], needed=shape[0])
    raise CnnError("input.shape", "{owner}: the input has shape {value}. Allowed: {allowed}. Crop or resize it, or "
                   "build the network with another input_shape.", **facts)


def _refuse_object(owner: str, shape: Shape, x: Any) -> NoReturn:
    allowed = f"(samples, {', '.join(map(str, shape))})"
    if isinstance(x, (list, tuple)):
        try:
            np.asarray(x, np.float32)
        except (TypeError, ValueError):
            raise CnnError("input.ragged", "{owner}: the input is a list whose rows differ in length, or do not hold "
                           "numbers. Allowed: {allowed}, a NumPy array. Bring all samples to one size first.",
                           owner=owner, knob="input", value=type(x).__name__, allowed=allowed) from None
    raise CnnError("input.type", "{owner}: the input is of type {value}. Allowed: {allowed}, a NumPy array. Make one "
                   "with np.asarray(x, np.float32).", owner=owner, knob="input", value=type(x).__name__,
                   allowed=allowed)


def fit(weights: Mapping[str, Any], shapes: Mapping[str, Shape]) -> bool:
    """Whether all arrays are there with the right shapes and floats; quick. `check_weights` says what is wrong."""
    try:
        for key, shape in shapes.items():
            value = weights[key]
            if value.shape != shape or value.dtype.char not in FLOATS:
                return False
    except (KeyError, AttributeError, TypeError):
        return False
    return True


def check_weights(weights: Mapping[str, Any], shapes: Mapping[str, Shape], *, values: bool = True) -> None:
    """`CnnError` unless ``weights`` holds exactly these arrays, float32 or float64; with ``values``, finite ones."""
    for key, shape in shapes.items():
        if key not in weights:
            raise CnnError("weights.missing", "The weights lack {key}.", key=key)
        value = weights[key]
        if not isinstance(value, np.ndarray) or value.dtype.char not in FLOATS:
            given = value.dtype if isinstance(value, np.ndarray) else type(value).__name__
            raise CnnError("weights.dtype", "{key} holds {given}. Allowed: {allowed}. Convert it with "
                           "np.asarray(value, np.float32).", key=key, given=given, allowed="float32, float64")
        if value.shape != shape:
            raise CnnError("weights.shape", "{key} has shape {given}; this network needs {needed}.", key=key,
                           given=value.shape, needed=shape)
        if values and not np.isfinite(value).all():
            raise CnnError("weights.value", "{key} holds values that are not finite numbers.", key=key)
    for key in weights if values else ():
        if key not in shapes:
            raise CnnError("weights.extra", "{key} belongs to no layer of this network.", key=key)


def check_gradient(owner: str, grad: Any, needed: Shape) -> None:
    """`CnnError` unless ``grad`` has the shape of the output that it is the gradient of."""
    if not isinstance(grad, np.ndarray) or grad.shape != needed or grad.dtype.char not in FLOATS:
        raise CnnError("backward.grad", "{owner}: the gradient that comes back has shape {value} of {dtype}. Allowed: "
                       "{allowed}, float32 or float64: one number for each number of the output.", owner=owner,
                       knob="grad", value=getattr(grad, "shape", type(grad).__name__),
                       dtype=getattr(grad, "dtype", "object"), allowed=needed)


def check_names(owner: str, names: Iterable[str], known: Collection[str]) -> None:
    """`CnnError` for a name that is no node of the network."""
    for name in names:
        if name not in known:
            raise CnnError("network.node", "There is no layer {name!r}. Did you mean: {near}?", owner=owner, name=name,
                           near=did_you_mean(str(name), known))


def check_known(nodes: Collection[str], known: Collection[str], stale: Collection[str]) -> None:
    """`CnnError` where an earlier pass lacks a node that is to be taken over."""
    for name in nodes:
        if name not in stale and name not in known:
            raise CnnError("forward.known", "The earlier pass has no result of {name}. Put it into stale, or run the "
                           "whole network.", name=name)
