"""The one container of models and projects: a safetensors file whose metadata hold a JSON header.

``__metadata__ = {"convscope": '{"version": 1, "kind": …, …}'}`` beside any number of named arrays. Nothing in it is
ever executed. https://huggingface.co/docs/safetensors
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cnncore.errors import CnnError
from cnncore.files.atomic import write_atomically
from cnncore.op import Array

VERSION = 1
KEY = "convscope"
LARGEST = 2**30  # bytes of a file: a thousand times the shipped model, and still fits into memory
LARGEST_HEADER = 2**26
TYPES = {"F32": "float32", "F64": "float64", "U8": "uint8", "I32": "int32", "I64": "int64"}
_OTHERS = {  # first bytes of what people have beside it; these names need no translation
    b"PK\x03\x04": "zip (PyTorch, NumPy)", b"\x89HDF": "HDF5 (Keras)",
    b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"\x1f\x8b": "gzip", b"\x93NUMPY": "NumPy",
}


def read_container(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Header and arrays of a file, the form checked, the meaning not.

    Raises:
        CnnError: Where the file is not there, not ours, damaged, too large or from a newer version.
    """
    import msgspec
    import safetensors
    import safetensors.numpy

    path = Path(path)
    content = _content(path)
    rows = _rows(path, content)
    try:
        metadata = msgspec.convert(rows.pop("__metadata__", {}), type=dict[str, str])
        header = msgspec.json.decode(metadata[KEY], type=dict[str, Any])
    except KeyError:
        raise CnnError("file.foreign", "{name} holds arrays, but ConvScope did not write it: it says nothing of "
                       "layers and classes.", name=path.name) from None
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise CnnError("file.json", "{name} is damaged: its header is not JSON ({reason}).",
                       name=path.name, reason=error) from None
    _check_version(path, header)
    for key, row in rows.items():
        if not isinstance(row, dict) or row.get("dtype") not in TYPES:
            raise CnnError("file.type", "{name}: {key} holds {given}. Allowed: {allowed}.", name=path.name, key=key,
                           given=row.get("dtype") if isinstance(row, dict) else row, allowed=", ".join(TYPES.values()))
    try:
        arrays = safetensors.numpy.load(content)
    except (safetensors.SafetensorError, ValueError) as error:
        raise CnnError("file.arrays", "{name} is damaged: its list of arrays does not fit its content ({reason}).",
                       name=path.name, reason=error) from None
    return header, arrays


def write_container(path: Path, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write a file, atomically: on any failure the old one stays as it was.

    Args:
        path: Where.
        header: Plain data with a ``"kind"``; the version is added.
        arrays: Name to array of one of `TYPES`.
    """
    import msgspec
    import safetensors.numpy

    text = msgspec.json.encode({"version": VERSION, **header}, enc_hook=_plain)
    size = len(text) + sum(array.nbytes for array in arrays.values())
    if size > LARGEST or len(text) > LARGEST_HEADER:
        raise CnnError("save.large", "{name} would have {size} MB. Allowed: up to {most} MB.", name=Path(path).name,
                       size=size // 2**20, most=LARGEST // 2**20)
    for key, array in arrays.items():
        if array.dtype.name not in TYPES.values():
            raise CnnError("file.type", "{name}: {key} holds {given}. Allowed: {allowed}.", name=Path(path).name,
                           key=key, given=array.dtype.name, allowed=", ".join(TYPES.values()))
    rows = {key: np.asarray(array, order="C") for key, array in arrays.items()}
    write_atomically(path, safetensors.numpy.save(rows, {KEY: text.decode()}))


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not plain data")


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise CnnError("file.folder", "{name} is a folder; a project or a model is one file.", name=path.name)
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise CnnError("file.none", "There is no file {name}.", name=path) from None
    except OSError as error:
        raise CnnError("file.unreadable", "{name} cannot be read: {reason}.",
                       name=path.name, reason=error.strerror or error) from None
    if len(content) > LARGEST:
        raise CnnError("file.large", "{name} is larger than {most} MB, which ConvScope does not open.",
                       name=path.name, most=LARGEST // 2**20)
    return content


def _rows(path: Path, content: bytes) -> dict[str, Any]:
    """The safetensors header as plain data: name to dtype, shape and place."""
    import msgspec

    for start, what in _OTHERS.items():
        if content.startswith(start):
            raise CnnError("file.other", "{name} is a file of another kind: {what}. ConvScope opens its projects, and "
                           "models in safetensors.", name=path.name, what=what)
    if content[:1] == b"\x80" and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05") and content[7:9] != b"\0{":
        raise CnnError("file.pickle", "{name} is a pickle, which can run any program when it is opened. ConvScope "
                       "never opens one: save the weights as safetensors.", name=path.name)
    length = int.from_bytes(content[:8], "little")
    if content[8:9] != b"{" or length > LARGEST_HEADER:
        raise CnnError("file.form", "{name} is neither a ConvScope project nor a model: it is not in the "
                       "safetensors form.", name=path.name)
    if 8 + length > len(content):
        raise CnnError("file.cut", "{name} is cut off: {given} of at least {needed} bytes are there. Copy it again.",
                       name=path.name, given=len(content), needed=8 + length)
    try:
        rows = msgspec.json.decode(content[8:8 + length], type=dict[str, Any])
        ends = [int(row["data_offsets"][1]) for key, row in rows.items() if key != "__metadata__"]
    except (msgspec.MsgspecError, UnicodeError, RecursionError, TypeError, KeyError, IndexError, ValueError) as error:
        raise CnnError("file.json", "{name} is damaged: its header is not JSON ({reason}).",
                       name=path.name, reason=error) from None
    needed = 8 + length + max(ends, default=0)
    if len(content) < needed:
        raise CnnError("file.cut", "{name} is cut off: {given} of at least {needed} bytes are there. Copy it again.",
                       name=path.name, given=len(content), needed=needed)
    return rows


def _check_version(path: Path, header: dict[str, Any]) -> None:
    version, kind = header.get("version"), header.get("kind")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1 or not isinstance(kind, str):
        raise CnnError("file.head", "{name} is damaged: its header lacks a version or a kind.", name=path.name)
    if version > VERSION:
        raise CnnError("file.newer", "{name} was made by a newer ConvScope (form {given}; this one knows up to "
                       "{known}). Update ConvScope.", name=path.name, given=version, known=VERSION)
