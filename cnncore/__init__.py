"""A small engine for convolutional networks that can say where every number comes from. Needs NumPy only."""

from cnncore.errors import CnnError
from cnncore.losses import LOSSES, CrossEntropy, MeanSquaredError
from cnncore.network import Network, Node, chain
from cnncore.op import Op, Run
from cnncore.ops import OPS, Convolution, Dense, Flatten, MaxPool, MeanPool, ReLU, Softmax, make_op
from cnncore.optimizers import OPTIMIZERS, SGD
from cnncore.trace import Operand, Trace
from cnncore.training import Progress, TrainSettings, evaluate, split, train

__all__ = [
    "LOSSES", "OPS", "OPTIMIZERS", "SGD", "CnnError", "Convolution", "CrossEntropy", "Dense", "Flatten", "MaxPool",
    "MeanPool", "MeanSquaredError", "Network", "Node", "Op", "Operand", "Progress", "ReLU", "Run", "Softmax", "Trace",
    "TrainSettings", "chain", "evaluate", "make_op", "split", "train",
]
