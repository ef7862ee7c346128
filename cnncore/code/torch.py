"""Every layer with PyTorch: lines that make ``y`` of tensors without a sample axis. Gradients are autograd's own."""

from __future__ import annotations

import math

from cnncore.code.base import Ask, NoSuchThing, Table, alone, along, at, padded, plain, windows_of, writer
from cnncore.code.both import BOTH, backwards, templates
from cnncore.ops.pad import sides_of

TORCH: Table = dict(BOTH)
MODES = {"reflect": "reflect", "replicate": "replicate", "circular": "circular"}
CURVES = {
    "relu": "F.relu({x})", "leakyrelu": "F.leaky_relu({x}, {op.negative_slope!r})", "elu": "F.elu({x}, {op.alpha!r})",
    "selu": "F.selu({x})", "gelu": "F.gelu({x}, approximate={op.approximate!r})", "silu": "F.silu({x})",
    "tanh": "torch.tanh({x})", "sigmoid": "torch.sigmoid({x})", "softplus": "F.softplus({x})",
    "hardtanh": "F.hardtanh({x}, {op.low!r}, {op.high!r})", "hardsigmoid": "F.hardsigmoid({x})",
    "hardswish": "F.hardswish({x})",
    "dropout": "F.dropout({x}, {op.rate!r}, training=False)",
    "spatialdropout": "F.dropout({x}, {op.rate!r}, training=False)", "flatten": "{x}.flatten()",
    "reshape": "{x}.reshape{shape}", "concat": "torch.cat([{inputs}])",
    "maxout": "{x}.unflatten(0, (-1, {op.pieces})).max(dim=1).values", "prelu": "F.prelu({x}[None], {names[alpha]})[0]",
    "keepmax": "({x} == {x}.amax(dim={axes}, keepdim=True)).to({x}.dtype)",
    "globalmaxpool": "F.adaptive_max_pool{rank}d({x}[None], 1)[0]",
    "globalmeanpool": "F.adaptive_avg_pool{rank}d({x}[None], 1)[0]",
}
templates(TORCH, CURVES)


def output(ask: Ask, cell: tuple[int, ...]) -> list[str]:
    """The lines, and the cell."""
    return [*TORCH[ask.op.kind](ask), f"y{at(cell)}"]


def gradient(ask: Ask, target: str, cell: tuple[int, ...]) -> list[str]:
    """The same lines, run backwards from ``dy``."""
    return backwards(ask, target, cell, TORCH[ask.op.kind](ask))


def _padded(x: str, around: list[tuple[int, int]], how: str = "") -> str:
    """F.pad, which begins with the last axis."""
    ends = tuple(end for pair in reversed(around) for end in pair)
    return f"F.pad({x}, {ends}{how})"


def _knobs(**values: tuple[tuple[int, ...] | int, int]) -> str:
    """``, stride=2``: those that are not as they are anyway."""
    out = ""
    for name, (value, usual) in values.items():
        text = plain(value) if isinstance(value, tuple) else str(value)
        out += f", {name}={text}" if text != str(usual) else ""
    return out


@writer(TORCH, "conv")
def conv(ask: Ask) -> list[str]:
    """conv1d, conv2d, conv3d, after padding where PyTorch's own cannot say what ours can."""
    op, rank = ask.op, ask.rank
    around, _, stride, dilation = windows_of(op, ask.space)
    weight, lines, x = ask.names["weight"], [], f"{ask.x}[None]"
    if op.flip:
        lines.append(f"k = {weight}.flip({tuple(range(2, 2 + rank))})")
        weight = "k"
    alike = op.mode == "zeros" and all(before == after for before, after in around)
    if not alike and padded(around):
        mode = "" if op.mode == "zeros" else f", mode={MODES[op.mode]!r}"
        lines.append(f"q = {_padded(x, around, mode)}")
        x = "q"
    padding = tuple(before for before, _ in around) if alike else 0
    more = _knobs(stride=(stride, 1), padding=(padding, 0), dilation=(dilation, 1), groups=(op.groups, 1))
    return [*lines, f"y = F.conv{rank}d({x}, {weight}, {ask.name('bias')}{more})[0]"]


