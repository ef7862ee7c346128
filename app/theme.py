"""Colours, type and sizes: the one place of tokens. No colour literal stands anywhere else."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app import i18n
from app.paths import asset

Values = NDArray[Any]


@dataclass(frozen=True)
class Tokens:
    """The colours of one theme, as ``#rrggbb``; what each is for stands in LOOK.md, section 1."""

    name: str
    bg: str
    panel: str
    sunk: str
    line: str
    edge: str
    ink: str
    soft: str
    accent: str
    on_accent: str
    tint: str
    ring: str
    right: str
    warn: str
    wrong: str
    right_ground: str
    warn_ground: str
    wrong_ground: str
    hatch: str
    signed: tuple[str, ...]  # negative to positive; the middle one is zero
    # viridis
    magnitude: tuple[str, ...] = ("#440154", "#443983", "#31688e", "#21918c", "#35b779", "#90d743", "#fde725")
    picture: tuple[str, ...] = ("#0d0f12", "#ffffff")

    @property
    def paper(self) -> str:
        """Zero of the signed map."""
        return self.signed[3]

    @property
    def canvas(self) -> str:
        """Black of a picture."""
        return self.picture[0]


LIGHT = Tokens(
    "light", bg="#f3f4f7", panel="#ffffff", sunk="#eceff3", line="#d6dbe2", edge="#79838f",
    ink="#1b2129", soft="#535e6b",
    accent="#5f3dc4", on_accent="#ffffff", tint="#efebfb", ring="#43239b",
    right="#0b6e45", warn="#7a4f00", wrong="#b3261e",
    right_ground="#e3f4ec", warn_ground="#fff3d4", wrong_ground="#fdecea", hatch="#c3cad3",
    signed=("#17508f", "#5a93c8", "#b0cbe3", "#e8e6e2", "#f0c296", "#cf7428", "#943d02"),
)
DARK = Tokens(
    "dark", bg="#121519", panel="#1b1f25", sunk="#272c34", line="#363d47", edge="#77828f",
    ink="#e9ecf0", soft="#a3adb9",
    accent="#b49bff", on_accent="#17102e", tint="#2c2546", ring="#d3c4ff",
    right="#5fd3a0", warn="#ffd479", wrong="#ff8f86",
    right_ground="#17332a", warn_ground="#3a2f16", wrong_ground="#3d1f1d", hatch="#454d58",
    signed=("#8cc4ff", "#4f90d6", "#35597f", "#30353d", "#744b2b", "#cd7c33", "#ffb066"),
)
THEMES = {"light": LIGHT, "dark": DARK}
BLACK, WHITE = "#000000", "#ffffff"
SWITCH = 0.179  # relative luminance at which black and white contrast alike: 4.5:1

TYPE = "type"  # property of a widget that `dress` has given a font
HAN = ("Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei")

_now = LIGHT
_scale = 1.0
_still = False


def tokens() -> Tokens:
    """The colours of now."""
    return _now


def name() -> str:
    """``"light"`` or ``"dark"``."""
    return _now.name


def scale() -> float:
    """The factor on every size: 1, 1.25 or 1.5."""
    return _scale


def color(token: str) -> QColor:
    """A colour of now by its name in `Tokens`."""
    return QColor(getattr(_now, token))


def hue(k: int, count: int) -> QColor:
    """One of ``count`` colours that tell things apart and mean no value."""
    light = 0.36 if _now is LIGHT else 0.66
    return QColor.fromHslF(k / max(count, 1), 0.85, light)


def apply(app: QApplication, name: str, scale: float = 1.0) -> None:
    """Dress the program: style, palette, fonts, style sheet. Every widget gets a ``PaletteChange`` event."""
    global _now, _scale
    _now = THEMES.get(name, LIGHT)
    _scale = scale
    with _nothing_collected():
        _dress_all(app)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Qt goes through a list of all widgets, and Python's collector, if it came just then, would delete some of them:
    a window that was closed lives on in cycles until it is collected.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _dress_all(app: QApplication) -> None:
    # A switch of language is still on its way to the widgets; their texts come first, then what measures them.
    app.sendPostedEvents(None, QEvent.Type.LanguageChange)
    if app.style().name() != "fusion":
        app.setStyle("Fusion")
    app.setFont(font())
    app.setPalette(palette())
    app.setStyleSheet(style_sheet())
    # A new style sheet takes every widget's own font away: give it back, in the size of now. Who lays out by what its
    # texts measure was told before they had their fonts, so it is told again.
    widgets = app.allWidgets()
    for widget in widgets:
        if widget.property(TYPE):
            widget.setFont(font(*widget.property(TYPE)))
    for widget in filter(isValid, widgets):
        app.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


