"""Optimisers, by the word that files, settings and the command line use: one file and one line here for each."""

from __future__ import annotations

from cnncore.optimizers.adam import Adam, AdamW
from cnncore.optimizers.base import STEP, Factors, Optimizer, State
from cnncore.optimizers.clipping import clip, global_norm
from cnncore.optimizers.rmsprop import RMSprop
from cnncore.optimizers.sgd import SGD

OPTIMIZERS: dict[str, type[Optimizer]] = {made.kind: made for made in (SGD, RMSprop, Adam, AdamW)}

__all__ = ["OPTIMIZERS", "SGD", "STEP", "Adam", "AdamW", "Factors", "Optimizer", "RMSprop", "State", "clip",
           "global_norm"]
