"""What the program remembers between starts, in one small ini file: every value with its type and a default."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QLocale, QSettings

from app.paths import config_dir

T = TypeVar("T")

SCALES = (1.0, 1.25, 1.5)
PIXELS = ("numbers", "squares", "true")  # with digits, without, one pixel of the screen a cell
MAX_RECENT = 10


class Settings:
    """Properties for what is known, `value` and `set_value` for the rest.

    Args:
        path: The ini file; None: the user's own. Tests give one of theirs.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or config_dir() / "convscope.ini"
        self._store = QSettings(str(self.path), QSettings.Format.IniFormat)

    def value(self, key: str, default: T) -> T:
        """What was kept under ``key``, or the default when there is nothing of the default's type."""
        # An ini file gives back strings only, so each value is one JSON string.
        try:
            kept: Any = json.loads(str(self._store.value(key, "")))
        except ValueError:
            return default
        if isinstance(default, float) and type(kept) is int:
            kept = float(kept)
        return kept if default is None or type(kept) is type(default) else default

    def set_value(self, key: str, value: object) -> None:
        """Keep a value that JSON knows."""
        self._store.setValue(key, json.dumps(value, ensure_ascii=False))

    def forget(self, key: str) -> None:
        """Back to the default; a key of a group (``"layout"``) forgets the group."""
        self._store.remove(key)

    def sync(self) -> None:
        """Write now what has not been written yet."""
        self._store.sync()

    # --- looks

    @property
    def language(self) -> str:
        """``"en"`` or ``"zh_CN"``; before a choice, the system's."""
        default = "zh_CN" if QLocale.system().language() == QLocale.Language.Chinese else "en"
        return _one_of(self.value("looks/language", default), ("en", "zh_CN"), default)

    @language.setter
    def language(self, name: str) -> None:
        self.set_value("looks/language", name)

    @property
    def theme(self) -> str:
        """``"light"`` or ``"dark"``."""
        return _one_of(self.value("looks/theme", "light"), ("light", "dark"), "light")

    @theme.setter
    def theme(self, name: str) -> None:
        self.set_value("looks/theme", name)

    @property
    def scale(self) -> float:
        """Size of everything: one of `SCALES`."""
        return _one_of(self.value("looks/scale", 1.0), SCALES, 1.0)

    @scale.setter
    def scale(self, factor: float) -> None:
        self.set_value("looks/scale", factor)

    @property
    def reduce_motion(self) -> bool:
        """True: nothing slides, everything is there at once."""
        return self.value("looks/reduce_motion", False)

    @reduce_motion.setter
    def reduce_motion(self, on: bool) -> None:
        self.set_value("looks/reduce_motion", on)

    @property
    def kernel_hues(self) -> bool:
        """True: each weight of a small kernel has a colour of its own, and so has what it multiplies."""
        return self.value("looks/kernel_hues", False)

    @kernel_hues.setter
    def kernel_hues(self, on: bool) -> None:
        self.set_value("looks/kernel_hues", on)

    @property
    def pixels(self) -> str:
        """How the cells of an input are shown: one of `PIXELS`."""
        return _one_of(self.value("looks/pixels", PIXELS[0]), PIXELS, PIXELS[0])

    @pixels.setter
    def pixels(self, way: str) -> None:
        self.set_value("looks/pixels", way)

    # --- files

    @property
    def recent(self) -> list[Path]:
        """The files opened or saved last, newest first."""
        return [Path(p) for p in self.value("files/recent", []) if isinstance(p, str)][:MAX_RECENT]

    def add_recent(self, path: Path) -> None:
        """Put a file first."""
        path = Path(path).absolute()
        self.set_value("files/recent", [str(p) for p in (path, *(q for q in self.recent if q != path))][:MAX_RECENT])

    def forget_recent(self, path: Path) -> None:
        """Take out a file that is gone."""
        self.set_value("files/recent", [str(p) for p in self.recent if p != Path(path).absolute()])

    @property
    def folder(self) -> Path:
        """Where the file dialogs start: the folder of the newest file, else the home."""
        return self.recent[0].parent if self.recent else Path.home()

    # --- layout

    def geometry(self, name: str = "window") -> bytes:
        """A window's place, as `QWidget.restoreGeometry` wants it; empty when unknown."""
        try:
            return bytes.fromhex(self.value(f"layout/{name}/geometry", ""))
        except ValueError:
            return b""

    def set_geometry(self, geometry: bytes, name: str = "window") -> None:
        """Keep what `QWidget.saveGeometry` gave."""
        self.set_value(f"layout/{name}/geometry", bytes(geometry).hex())

    def sizes(self, splitter: str) -> list[int]:
        """The sizes of a splitter's parts; empty when unknown."""
        kept = self.value(f"layout/{splitter}/sizes", [])
        return kept if all(type(v) is int and v >= 0 for v in kept) else []

    def set_sizes(self, splitter: str, sizes: list[int]) -> None:
        """Keep a splitter's sizes."""
        self.set_value(f"layout/{splitter}/sizes", list(sizes))

    def forget_layout(self) -> None:
        """Back to the standard layout."""
        self.forget("layout")


def _one_of(value: T, allowed: tuple[T, ...], default: T) -> T:
    return value if value in allowed else default
