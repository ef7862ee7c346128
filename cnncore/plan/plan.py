"""A plan: programs for the three purposes, made when first asked for, and large batches in pieces."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from cnncore.errors import CnnError
from cnncore.losses import Loss
from cnncore.network import INPUT, Network, Pass, Weights
from cnncore.op import Array, Context
from cnncore.plan.cellwise import CURVES
from cnncore.plan.pieces import MOST, divides, piece_size
from cnncore.plan.program import Program
from cnncore.plan.step import Step


class Plan:
    """A network for one batch size.

    Args:
        network: Any.
        batch: Number of samples that every call takes.
    """

    def __init__(self, network: Network, batch: int) -> None:
        if batch < 1:
            raise CnnError("plan.batch", "A plan needs a batch of 1 or more samples; this one has {batch}.",
                           batch=batch)
        self.network, self.batch = network, batch
        self._programs: dict[tuple[str, int], Program] = {}
        self._spare: dict[int, list[Program]] = {}
        self._sizes = {purpose: piece_size(network, purpose) for purpose in MOST}
        self._names = [node.name for node in network.nodes]

    @property
    def fast(self) -> dict[str, bool]:
        """Which nodes take the fast path; the others fall back to their op."""
        kernels = Program(self.network, 1, "every").kernels
        return {node.name: node.name in kernels or (
            node.op.kind in CURVES and len(self.network.shapes[node.name]) < 4) for node in self.network.nodes}

    def forward(self, weights: Weights, x: Array) -> dict[str, Array]:
        """Every node's output, and the input: (N, C, *G), as inference gives them.

        Args:
            weights: As `Network.start` gives them.
            x: (N, C, *S).
        """
        x, weights = self._checked(x), _single(weights)
        size = min(self.batch, self._sizes["every"])
        if size == self.batch:
            return self._everything(weights, x)
        found = {name: np.empty((self.batch, *shape), np.float32) for name, shape in self.network.shapes.items()}
        for start in range(0, self.batch, size):
            part = self._everything(weights, x[start : start + size])
            for name, array in part.items():
                found[name][start : start + size] = array
        return found | {INPUT: x}

    def scores(self, weights: Weights, x: Array) -> Array:
        """(N, classes): what the loss takes, without what lies between.

        Args:
            weights: As `Network.start` gives them.
            x: (N, C, *S).
        """
        if len(self.network.shapes[self.network.scores]) > 1:  # maps: outer memory is where they shall go
            return self.forward(weights, x)[self.network.scores]
        x, weights = self._checked(x), _single(weights)
        size = min(self.batch, self._sizes["scores"])
        parts = []
        for start in range(0, self.batch, size):
            piece = x[start : start + size]
            program = self._program("scores", len(piece))
            program.load(weights)
            program.start(piece)
            program.run()
            parts.append(program.output(self.network.scores))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def run(self, weights: Weights, x: Array, known: Pass | None = None, stale: Collection[str] = ()) -> Pass:
        """One pass in inference, as `Network.forward` gives it.

        Args:
            weights: As `Network.start` gives them.
            x: (N, C, *S).
            known: An earlier pass, whose results are taken over for every node not in ``stale``.
            stale: See `Network.stale_after`.
        """
        x, weights = self._checked(x), _single(weights)
        program = self._free(self.batch)
        if known is None:
            program.load(weights)
            program.start(x)
            program.run()
            fresh = program.everything(self._names)
            return Pass({INPUT: x, **fresh}, program.forwards(fresh))
        names = [node.name for node in self.network.nodes if node.name in stale]
        program.part(weights, {**known.outputs, INPUT: x}, names)
        fresh = program.everything(names)
        return Pass({**known.outputs, INPUT: x, **fresh}, {**known.forwards, **program.forwards(fresh)})

    def train(self, weights: Weights, x: Array, labels: Array, loss: Loss,
              rng: np.random.Generator | None = None) -> Step:
        """One forward pass in training mode, the loss of its scores, and one backward pass.

        Args:
            weights: As `Network.start` gives them.
            x: (N, C, *S).
            labels: (N,) ints.
            loss: See `cnncore.losses`.
            rng: For ops that draw.
        """
        x, weights = self._checked(x), _single(weights)
        size, piece = self.batch, self._sizes["train"]
        if size > piece and divides(self.network) and loss.mean_of_samples:
            size = piece
        context = Context(True, rng)
        if size == self.batch:
            return self._step(weights, x, labels, loss, context)
        value, flat, scores = 0.0, None, []
        for start in range(0, self.batch, size):
            step = self._step(weights, x[start : start + size], labels[start : start + size], loss, context)
            share = len(step.scores) / self.batch
            value += step.loss * share
            scores.append(step.scores)
            np.multiply(step.flat, np.float32(share), out=step.flat)
            flat = step.flat if flat is None else np.add(flat, step.flat, out=flat)
        assert flat is not None  # a batch has one piece at least
        return Step(value, np.concatenate(scores), flat, {}, step.shapes, step.reached)

    def _step(self, weights: Weights, x: Array, labels: Array, loss: Loss, context: Context) -> Step:
        program = self._program("train", len(x))
        back = program.back
        assert back is not None  # a training program has one
        program.load(weights)
        program.start(x, context)
        program.run()
        scores = program.output(self.network.scores)
        value, grad = loss.both(scores, loss.check(scores, labels))
        back.start(grad)
        back.run()
        return Step(value, scores, back.flat.copy(), program.state(), back.places, back.reached)

    def _everything(self, weights: Weights, x: Array) -> dict[str, Array]:
        program = self._free(len(x))
        program.load(weights)
        program.start(x)
        program.run()
        return {INPUT: x, **program.everything(self._names)}

    def _program(self, purpose: str, samples: int) -> Program:
        key = (purpose, samples)
        if key not in self._programs:
            self._programs[key] = Program(self.network, samples, purpose)
        return self._programs[key]

    def _free(self, samples: int) -> Program:
        """A program for all outputs, none of whose outputs anybody still has; of those that are held two are kept."""
        spare = self._spare.setdefault(samples, [])
        for program in spare:
            if not program.held():
                return program
        spare.append(Program(self.network, samples, "every"))
        del spare[:-2]
        return spare[-1]

    def _checked(self, x: Array) -> Array:
        self.network.check_input(x)
        if len(x) != self.batch:
            raise CnnError("plan.samples", "This plan is for {batch} samples; {given} were given.",
                           batch=self.batch, given=len(x))
        return x if x.dtype == np.float32 else x.astype(np.float32)


class Plans:
    """Plans of one network, by batch size; the few used last are kept."""

    def __init__(self, network: Network, keep: int = 4) -> None:
        self.network, self._keep = network, keep
        self._plans: dict[int, Plan] = {}

    def of(self, batch: int) -> Plan:
        """The plan for that many samples."""
        plan = self._plans.pop(batch, None) or Plan(self.network, batch)
        self._plans[batch] = plan  # the newest stands last
        if len(self._plans) > self._keep:
            del self._plans[next(iter(self._plans))]
        return plan


def _single(weights: Weights) -> Weights:
    if all(value.dtype == np.float32 for value in weights.values()):
        return weights
    return {key: value.astype(np.float32) for key, value in weights.items()}
