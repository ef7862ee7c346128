"""Edits: pure functions from document to document. Everything a person changes goes through one of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from app.i18n import N_
from app.model.document import SIDE, Document, blank
from app.model.samples import Image, Sample, SampleClass, frozen
from cnncore.errors import CnnError
from cnncore.network import INPUT, Network, Weights
from cnncore.op import Array

Edit = Callable[..., Document]

MAX_CLASSES = 36
LARGEST = 1e4
_LABELS: dict[str, tuple[str, bool]] = {}


def edit(label: str, weights: bool = False) -> Callable[[Edit], Edit]:
    """Mark a function as an edit: its undo text, and whether it changes layers or weights."""

    def mark(function: Edit) -> Edit:
        _LABELS[function.__name__] = (label, weights)
        return function

    return mark


def label_of(function: Edit) -> str:
    """The undo text of an edit, an English key."""
    return _LABELS[function.__name__][0]


def touches_weights(function: Edit) -> bool:
    """True for an edit that an open run forbids."""
    return _LABELS[function.__name__][1]


# --- the drawing and what the network sees of it


@edit(N_("Draw"))
def set_drawing(document: Document, drawing: Image) -> Document:
    """Another picture on the canvas: (SIDE, SIDE) uint8."""
    if drawing.shape != (SIDE, SIDE) or drawing.dtype != np.uint8:
        raise CnnError(
            "drawing.shape",
            "The drawing has shape {given} of {dtype}; the canvas is {side} × {side} of uint8.",
            given=drawing.shape,
            dtype=drawing.dtype,
            side=SIDE,
        )
    if np.array_equal(drawing, document.drawing):
        return document
    return dataclasses.replace(document, drawing=frozen(drawing))


@edit(N_("Type the input"))
def set_input(document: Document, values: Array) -> Document:
    """Other numbers as the network's input, in place of the drawing: (C, *S) of finite numbers."""
    shape, values = document.network.input_shape, np.asarray(values)
    if values.shape != shape or values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        raise CnnError(
            "input.typed",
            "The input holds {given} of {dtype}; this network takes {shape}, each a finite number.",
            given="×".join(map(str, values.shape)),
            dtype=values.dtype,
            shape="×".join(map(str, shape)),
        )
    if np.abs(values).max(initial=0) > LARGEST:
        _refuse_number(float(values[np.abs(values) > LARGEST][0]))
    if document.typed is not None and np.array_equal(values, document.typed):
        return document
    return dataclasses.replace(document, typed=frozen(values.astype(np.float32)))


def _refuse_number(value: float) -> None:
    raise CnnError(
        "input.value",
        "A number of the input is {value}. Allowed: {allowed}.",
        value=f"{value:g}",
        allowed=f"−{LARGEST:,.0f} … {LARGEST:,.0f}",
    )


@edit(N_("Change a number of the input"))
def set_input_number(document: Document, index: tuple[int, ...], value: float) -> Document:
    """One number of a typed input."""
    if document.typed is None:
        raise CnnError("input.drawn", "The input is drawn, not typed.")
    if not math.isfinite(value) or abs(value) > LARGEST:
        _refuse_number(value)
    after: Array = document.typed.copy()
    after[index] = value
    return set_input(document, after)


@edit(N_("Take a ready input"), weights=True)
def take_ready(document: Document, arrays: Mapping[str, Array]) -> Document:
    """Several arrays at once: ``"input"`` is a typed input, any other key one of the weights."""
    for key, values in arrays.items():
        if key == INPUT:
            document = set_input(document, values)
        elif not np.array_equal(values, document.weights[key]):
            document = _with_weights(document, key, (), values, None)
            document = _named_as_trained(document, key, ())
    return document


@edit(N_("Clear the canvas"))
def clear_drawing(document: Document) -> Document:
    """An empty canvas."""
    return dataclasses.replace(document, drawing=blank()) if document.drawing.any() else document


@edit(N_("Invert the drawing"))
def invert_drawing(document: Document) -> Document:
    """Ink for ground and ground for ink."""
    return dataclasses.replace(document, drawing=frozen(255 - document.drawing))


@edit(N_("Change what the network sees"))
def set_preprocess(document: Document, **changes: Any) -> Document:
    """Turn knobs of the preprocessing."""
    after = document.preprocess.but(**changes)
    return document if after == document.preprocess else dataclasses.replace(document, preprocess=after)


# --- weights


@edit(N_("Change a weight"), weights=True)
def set_weight(document: Document, key: str, index: tuple[int, ...], value: float) -> Document:
    """One number of ``"conv1.weight"`` or another parameter."""
    if abs(value) <= LARGEST and document.weights[key][index] == np.float32(value):
        return document
    return _with_weights(document, key, index, np.asarray(value), None)