@writer(TORCH, "transposedconv")
def transposed(ask: Ask) -> list[str]:
    """conv_transpose1d, 2d, 3d."""
    op = ask.op
    knobs = {name: (getattr(op, name), usual) for name, usual in
             (("stride", 1), ("padding", 0), ("output_padding", 0), ("groups", 1), ("dilation", 1))}
    return [f"y = F.conv_transpose{ask.rank}d({ask.x}[None], {ask.names['weight']}, {ask.name('bias')}"
            f"{_knobs(**knobs)})[0]"]


@writer(TORCH, "maxpool")
def maxpool(ask: Ask) -> list[str]:
    """max_pool1d, 2d, 3d; sides that differ are padded first, with what never wins."""
    around, window, stride, dilation = windows_of(ask.op, ask.space)
    lines, x, padding = [], f"{ask.x}[None]", 0 if not padded(around) else tuple(before for before, _ in around)
    if any(before != after or 2 * before > k for (before, after), k in zip(around, window, strict=True)):
        lines, x, padding = [f"q = {_padded(x, around, ', value=-torch.inf')}"], "q", 0
    more = _knobs(padding=(padding, 0), dilation=(dilation, 1))
    return [*lines, f"y = F.max_pool{ask.rank}d({x}, {plain(window)}, {plain(stride)}{more})[0]"]


@writer(TORCH, "meanpool")
def meanpool(ask: Ask) -> list[str]:
    """avg_pool1d, 2d, 3d; where not all cells count, the sums over how many do."""
    op, rank = ask.op, ask.rank
    around, window, stride, _ = windows_of(op, ask.space)
    own = alone(op, ask.space)
    knobs = f"{plain(window)}, {plain(stride)}"
    if around == own and (not padded(around) or op.counts_padding):
        if all(before == after and 2 * before <= k for (before, after), k in zip(around, window, strict=True)):
            more = _knobs(padding=(tuple(before for before, _ in around), 0))
            return [f"y = F.avg_pool{rank}d({ask.x}[None], {knobs}{more})[0]"]
        return [f"q = {_padded(f'{ask.x}[None]', around)}", f"y = F.avg_pool{rank}d(q, {knobs})[0]"]
    ones = f"torch.ones_like({ask.x})[None]"
    if op.counts_padding:
        ones = _padded(ones, own, ", value=1.0") if padded(own) else ones
        rest = [(a - c, b - d) for (a, b), (c, d) in zip(around, own, strict=True)]
    else:
        rest = around
    return [f"q = {_padded(f'{ask.x}[None]', around)}", f"n = {_padded(ones, rest)}",
            f"y = (F.avg_pool{rank}d(q, {knobs}) / F.avg_pool{rank}d(n, {knobs}))[0]"]


@writer(TORCH, "l2pool")
def l2pool(ask: Ask) -> list[str]:
    """lp_pool1d, 2d, 3d, which know no padding: then by hand."""
    around, window, stride, _ = windows_of(ask.op, ask.space)
    if not padded(around):
        knobs = (window[0], stride[0]) if ask.rank == 1 else (window, stride)
        return [f"y = F.lp_pool{ask.rank}d({ask.x}[None], 2.0, {knobs[0]}, {knobs[1]})[0]"]
    return [f"q = {_padded(f'{ask.x}[None] ** 2', around)}",
            f"y = (F.avg_pool{ask.rank}d(q, {plain(window)}, {plain(stride)}) * {math.prod(window)}).sqrt()[0]"]


@writer(TORCH, "unpool")
def unpool(ask: Ask) -> list[str]:
    """Where max_pool found its maxima. max_unpool keeps one of several that meet in a cell; here they are added."""
    small, large = ask.inputs
    space, rank = ask.shapes[1][1:], ask.rank
    around, window, stride, dilation = windows_of(ask.op, space)
    wide = tuple(n + a + b for n, (a, b) in zip(space, around, strict=True))
    own = ", ".join(f"{a}:{a + n}" for n, (a, _) in zip(space, around, strict=True))
    q = _padded(f"{large}[None]", around, ", value=-torch.inf") if padded(around) else f"{large}[None]"
    more = _knobs(dilation=(dilation, 1))
    return [f"_, i = F.max_pool{rank}d({q}, {plain(window)}, {plain(stride)}{more}, return_indices=True)",
            f"y = torch.zeros({ask.shapes[1][0]}, {math.prod(wide)}, dtype={small}.dtype)",
            f"y = y.scatter_add(1, i[0].flatten(1), {small}.flatten(1))",
            f"y = y.reshape(-1, {', '.join(map(str, wide))})" + (f"[:, {own}]" if padded(around) else "")]


