"""Where the parts of a convolution's row lie: all grids of one cell size, as large as the card allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from app import theme
from app.widgets.kernel_editor import TOOL_GAP
from app.widgets.plane_grid import GAP

if TYPE_CHECKING:
    from app.panels.stepper_views.products import ProductsView

TITLE = 19
CELLS = (30, 40)  # px a cell, least and most
FRAMES = (0.5, 0.35, 0.2)  # of a cell around the window; less where the card is low
SIGN = 24  # px for a sign, at least
OUTPUT = 140  # px that the output has at least: its legend fits
AIR = 10  # px from a block to the next

Sign = tuple[float, float, str]  # left, right, what stands between


def arrange(view: ProductsView) -> tuple[list[Sign], float]:
    """Place everything; gives the signs between the grids, and the height of their middle."""
    top = 0
    if view.rail.isVisibleTo(view):
        top = view.rail.sizeHint().height()
        view.rail.setGeometry(0, 0, view.width(), top)
    tools, sign = view.kernel.tools_size(), theme.size(SIGN)
    y = top + theme.size(TITLE)
    room = view.height() - y
    cell, frame = fitting(view, room)
    view.input.set_cell(cell, frame)
    view.products.set_cell(cell)
    view.kernel.grid.set_cell(cell)
    grid = view.products.size()
    view.sums.set_inline(room < grid.height() + 2 + view.sums.tall())
    sums = view.sums.minimumSizeHint()
    sizes = [view.input.width(), grid.width(), grid.width()]
    beside = max(sign, tools.width() + AIR - grid.width())  # the tools are wider than the kernel
    under = max(sign, sums.width() + AIR - grid.width())
    out = view.output.fit(max(view.width() - sum(sizes) - sign - beside - under, theme.size(60)), room)
    names = ("Input", "Kernel", "Products")
    wants = [view.headings[name].want() + AIR - size for name, size in zip(names, sizes, strict=True)]
    right = max(out, min(view.output.want(), view.width() // 6))
    gaps = spread(view.width() - sum(sizes) - right, wants, [sign, beside, under])
    lefts = [0.0]
    for size, gap in zip(sizes, gaps, strict=True):
        lefts.append(lefts[-1] + size + gap)
    x = [round(left) for left in lefts]
    view.input.move(0, y)
    view.kernel.setGeometry(x[1], y, max(tools.width(), sizes[1]), room)
    view.products.move(x[2], y)
    view.sums.setGeometry(x[2], y + grid.height() + 2, max(sizes[2], sums.width()), view.sums.sizeHint().height())
    view.output.setGeometry(x[3], y, view.width() - x[3], room)
    for heading, left, end in zip(view.headings.values(), x, [*x[1:], view.width() + AIR], strict=True):
        heading.place(QPoint(left, top), end - left - AIR)
    signs = [(lefts[k] + sizes[k], lefts[k + 1], text) for k, text in enumerate("×=→")]
    return signs, y + grid.height() / 2


def fitting(view: ProductsView, room: int) -> tuple[int, float]:
    """(px a cell, frame): the largest cells; a thinner frame before cells without digits."""
    grid, tools = view.grid, view.kernel.tools_size()
    assert grid is not None
    rows, cols = view.input.extent()
    around = theme.size(OUTPUT) + 3 * theme.size(SIGN)

    def fits(cell: int, frame: float) -> bool:
        pitch, edge = cell + GAP, 2 * frame * cell
        high = max(rows * pitch + edge, grid.rows * pitch + TOOL_GAP + tools.height())
        own = grid.cols * pitch
        wide = cols * pitch + edge + max(own, tools.width()) + max(own, theme.size(110)) + around
        return high <= room + GAP and wide <= view.width()

    low, high = (theme.size(px) for px in CELLS)
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
