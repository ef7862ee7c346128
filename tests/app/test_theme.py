"""Tokens, contrast, and numbers to colours."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from app import i18n, theme
from app.paths import asset

THEMES = [theme.LIGHT, theme.DARK]


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, "light")
    yield
    i18n.set_language("en")
    theme.reduce_motion(False)
    theme.apply(qapp, "light")


def rgb(colour: str) -> int:
    return 0xFF000000 | int(colour[1:], 16)


def contrast(a: str | int, b: str | int) -> float:
    one, two = (theme.luminance(rgb(c) if isinstance(c, str) else c) for c in (a, b))
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)


# --- tokens

@pytest.mark.parametrize("t", THEMES, ids=["light", "dark"])
def test_text_can_be_read_on_every_ground(t: theme.Tokens) -> None:
    for ground in (t.bg, t.panel, t.sunk):
        assert contrast(t.ink, ground) >= 11
        assert contrast(t.soft, ground) >= 5.6
    assert contrast(t.on_accent, t.accent) >= 4.5
    assert contrast(t.accent, t.tint) >= 4.5
    assert contrast(t.edge, t.panel) >= 3
    for sign in ("right", "warn", "wrong"):
        assert contrast(getattr(t, sign), getattr(t, f"{sign}_ground")) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
def test_ring_or_its_halo_stands_out_from_every_colour_of_every_map(qapp: QApplication, name: str) -> None:
    theme.apply(qapp, name)
    t = theme.tokens()
    for role in ("signed", "magnitude", "picture", "counts"):
        for colour in theme.lut(role).tolist():
            assert max(contrast(t.ring, colour), contrast(t.panel, colour)) >= 3


@pytest.mark.parametrize("name", ["light", "dark"])
def test_digits_can_be_read_on_every_colour_of_every_map(qapp: QApplication, name: str) -> None:
    theme.apply(qapp, name)
    for role in ("signed", "magnitude", "picture", "counts"):
        for colour in theme.lut(role).tolist():
            assert contrast(theme.text_on(colour).name(), colour) >= 4.5


def test_text_turns_black_at_the_luminance_where_both_contrast_alike() -> None:
    assert theme.text_on(0xFFFFFFFF) == QColor(theme.BLACK)
    assert theme.text_on(0xFF17508F) == QColor(theme.WHITE)


def test_an_unknown_theme_is_light(qapp: QApplication) -> None:
    theme.apply(qapp, "purple")
    assert theme.name() == "light"


# --- numbers to colours

@pytest.mark.parametrize("name", ["light", "dark"])
def test_zero_is_exactly_paper_and_the_ends_are_the_ends(qapp: QApplication, name: str) -> None:
    theme.apply(qapp, name)
    t = theme.tokens()
    colours = theme.signed_rgb(np.array([-2.0, -1.0, 0.0, 1.0, 2.0], np.float32), 1.0)
    assert colours.tolist() == [rgb(t.signed[0]), rgb(t.signed[0]), rgb(t.paper), rgb(t.signed[-1]), rgb(t.signed[-1])]


def test_blue_and_orange_are_equally_far_from_zero() -> None:
    values = np.linspace(0, 1, 101, dtype=np.float32)
    table = {int(c): k for k, c in enumerate(theme.lut("signed"))}
    up = [table[c] - 127 for c in theme.signed_rgb(values, 1.0).tolist()]
    down = [127 - table[c] for c in theme.signed_rgb(-values, 1.0).tolist()]
    assert np.abs(np.subtract(up, down)).max() <= 1


def test_all_the_same_is_paper_when_there_is_no_range() -> None:
    assert set(theme.signed_rgb(np.zeros((3, 3), np.float32), 0.0).ravel().tolist()) == {rgb(theme.tokens().paper)}
    assert set(theme.signed_rgb(np.ones((3, 3), np.float32), 1e-45).ravel().tolist()) == {rgb(theme.tokens().paper)}


def test_nan_and_infinity_get_the_panels_colour_and_the_rest_keeps_its_own() -> None:
    values = np.array([[np.nan, 1.0], [-np.inf, 0.0]], np.float32)
    colours = theme.signed_rgb(values, 1.0)
    panel = rgb(theme.tokens().panel)
    assert colours.tolist() == [[panel, rgb(theme.tokens().signed[-1])], [panel, rgb(theme.tokens().paper)]]
    assert theme.bad(values).tolist() == [[True, False], [True, False]]
    assert theme.bad(np.full(4, 3e38, np.float32)) is None


def test_a_picture_goes_from_black_to_white() -> None:
    colours = theme.rgb(np.array([0.0, 1.0]), 1.0, "picture")
    assert colours.tolist() == [rgb(theme.tokens().canvas), 0xFFFFFFFF]


def test_colouring_leaves_the_values_alone() -> None:
    values = np.array([1.0, np.nan], np.float32)
    theme.signed_rgb(values, 1.0)
    assert values[0] == 1
    assert np.isnan(values[1])


def test_counts_go_from_sunk_to_three_quarters_of_ink() -> None:
    assert int(theme.lut("counts")[0]) == rgb(theme.tokens().sunk)


# --- dressing the program

def test_a_switch_of_theme_reaches_every_widget(qapp: QApplication, qtbot) -> None:
    class Heard(QWidget):
        kinds: set[QEvent.Type]

        def changeEvent(self, event: QEvent) -> None:
            if hasattr(self, "kinds"):
                self.kinds.add(event.type())

    outer = QWidget()
    qtbot.addWidget(outer)
    inner = Heard(outer)
    outer.show()
    inner.kinds = set()
    theme.apply(qapp, "dark")
    assert QEvent.Type.PaletteChange in inner.kinds
    assert inner.palette().color(QPalette.ColorRole.WindowText).name() == theme.DARK.ink


def test_the_style_sheet_has_no_token_left_open_and_no_colour_of_its_own() -> None:
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", asset("style.qss").read_text())
    sheet = theme.style_sheet()
    assert "$" not in sheet
    assert "dp" not in sheet


def test_one_factor_scales_all_sizes(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 1.5)
    assert theme.font(11).pixelSize() == 16
    assert theme.size(28) == 42
    assert "min-height: 39px" in theme.style_sheet()


def test_digits_are_of_one_width() -> None:
    assert QFontInfo(theme.font(11, mono=True)).fixedPitch()


def test_chinese_is_never_under_12_and_never_bold_under_13(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (theme.font(11, 600).pixelSize(), theme.font(11, 600).weight()) == (11, 600)
    i18n.set_language("zh_CN")
    assert (theme.font(11, 600).pixelSize(), theme.font(11, 600).weight()) == (12, 400)
    monkeypatch.setattr(theme, "_half_bold", lambda: True)
    assert theme.font(13, 600).weight() == 600
    monkeypatch.setattr(theme, "_half_bold", lambda: False)
    assert theme.font(13, 600).weight() == 700  # Qt makes a regular Han face bold from here on, as Latin beside it is
    assert theme.font(12, 600).weight() == 400
    assert theme.font(11, mono=True).pixelSize() == 11


def test_reduced_motion_makes_everything_instant() -> None:
    assert theme.duration(120) == 120
    theme.reduce_motion(True)
    assert theme.duration(120) == 0
