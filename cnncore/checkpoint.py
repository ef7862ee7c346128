"""Checkpoints: all that a training needs to go on bit for bit, as plain data, and as a file.

A checkpoint is ``{"header": plain data, "arrays": name to array}``. The arrays are ``weights:…``, ``mean:…`` (with an
average), ``best:…`` (with held-out samples), ``state:…`` of the optimiser and ``order``, the samples of this epoch.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from cnncore.averaging import Held
from cnncore.errors import CnnError
from cnncore.network import Network
from cnncore.op import Array
from cnncore.train_settings import TrainSettings

if TYPE_CHECKING:
    from cnncore.progress import Live

KIND = "checkpoint"
GENERATOR = "PCG64"


class Checkpoint(TypedDict):
    """What `Progress.checkpoint` gives and ``train(resume=…)`` takes."""

    header: dict[str, Any]
    arrays: dict[str, Array]


def taken(live: Live) -> Checkpoint:
    """A checkpoint of the training as it is now; all arrays are copies."""
    generator: Any = live.rng.bit_generator.state
    header = {
        "kind": KIND, "network": plain(live.network.settings()), "settings": plain(live.settings.settings()),
        "step": live.step, "seconds": live.seconds, "waited": live.waited, "best_step": live.best_step,
        "best": None if live.best is None else [v if math.isfinite(v) else None for v in live.best_key],
        "generator": {"kind": generator["bit_generator"], "state": hex(generator["state"]["state"]),
                      "inc": hex(generator["state"]["inc"]), "half": generator["has_uint32"],
                      "rest": generator["uinteger"]},
    }
    arrays = {f"weights:{key}": value for key, value in live.copied(live.now).items()}
    if live.settings.average:
        arrays |= {f"mean:{key}": value for key, value in live.copied(live.mean).items()}
    if live.best is not None:
        arrays |= {f"best:{key}": value for key, value in live.copied(live.best).items()}
    state = live.flat.state_views(live.state)
    return {"header": header, "arrays": {**arrays, "order": live.order.astype(np.int64),
                                         **{f"state:{key}": value.copy() for key, value in state.items()}}}


def put_back(live: Live, given: Checkpoint) -> None:
    """Make ``live``, which is about to begin, go on from a checkpoint; `CnnError` where the two do not fit."""
    header, arrays = _checked(given)
    if plain(header["network"]) != plain(live.network.settings()):
        raise CnnError("checkpoint.network", "The checkpoint is of another network ({theirs}) than the one to train "
                       "({mine}). Take the network that it was made with.", theirs=header["network"].get("name"),
                       mine=live.network.name)
    if header["settings"]["optimizer"] != live.settings.optimizer:
        raise CnnError("checkpoint.optimizer", "The checkpoint was made with the optimizer {theirs}; the settings say "
                       "{mine}. Take the same one, or begin anew from its weights.",
                       theirs=header["settings"]["optimizer"], mine=live.settings.optimizer)
    order = _array(arrays, "order", live.order.shape, "i")
    if not np.array_equal(np.sort(order), np.arange(len(order))):
        raise CnnError("checkpoint.order", "The checkpoint's order of the samples names one twice. The file is "
                       "damaged: take another checkpoint.")
    live.order = order
    live.now = _held(live, arrays, "weights")
    live.mean = _held(live, arrays, "mean") if live.settings.average else live.now
    if header["best"] is not None:
        live.best = _held(live, arrays, "best")
        accuracy, loss = (-math.inf if v is None else float(v) for v in header["best"])
        live.best_key = (accuracy, loss)
    state = {}
    for key, value in live.flat.state_views(live.state).items():
        state[key] = _array(arrays, f"state:{key}", value.shape, value.dtype.kind)
    live.state = live.flat.pack_state(state)
    live.step, live.seconds = int(header["step"]), float(header["seconds"])
    live.waited, live.best_step = int(header["waited"]), int(header["best_step"])
    live.rng = _generator(header["generator"])


def write_checkpoint(path: Path | str, checkpoint: Checkpoint) -> None:
    """Write a checkpoint to a file, atomically: see `cnncore.files.container`."""
    from cnncore.files.container import write_container

    header, arrays = _checked(checkpoint)
    write_container(Path(path), header, arrays)


def read_checkpoint(path: Path | str) -> Checkpoint:
    """The checkpoint of a file, every field checked.

    Raises:
        CnnError: Where the file cannot be read, or holds something else.
    """
    from cnncore.files.container import read_container

    header, arrays = read_container(Path(path))
    header.pop("version", None)
    if header.get("kind") != KIND:
        raise CnnError("checkpoint.kind", "{name} holds a {given}, not a checkpoint of a training.",
                       name=Path(path).name, given=header.get("kind"))
    _checked({"header": header, "arrays": arrays})
    return {"header": header, "arrays": arrays}


def network_of(checkpoint: Checkpoint) -> Network:
    """The network that a checkpoint was made with."""
    from cnncore.files.header import network_from_header

    return network_from_header(_checked(checkpoint)[0]["network"])


def settings_of(checkpoint: Checkpoint) -> TrainSettings:
    """The settings that a checkpoint was made with."""
    settings: TrainSettings = TrainSettings.make(_checked(checkpoint)[0]["settings"])
    return settings


def plain(value: Any) -> Any:
    """Plain data as a file gives it back: lists for tuples."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def _held(live: Live, arrays: dict[str, Array], part: str) -> Held:
    found = {key: _array(arrays, f"{part}:{key}", shape, "f")
             for key, shape in live.network.parameter_shapes.items()}
    running = {key: value for key, value in found.items() if key in live.network.running}
    return live.flat.pack(found), running


