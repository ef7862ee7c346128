"""What a person chooses: the kind of file, what it shows, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QSpinBox, QWidget

from app import i18n, theme
from app.export.kinds import FILMS, NUMBERS, PICTURES
from app.export.look import SIZES, Look
from app.i18n import N_, tr
from app.widgets.buttons import Check
from app.widgets.labels import Label
from app.widgets.segments import Segments

KINDS = (("picture", N_("Picture")), ("film", N_("Film")), ("numbers", N_("Numbers")), ("sheet", N_("Worksheet")))
SUFFIXES = {"picture": PICTURES, "film": FILMS, "numbers": NUMBERS, "sheet": (".pdf",)}
SHOWS = {
    "film": (("cells", N_("Cells of the layer")), ("map", N_("Cells of the map")), ("terms", N_("Terms")),
             ("pass", N_("The whole pass"))),
    "numbers": (("array", N_("The whole layer")), ("terms", N_("Terms of the number"))),
    "sheet": (("cell", N_("This number")), ("map", N_("A piece of the map"))),
}
SPEEDS = ((0.5, "½×"), (1.0, "1×"), (2.0, "2×"), (4.0, "4×"), (8.0, "8×"))


@dataclass(frozen=True)
class Choice:
    """Everything that is chosen.

    Args:
        kind: ``picture``, ``film``, ``numbers`` or ``sheet``.
        suffix: Of the file.
        shows: Of `SHOWS`; empty for a picture.
        frames: Of a film; None: as many as are usual.
        look: Size, theme, language, captions, speed.
    """

    kind: str
    suffix: str
    shows: str
    frames: int | None
    look: Look


class Choices(QWidget):
    """Rows of a name and a control; only those that matter for the kind of file."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = Segments(KINDS, N_("Kind of file"))
        self.suffix = Segments(named(PICTURES), N_("File"))
        self.shows = Segments(SHOWS["film"], N_("Shows"))
        self.frames = QSpinBox()
        self.frames.setFixedWidth(theme.size(80))
        self.speed = Segments(SPEEDS, N_("Speed"))
        self.speed.set_value(1.0)
        self.size_ = Segments([(s, "{} × {}".format(*s)) for s in SIZES], N_("Size"))
        self.size_.set_value(SIZES[1])
        self.theme_ = Segments((("light", N_("Light")), ("dark", N_("Dark"))), N_("Theme"))
        self.language = Segments(list(i18n.LANGUAGES.items()), N_("Language"))
        self.captions = Check(N_("Captions"))
        self.captions.setChecked(True)
        self._own_frames = False  # the person has chosen how many
        self._rows: dict[str, list[QWidget]] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        speed = Label(N_("Speed"), "secondary")
        rows: tuple[tuple[str, str, tuple[QWidget, ...]], ...] = (
            ("file", N_("File"), (self.suffix,)), ("shows", N_("Shows"), (self.shows,)),
            ("frames", N_("Frames"), (self.frames, speed, self.speed)), ("size", N_("Size"), (self.size_,)),
            ("look", N_("Look"), (self.theme_, self.language, self.captions)))
        for k, (name, text, controls) in enumerate(rows):
            label = Label(text, "secondary")
            line = QHBoxLayout()
            line.setSpacing(12)
            for control in controls:
                line.addWidget(control)
            line.addStretch(1)
            grid.addWidget(label, k, 0)
            grid.addLayout(line, k, 1)
            self._rows[name] = [label, *controls]
        for name in ("kind", "suffix", "shows", "frames", "speed", "size_", "theme_", "language", "captions"):
            getattr(self, name).setObjectName(f"export_{name.strip('_')}")
        # The preview says how wide the panel is; rows that are being exchanged do not make it wider.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(1)
        self.kind.changed.connect(self._other_kind)
        self.suffix.changed.connect(lambda _: self._block())
        for part in (self.suffix, self.shows, self.speed, self.size_, self.theme_, self.language):
            part.changed.connect(self.changed)
        self.shows.changed.connect(self._forget_frames)
        self.frames.valueChanged.connect(self._frames_chosen)
        self.captions.toggled.connect(self.changed)
        self._fit()
        self.retranslate()

    @property
    def choice(self) -> Choice:
        """As it stands."""
        look = Look(self.size_.value, self.theme_.value, self.language.value, self.captions.isChecked(),
                    self.speed.value)
        kind = self.kind.value
        frames = self.frames.value() if self._own_frames else None
        return Choice(kind, self.suffix.value, self.shows.value if kind in SHOWS else "", frames, look)

    def set_looks(self, theme_: str, language: str) -> None:
        """Begin with the looks of the window."""
        self.theme_.set_value(theme_)
        self.language.set_value(language)

    def set_frames(self, usual: int, most: int) -> None:
        """How many frames there may be, and are unless the person says otherwise."""
        self.frames.blockSignals(True)
        self.frames.setRange(1, most)
        if not self._own_frames:
            self.frames.setValue(usual)
        self.frames.blockSignals(False)
        self.frames.setToolTip(tr("1 to {most}, spread evenly", most=most))

    def _frames_chosen(self) -> None:
        self._own_frames = True
        self.changed.emit()

    def _forget_frames(self) -> None:
        self._own_frames = False

    def _other_kind(self) -> None:
        kind = self.kind.value
        self.suffix.set_choices(named(SUFFIXES[kind]))
        if kind in SHOWS:
            self.shows.set_choices(SHOWS[kind])
        self._own_frames = False
        self._fit()
        self.changed.emit()

    def _block(self) -> None:
        """An array has no columns for the terms of a number."""
        if self.kind.value == "numbers":
            lone = self.suffix.value == ".npy"
            if lone:
                self.shows.set_value("array")
            self.shows.set_blocked("terms", N_("NPY holds arrays.") if lone else "")

    def _fit(self) -> None:
        """Only the rows that matter."""
        kind = self.kind.value
        wanted = {"file", *{"picture": ("size", "look"), "film": ("shows", "frames", "size", "look"),
                            "numbers": ("shows",), "sheet": ("shows", "look")}[kind]}
        for name, parts in self._rows.items():
            for part in parts:
                part.setVisible(name in wanted)
        for part in (self.theme_, self.captions):  # a page is white
            part.setVisible(kind in ("picture", "film"))

    def retranslate(self) -> None:
        """Names for people who hear them."""
        self.frames.setAccessibleName(tr("Frames"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "captions"):
            self.retranslate()


def named(suffixes: tuple[str, ...]) -> list[tuple[str, str]]:
    """Endings with the names that people know them by."""
    return [(suffix, {".webp": "WebP"}.get(suffix, suffix[1:].upper())) for suffix in suffixes]
