"""Where the parts of a convolution's row lie: all grids of one cell size, as large as the card allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, QSize

from app import theme
from app.widgets import plane_digits
from app.widgets.kernel_editor import TOOL_GAP
from app.widgets.plane_grid import GAP

if TYPE_CHECKING:
    from app.panels.stepper_views.products import ProductsView

TITLE = 19
MOST = 40  # px a cell at most
STILL = 64  # px a cell at most in a picture, which has no other use for the room
FRAMES = (0.5, 0.35, 0.2)  # of a cell around the window; less where the card is low
SIGN = 24  # px for a sign, at least
OUTPUT, LEAST_OUTPUT = 140, 96  # px that the output has at least: its legend in one line, in two
AIR = 10  # px from a block to the next

Sign = tuple[QRectF, str]


def arrange(view: ProductsView) -> list[Sign]:
    """Place everything; gives the signs between the grids."""
    left, top, cell, frame = ways_of(view)
    tools, sign = tools_of(view), theme.size(SIGN)
    y, width = top + theme.size(TITLE), view.width() - left
    room = view.height() - y
    view.input.set_cell(cell, frame)
    view.products.set_cell(cell)
    view.kernel.grid.set_cell(cell)
    grid = view.products.size()
    view.sums.set_inline(room < grid.height() + 2 + view.sums.tall())
    sums = view.sums.minimumSizeHint()
    sizes = [view.input.width(), grid.width(), grid.width()]
    over = max(tools.width() - grid.width(), 0)  # the tools are wider than the kernel: as much on either side of it
    before, beside = max(sign, over // 2 + AIR), max(sign, over - over // 2 + AIR)
    under = max(sign, sums.width() + AIR - grid.width())
    out = view.output.fit(max(width - sum(sizes) - before - beside - under, theme.size(60)), room)
    names = ("Input", "Kernel", "Products")
    wants = [view.headings[name].want() + AIR - size for name, size in zip(names, sizes, strict=True)]
    right = max(out, min(view.output.want(), width // 6))
    gaps = spread(width - sum(sizes) - right, wants, [before, beside, under])
    lefts = [float(left)]
    for size, gap in zip(sizes, gaps, strict=True):
        lefts.append(lefts[-1] + size + gap)
    x = [round(place) for place in lefts]
    view.input.move(x[0], y)
    view.kernel.setGeometry(x[1] - over // 2, y, sizes[1] + over, room)
    view.products.move(x[2], y)
    wide = max(sizes[2], min(x[3] - x[2] - AIR, theme.size(230)), sums.width())
    view.sums.setGeometry(x[2], y + grid.height() + 2, wide, view.sums.sizeHint().height())
    view.output.setGeometry(x[3], y, view.width() - x[3], room)
    for heading, start, end in zip(view.headings.values(), x, [*x[1:], view.width() + AIR], strict=True):
        heading.place(QPoint(start, top), end - start - AIR)
    signs = "×=→"
    if view.output.map.shape[0] == 1 and view.grid is not None and view.grid.rows == 1:
        under = y + max(grid.height() + TOOL_GAP + tools.height(), grid.height() + 2 + view.sums.sizeHint().height())
        small = view.output.map.cell < plane_digits.least()  # beside the rest its cells have no room for digits
        if small and view.height() - under > theme.size(TITLE + 40):  # a sound: its output as a row of its own
            _row_below(view, left, under + theme.size(12))
            signs = "×="
    line, ends = y + grid.height() / 2 - 15, [start + size for start, size in zip(lefts, sizes, strict=False)]
    return [(QRectF(ends[k], line, lefts[k + 1] - ends[k], 30), text) for k, text in enumerate(signs)]


def _row_below(view: ProductsView, left: int, top: int) -> None:
    """The output under the other grids, as wide as the card."""
    high = theme.size(TITLE)
    view.output.fit(view.width() - left, view.height() - top - high)
    view.output.setGeometry(left, top + high, view.width() - left, view.height() - top - high)
    view.headings["Output"].place(QPoint(left, top), view.width() - left)


def ways_of(view: ProductsView) -> tuple[int, int, int, float]:
    """(left, top) of the row, px a cell, frame: the first way that leaves room for digits.

    The rail of channels lies above, in a low card beside; the tools stand in one row, in a narrow card in two.
    """
    title, rail = theme.size(TITLE), view.rail.sizeHint()
    railed = view.rail.isVisibleTo(view)
    above, aside = rail.height() if railed else 0, rail.width() + AIR if railed else 0
    # The tools in one row, or folded into two; the output at its best, or at its least.
    ways: list[tuple[int, int, bool | None, int]]
    ways = [(0, above, False, OUTPUT), (0, above, True, OUTPUT), (0, above, True, LEAST_OUTPUT)]
    ways += [(aside, 0, False, LEAST_OUTPUT), (aside, 0, True, LEAST_OUTPUT)] if railed else []
    # With large type the tools go where the cells would be too small to see; the kernel panel has them too.
    ways += [(aside, 0, None, LEAST_OUTPUT)] if theme.scale() > 1 else []
    size = view.width(), view.height() - title
    found = [(way, fitting(view, size[0] - way[0], size[1] - way[1], *way[2:])) for way in ways]
    digits = [one for one in found if one[1][0] >= plane_digits.least()]
    largest = max(found, key=lambda one: one[1][0])
    (left, top, folded, _), (cell, frame) = digits[0] if digits else largest
    view.kernel.set_folded(bool(folded))
    for button in view.kernel.tools:
        button.setVisible(folded is not None and not view.desk.still)
    if railed:
        view.rail.set_upright(left > 0)
        place = (0, title, rail.width(), view.height() - title) if left else (0, 0, view.width(), rail.height())
        view.rail.setGeometry(*place)
    return left, top, cell, frame


def tools_of(view: ProductsView) -> QSize:
    """What the tools take, as they stand."""
    shown = any(not button.isHidden() for button in view.kernel.tools)
    return view.kernel.tools_size() if shown else QSize(0, 0)


def fitting(view: ProductsView, width: int, room: int, folded: bool | None, output: int) -> tuple[int, float]:
    """(px a cell, frame): the largest cells; a thinner frame before cells without digits."""
    grid, tools = view.grid, QSize(0, 0) if folded is None else view.kernel.tools_size(folded)
    assert grid is not None
    rows, cols = view.input.extent()
    around = theme.size(output) + 3 * theme.size(SIGN)

    def fits(cell: int, frame: float) -> bool:
        pitch, edge = cell + GAP, 2 * frame * cell
        high = max(rows * pitch + edge, grid.rows * pitch + TOOL_GAP + tools.height())
        own = grid.cols * pitch
        wide = cols * pitch + edge + max(own, tools.width()) + max(own, theme.size(110)) + around
        return high <= room + GAP and wide <= width

    low, high = plane_digits.least(), theme.size(STILL if view.desk.still else MOST)
    for frame in FRAMES:
        for cell in range(high, low - 1, -1):
            if fits(cell, frame):
                return cell, frame
    return next((cell for cell in range(low - 1, 6, -1) if fits(cell, FRAMES[0])), 6), FRAMES[0]


def spread(room: float, wanted: list[float], least: list[float]) -> list[float]:
    """Gaps that fill ``room``, as equal as their wishes allow; too little: they give way to their least."""
    wanted = [max(w, a) for w, a in zip(wanted, least, strict=True)]
    left = room - sum(wanted)
    if left < 0:
        over = sum(wanted) - sum(least)
        share = max(1 + left / over, 0.0) if over else 0.0
        return [a + (w - a) * share for w, a in zip(wanted, least, strict=True)]
    gaps = sorted(wanted)
    level = gaps[-1]
    for k in range(1, len(gaps) + 1):  # fill the smallest k up to one level
        level = (sum(gaps[:k]) + left) / k
        if k == len(gaps) or level <= gaps[k]:
            break
    return [max(g, level) for g in wanted]
