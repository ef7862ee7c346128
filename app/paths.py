"""Where things lie: shipped assets, and the user's own folders."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

APP = "ConvScope"
_PACKAGE = Path(__file__).resolve().parent
# An installed wheel carries the assets inside the package; a clone has them beside it.
_ASSETS = (_PACKAGE / "assets", _PACKAGE.parent / "assets")


def asset(*parts: str) -> Path:
    """A shipped file or folder. Where it is nowhere, the path where a clone would have it."""
    for root in _ASSETS:
        path = root.joinpath(*parts)
        if path.exists():
            return path
    return _ASSETS[-1].joinpath(*parts)


def config_dir() -> Path:
    """The folder of settings; made when missing. ``CONVSCOPE_CONFIG`` puts it elsewhere."""
    return _folder("CONVSCOPE_CONFIG", platformdirs.user_config_path(APP, appauthor=False))


def data_dir() -> Path:
    """The folder of what the program keeps for the user; made when missing. ``CONVSCOPE_DATA`` puts it elsewhere."""
    return _folder("CONVSCOPE_DATA", platformdirs.user_data_path(APP, appauthor=False))


def _folder(variable: str, default: Path) -> Path:
    path = Path(os.environ.get(variable) or default)
    path.mkdir(parents=True, exist_ok=True)
    return path