@edit(N_("Change the kernel"), weights=True)
def set_weights(
    document: Document, key: str, index: tuple[int, ...], values: Array, name: str | None = None
) -> Document:
    """A block of numbers, such as a kernel: ``index`` along the leading axes, ``name`` the preset it is."""
    return _with_weights(document, key, index, values, name)


@edit(N_("Restore trained weights"), weights=True)
def restore_weights(document: Document, key: str, index: tuple[int, ...] = ()) -> Document:
    """Back to the trained numbers: of one kernel, or with an empty index of the whole array."""
    return _named_as_trained(_with_weights(document, key, index, document.trained[key][index], None), key, index)


@edit(N_("Restore all trained weights"), weights=True)
def restore_all(document: Document) -> Document:
    """Every weight back to trained, nothing muted."""
    if document.weights is document.trained and not document.muted:
        return document
    return dataclasses.replace(document, weights=document.trained, muted=frozenset(),
                               kernel_names=document.trained_names)


@edit(N_("Mute a map"), weights=True)
def mute(document: Document, layer: str, map_: int, on: bool) -> Document:
    """Hold a map of a layer with weights at zero, or let it speak again."""
    pair = (layer, map_)
    if on == (pair in document.muted):
        return document
    return dataclasses.replace(document, muted=document.muted | {pair} if on else document.muted - {pair})


@edit(N_("Solo a map"), weights=True)
def solo(document: Document, layer: str, map_: int, count: int) -> Document:
    """Mute all other maps of a layer of ``count``; where that is so already, let all speak again."""
    own = {(layer, k) for k in range(count)}
    others = own - {(layer, map_)}
    kept = document.muted - own
    return dataclasses.replace(document, muted=kept if own & document.muted == others else kept | others)


@edit(N_("Unmute all maps"), weights=True)
def unmute(document: Document, layer: str) -> Document:
    """Let every map of a layer speak again."""
    kept = frozenset(one for one in document.muted if one[0] != layer)
    return document if kept == document.muted else dataclasses.replace(document, muted=kept)


@edit(N_("Keep the trained weights"), weights=True)
def accept_run(document: Document, network: Network, weights: Weights, labels: tuple[str, ...]) -> Document:
    """Take over what a run learned: its network, weights and labels, as the new trained state."""
    network.check_weights(weights)
    kept = {key: frozen(value) for key, value in weights.items()}
    return dataclasses.replace(
        document, network=network, weights=kept, trained=kept, labels=labels, muted=frozenset(), kernel_names={},
        trained_names={},
    )


def _named_as_trained(document: Document, key: str, index: tuple[int, ...]) -> Document:
    """Kernels that hold their trained numbers have their names again."""
    place = (key.split(".")[0], *index[:2])
    if not key.endswith(".weight") or not np.array_equal(document.weights[key][index], document.trained[key][index]):
        return document
    names = {p: name for p, name in document.trained_names.items() if p[:len(place)] == place}
    return dataclasses.replace(document, kernel_names={**document.kernel_names, **names}) if names else document


def _with_weights(document: Document, key: str, index: tuple[int, ...], values: Array, name: str | None) -> Document:
    numbers = np.asarray(values, np.float64)
    if not np.isfinite(numbers).all() or np.abs(numbers).max(initial=0) > LARGEST:
        bad = numbers[~(np.abs(numbers) <= LARGEST)].reshape(-1)[0]
        raise CnnError(
            "weight.value",
            "{key}: {value} is not possible. Allowed: numbers from −{most:,.0f} to {most:,.0f}.",
            key=key,
            value=f"{bad:g}" if math.isfinite(bad) else str(bad),
            most=LARGEST,
        )
    array = document.weights[key].copy()
    if array[index].shape != numbers.shape:
        raise CnnError(
            "weight.shape",
            "{key}: {given} numbers do not fit; this place takes {needed}.",
            key=key,
            given=" × ".join(map(str, numbers.shape)),
            needed=" × ".join(map(str, array[index].shape)),
        )
    array[index] = numbers
    array.setflags(write=False)
    layer = key.split(".")[0]
    names = dict(document.kernel_names)
    if key.endswith(".weight") and array.ndim > 2:
        for place in [p for p in names if p[0] == layer and p[1 : 1 + len(index[:2])] == index[:2]]:
            del names[place]
        if name is not None and len(index) == 2:
            f, c = index
            names[(layer, f, c)] = name
    weights = {**document.weights, key: array}
    if np.array_equal(array, document.trained[key]):
        weights[key] = document.trained[key]
    if all(weights[k] is document.trained[k] for k in weights):
        weights = document.trained  # type: ignore[assignment]
    return dataclasses.replace(document, weights=weights, kernel_names=names)