def reduce_motion(on: bool) -> None:
    """From now on `duration` is 0."""
    global _still
    _still = on


@contextmanager
def within(name: str, scale: float = 1.0) -> Iterator[None]:
    """Another theme and scale for a block, in which nothing moves: for a picture, of which the window is not told."""
    global _now, _scale, _still
    kept = _now, _scale, _still
    _now, _scale, _still = THEMES[name], scale, True
    try:
        yield
    finally:
        _now, _scale, _still = kept


def duration(ms: int) -> int:
    """How long something moves: ``ms``, or 0 when motion is reduced."""
    return 0 if _still else ms


# --- type and sizes

def size(px: float) -> int:
    """A length at the scale of now."""
    return max(1, round(px * _scale))


def font(px: float = 13, weight: int = 400, mono: bool = False) -> QFont:
    """A font of the program; Chinese is never under 12 px, and never bold under 13.

    A Han font without a semi-bold face would show titles thin beside bold Latin: Qt makes one bold from 700 on.
    """
    if i18n.language() == "zh_CN" and not mono:
        px = max(px, 12)
        weight = 400 if px < 13 else 700 if weight == 600 and not _half_bold() else weight
    return QFont(_font(px, weight, mono, _scale))


def dress(widget: QWidget, px: float = 13, weight: int = 400, mono: bool = False) -> None:
    """Give a widget a font that follows scale and language: `apply` renews it. Never ``setFont`` alone."""
    widget.setProperty(TYPE, [px, weight, mono])
    widget.setFont(font(px, weight, mono))


@lru_cache(maxsize=64)
def _font(px: float, weight: int, mono: bool, scale: float) -> QFont:
    made = QFont()
    made.setFamilies(list(_families(mono)))
    made.setPixelSize(max(1, round(px * scale)))
    made.setWeight(QFont.Weight(weight))
    if mono:
        made.setStyleHint(QFont.StyleHint.Monospace)
        made.setFixedPitch(True)
    return made


@lru_cache(maxsize=2)
def _families(mono: bool) -> tuple[str, ...]:
    # Named families that are missing cost a search at every font on some systems: ask once.
    # The system's own name may be an alias ("Sans Serif") that a list of families does not follow: resolve it.
    system = QFontDatabase.SystemFont.FixedFont if mono else QFontDatabase.SystemFont.GeneralFont
    own = QFontInfo(QFontDatabase.systemFont(system)).family()
    first = ("JetBrains Mono", "DejaVu Sans Mono") if mono else ("Inter",)
    there = [f for f in first if QFontDatabase.hasFamily(f)]
    return (*there, own, *(f for f in HAN if QFontDatabase.hasFamily(f)))


@lru_cache(maxsize=1)
def _half_bold() -> bool:
    """True where the Han font in use has a face of 600 or more."""
    name = next((f for f in HAN if QFontDatabase.hasFamily(f)), "")
    return any(QFontDatabase.weight(name, style) >= 600 for style in QFontDatabase.styles(name))


# --- palette and style sheet

def palette() -> QPalette:
    """The colours of now, for widgets that no style sheet names."""
    return _palette(_now)


def _palette(t: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: t.bg, role.WindowText: t.ink, role.Base: t.panel, role.AlternateBase: t.sunk, role.Text: t.ink,
        role.Button: t.panel, role.ButtonText: t.ink, role.BrightText: t.wrong, role.ToolTipBase: t.panel,
        role.ToolTipText: t.ink,
        role.PlaceholderText: t.soft, role.Highlight: t.accent, role.HighlightedText: t.on_accent, role.Link: t.accent,
        role.LinkVisited: t.accent, role.Accent: t.accent, role.Light: t.panel, role.Midlight: t.sunk, role.Mid: t.line,
        role.Dark: t.edge, role.Shadow: t.line,
    }
    for key, value in colours.items():
        palette.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(t.soft))
    return palette


