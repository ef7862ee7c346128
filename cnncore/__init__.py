"""A small engine for convolutional networks that can say where every number comes from. Needs NumPy only.

>>> network = lenet()
>>> print(summary(network))
>>> weights = network.start(seed=0)
>>> for progress in train(network, weights, images, labels, TrainSettings(epochs=3)):
...     print(progress.loss)
>>> weights = progress.best()
>>> scores = Plan(network, 1).scores(weights, images[:1])

Arrays are (N, C, *S): samples, channels, then 1, 2 or 3 space axes. Every mistake is a `CnnError` that says what to do.
"""

from cnncore import losses, ops
from cnncore.augment import Augment
from cnncore.data import Labelled
from cnncore.data import read as read_data
from cnncore.errors import CnnError
from cnncore.files.project import Model, read_model, write_model
from cnncore.fitting import covariance, fit, fit_weights, invert
from cnncore.framing import Framing
from cnncore.losses import *  # noqa: F403  every loss and op by its name: their tables say which there are
from cnncore.memory import Memory, needed
from cnncore.network import Gradients, Network, Node, Pass, chain
from cnncore.op import Context, Op, Run
from cnncore.ops import *  # noqa: F403
from cnncore.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, RMSprop, clip
from cnncore.plan import Plan, Plans, Step
from cnncore.preprocess import Preprocess
from cnncore.recipes import recipe
from cnncore.shapes import multiply_adds, reached, receptive_field
from cnncore.summary import Row, Summary, summary
from cnncore.trace import Operand, Trace
from cnncore.training import Evaluation, Progress, TrainSettings, evaluate, split, train
from cnncore.zoo import ZOO, lenet

__all__ = [
    "OPTIMIZERS", "SGD", "ZOO", "Adam", "AdamW", "Augment", "CnnError", "Context", "Evaluation", "Framing",
    "Gradients", "Labelled", "Memory", "Model", "Network", "Node", "Op", "Operand", "Optimizer", "Pass", "Plan",
    "Plans", "Preprocess", "Progress", "RMSprop", "Row", "Run", "Step", "Summary", "Trace", "TrainSettings",
    "chain", "clip", "covariance", "evaluate", "fit", "fit_weights", "invert", "lenet", "multiply_adds", "needed",
    "reached", "read_data", "read_model", "receptive_field", "recipe", "split", "summary", "train", "write_model",
]
__all__ += losses.__all__
__all__ += ops.__all__
