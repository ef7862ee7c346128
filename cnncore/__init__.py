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

from cnncore import losses, ops, zoo
from cnncore.augment import Augment
from cnncore.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from cnncore.data import Labelled
from cnncore.data import read as read_data
from cnncore.errors import CnnError
from cnncore.evaluation import predict
from cnncore.files.project import Model, read_model, write_model
from cnncore.fitting import covariance, fit, fit_weights, invert
from cnncore.framing import Framing
from cnncore.initializers import INITIALIZERS
from cnncore.losses import *  # noqa: F403  every loss and op by its name: their tables say which there are
from cnncore.memory import Memory
from cnncore.memory import needed as memory_needed
from cnncore.network import Gradients, Network, Node, Pass, chain
from cnncore.op import Context, Op, Run
from cnncore.ops import *  # noqa: F403
from cnncore.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, RMSprop, clip
from cnncore.plan import Plan, Plans, Step
from cnncore.preprocess import Preprocess
from cnncore.rates import Rates
from cnncore.receptive import receptive_fields
from cnncore.recipes import recipe
from cnncore.schedules import SCHEDULES
from cnncore.shapes import multiply_adds, reached, receptive_field
from cnncore.summary import Summary, summary
from cnncore.trace import Operand, Trace
from cnncore.training import Evaluation, Progress, TrainSettings, evaluate, split, train
from cnncore.zoo import *  # noqa: F403

__all__ = [
    "INITIALIZERS", "OPTIMIZERS", "SCHEDULES", "SGD", "Adam", "AdamW", "Augment", "Checkpoint", "CnnError",
    "Context", "Evaluation", "Framing", "Gradients", "Labelled", "Memory", "Model", "Network", "Node", "Op",
    "Operand", "Optimizer", "Pass", "Plan", "Plans", "Preprocess", "Progress", "RMSprop", "Rates", "Run", "Step",
    "Summary", "Trace", "TrainSettings", "chain", "clip", "covariance", "evaluate", "fit", "fit_weights", "invert",
    "memory_needed", "multiply_adds", "predict", "reached", "read_checkpoint", "read_data", "read_model",
    "receptive_field", "receptive_fields", "recipe", "split", "summary", "train", "write_checkpoint", "write_model",
]
__all__ += losses.__all__
__all__ += ops.__all__
__all__ += zoo.__all__
