"""MP4 by ffmpeg, which the optional extra ``video`` brings along."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from app.export.frames import Pixels
from cnncore.errors import CnnError

NO_ROOM = 1 << 20  # bytes
WHOLE = b"moov"  # the part of a film that tells where its frames are: it is written at last
OPTIONS = ["-crf", "18", "-preset", "veryfast", "-movflags", "+faststart"]


def _command() -> str:
    """What gets it for the very Python that runs here."""
    own = Path(sys.executable)
    name = own.name if shutil.which(own.name) == str(own) else f'"{own}"' if " " in str(own) else str(own)
    return f"{name} -m pip install imageio-ffmpeg"


class Mp4:
    """`add` frames, then take `finish`. The film lies in a folder of its own until it is whole.

    Args:
        size: (width, height).
        ms: How long a frame stays: all alike.
    """

    def __init__(self, size: tuple[int, int], ms: int) -> None:
        try:
            ffmpeg: Any = import_module("imageio_ffmpeg")
        except ImportError:
            raise missing() from None
        self._send: Generator[None, Any, None] | None = None
        try:
            self._folder = tempfile.TemporaryDirectory(prefix="convscope-")
        except OSError as error:
            raise _broken(error) from None
        self._path = Path(self._folder.name) / "film.mp4"
        self._even = tuple(side + side % 2 for side in size)  # the codec halves its colours
        try:
            self._send = ffmpeg.write_frames(
                str(self._path), self._even, pix_fmt_in="bgra", fps=1000 / ms, codec="libx264", macro_block_size=1,
                output_params=OPTIONS, ffmpeg_log_level="quiet")
            next(self._send)
        except (OSError, RuntimeError) as error:
            failed = self._failed(error)
            self.close()
            raise failed from None

    def add(self, frame: Pixels, ms: int) -> None:
        """One more frame."""
        assert self._send is not None
        wide, high = self._even
        padded = np.pad(frame, ((0, high - frame.shape[0]), (0, wide - frame.shape[1])), mode="edge")
        try:
            self._send.send(np.ascontiguousarray(padded))
        except (OSError, StopIteration) as error:
            raise self._failed(error) from None

    def finish(self) -> bytes:
        """The file."""
        try:
            self._end()
            content = self._path.read_bytes()
            if WHOLE not in content:
                raise OSError
            return content
        except OSError as error:
            raise self._failed(error) from None
        finally:
            self.close()

    def _failed(self, error: BaseException) -> CnnError:
        """What went wrong, in a sentence: what ffmpeg itself writes about it is long."""
        place = Path(self._folder.name)
        with contextlib.suppress(OSError):
            if shutil.disk_usage(place.parent).free < NO_ROOM:
                return CnnError("export.temp_full", "The disk is full: a film is made in {folder}, and there is no "
                                "room. Make room there. GIF and WebP need none.", folder=place.parent)
        return _broken(error)

    def _end(self) -> None:
        if self._send is not None:
            send, self._send = self._send, None
            send.close()

    def close(self) -> None:
        """End ffmpeg, and leave nothing behind."""
        self._end()
        self._folder.cleanup()


def there() -> bool:
    """Whether MP4 can be written here."""
    try:
        import_module("imageio_ffmpeg")
    except ImportError:
        return False
    return True


def missing() -> CnnError:
    """What to do where it is not."""
    return CnnError("export.video", "MP4 needs ffmpeg. Get it with: {command}. GIF and WebP work without it.",
                    command=_command())


def _broken(error: BaseException) -> CnnError:
    lines = str(error).strip().splitlines()
    return CnnError("export.ffmpeg", "ffmpeg could not make the film: {reason}.",
                    reason=lines[0].rstrip(".") if lines else "it stopped")
