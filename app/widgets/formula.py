"""The arithmetic of one number, written out: symbols soft, strong terms in ink, the result in accent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import numbers, theme
from app.i18n import tr
from app.widgets.formula_parts import FormulaParts

PAD_X, PAD_Y, LINE = 10, 4, 18
MORE = -1


@dataclass(frozen=True)
class Piece:
    """A word that is never broken: a text, the token of its colour, and the term it stands for.

    Args:
        text: What is printed.
        token: ``soft``, ``ink`` or ``accent``.
        term: Index of the term that a hover names; `MORE`: a click opens the rest; None: nothing.
        glued: No space before it.
    """

    text: str
    token: str = "soft"
    term: int | None = None
    glued: bool = False


class FormulaLine(QWidget):
    """Wraps where it must and is never cut. Hovering a term tells its index, a click on the rest opens it."""

    hovered = Signal(object)  # index of a term | None
    clicked = Signal(int)  # index of a term
    opened = Signal(bool)  # the rest is wanted term by term, or folded again

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces: tuple[Piece, ...] = ()
        self._places: list[QRectF] = []
        self._laid_for = -1
        self._hover: int | None = None
        self._pointer: int | None = None
        self._current: int | None = None
        self._open = False
        self._sum: tuple[FormulaParts, str] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(name)

    # --- what it shows

    def set_parts(self, parts: FormulaParts, lead: str = "y = Σ x·w + b") -> None:
        """Show a sum: ``lead = terms + rest (21 more) + bias = result``."""
        self._sum = (parts, lead)
        self._show(sum_pieces(parts, lead, self._open))

    def set_pieces(self, pieces: Sequence[Piece]) -> None:
        """Show another kind of arithmetic, put together by the caller."""
        self._sum = None
        self._show(pieces)

    @property
    def open(self) -> bool:
        """True when every term is wanted: the owner gives parts with all of them."""
        return self._open

    def set_open(self, on: bool) -> None:
        """Open or fold, silently."""
        self._open = on

    def set_hover(self, term: int | None) -> None:
        """Light up a term, from another view."""
        if term != self._hover:
            self._hover = term
            self.update()

    def set_current(self, term: int | None) -> None:
        """Underline the term at the playhead."""
        if term != self._current:
            self._current = term
            self.update()

    @property
    def text(self) -> str:
        """The line as plain text."""
        return joined(self._pieces)

    def rect_of(self, term: int) -> QRectF | None:
        """Where a term is printed; None: it is not."""
        self._lay(self.width())
        return next((r for p, r in zip(self._pieces, self._places, strict=True) if p.term == term), None)

    def _show(self, pieces: Sequence[Piece]) -> None:
        pieces = tuple(pieces)
        if pieces == self._pieces:
            return
        height = self.heightForWidth(self.width())
        self._pieces, self._laid_for = pieces, -1
        self.setAccessibleDescription(self.text)
        if self.heightForWidth(self.width()) != height:
            self.updateGeometry()
        self.update()

    # --- geometry

    def sizeHint(self) -> QSize:
        return QSize(theme.size(400), self.heightForWidth(self.width() or theme.size(400)))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.size(120), theme.size(LINE + 2 * PAD_Y))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._lay(width)) + theme.size(PAD_Y)

    def _lay(self, width: int) -> float:
        """Place the pieces for a width, and say where the last line ends."""
        line = theme.size(LINE)
        if self._laid_for != width:
            metrics = QFontMetricsF(theme.font(13, mono=True))
            space, right = metrics.horizontalAdvance(" "), width - theme.size(PAD_X)
            x, y = float(theme.size(PAD_X)), float(theme.size(PAD_Y))
            places: list[QRectF] = []
            for piece in self._pieces:
                wide = metrics.horizontalAdvance(piece.text)
                if places:
                    x += 0 if piece.glued else space
                if x + wide > right and places and not (piece.glued and len(piece.text) == 1):  # never a lone comma
                    x, y = float(theme.size(PAD_X)), y + line
                places.append(QRectF(x, y, wide, line))
                x += wide
            self._places, self._laid_for = places, width
        return self._places[-1].bottom() if self._places else float(line + theme.size(PAD_Y))

    def _piece_at(self, position: QPointF) -> Piece | None:
        self._lay(self.width())
        return next((p for p, r in zip(self._pieces, self._places, strict=True) if r.contains(position)), None)

    @property
    def tip_of_rest(self) -> str:
        """What “(21 more)” counts."""
        if self._sum is None or not self._sum[0].more:
            return ""
        return tr("{count} more terms are not 0; their sum stands here. {zeros} terms are 0.",
                  count=self._sum[0].more, zeros=self._sum[0].zeros)

    # --- what a person does

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            piece = self._piece_at(QPointF(event.pos()))
            told = piece is not None and piece.term == MORE
            QToolTip.showText(event.globalPos(), self.tip_of_rest if told else "", self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        piece = self._piece_at(event.position())
        term = piece.term if piece else None
        self.setCursor(Qt.CursorShape.PointingHandCursor if term is not None else Qt.CursorShape.ArrowCursor)
        self._point(term)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        piece = self._piece_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and piece is not None and piece.term is not None:
            self._choose(piece.term)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        terms = [p.term for p in self._pieces if p.term is not None]
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and terms:
            place = terms.index(self._pointer) + step if self._pointer in terms else 0 if step > 0 else len(terms) - 1
            self._point(terms[min(max(place, 0), len(terms) - 1)])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._pointer is not None:
            self._choose(self._pointer)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QEvent) -> None:
        self._point(None)

    def _choose(self, term: int) -> None:
        if term == MORE:
            self._open = not self._open
            self.opened.emit(self._open)
        else:
            self.clicked.emit(term)

    def _point(self, term: int | None) -> None:
        if term != self._pointer:
            self._pointer = term
            self.set_hover(term)
            self.hovered.emit(None if term == MORE else term)

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        self._lay(self.width())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("sunk"))
        painter.drawRoundedRect(QRectF(self.rect()), theme.size(6), theme.size(6))
        painter.setFont(theme.font(13, mono=True))
        for piece, place in zip(self._pieces, self._places, strict=True):
            painter.setPen(theme.color(piece.token))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, piece.text)
            if piece.term is not None and piece.term in (self._hover, self._current):
                now = piece.term == self._current
                painter.setPen(QPen(theme.color("ring" if now else "ink"), 2.0 if now else 1.5))
                painter.drawLine(place.bottomLeft() - QPointF(0, 1), place.bottomRight() - QPointF(0, 1))
            elif piece.term == MORE:
                painter.setPen(QPen(theme.color("edge"), 1, Qt.PenStyle.DotLine))
                painter.drawLine(place.bottomLeft() - QPointF(0, 1), place.bottomRight() - QPointF(0, 1))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self._sum is not None:
            self._show(sum_pieces(*self._sum, self._open))
        elif event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._laid_for = -1
            self.updateGeometry()
            self.update()


def joined(pieces: Sequence[Piece]) -> str:
    """Pieces as plain text."""
    return "".join(("" if p.glued or not k else " ") + p.text for k, p in enumerate(pieces))


def sum_pieces(parts: FormulaParts, lead: str, opened: bool = False) -> tuple[Piece, ...]:
    """The words of a sum, in reading order."""
    pieces = [Piece(lead), Piece("=")] if lead else []
    brackets = parts.divisor != 1
    if brackets:
        pieces.append(Piece("("))
    for k, part in enumerate(parts.parts):
        text = part.text
        if k:  # a lone factor gives its sign to the sum
            less = text.startswith(numbers.MINUS)
            pieces.append(Piece(numbers.MINUS if less else "+"))
            text = text.removeprefix(numbers.MINUS)
        pieces.append(Piece(text, "ink", part.index, glued=brackets and not k))
    if not parts.parts and not parts.more and not parts.rest and parts.exact:
        pieces.append(Piece("0", "ink", glued=brackets))  # there is nothing to add but the bias
    if parts.more or parts.rest:
        if parts.parts or parts.rest < 0:
            pieces.append(Piece("−" if parts.rest < 0 else "+"))
        pieces.append(Piece(parts.rest_text if parts.exact else "…"))
        more = tr("({count} more)", count=parts.more) if parts.more else tr("(rounding)")
        pieces.append(Piece(more, "soft", MORE if parts.more else None))
    if parts.bias is not None:
        pieces.append(Piece("−" if parts.bias < 0 else "+"))
        pieces.append(Piece(parts.bias_text.lstrip("−"), "ink"))
    if brackets:
        pieces += [Piece(")", glued=True), Piece("/"), Piece(f"{parts.divisor}", "ink")]
    pieces += [Piece("="), Piece(parts.result_text, "accent")]
    if parts.so_far:
        pieces.append(Piece(tr("so far")))
    if opened and not parts.more:
        pieces.append(Piece(tr("(fewer)"), "soft", MORE))
    return tuple(pieces)
