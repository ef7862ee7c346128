"""MP4 by ffmpeg, which the optional extra ``video`` brings along."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from app.export.frames import Pixels
from cnncore.errors import CnnError

OPTIONS = ["-crf", "18", "-preset", "veryfast", "-movflags", "+faststart"]
COMMAND = f"{Path(sys.executable).name} -m pip install imageio-ffmpeg"


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
        self._folder = tempfile.TemporaryDirectory(prefix="convscope-")
        self._path = Path(self._folder.name) / "film.mp4"
        self._even = tuple(side + side % 2 for side in size)  # the codec halves its colours
        try:
            self._send: Generator[None, Any, None] | None = ffmpeg.write_frames(
                str(self._path), self._even, pix_fmt_in="bgra", fps=1000 / ms, codec="libx264", macro_block_size=1,
                output_params=OPTIONS, ffmpeg_log_level="error")
            self._send.send(None)
        except (OSError, RuntimeError) as error:
            self.close()
            raise _failed(error) from None

    def add(self, frame: Pixels, ms: int) -> None:
        """One more frame."""
        assert self._send is not None
        wide, high = self._even
        padded = np.pad(frame, ((0, high - frame.shape[0]), (0, wide - frame.shape[1])), mode="edge")
        try:
            self._send.send(np.ascontiguousarray(padded))
        except (OSError, StopIteration) as error:
            raise _failed(error) from None

    def finish(self) -> bytes:
        """The file."""
        self._end()
        try:
            return self._path.read_bytes()
        except OSError as error:
            raise _failed(error) from None
        finally:
            self.close()

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
                    command=COMMAND)


def _failed(error: BaseException) -> CnnError:
    return CnnError("export.ffmpeg", "ffmpeg could not make the film: {reason}.", reason=str(error) or "it stopped")
