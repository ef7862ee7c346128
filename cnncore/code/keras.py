"""Every layer with Keras 3: channels stand last there, so arrays are turned on their way in. ``x`` is (C, *S)."""

from __future__ import annotations

import math

from cnncore.code.base import ON_TORCH, Ask, NoSuchThing, Table, alone, along, at, padded, plain, windows_of, writer
from cnncore.code.both import BOTH, backwards, templates
from cnncore.ops.pad import sides_of

KERAS: Table = dict(BOTH)
RESHAPE = "ops.reshape({x}, ({shape}))"
CURVES = {
    "relu": "ops.relu({x})", "leakyrelu": "ops.leaky_relu({x}, {op.negative_slope!r})",
    "elu": "ops.elu({x}, {op.alpha!r})", "selu": "ops.selu({x})", "gelu": "ops.gelu({x}, approximate={tanh})",
    "silu": "ops.silu({x})", "tanh": "ops.tanh({x})", "sigmoid": "ops.sigmoid({x})", "softplus": "ops.softplus({x})",
    "hardtanh": "ops.clip({x}, {op.low!r}, {op.high!r})", "hardsigmoid": "ops.hard_sigmoid({x})",
    "hardswish": "ops.hard_swish({x})",
    "dropout": "{x}  # outside training", "spatialdropout": "{x}  # outside training",
    "flatten": "ops.reshape({x}, (-1,))", "reshape": "ops.reshape({x}, {shape})",
    "concat": "ops.concatenate([{inputs}], axis=0)", "maxout": "ops.max(ops.reshape({x}, {pieces}), axis=1)",
    "keepmax": "ops.cast({x} == ops.max({x}, axis={axes}, keepdims=True), 'float32')",
    "globalmaxpool": "ops.max({x}, axis={axes}, keepdims=True)",
    "globalmeanpool": "ops.mean({x}, axis={axes}, keepdims=True)",
}
templates(KERAS, CURVES, lambda ask: {
    "tanh": getattr(ask.op, "approximate", "") == "tanh",
    "pieces": (-1, getattr(ask.op, "pieces", 1), *ask.space)})
LAST = ("conv", "transposedconv", "maxpool", "meanpool", "l2pool")  # whose y is (1, *G, F)


def output(ask: Ask, cell: tuple[int, ...]) -> list[str]:
    """The lines, and the cell, in the order that Keras has its axes in."""
    own = (0, *cell[1:], cell[0]) if ask.op.kind in LAST else cell
    return [*KERAS[ask.op.kind](ask), f"y{at(own)}"]


def gradient(ask: Ask, target: str, cell: tuple[int, ...]) -> list[str]:
    """Keras leaves gradients to what it runs on: here PyTorch's autograd. y is turned back, as dy stands."""
    lines = KERAS[ask.op.kind](ask)
    turned = ["y = ops.moveaxis(y[0], -1, 0)"] if ask.op.kind in LAST else []
    return [ON_TORCH, *backwards(ask, target, cell, [*lines, *turned])]


def _turned(ask: Ask, around: list[tuple[int, int]], value: str = "", mode: str = "zeros") -> list[str]:
    """q = (1, *S, C), padded."""
    return [f"q = ops.moveaxis({ask.x}, 0, -1)[None]", *_padding("q", ask, around, mode, value, ((0, 0),))]


def _padding(x: str, ask: Ask, around: list[tuple[int, int]], mode: str, value: str,
             rest: tuple[tuple[int, int], ...] = ()) -> list[str]:
    """Lines that make q of x with its space axes padded, ``rest`` behind them; what ops.pad does not do is taken."""
    if not padded(around):
        return []
    if mode == "zeros" or (mode == "reflect" and ask.rank < 3):
        how = ", mode='reflect'" if mode == "reflect" else f", constant_values={value}" if value else ""
        return [f"q = ops.pad({x}, {[(0, 0), *around, *rest]}{how})"]
    lines = []
    for axis, ((before, after), n) in enumerate(zip(around, ask.space, strict=True), 1):
        if before or after:
            at = f"ops.arange({-before}, {n + after})"
            at = {"circular": f"{at} % {n}", "replicate": f"ops.clip({at}, 0, {n - 1})",
                  "reflect": f"{n - 1} - ops.abs({n - 1} - ops.abs({at}))"}[mode]
            lines.append(f"q = ops.take({x}, {at}, axis={axis})")
            x = "q"
    return lines


