"""Where an export goes: looked at before the work begins, written at once when it is whole."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from app.export.kinds import KINDS
from cnncore.errors import CnnError
from cnncore.files.atomic import write_atomically


def suffix_of(path: Path) -> str:
    """The ending that chooses the kind; `CnnError` names those there are."""
    suffix = path.suffix.lower()
    if suffix not in KINDS:
        raise CnnError("export.suffix", "{name} does not end in a way that says what to write. Known: {known}.",
                       name=path.name or repr(str(path)), known=" ".join(KINDS))
    return suffix


def check(path: Path) -> None:
    """`CnnError` unless the file can be written: better now than after a hundred frames."""
    if path.is_dir():
        raise CnnError("save.folder", "{name} is a folder. Give the name of a file.", name=path.name)
    if path.exists() and not path.is_file():
        return  # a device or a pipe
    if not path.parent.exists():
        raise CnnError("save.parent", "{name} was not saved: there is no folder {folder}.", name=path.name,
                       folder=path.parent)
    try:
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            raise CnnError("save.full", "The disk is full: {name} was not saved. What was there before is unchanged. "
                           "Make room or choose another place.", name=path.name) from None
        raise CnnError("save.forbidden", "{name} was not saved: the system does not allow writing in {folder}. "
                       "Choose another place.", name=path.name, folder=path.parent) from None


def answers_beside(path: Path) -> Path:
    """Where the answers to a worksheet go."""
    return path.with_name(f"{path.stem}-answers{path.suffix}")


def write_together(files: Mapping[Path, bytes]) -> None:
    """Replace all of these files, or leave each as it was and raise `CnnError`."""
    parts: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            target = path.resolve()
            if target.exists() and (not target.is_file() or not os.access(target, os.W_OK)):
                write_atomically(path, content)  # a device, or what may not be replaced: it knows what to say
                continue
            part = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
            try:
                write_atomically(part, content)
            except CnnError as error:
                raise CnnError(error.code, error.text, **{**error.facts, "name": path.name}) from None
            parts[target] = part
        for target, part in parts.items():
            os.replace(part, target)
    finally:
        for part in parts.values():
            with contextlib.suppress(OSError):
                part.unlink()