def style_sheet() -> str:
    """The style sheet of now: ``$token`` is a colour of `Tokens`, ``12dp`` a length at the scale of now."""
    text = re.sub(r"/\*.*?\*/\s*", "", asset("style.qss").read_text(encoding="utf-8"), flags=re.DOTALL)
    names = {k: v for k, v in asdict(_now).items() if isinstance(v, str)}
    text = re.sub(r"\$([a-z_]+)", lambda m: names[m[1]], text)
    return re.sub(r"\b([\d.]+)dp\b", lambda m: f"{size(float(m[1]))}px", text)


# --- numbers to colours

def lut(role: str) -> NDArray[np.uint32]:
    """256 colours 0xffRRGGBB: ``signed`` (entry 127 is exactly paper), ``magnitude``, ``picture`` or ``counts``."""
    return _lut(role, _now)


@lru_cache(maxsize=16)
def _lut(role: str, t: Tokens) -> NDArray[np.uint32]:
    points = {"signed": t.signed, "magnitude": t.magnitude, "picture": t.picture,
              "counts": (t.sunk, _mix(t.sunk, t.ink, 0.75))}[role]
    index = np.arange(256)
    # int(v * 127.5 + 127.5) is 127 around zero and 255 only at the very top: so the two halves have 127 and 128 steps.
    place = np.where(index <= 127, index / 127, 1 + (index - 127) / 128) / 2 if role == "signed" else index / 255
    stops = np.linspace(0, 1, len(points))
    channels = np.array([_channels(p) for p in points], float)
    rgb = [np.interp(place, stops, channels[:, c]).round().astype(np.uint32) for c in range(3)]
    table = np.uint32(0xFF000000) | rgb[0] << np.uint32(16) | rgb[1] << np.uint32(8) | rgb[2]
    table.setflags(write=False)
    return table


def rgb(values: Values, bound: float, role: str = "signed") -> NDArray[np.uint32]:
    """Colours 0xffRRGGBB of an array: ``signed`` from -bound to bound, the others from 0 to bound.

    NaN and infinity get the panel's colour; `bad` says where they are.
    """
    half = 127.5 if role == "signed" else 255.0
    shift = 127.5 if role == "signed" else 0.5
    wrong = bad(values)
    with np.errstate(all="ignore"):
        index = values * np.float32(half / bound if bound > 1e-30 else 0.0)
        index += np.float32(shift)
    if wrong is not None:
        index[wrong] = 0
    # minimum and maximum take a third of the time of np.clip on small arrays
    np.minimum(np.maximum(index, 0, out=index), 255, out=index)
    colours = lut(role).take(index.astype(np.uint8))
    if wrong is not None:
        colours[wrong] = int(_now.panel[1:], 16) | 0xFF000000
    return colours


def signed_rgb(values: Values, bound: float) -> NDArray[np.uint32]:
    """Colours 0xffRRGGBB of values from -bound to bound, zero at paper."""
    return rgb(values, bound, "signed")


def bad(values: Values) -> NDArray[np.bool_] | None:
    """Where NaN and infinities are; None, at the price of one sum, when there are none."""
    with np.errstate(all="ignore"):
        if np.isfinite(values.sum()):
            return None
    mask = ~np.isfinite(values)
    return mask if mask.any() else None


@lru_cache(maxsize=4096)
def text_on(rgb: int) -> QColor:
    """Black or white, whichever contrasts more with a fill 0xAARRGGBB."""
    return QColor(BLACK if luminance(rgb) > SWITCH else WHITE)


def luminance(rgb: int) -> float:
    """Relative luminance (WCAG 2) of 0xAARRGGBB, from 0 to 1."""
    parts = [(int(rgb) >> shift & 255) / 255 for shift in (16, 8, 0)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(a: str, b: str, share: float) -> str:
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in zip(_channels(a), _channels(b), strict=True))
