"""What the parts of the network's picture share: where columns stand, and how far the picture is zoomed and moved."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF

from app import theme
from app.widgets.map_columns_place import Place, Rect

MOST_ZOOM = 16.0
SIDE = 6.0  # left and right of the columns, for the ring round a cell at the edge
UNDER = 5.0  # from the maps to what stands under them: the ring round a map needs its room


class Frame:
    """Heads stay at the top and feet at the bottom; between them the maps are zoomed and moved.

    The picture's own pixels begin at the first column's upper left corner; zoom 1 is the whole picture.
    """

    def __init__(self) -> None:
        self._places: tuple[Place, ...] = ()
        self._used: float | None = None
        self.width = self.height = 1.0
        self.fit()
        self.set_shrink(1.0)

    def set_shrink(self, shrink: float, tilted: float = 0.0) -> None:
        """Sizes of heads and feet.

        Args:
            shrink: How much smaller than elsewhere texts are here, where large type does not fit.
            tilted: Height of the names that stand aslant over spines.
        """
        self.shrink = shrink
        self.name_height = QFontMetricsF(self.font(13, 600)).height()
        self.shape_height = QFontMetricsF(self.font(11)).height()
        self.head = max(self.name_height + self.shape_height, tilted) + self.size(3)
        self.foot = 2 * self.shape_height + self.size(UNDER + 2)

    def font(self, px: float, weight: int = 400, mono: bool = False) -> QFont:
        """A font of the picture; no text is under 11 px."""
        font = theme.font(px, weight, mono)
        font.setPixelSize(max(round(font.pixelSize() * self.shrink), 11))
        return font

    def size(self, px: float) -> float:
        """A length that goes with the texts."""
        return px * self.scale

    @property
    def scale(self) -> float:
        """The factor on texts and what goes with them."""
        return theme.scale() * self.shrink

    def resize(self, width: float, height: float) -> None:
        """Another size of the view, heads, feet and free edges included."""
        self.width, self.height = width, height

    @property
    def room(self) -> tuple[float, float]:
        """Width and height that the maps may take."""
        return max(self.width - 2 * SIDE, 1.0), max(self.height - self.head - self.foot, 1.0)

    @property
    def places(self) -> tuple[Place, ...]:
        """The columns from left to right."""
        return self._places

    @places.setter
    def places(self, places: tuple[Place, ...]) -> None:
        self._places = places
        self._used = max((p.content[1] + p.content[3] for p in places), default=None)

    @property
    def used(self) -> float:
        """Height that the maps take of their room."""
        return self.room[1] if self._used is None else self._used

    @property
    def field(self) -> QRectF:
        """Where the maps are seen, in the view; the feet stand right below. Zoomed, they take all their room."""
        return QRectF(0, self.head, self.width, self.room[1] if self.zoom > 1 else min(self.used, self.room[1]))

    def fit(self) -> None:
        """The whole picture again."""
        self.zoom, self.dx, self.dy = 1.0, SIDE, 0.0

    def zoom_about(self, point: QPointF, factor: float) -> bool:
        """Zoom with the picture's place under ``point`` staying there; False at either end."""
        zoom = min(max(self.zoom * factor, 1.0), MOST_ZOOM)
        if zoom == self.zoom:
            return False
        x, y = self.world(point)
        self.zoom = zoom
        self.dx, self.dy = point.x() - x * zoom, point.y() - self.head - y * zoom
        self._keep_inside()
        return True

    def move(self, dx: float, dy: float) -> None:
        """Shift the zoomed picture by so many pixels, never away from the edges."""
        self.dx += dx
        self.dy += dy
        self._keep_inside()

    def _keep_inside(self) -> None:
        width, height = self.room
        self.dx = min(max(self.dx, SIDE + width * (1 - self.zoom)), SIDE)
        self.dy = min(max(self.dy, height - self.used * self.zoom), 0.0)

    # --- from the picture to the view and back

    def x(self, x: float) -> float:
        """A place along the picture, in the view."""
        return x * self.zoom + self.dx

    def y(self, y: float) -> float:
        """A height in the picture, in the view."""
        return self.head + y * self.zoom + self.dy

    def rect(self, rect: Rect) -> QRectF:
        """A rectangle of the picture, in the view."""
        x, y, width, height = rect
        return QRectF(self.x(x), self.y(y), width * self.zoom, height * self.zoom)

    def world(self, point: QPointF) -> tuple[float, float]:
        """A point of the view, in the picture."""
        return (point.x() - self.dx) / self.zoom, (point.y() - self.head - self.dy) / self.zoom

    def hit(self, point: QPointF) -> tuple[int, tuple[int, ...]] | None:
        """(column, (map, *cell)) under a point of the view; None between maps and outside."""
        if not self.field.contains(point):
            return None
        x, y = self.world(point)
        for k, place in enumerate(self.places):
            if place.x <= x < place.x + place.width:
                index = place.hit(x, y)
                return None if index is None else (k, index)
        return None
