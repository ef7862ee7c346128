"""A project as a file: the whole document in one container, and back, with every field checked."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from app.model.breakpoints import MOST, Breakpoint, read
from app.model.document import SIDE, Document, TrainingChoice, from_model
from app.model.edits import MAX_CLASSES
from app.model.expression_tree import LONGEST, parse
from app.model.samples import Sample, SampleClass, Samples, frozen
from cnncore.augment import Augment
from cnncore.errors import CnnError
from cnncore.files.project import KIND_PROJECT, model_from_container, model_header, read_container, write_container
from cnncore.op import Array
from cnncore.training import TrainSettings

SUFFIX = ".convscope"


def save_project(path: Path, document: Document) -> None:
    """Write the document to ``path``, atomically: on any failure the old file stays as it was."""
    arrays: dict[str, Array] = {f"weights/{key}": value for key, value in document.weights.items()}
    arrays |= {f"trained/{key}": value for key, value in document.trained.items() if document.weights[key] is not value}
    arrays["drawing"] = document.drawing
    if document.typed is not None:
        arrays["input"] = document.typed
    for k, one in enumerate(document.classes):
        arrays |= {f"samples/{k}/{i}": sample.image for i, sample in enumerate(one.samples)}
    training = document.training
    header = {
        **model_header(document.network, document.labels, document.preprocess),
        "kind": KIND_PROJECT,
        "seed": document.seed,
        "classes": [{"name": one.name, "samples": len(one.samples)} for one in document.classes],
        "muted": sorted([layer, index] for layer, index in document.muted),
        "kernel_names": [[*place, name] for place, name in sorted(document.kernel_names.items())],
        "trained_names": [[*place, name] for place, name in sorted(document.trained_names.items())],
        "training": {
            "start": training.start,
            "auto": training.auto,
            "settings": training.settings.settings(),
            "augment": training.augment.settings(),
        },
        "stops": [dataclasses.asdict(stop) for stop in document.stops],
        "watches": list(document.watches),
    }
    write_container(path, header, arrays)


def load(path: Path) -> Document:
    """A document from a project or a model file; a refusal names the file."""
    header, arrays = read_container(path)
    try:
        return _document(header, arrays)
    except CnnError as error:
        raise CnnError("file.model", "{name} cannot be used. {reason}", name=Path(path).name, reason=error) from None


def _document(header: dict[str, Any], arrays: dict[str, Array]) -> Document:
    if header.get("kind") != KIND_PROJECT:
        return from_model(model_from_container(header, arrays))
    weights = {key[8:]: frozen(value) for key, value in arrays.items() if key.startswith("weights/")}
    trained = weights | {key[8:]: frozen(value) for key, value in arrays.items() if key.startswith("trained/")}
    own = {f"weights/{k}": v for k, v in weights.items()}
    model = model_from_container(header, own, drawn="input" not in arrays)
    model.network.check_weights(trained)
    drawing = _image(arrays, "drawing")
    if drawing.shape != (SIDE, SIDE):
        raise _bad("drawing", " × ".join(map(str, drawing.shape)), f"{SIDE} × {SIDE}")
    document = from_model(model)
    return dataclasses.replace(
        document,
        weights=weights
        if trained.keys() != weights.keys() or any(trained[k] is not weights[k] for k in weights)
        else trained,
        trained=trained,
        drawing=drawing,
        classes=_classes(header, arrays),
        seed=_seed(header),
        training=_training(header),
        muted=_muted(header, document),
        kernel_names=_names(header, document, "kernel_names"),
        trained_names=_names({"trained_names": [], **header}, document, "trained_names"),  # earlier projects have none
        typed=_typed(arrays, document),
        stops=_stops(header),
        watches=_watches(header),
    )


def _bad(field: str, value: object, allowed: str) -> CnnError:
    return CnnError(
        "project.field",
        "This project's {field} is {value}. Allowed: {allowed}. The file is damaged or not made by ConvScope.",
        field=field,
        value=value,
        allowed=allowed,
    )


def _image(arrays: dict[str, Array], key: str) -> Any:
    if key not in arrays:
        raise CnnError(
            "project.missing", "This project lacks {key}. The file is damaged or not made by ConvScope.", key=key
        )
    image = arrays[key]
    if image.dtype != np.uint8 or image.ndim != 2 or not 1 <= min(image.shape) <= max(image.shape) <= 4096:
        raise _bad(key, f"{image.dtype} {image.shape}", "uint8, height × width, up to 4096")
    return frozen(image)


def _typed(arrays: dict[str, Array], document: Document) -> Array | None:
    if "input" not in arrays:
        return None
    values, shape = arrays["input"], document.network.input_shape
    if values.dtype != np.float32 or values.shape != shape or not np.isfinite(values).all():
        raise _bad("input", f"{values.dtype} {values.shape}", f"finite float32 {shape}")
    return frozen(values)


def _classes(header: dict[str, Any], arrays: dict[str, Array]) -> tuple[SampleClass, ...]:
    rows = header.get("classes")
    if not isinstance(rows, list) or len(rows) > MAX_CLASSES:
        raise _bad("classes", type(rows).__name__, f"a list of up to {MAX_CLASSES}")
    out: list[SampleClass] = []
    for k, row in enumerate(rows):
        name, count = (row.get("name"), row.get("samples")) if isinstance(row, dict) else (None, None)
        if not isinstance(name, str) or not name.strip() or any(c.name == name for c in out):
            raise _bad("class name", repr(name), "a text of its own for each class")
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= len(arrays):
            raise _bad("number of samples", repr(count), "a whole number, one array for each")
        samples = Samples()
        for i in range(count):
            samples = samples.add(Sample(_image(arrays, f"samples/{k}/{i}")))
        out.append(SampleClass(name, samples))
    return tuple(out)


def _seed(header: dict[str, Any]) -> int:
    seed = header.get("seed")
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**32:
        raise _bad("seed", repr(seed), f"whole numbers from 0 to {2**32 - 1}")
    return seed


def _training(header: dict[str, Any]) -> TrainingChoice:
    row = header.get("training")
    if (
        not isinstance(row, dict)
        or row.get("start") not in ("random", "trained")
        or not isinstance(row.get("auto"), bool)
    ):
        raise _bad("training", repr(row)[:80], "start, auto, settings and augment")
    settings, augment = row.get("settings"), row.get("augment")
    if not isinstance(settings, dict) or not isinstance(augment, dict):
        raise _bad("training", repr(row)[:80], "start, auto, settings and augment")
    return TrainingChoice(row["start"], TrainSettings.make(settings), Augment.make(augment), row["auto"])


def _muted(header: dict[str, Any], document: Document) -> frozenset[tuple[str, int]]:
    out = set()
    for row in _rows(header, "muted", 2):
        layer, index = row
        if (
            not isinstance(layer, str)
            or f"{layer}.weight" not in document.weights
            or not _within(index, document.weights[f"{layer}.weight"].shape[0])
        ):
            raise _bad("muted map", repr(row), "a layer with weights and one of its maps")
        out.add((layer, index))
    return frozenset(out)


def _names(header: dict[str, Any], document: Document, key: str) -> dict[tuple[str, int, int], str]:
    out = {}
    for row in _rows(header, key, 4):
        layer, f, c, name = row
        array = document.weights.get(f"{layer}.weight")
        if (
            array is None
            or array.ndim < 3
            or not _within(f, array.shape[0])
            or not _within(c, array.shape[1])
            or not isinstance(name, str)
        ):
            raise _bad("kernel name", repr(row), "layer, filter, channel and name")
        out[(layer, f, c)] = name
    return out


def _stops(header: dict[str, Any]) -> tuple[Breakpoint, ...]:
    rows = header.get("stops", [])  # earlier projects have none
    if not isinstance(rows, list) or len(rows) > MOST:
        raise _bad("stops", repr(rows)[:80], f"a list of up to {MOST} breakpoints")
    out = []
    for row in rows:
        stop = read(row)
        if stop is None or (stop.condition and not _parses(stop.condition)):
            raise _bad("breakpoint", repr(row)[:80], "lane, node, target, condition and on")
        out.append(stop)
    return tuple(out)


def _watches(header: dict[str, Any]) -> tuple[str, ...]:
    rows = header.get("watches", [])
    if not isinstance(rows, list) or len(rows) > MOST or len(set(map(str, rows))) < len(rows):
        raise _bad("watches", repr(rows)[:80], f"a list of up to {MOST} different expressions")
    for row in rows:
        if not isinstance(row, str) or not _parses(row):
            raise _bad("watch", repr(row)[:80], f"an expression of up to {LONGEST} characters")
    return tuple(rows)


def _parses(text: str) -> bool:
    try:
        parse(text)
    except CnnError:
        return False
    return True


def _rows(header: dict[str, Any], key: str, width: int) -> list[list[Any]]:
    rows = header.get(key)
    if not isinstance(rows, list) or not all(isinstance(r, list) and len(r) == width for r in rows):
        raise _bad(key, repr(rows)[:80], f"a list of rows of {width}")
    return rows


def _within(index: object, size: int) -> bool:
    return isinstance(index, int) and not isinstance(index, bool) and 0 <= index < size
