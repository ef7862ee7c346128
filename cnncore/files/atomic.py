"""Writing a file so that at every moment either the old one or the new one is there, whole."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path

from cnncore.errors import CnnError

_FULL = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at ``path``, or leave it exactly as it was and raise `CnnError`."""
    path = Path(path)
    try:
        target = path.resolve()  # a link stays a link
        if target.is_dir():
            raise CnnError("save.folder", "{name} is a folder. Give the name of a file.", name=path.name)
        if target.exists() and not target.is_file():  # a device or a pipe: nothing to replace
            target.write_bytes(content)
        else:
            _replace(target, content)
    except OSError as error:
        raise _explained(path, error) from None


def _replace(target: Path, content: bytes) -> None:
    part = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            if not os.access(target, os.W_OK):  # the folder would allow it, the file does not
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        os.replace(part, target)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    _settle(target.parent)


def _settle(folder: Path) -> None:
    """Make the new name last through a power cut, where the system can do that."""
    if os.name == "posix":
        with contextlib.suppress(OSError):
            number = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(number)
            finally:
                os.close(number)


def _explained(path: Path, error: OSError) -> CnnError:
    if error.errno in _FULL:
        return CnnError("save.full", "The disk is full: {name} was not saved. What was there before is unchanged. "
                        "Make room or choose another place.", name=path.name)
    if error.errno in _FORBIDDEN:
        return CnnError("save.forbidden", "{name} was not saved: the system does not allow writing in {folder}. "
                        "Choose another place.", name=path.name, folder=path.parent)
    if error.errno == errno.ENOENT:
        return CnnError("save.parent", "{name} was not saved: there is no folder {folder}.",
                        name=path.name, folder=path.parent)
    return CnnError("save.failed", "{name} was not saved: {reason}. What was there before is unchanged.",
                    name=path.name, reason=error.strerror or error)
