"""What is remembered between starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import MAX_RECENT, Settings


def reopened(settings: Settings) -> Settings:
    """As a fresh process sees it."""
    settings.sync()
    return Settings(settings.path)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "convscope.ini")


def test_every_type_survives_a_restart(settings: Settings) -> None:
    values = {"a": True, "b": 3, "c": 1.5, "d": "中文, with a comma", "e": [1, 2], "f": [], "g": {"x": 1}}
    for key, value in values.items():
        settings.set_value(key, value)
        kept = reopened(settings).value(key, type(value)())
        assert kept == value
        assert type(kept) is type(value)


def test_looks_survive_a_restart(settings: Settings) -> None:
    settings.language, settings.theme, settings.scale, settings.reduce_motion = "zh_CN", "dark", 1.5, True
    again = reopened(settings)
    assert (again.language, again.theme, again.scale, again.reduce_motion) == ("zh_CN", "dark", 1.5, True)


def test_a_whole_number_is_fine_where_a_fraction_is_meant(settings: Settings) -> None:
    settings.set_value("looks/scale", 1)
    assert settings.scale == 1.0


def test_spoilt_values_fall_back_to_the_default(settings: Settings) -> None:
    settings.path.write_text('[looks]\ntheme=purple\nscale={broken\nlanguage=3\n[layout]\nmain\\sizes="[1, null]"\n')
    again = Settings(settings.path)
    assert again.theme == "light"
    assert again.scale == 1.0
    assert again.language in ("en", "zh_CN")
    assert again.sizes("main") == []


def test_recent_files_are_newest_first_without_doubles_and_bounded(settings: Settings, tmp_path: Path) -> None:
    files = [tmp_path / f"{k}.convscope" for k in range(MAX_RECENT + 3)]
    for path in (*files, files[5]):
        settings.add_recent(path)
    recent = reopened(settings).recent
    assert recent[:2] == [files[5], files[-1]]
    assert len(recent) == MAX_RECENT == len(set(recent))
    settings.forget_recent(files[5])
    assert files[5] not in settings.recent


def test_layout_survives_and_can_be_forgotten_without_the_looks(settings: Settings) -> None:
    settings.set_geometry(b"\x00\xff\x10")
    settings.set_sizes("explore", [216, 900, 228])
    settings.theme = "dark"
    again = reopened(settings)
    assert again.geometry() == b"\x00\xff\x10"
    assert again.sizes("explore") == [216, 900, 228]
    again.forget_layout()
    assert again.geometry() == b""
    assert again.sizes("explore") == []
    assert again.theme == "dark"
