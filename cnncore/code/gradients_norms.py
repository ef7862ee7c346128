"""Gradients in NumPy of norms: over the batch's running averages, over groups of a sample, and across channels."""

from __future__ import annotations

from cnncore.code.base import Ask, along, at
from cnncore.code.gradients import Cell, back


@back("batchnorm")
def batchnorm(ask: Ask, target: str, cell: Cell) -> list[str]:
    """As outside training, where mean and variance stand still."""
    names, c, dy = ask.names, cell[0], ask.names["grad"]
    if target == "bias":
        return [f"{dy}[{c}].sum()"]
    scale = f"s = np.sqrt({names['running_var']}[{c}] + {ask.op.epsilon!r})"
    if target == "weight":
        return [scale, f"({dy}[{c}] * ({ask.x}[{c}] - {names['running_mean']}[{c}]) / s).sum()"]
    after = f" * {names['weight']}[{c}]" if ask.op.learned else ""
    return [scale, f"{dy}{at(cell)}{after} / s"]


@back("layernorm", "groupnorm")
def groupnorm(ask: Ask, target: str, cell: Cell) -> list[str]:
    """Of what came back: less its mean, and less what would change the variance."""
    op, x, dy = ask.op, ask.x, ask.names["grad"]
    by_cell = op.kind == "layernorm"  # weight and bias: one a number, or one a channel
    if target == "bias":
        return [f"{dy}{at(cell)}" if by_cell else f"{dy}[{cell[0]}].sum()"]
    size = ask.shapes[0][0] // (1 if by_cell else op.groups)
    first = cell[0] // size * size
    own = "" if size == ask.shapes[0][0] else f"[{first}:{first + size}]"
    lines = [f"g = {x}{own}", f"s = np.sqrt(g.var() + {op.epsilon!r})"]
    if target == "weight":
        spot = at(cell) if by_cell else f"[{cell[0]}]"
        return [*lines, f"n = ({x}{spot} - g.mean()) / s", f"{dy}{spot} * n" if by_cell else f"({dy}{spot} * n).sum()"]
    weight = f"{ask.names['weight']}{own}" if op.learned else ""
    scale = (weight if by_cell else along(ask.rank, weight)) if op.learned else ""
    return [*lines, "n = (g - g.mean()) / s", f"d = {dy}{own}" + (f" * {scale}" if scale else ""),
            "d = d - d.mean() - n * (d * n).mean()", f"d{at((cell[0] - first, *cell[1:]))} / s"]


@back("lrn")
def lrn(ask: Ask, target: str, cell: Cell) -> list[str]:
    """Its own share, less what it does to the neighbours that it damps."""
    op, c = ask.op, cell[0]
    spot = f"[:, {', '.join(map(str, cell[1:]))}]" if len(cell) > 1 else ""
    before, after = op.size // 2, (op.size - 1) // 2
    reached = f"{max(c - after, 0)}:{min(c + before + 1, ask.shapes[0][0])}"
    return [f"x, g = {ask.x}{spot}.astype(float), {ask.names['grad']}{spot}",
            f"a, b = {op.alpha!r} / {op.size}, {op.beta!r}", f"q = np.pad(x * x, ({before}, {after}))",
            f"d = {op.k!r} + a * np.convolve(q, np.ones({op.size}), 'valid')",
            f"t = (g * x * d ** (-b - 1))[{reached}].sum()", f"g[{c}] * d[{c}] ** -b - 2 * a * b * x[{c}] * t"]
