"""Where things lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import paths


def test_assets_are_found_from_any_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths.asset("style.qss").is_file()


def test_assets_inside_the_package_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "style.qss").write_text("mine")
    monkeypatch.setattr(paths, "_ASSETS", (tmp_path, *paths._ASSETS))
    assert paths.asset("style.qss") == tmp_path / "style.qss"
    assert paths.asset("icons", "pen.svg").is_file()


def test_variables_put_the_folders_elsewhere_and_they_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_CONFIG", str(tmp_path / "a" / "b"))
    monkeypatch.setenv("CONVSCOPE_DATA", str(tmp_path / "c"))
    assert paths.config_dir() == tmp_path / "a" / "b"
    assert paths.config_dir().is_dir()
    assert paths.data_dir() == tmp_path / "c"
    assert paths.data_dir().is_dir()


def test_an_asset_that_is_nowhere_has_the_path_of_a_clone() -> None:
    assert paths.asset("models", "none.safetensors").parent.parent.name == "assets"
