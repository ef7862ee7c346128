"""The stages of one training step, each with all that can be shown of it: ``train(events="fine")`` yields them."""

from __future__ import annotations

from dataclasses import dataclass

from cnncore.losses import Loss
from cnncore.network import Gradients, Network, Pass
from cnncore.op import Array
from cnncore.optimizers import Factors, Optimizer
from cnncore.trace import Trace


@dataclass(frozen=True, eq=False)
class BatchDrawn:
    """The samples of a step are chosen and augmented.

    Args:
        step: Number of the step, from 1.
        epoch: Which pass over the samples, from 1.
        indices: (n,) which samples.
        images: (n, C, *S) as they will be seen.
        labels: (n,) ints, or (n, classes) numbers to reach.
        rate: Factor of the schedule on the learning rate.
    """

    step: int
    epoch: int
    indices: Array
    images: Array
    labels: Array
    rate: float


@dataclass(frozen=True, eq=False)
class ForwardPassed:
    """Every layer has its output.

    Args:
        step: Number of the step, from 1.
        network: What is trained.
        weights: From before the step, not to be written to.
        done: The pass, in training mode.
    """

    step: int
    network: Network
    weights: dict[str, Array]
    done: Pass


@dataclass(frozen=True, eq=False)
class LossMeasured:
    """The scores were compared with the targets.

    Args:
        step: Number of the step, from 1.
        loss: Which one.
        scores: (n, classes).
        labels: (n,) ints, or (n, classes) numbers to reach.
        value: Mean over the batch.
        gradient: (n, classes), ∂ value / ∂ scores.
    """

    step: int
    loss: Loss
    scores: Array
    labels: Array
    value: float
    gradient: Array

    def trace(self, sample: int, cell: tuple[int, ...] | None = None) -> Trace:
        """The loss of one sample by itself, term by term; with ``cell`` = (class,) its gradient by that score."""
        label = self.labels[sample]
        return self.loss.trace(self.scores[sample], label if self.labels.ndim > 1 else int(label), cell)


@dataclass(frozen=True, eq=False)
class BackwardPassed:
    """Every layer's output and every weight has its gradient.

    Args:
        step: Number of the step, from 1.
        gradients: ∂L/∂ of all of them; `Network.run` traces a cell with it.
    """

    step: int
    gradients: Gradients


@dataclass(frozen=True, eq=False)
class WeightsUpdated:
    """The optimiser has moved the weights. None of these arrays is to be written to.

    Args:
        step: Number of the step, from 1.
        optimizer: Which one.
        before: Weights before the step, the running averages too.
        after: Weights after it.
        gradients: As the optimiser read them: clipped; of frozen weights there is none.
        state: Of the optimiser, before the step.
        rate: Factors on the learning rate: the schedule's, times the rates per layer.
    """

    step: int
    optimizer: Optimizer
    before: dict[str, Array]
    after: dict[str, Array]
    gradients: dict[str, Array]
    state: dict[str, Array]
    rate: Factors

    def trace(self, key: str, index: tuple[int, ...]) -> Trace:
        """One number's way from ``before`` to ``after``, term by term."""
        return self.optimizer.trace(key, index, self.before, self.gradients, self.state, self.rate)


Event = BatchDrawn | ForwardPassed | LossMeasured | BackwardPassed | WeightsUpdated
