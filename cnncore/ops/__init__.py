"""All ops, by the word that files, the command line and the palette use: one file and one line here for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnncore.errors import CnnError, did_you_mean
from cnncore.op import Op
from cnncore.ops.conv import Convolution
from cnncore.ops.dense import Dense
from cnncore.ops.dropout import Dropout, SpatialDropout
from cnncore.ops.flatten import Flatten
from cnncore.ops.hard import HardSigmoid, HardSwish, HardTanh
from cnncore.ops.join import Add, Concatenate, Multiply
from cnncore.ops.keepmax import KeepMax
from cnncore.ops.maxout import Maxout
from cnncore.ops.norm_batch import BatchNorm
from cnncore.ops.norm_layer import GroupNorm, LayerNorm
from cnncore.ops.norm_local import LocalResponseNorm
from cnncore.ops.pad import Crop, Pad
from cnncore.ops.pool import GlobalMaxPool, GlobalMeanPool, L2Pool, MaxPool, MeanPool
from cnncore.ops.prelu import PReLU
from cnncore.ops.rectifiers import ELU, SELU, LeakyReLU, ReLU
from cnncore.ops.reshape import Reshape
from cnncore.ops.smooth import GELU, Sigmoid, SiLU, Softplus, Tanh
from cnncore.ops.softmax import LogSoftmax, Softmax
from cnncore.ops.standardize import Standardize
from cnncore.ops.transposed import TransposedConvolution
from cnncore.ops.unpool import Unpool
from cnncore.ops.whiten import Whiten

OPS: dict[str, type[Op]] = {op.kind: op for op in (
    Convolution,
    ReLU, LeakyReLU, PReLU, ELU, SELU, GELU, SiLU, Tanh, Sigmoid, Softplus, HardTanh, HardSigmoid, HardSwish,
    Maxout, KeepMax, Softmax, LogSoftmax,
    MaxPool, MeanPool, L2Pool, GlobalMaxPool, GlobalMeanPool, Unpool, TransposedConvolution,
    Flatten, Reshape, Pad, Crop, Dense,
    BatchNorm, LayerNorm, GroupNorm, LocalResponseNorm, Dropout, SpatialDropout, Add, Multiply, Concatenate,
    Standardize, Whiten,
)}

__all__ = [
    "ELU", "GELU", "OPS", "SELU", "Add", "BatchNorm", "Concatenate", "Convolution", "Crop", "Dense", "Dropout",
    "Flatten", "GlobalMaxPool", "GlobalMeanPool", "GroupNorm", "HardSigmoid", "HardSwish", "HardTanh", "KeepMax",
    "L2Pool", "LayerNorm", "LeakyReLU", "LocalResponseNorm", "LogSoftmax", "MaxPool", "Maxout", "MeanPool",
    "Multiply", "PReLU", "Pad", "ReLU", "Reshape", "SiLU", "Sigmoid", "Softmax", "Softplus", "SpatialDropout",
    "Standardize", "Tanh", "TransposedConvolution", "Unpool", "Whiten", "make_op",
]


def make_op(kind: str, settings: Mapping[str, Any]) -> Op:
    """The op of that kind; `CnnError` for an unknown word or a setting that is not possible."""
    if kind not in OPS:
        raise CnnError("op.kind", "There is no layer of kind {kind!r}. Did you mean: {near}?",
                       kind=kind, near=did_you_mean(kind, OPS))
    op: Op = OPS[kind].make(settings)
    return op