def _array(arrays: dict[str, Array], key: str, shape: tuple[int, ...], kind: str) -> Array:
    """A copy of one array; `CnnError` unless it is there, of that shape and sort, and finite."""
    array = arrays.get(key)
    if not isinstance(array, np.ndarray) or array.shape != shape or array.dtype.kind != kind:
        raise CnnError("checkpoint.array", "The checkpoint's {key} should have shape {needed}, and is {given}. It was "
                       "made with other samples or settings, or is damaged.", key=key, needed=shape,
                       given="missing" if array is None else f"{array.dtype} {array.shape}")
    if not np.isfinite(array).all():
        raise CnnError("checkpoint.finite", "The checkpoint's {key} holds numbers that are not finite. Take an "
                       "earlier checkpoint.", key=key)
    out: Array = array.copy()
    return out


def _checked(given: Any) -> tuple[dict[str, Any], dict[str, Array]]:
    """Header and arrays; `CnnError` unless every field of the header is what it should be."""
    if not isinstance(given, dict) or not isinstance(given.get("header"), dict) \
            or not isinstance(given.get("arrays"), dict):
        raise CnnError("checkpoint.form", "This is no checkpoint: it should hold header and arrays. Take what "
                       "Progress.checkpoint or read_checkpoint gives.")
    header = given["header"]
    for field, fits in FIELDS.items():
        if field not in header or not fits(header[field]):
            raise CnnError("checkpoint.field", "The checkpoint's {field} is {value!r}, which is not possible. The file "
                           "is damaged: take another checkpoint.", field=field, value=header.get(field))
    return header, given["arrays"]


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**62


def _hex(value: object) -> bool:
    try:
        return isinstance(value, str) and 0 <= int(value, 16) < 2**128
    except ValueError:
        return False


def _drawn(value: object) -> bool:
    return (isinstance(value, dict) and value.get("kind") == GENERATOR and _hex(value.get("state"))
            and _hex(value.get("inc")) and value.get("half") in (0, 1) and _count(value.get("rest"))
            and value["rest"] < 2**32)


def _pair(value: object) -> bool:
    return value is None or (isinstance(value, list) and len(value) == 2 and all(
        v is None or (isinstance(v, (int, float)) and not isinstance(v, bool)) for v in value))


FIELDS = {
    "kind": lambda v: v == KIND, "network": lambda v: isinstance(v, dict),
    "settings": lambda v: isinstance(v, dict) and isinstance(v.get("optimizer"), str), "step": _count,
    "seconds": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool) and 0 <= v < math.inf,
    "waited": _count, "best_step": _count, "best": _pair, "generator": _drawn,
}


def _generator(row: dict[str, Any]) -> np.random.Generator:
    bits = np.random.PCG64()
    bits.state = {"bit_generator": GENERATOR, "has_uint32": row["half"], "uinteger": row["rest"],
                  "state": {"state": int(row["state"], 16), "inc": int(row["inc"], 16)}}
    return np.random.Generator(bits)
