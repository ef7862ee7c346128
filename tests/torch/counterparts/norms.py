"""PyTorch's norms, and the fits to samples."""

from __future__ import annotations

from typing import Any

from torch.nn import functional as F

from tests.torch.counterparts.base import About, Inputs, Params, Tensor, like


@like("batchnorm")
def batchnorm(op: Any, x: Inputs, p: Params, about: About) -> Any:
    """batch_norm; in training it writes the running values where they are."""
    running = {key: p[key].clone() for key in ("running_mean", "running_var")}
    out = F.batch_norm(x[0], *running.values(), p.get("weight"), p.get("bias"), about.training, op.momentum, op.epsilon)
    return (out, running) if about.training else out


@like("layernorm")
def layernorm(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """layer_norm over all but the samples."""
    return F.layer_norm(x[0], x[0].shape[1:], p.get("weight"), p.get("bias"), op.epsilon)


@like("groupnorm")
def groupnorm(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """group_norm; where each channel is a group, instance_norm."""
    if op.groups == x[0].shape[1] and x[0].ndim > 2 and x[0][0, 0].numel() > 1:
        return F.instance_norm(x[0], None, None, p.get("weight"), p.get("bias"), eps=op.epsilon)
    return F.group_norm(x[0], op.groups, p.get("weight"), p.get("bias"), op.epsilon)


@like("lrn")
def lrn(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """local_response_norm, which wants a space axis."""
    wide = x[0] if x[0].ndim > 2 else x[0][:, :, None]
    return F.local_response_norm(wide, op.size, op.alpha, op.beta, op.k).reshape(x[0].shape)


@like("standardize")
def standardize(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """By hand, as torchvision's Normalize."""
    shape = (1, -1, *(1,) * (x[0].ndim - 2)) if op.per == "channel" else (1, *x[0].shape[1:])
    return (x[0] - p["offset"].reshape(shape)) * p["scale"].reshape(shape)


@like("whiten")
def whiten(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """A linear map of the numbers less their mean."""
    out = F.linear((x[0] - p["mean"]).flatten(1), p["matrix"].flatten(1))
    return out.reshape(len(out), *about.forward.output.shape[1:])
