"""The number at a playhead, and how it is made, in whatever pass it lies."""

from __future__ import annotations

import numpy as np

from app.model.results import SILENT, Results
from app.model.timeline import LOSS, Playhead, is_input
from cnncore.network import INPUT, Node
from cnncore.op import Array
from cnncore.trace import Trace, column

KEPT = 8  # traces: stepper, chain and inspector ask for the same ones in one frame


def array_of(results: Results, head: Playhead) -> Array:
    """The whole array that the playhead's number is one of, without the sample axis.

    The update's array is the weights after the step. Arrays of a pass are computed once and belong to the results.
    """
    if head.lane == "forward":
        return results.values(head.node)
    if head.lane == "loss":
        return np.array(results.loss, np.float32)
    if head.lane == "update":
        return results.updated(f"{head.node}.{head.target}")
    gradients = results.gradients
    if head.node == LOSS or head.target == "output":
        found: Array = gradients.outputs[results.network.scores if head.node == LOSS else head.node][0]
    elif is_input(head.target):
        found = gradients.backwards[head.node].inputs[int(head.target[5:])][0]
    else:
        found = gradients.backwards[head.node].params[head.target]
    return found


def node_of(results: Results, head: Playhead) -> Node:
    """Whose number it is; the loss stands there as a node that reads the scores."""
    network = results.network
    if head.node == LOSS:
        return Node(LOSS, network.node(network.scores).op, (network.scores,))
    return network.node(head.node)


def value_of(results: Results, head: Playhead) -> float:
    """The engine's number at the playhead."""
    return float(array_of(results, head)[head.index])


def trace_of(results: Results, head: Playhead) -> Trace | None:
    """How the number is made, term by term; None at the input. The last few belong to the results."""
    if head.node == INPUT:
        return None
    known, head = results.traces, head.whole
    if head not in known:
        if len(known) >= KEPT:
            known.pop(next(iter(known)))
        known[head] = _traced(results, head)
    made: Trace = known[head]
    return made


@SILENT
def _traced(results: Results, head: Playhead) -> Trace:
    if head.node == LOSS:
        scores = results.done.outputs[results.network.scores][0].reshape(-1).astype(np.float64)  # as `Results` does
        loss = results.document.training.settings.loss_made()
        return loss.trace(scores, results.target, None if head.lane == "loss" else (head.map,))
    if head.lane == "update":
        return _update(results, head)
    if head.lane == "backward" and head.target == "output":
        return _sum(results, head)
    op, run = results.network.node(head.node).op, results.run(head.node, backward=head.lane == "backward")
    return op.trace(head.target, head.index, run)


def _update(results: Results, head: Playhead) -> Trace:
    key = f"{head.node}.{head.target}"
    weights, gradients, state, optimizer = results.step_of(key)
    made: Trace = optimizer.trace(key, head.index, weights, gradients, state)
    return made


def _sum(results: Results, head: Playhead) -> Trace:
    """What comes back to an output that several layers read: one term a reader, in their order."""
    network, sent = results.network, []
    for reader in network.consumers(head.node):
        if reader in results.gradients.backwards:
            for source, gradient in zip(network.node(reader).inputs, results.gradients.backwards[reader].inputs,
                                        strict=True):
                if source == head.node:
                    sent.append(float(gradient[0][head.index]))
    came = column("sent", sent)
    total = float(results.gradients.outputs[head.node][0][head.index])
    return Trace("products", "output", head.index, (came,), came.values, (len(sent),), total)