# --- samples


@edit(N_("Add a class"))
def add_class(document: Document, name: str) -> Document:
    """One more class to draw for."""
    name = _class_name(document, name)
    if len(document.classes) >= MAX_CLASSES:
        raise CnnError(
            "class.many",
            "There are {count} classes already. Allowed: 2 to {most}.",
            count=len(document.classes),
            most=MAX_CLASSES,
        )
    return dataclasses.replace(document, classes=(*document.classes, SampleClass(name)))


@edit(N_("Add classes"))
def add_classes(document: Document, names: tuple[str, ...]) -> Document:
    """Several classes in one step, such as the ten digits."""
    for name in names:
        document = add_class(document, name)
    return document


@edit(N_("Rename a class"))
def rename_class(document: Document, index: int, name: str) -> Document:
    """Another name for the class at ``index``."""
    if document.classes[index].name == name.strip():
        return document
    return _with_class(document, index, dataclasses.replace(document.classes[index], name=_class_name(document, name)))


@edit(N_("Delete a class"))
def remove_class(document: Document, index: int) -> Document:
    """The class and its samples are gone."""
    return dataclasses.replace(document, classes=document.classes[:index] + document.classes[index + 1 :])


@edit(N_("Add a sample"))
def add_sample(document: Document, index: int, image: Image) -> Document:
    """A drawing more in the class at ``index``."""
    if not image.any():
        raise CnnError(
            "sample.blank",
            "The canvas is empty: draw something, then add it to “{name}”.",
            name=document.classes[index].name,
        )
    one = document.classes[index]
    return _with_class(document, index, dataclasses.replace(one, samples=one.samples.add(Sample(frozen(image)))))


@edit(N_("Delete a sample"))
def remove_sample(document: Document, index: int, place: int) -> Document:
    """The sample at ``place`` of the class at ``index`` is gone."""
    one = document.classes[index]
    return _with_class(document, index, dataclasses.replace(one, samples=one.samples.remove(place)))


@edit(N_("Move a sample"))
def relabel_sample(document: Document, index: int, place: int, to: int) -> Document:
    """The sample belongs to another class."""
    if index == to:
        return document
    sample = document.classes[index].samples[place]
    after = remove_sample(document, index, place)
    target = after.classes[to]
    return _with_class(after, to, dataclasses.replace(target, samples=target.samples.add(sample)))


@edit(N_("Delete samples"))
def remove_samples(document: Document, places: Sequence[tuple[int, int]]) -> Document:
    """Several (class, sample) places at once, given as they are before."""
    for index, place in sorted(places, reverse=True):
        document = remove_sample(document, index, place)
    return document


@edit(N_("Move samples"))
def relabel_samples(document: Document, places: Sequence[tuple[int, int]], to: int) -> Document:
    """Several (class, sample) places to another class, in their order; those that are there already stay."""
    moved = sorted((index, place) for index, place in places if index != to)
    samples = [document.classes[index].samples[place] for index, place in moved]
    document = remove_samples(document, moved)
    for sample in samples:
        target = document.classes[to]
        document = _with_class(document, to, dataclasses.replace(target, samples=target.samples.add(sample)))
    return document


def _with_class(document: Document, index: int, one: SampleClass) -> Document:
    return dataclasses.replace(document, classes=(*document.classes[:index], one, *document.classes[index + 1 :]))


def _class_name(document: Document, name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 40 or not name.isprintable():
        raise CnnError("class.name", "{name!r} cannot name a class. Allowed: 1 to 40 visible characters.", name=name)
    if any(c.name == name for c in document.classes):
        raise CnnError("class.taken", "There is a class “{name}” already. Choose another name.", name=name)
    return name


# --- training


@edit(N_("Change the training settings"))
def set_training(document: Document, **changes: Any) -> Document:
    """Turn knobs of the next run; knobs of ``settings`` and ``augment`` are turned in theirs."""
    after = dataclasses.replace(document.training, **changes)
    return document if after == document.training else dataclasses.replace(document, training=after)


@edit(N_("Change the seed"))
def set_seed(document: Document, seed: int) -> Document:
    """Of random starts: a whole number, at least 0."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise CnnError(
            "seed.range",
            "Seed = {value} is not possible. Allowed: whole numbers from 0 to {most}.",
            value=seed,
            most=2**32 - 1,
        )
    return document if seed == document.seed else dataclasses.replace(document, seed=seed)
