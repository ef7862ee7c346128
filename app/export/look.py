"""How an exported picture looks: its size, theme, language, and whether it is captioned."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.i18n import LANGUAGES
from app.theme import THEMES
from cnncore.errors import CnnError, did_you_mean

LEAST, MOST = (160, 90), (3840, 2160)
SMALLEST = (480, 270)  # px in which the stepper can be laid out; what is smaller is a picture of that
SIZES = ((640, 360), (960, 540), (1280, 720), (1920, 1080))
SPEEDS = (0.1, 50.0)
STEP_MS = 500  # of one step at speed 1, as in the window
NATURAL = (872, 396)  # px in which the stepper stands well at scale 1, as in the smallest window
NARROW = 780  # px in which it still stands: a small picture has rather larger type than more air
TALL = 446  # px from which there is room for pictures of the layers under it
SCALES = tuple(k / 20 for k in range(12, 101))


@dataclass(frozen=True)
class Look:
    """One choice of everything that is not the content.

    Args:
        size: (width, height) in pixels.
        theme: ``light`` or ``dark``.
        language: ``en`` or ``zh_CN``.
        captions: A line under the stepper says what is seen, and how far the sequence has come.
        speed: Steps in half a second.
    """

    size: tuple[int, int] = (960, 540)
    theme: str = "light"
    language: str = "en"
    captions: bool = True
    speed: float = 1.0

    def __post_init__(self) -> None:
        (wide, high), (least, most) = self.size, (LEAST, MOST)
        if not (least[0] <= wide <= most[0] and least[1] <= high <= most[1]):
            raise CnnError("export.size", "The size {size} is not possible. Allowed: {least} to {most} pixels.",
                           size=f"{wide}x{high}", least="{}x{}".format(*least), most="{}x{}".format(*most))
        if not SPEEDS[0] <= self.speed <= SPEEDS[1]:
            raise CnnError("export.speed", "The speed {speed} is not possible. Allowed: {least} to {most}.",
                           speed=f"{self.speed:g}", least=f"{SPEEDS[0]:g}", most=f"{SPEEDS[1]:g}")
        for value, known, what in ((self.theme, THEMES, "theme"), (self.language, LANGUAGES, "language")):
            if value not in known:
                raise CnnError("export.word", "There is no {what} {value!r}. Did you mean: {near}?", what=what,
                               value=value, near=did_you_mean(value, known))

    @property
    def shrunk(self) -> float:
        """How many times larger the stepper is laid out than it is painted: 1 but for very small pictures."""
        return max(1.0, SMALLEST[0] / self.size[0], SMALLEST[1] / self.size[1])

    @property
    def laid_out(self) -> tuple[int, int]:
        """(width, height) of the layout."""
        return round(self.size[0] * self.shrunk), round(self.size[1] * self.shrunk)

    @property
    def scale(self) -> float:
        """The largest size of type at which the stepper has room."""
        wide, high = self.laid_out
        across = max(wide / NATURAL[0], min(wide / NARROW, 1.0))
        return max(s for s in SCALES if s <= max(min(across, high / NATURAL[1]), SCALES[0]))

    @property
    def tall(self) -> bool:
        """Whether there is room for pictures under the stepper."""
        return self.laid_out[1] >= TALL * self.scale

    @property
    def step_ms(self) -> int:
        """How long a frame stays."""
        return max(20, round(STEP_MS / self.speed))


def parse_size(text: str) -> tuple[int, int]:
    """``960x540`` as two numbers."""
    found = re.fullmatch(r"(\d{1,5})[x×X*](\d{1,5})", text.strip())
    if found is None:
        raise CnnError("export.size_form", "{given!r} is no size. Write width and height in pixels, as in 960x540.",
                       given=text)
    return int(found[1]), int(found[2])
