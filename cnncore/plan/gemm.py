"""Many small matrix products in one call of NumPy, in pieces of the size at which BLAS is quickest."""

from __future__ import annotations

import numpy as np

from cnncore.op import Array
from cnncore.plan.kernel import Call, call

TILE = 1_000_000  # m·n·k of one product: above it OpenBLAS packs its operands, and thin products lose up to half
NARROW = 32  # columns below which a piece is not worth its call


def piece(rows: int, inner: int, columns: int) -> int:
    """How many columns a piece takes: all of them, where pieces would be narrow."""
    widest = TILE // (rows * inner) // 16 * 16
    if rows * inner * columns <= TILE or widest < NARROW:
        return columns
    count = -(-columns // widest)
    return min(widest, -(-columns // count // 16) * 16)


def fits_turned(rows: int, inner: int, columns: int) -> bool:
    """True where OpenBLAS has a quick product with the second operand turned: its bounds, for small matrices."""
    return rows * inner * columns <= TILE and rows * columns <= 1200 and inner >= 32


def products(left: Array, right: Array, out: Array) -> list[Call]:
    """left (…, m, k) · right (…, k, n) into out (…, m, n), n in pieces."""
    rows, inner = left.shape[-2:]
    columns = right.shape[-1]
    width = piece(rows, inner, columns)
    if width == columns:
        return [call(np.matmul, left, right, out=out)]
    full = columns // width
    calls = [call(np.matmul, left[..., None, :, :], _pieces(right, full, width), out=_pieces(out, full, width))]
    if columns % width:
        rest = slice(full * width, columns)
        calls.append(call(np.matmul, left, right[..., rest], out=out[..., rest]))
    return calls


def _pieces(matrix: Array, count: int, width: int) -> Array:
    """(…, m, n) as (…, count, m, width): no copy."""
    part = matrix[..., : count * width]
    return np.moveaxis(part.reshape(*part.shape[:-1], count, width), -2, -3)


def outer_sums(left: Array, right: Array, out: Array, limit: int = 1 << 18) -> list[Call]:
    """Σ over rows of left (R, k, n) · right (R, n, m) into out (k, m), the k in pieces."""
    count, inner, columns = left.shape
    width = right.shape[-1]
    parts = next((k for k in range(1, inner // 8 + 1)
                  if inner % k == 0 and fits_turned(inner // k, columns, width)), 1)
    rows = max(1, min(count, limit // (inner * width)))
    store = np.zeros((rows, parts, inner // parts, width), np.float32)
    flat = store.reshape(rows, inner, width)
    calls: list[Call] = []
    for first in range(0, count, rows):
        some = slice(first, min(first + rows, count))
        used = some.stop - first
        split = left[some].reshape(used, parts, inner // parts, columns)
        calls.append(call(np.matmul, split, right[some][:, None], out=store[:used]))
        if first == 0:
            calls.append(call(np.copyto, out, flat[0]) if used == 1 else call(np.add.reduce, flat[:used], 0, None, out))
        else:
            calls += [call(np.add, out, flat[k], out=out) for k in range(used)] if used < 4 else _more(flat[:used], out)
    return calls


def _more(flat: Array, out: Array) -> list[Call]:
    part = np.zeros(out.shape, np.float32)
    return [call(np.add.reduce, flat, 0, None, part), call(np.add, out, part, out=out)]