@writer(KERAS, "conv")
def conv(ask: Ask) -> list[str]:
    """ops.conv, whose kernels are (*K, C, F)."""
    op, rank = ask.op, ask.rank
    around, _, stride, dilation = windows_of(op, ask.space)
    weight = f"ops.flip({ask.names['weight']}, {tuple(range(2, 2 + rank))})" if op.flip else ask.names["weight"]
    both = max(stride) > 1 and max(dilation) > 1  # not in one ops.conv: every place, of which some are taken
    more = f", {plain(stride)}" if max(stride) > 1 and not both else ""
    more += f", dilation_rate={plain(dilation)}" if max(dilation) > 1 else ""
    lines = [*_turned(ask, around, mode=op.mode),
             f"k = ops.transpose({weight}, {(*range(2, 2 + rank), 1, 0)})",
             f"y = ops.conv(q, k{more})" + (f" + {ask.names['bias']}" if op.bias else "")]
    return [*lines, f"y = y[:, {', '.join(f'::{n}' for n in stride)}]"] if both else lines


@writer(KERAS, "transposedconv")
def transposed(ask: Ask) -> list[str]:
    """ops.conv_transpose, whose kernels are (*K, F, C)."""
    op, rank = ask.op, ask.rank
    axes = op.windows(ask.space)
    stride, dilation = tuple(a.stride for a in axes), tuple(a.dilation for a in axes)
    if max(dilation) > 1 and max(stride) > 1:
        raise NoSuchThing("Keras has no transposed convolution with both stride and dilation.")
    more = f", {plain(stride)}" + (f", dilation_rate={plain(dilation)}" if max(dilation) > 1 else "")
    wide = tuple((n - 1) * a.stride + max((a.kernel - 1) * a.dilation + 1, a.stride)
                 for n, a in zip(ask.space, axes, strict=True))
    need = [max(a.padding + a.size - n, 0) for n, a in zip(wide, axes, strict=True)]
    cut = ", ".join(f"{a.padding}:{a.padding + a.size}" for a in axes)
    lines = [*_turned(ask, []), f"k = ops.transpose({ask.names['weight']}, {(*range(2, 2 + rank), 1, 0)})"]
    if op.groups > 1:
        lines.append(f"parts = zip(ops.split(q, {op.groups}, axis=-1), ops.split(k, {op.groups}, axis=-1))")
        lines.append(f"y = ops.concatenate([ops.conv_transpose(q, k{more}, padding='valid') for q, k in parts], -1)")
    else:
        lines.append(f"y = ops.conv_transpose(q, k{more}, padding='valid')")
    if any(need):
        lines.append(f"y = ops.pad(y, {[(0, 0), *((0, n) for n in need), (0, 0)]})")
    return [*lines, f"y = y[:, {cut}]" + (f" + {ask.names['bias']}" if op.bias else "")]


@writer(KERAS, "maxpool")
def maxpool(ask: Ask) -> list[str]:
    """ops.max_pool, after padding with what never wins."""
    around, window, stride, dilation = windows_of(ask.op, ask.space)
    if max(dilation) > 1:
        letters, axes = "ijk"[:ask.rank], ask.op.axes(ask.space)
        cut = ", ".join(f"{i}:{i} + {(a.out - 1) * a.stride + 1}" + (f":{a.stride}" if a.stride > 1 else "")
                        for i, a in zip(letters, axes, strict=True))
        places = " ".join(f"for {i} in range(0, {a.kernel * a.dilation}, {a.dilation})"
                          for i, a in zip(letters, axes, strict=True))
        return [*_turned(ask, around, "float('-inf')"), f"y = ops.max(ops.stack([q[:, {cut}] {places}]), axis=0)"]
    return [*_turned(ask, around, "float('-inf')"), f"y = ops.max_pool(q, {plain(window)}, {plain(stride)})"]


@writer(KERAS, "meanpool")
def meanpool(ask: Ask) -> list[str]:
    """ops.average_pool; where not all cells count, the sums over how many do."""
    op = ask.op
    around, window, stride, _ = windows_of(op, ask.space)
    own = alone(op, ask.space)
    pool = f"{plain(window)}, {plain(stride)}"
    if around == own and (not padded(around) or op.counts_padding):
        return [*_turned(ask, around), f"y = ops.average_pool(q, {pool})"]
    lines = [f"n = ops.ones_like(ops.moveaxis({ask.x}, 0, -1)[None])"]
    if op.counts_padding and padded(own):
        lines.append(f"n = ops.pad(n, {[(0, 0), *own, (0, 0)]}, constant_values=1)")
    rest = [(a - c, b - d) for (a, b), (c, d) in zip(around, own, strict=True)] if op.counts_padding else around
    lines += [f"n = ops.pad(n, {[(0, 0), *rest, (0, 0)]})"] if padded(rest) else []
    return [*_turned(ask, around), *lines, f"y = ops.average_pool(q, {pool}) / ops.average_pool(n, {pool})"]