@writer(TORCH, "softmax", "logsoftmax")
def softmax(ask: Ask) -> list[str]:
    """Over the channels, one space axis, or a whole map, which for PyTorch is one axis first."""
    name, axis = ("softmax" if ask.op.kind == "softmax" else "log_softmax"), ask.op.axis
    if axis == "map":
        return [f"y = F.{name}({ask.x}.flatten(1), dim=1).reshape({ask.x}.shape)"]
    return [f"y = F.{name}({ask.x}, dim={0 if axis == 'channels' else int(axis[-1])})"]


@writer(TORCH, "dense")
def dense(ask: Ask) -> list[str]:
    """x · weightᵀ + bias."""
    return [f"y = F.linear({ask.x}, {ask.names['weight']}, {ask.name('bias')})"]


@writer(TORCH, "pad")
def pad(ask: Ask) -> list[str]:
    """F.pad."""
    op = ask.op
    around = sides_of(op.kind, "padding", op.padding, ask.rank)
    how = f", value={op.value!r}" if op.mode == "zeros" else f", mode={op.mode!r}"
    return [f"y = {_padded(f'{ask.x}[None]', around, how)}[0]"]


@writer(TORCH, "batchnorm")
def batchnorm(ask: Ask) -> list[str]:
    """As outside training."""
    running = f"{ask.names['running_mean']}, {ask.names['running_var']}"
    return [f"y = F.batch_norm({ask.x}[None], {running}, {ask.name('weight')}, {ask.name('bias')}, "
            f"eps={ask.op.epsilon!r})[0]"]


@writer(TORCH, "layernorm")
def layernorm(ask: Ask) -> list[str]:
    """Over all."""
    return [f"y = F.layer_norm({ask.x}, {ask.x}.shape, {ask.name('weight')}, {ask.name('bias')}, "
            f"eps={ask.op.epsilon!r})"]


@writer(TORCH, "groupnorm")
def groupnorm(ask: Ask) -> list[str]:
    """Over groups of channels."""
    if math.prod(ask.shapes[0]) == ask.op.groups:
        raise NoSuchThing("PyTorch refuses to norm a group of one number.")
    return [f"y = F.group_norm({ask.x}[None], {ask.op.groups}, {ask.name('weight')}, {ask.name('bias')}, "
            f"eps={ask.op.epsilon!r})[0]"]


@writer(TORCH, "lrn")
def lrn(ask: Ask) -> list[str]:
    """Across channels; it wants a space axis."""
    op = ask.op
    knobs = f"{op.size}, {op.alpha!r}, {op.beta!r}, {op.k!r}"
    if not ask.rank:
        return [f"y = F.local_response_norm({ask.x}[None, :, None], {knobs})[0, :, 0]"]
    return [f"y = F.local_response_norm({ask.x}[None], {knobs})[0]"]


@writer(TORCH, "standardize")
def standardize(ask: Ask) -> list[str]:
    """By hand, as torchvision's Normalize."""
    rank = ask.rank if ask.op.per == "channel" else 0
    return [f"y = ({ask.x} - {along(rank, ask.names['offset'])}) * {along(rank, ask.names['scale'])}"]


@writer(TORCH, "whiten")
def whiten(ask: Ask) -> list[str]:
    """A linear map of the numbers less their mean."""
    line = f"F.linear(({ask.x} - {ask.names['mean']}).flatten(), {ask.names['matrix']}.flatten(1))"
    return [f"y = {line}" + (f".reshape({', '.join(map(str, ask.output))})" if len(ask.output) > 1 else "")]
