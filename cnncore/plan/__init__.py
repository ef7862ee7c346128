"""The fast path: a network compiled once for a batch size, equal to its ops within rounding.

>>> plan = Plan(network, batch=64)
>>> step = plan.train(weights, images, labels, CrossEntropy())
>>> step.loss, step.gradients["conv1.weight"]

Everything is float32. A plan belongs to one owner and one thread; what leaves it is never written to again. Nodes
without a fast kernel run by their own op, so any network works; `Plan.fast` says which these are.
"""

from __future__ import annotations

from cnncore.plan.plan import Plan, Plans
from cnncore.plan.step import Step

__all__ = ["Plan", "Plans", "Step"]