@writer(KERAS, "l2pool")
def l2pool(ask: Ask) -> list[str]:
    """By hand: the root of the sum of squares."""
    around, window, stride, _ = windows_of(ask.op, ask.space)
    return [*_turned(ask, around),
            f"y = ops.sqrt(ops.average_pool(q ** 2, {plain(window)}, {plain(stride)}) * {math.prod(window)})"]


@writer(KERAS, "unpool")
def unpool(ask: Ask) -> list[str]:
    """There is none."""
    raise NoSuchThing("Keras has no unpooling: its poolings do not say where their winners stood.")


@writer(KERAS, "prelu")
def prelu(ask: Ask) -> list[str]:
    """By hand."""
    alpha = ask.names["alpha"]
    if ask.op.per_channel:
        alpha = along(ask.rank, alpha, RESHAPE)
    return [f"y = ops.where({ask.x} > 0, {ask.x}, {alpha} * {ask.x})"]


@writer(KERAS, "softmax", "logsoftmax")
def softmax(ask: Ask) -> list[str]:
    """Over the channels, one space axis, or all cells of a map."""
    name, axis = ("softmax" if ask.op.kind == "softmax" else "log_softmax"), ask.op.axis
    if axis == "map":
        return [f"y = ops.{name}(ops.reshape({ask.x}, ({ask.shapes[0][0]}, -1)), axis=1)",
                f"y = ops.reshape(y, {ask.shapes[0]})"]
    return [f"y = ops.{name}({ask.x}, axis={0 if axis == 'channels' else int(axis[-1])})"]


@writer(KERAS, "dense")
def dense(ask: Ask) -> list[str]:
    """x · weightᵀ + bias."""
    return [f"y = ops.matmul({ask.names['weight']}, {ask.x})" + (f" + {ask.names['bias']}" if ask.op.bias else "")]


@writer(KERAS, "pad")
def pad(ask: Ask) -> list[str]:
    """ops.pad."""
    op = ask.op
    lines = _padding(ask.x, ask, sides_of(op.kind, "padding", op.padding, ask.rank), op.mode, repr(op.value))
    return [*lines, "y = q"] if lines else [f"y = {ask.x}"]


@writer(KERAS, "batchnorm")
def batchnorm(ask: Ask) -> list[str]:
    """As outside training."""
    op, names = ask.op, ask.names
    more = f", offset={names['bias']}, scale={names['weight']}" if op.learned else ""
    return [f"y = ops.batch_normalization({ask.x}, {names['running_mean']}, {names['running_var']}, axis=0"
            f"{more}, epsilon={op.epsilon!r})"]


@writer(KERAS, "layernorm", "groupnorm")
def layernorm(ask: Ask) -> list[str]:
    """By hand: the mean and variance of the groups."""
    op, names, c = ask.op, ask.names, ask.shapes[0][0]
    groups = op.groups if op.kind == "groupnorm" else 1
    lines = [f"g = ops.reshape({ask.x}, ({groups}, -1))", "m, v = ops.moments(g, axes=1, keepdims=True)",
             f"y = ops.reshape((g - m) / ops.sqrt(v + {op.epsilon!r}), {ask.shapes[0]})"]
    if op.learned:
        own = [names["weight"], names["bias"]]
        if len(op.parameter_shapes(*ask.shapes)["weight"]) == 1 and c:
            own = [along(ask.rank, name, RESHAPE) for name in own]
        lines.append(f"y = y * {own[0]} + {own[1]}")
    return lines


@writer(KERAS, "lrn")
def lrn(ask: Ask) -> list[str]:
    """By hand: the squares of the neighbouring channels, as so many shifted arrays."""
    op, channels = ask.op, ask.shapes[0][0]
    around = [(op.size // 2, (op.size - 1) // 2), *[(0, 0)] * ask.rank]
    return [f"q = ops.pad({ask.x} ** 2, {around})", f"s = sum(q[c:c + {channels}] for c in range({op.size}))",
            f"y = {ask.x} / ({op.k!r} + {op.alpha!r} * s / {op.size}) ** {op.beta!r}"]


@writer(KERAS, "standardize")
def standardize(ask: Ask) -> list[str]:
    """By hand."""
    rank = ask.rank if ask.op.per == "channel" else 0
    return [f"y = {ask.x} - {along(rank, ask.names['offset'], RESHAPE)}",
            f"y = y * {along(rank, ask.names['scale'], RESHAPE)}"]


@writer(KERAS, "whiten")
def whiten(ask: Ask) -> list[str]:
    """A linear map of the numbers less their mean."""
    matrix = f"ops.reshape({ask.names['matrix']}, (-1, {math.prod(ask.shapes[0])}))"
    return [f"y = ops.matmul({matrix}, ops.reshape({ask.x} - {ask.names['mean']}, (-1,)))",
            f"y = ops.reshape(y, {ask.output})"]
