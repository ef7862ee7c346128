"""A training that was stopped goes on bit for bit; a checkpoint that does not fit is refused in a sentence."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from cnncore.augment import Augment
from cnncore.checkpoint import network_of, read_checkpoint, settings_of, write_checkpoint
from cnncore.errors import CnnError
from cnncore.files.container import write_container
from cnncore.network import Network, chain
from cnncore.ops import make_op
from cnncore.progress import Progress
from cnncore.train_settings import TrainSettings
from cnncore.training import train
from tests.cnncore.bars import bars, tiny

BASE = TrainSettings(steps=12, batch=9, average=0.9, calm=0.5, schedule="cosine", warmup=0.1, evaluate_every=2)
CASES = {
    "momentum": BASE, "nesterov": BASE.but(nesterov=True), "rmsprop": BASE.but(optimizer="rmsprop", learning_rate=0.01),
    "adam": BASE.but(optimizer="adam", learning_rate=0.01), "clipped": BASE.but(clip_norm=0.5, weight_decay=0.01),
    "adamw": BASE.but(optimizer="adamw", learning_rate=0.01, average=0.0), "epochs": BASE.but(steps=0, epochs=3),
}


def deep() -> Network:
    """As `tiny`, with batch norm and dropout."""
    return chain("deep", (1, 6, 6), [
        ("conv", make_op("conv", {"filters": 4, "kernel": 3})), ("norm", make_op("batchnorm", {})),
        ("relu", make_op("relu", {})), ("flatten", make_op("flatten", {})),
        ("drop", make_op("dropout", {})), ("scores", make_op("dense", {"units": 3})),
    ])


def run(settings: TrainSettings, **more: Any):
    network = deep()
    return train(network, network.start(2), *bars(30), settings, held_out=bars(12, seed=9),
                 augment=Augment(shift=1.0, rotate=10.0), **more)


def bits(weights: dict[str, np.ndarray]) -> dict[str, bytes]:
    return {key: value.tobytes() for key, value in weights.items()}


def stopped(settings: TrainSettings = BASE, at: int = 7) -> Any:
    for progress in run(settings):
        if progress.step == at:
            return progress.checkpoint()
    raise AssertionError


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("by_file", [False, True])
def test_seven_steps_and_five_more_are_twelve_steps(name: str, by_file: bool, tmp_path):
    settings = CASES[name]
    whole = list(run(settings))
    kept = stopped(settings)
    if by_file:
        write_checkpoint(tmp_path / "run.checkpoint", kept)
        kept = read_checkpoint(tmp_path / "run.checkpoint")
    rest = list(run(settings, resume=kept))
    assert [p.step for p in rest] == [p.step for p in whole[7:]]
    for a, b in zip(rest, whole[7:], strict=True):
        assert (a.loss, a.accuracy, a.rate, a.epoch, a.held_out, a.done) == (
            b.loss, b.accuracy, b.rate, b.epoch, b.held_out, b.done)
    for part in ("weights", "averaged", "best", "state"):
        assert bits(getattr(rest[-1], part)()) == bits(getattr(whole[-1], part)())
    assert rest[-1].best_step == whole[-1].best_step
    assert rest[-1].seconds > kept["header"]["seconds"] > 0


@pytest.mark.parametrize("by_file", [False, True])
def test_stages_and_frozen_layers_go_on_bit_for_bit_too(by_file: bool, tmp_path):
    more: Any = {"rates": {"conv": 0, "scores": 0.5}, "events": "fine"}
    *_, whole = run(BASE, **more)
    kept = next(e for e in run(BASE, **more) if isinstance(e, Progress) and e.step == 7).checkpoint()
    if by_file:
        write_checkpoint(tmp_path / "run.checkpoint", kept)
        kept = read_checkpoint(tmp_path / "run.checkpoint")
    *_, rest = run(BASE, **more, resume=kept)
    assert bits(rest.weights()) == bits(whole.weights())
    assert bits(rest.best()) == bits(whole.best())


def test_a_checkpoint_stays_as_it_is_while_the_training_goes_on():
    going = run(BASE)
    kept = next(going).checkpoint()
    before = copy.deepcopy(kept)
    list(going)
    list(run(BASE, resume=kept))
    assert kept["header"] == before["header"]
    assert bits(kept["arrays"]) == bits(before["arrays"])


def test_a_checkpoint_knows_its_network_and_settings(tmp_path):
    write_checkpoint(tmp_path / "run.checkpoint", stopped())
    kept = read_checkpoint(tmp_path / "run.checkpoint")
    assert network_of(kept).settings() == deep().settings()
    assert settings_of(kept) == BASE


def test_more_steps_may_be_asked_for_afterwards():
    kept = stopped(BASE, at=12)
    with pytest.raises(CnnError, match=r"at its end, step 12. Ask for more"):
        run(BASE, resume=kept)
    assert [p.step for p in run(BASE.but(steps=14), resume=kept)] == [13, 14]


def test_another_network_optimizer_or_number_of_samples_is_refused():
    kept, other = stopped(), tiny()
    with pytest.raises(CnnError, match=r"of another network \(deep\) than the one to train \(tiny\)"):
        train(other, other.start(0), *bars(30), BASE, resume=kept)
    with pytest.raises(CnnError, match="made with the optimizer sgd; the settings say adam"):
        run(BASE.but(optimizer="adam"), resume=kept)
    network = deep()
    with pytest.raises(CnnError, match=r"order should have shape \(33,\), and is int64 \(30,\)"):
        train(network, network.start(0), *bars(33), BASE, resume=kept)


def spoiled(**header: Any) -> Any:
    kept = stopped()
    kept["header"] |= header
    return kept


@pytest.mark.parametrize(("field", "value"), [
    ("step", -1), ("step", True), ("step", "7"), ("seconds", float("nan")), ("waited", None), ("best_step", 1.5),
    ("best", [1.0]), ("best", ["a", 0]), ("generator", {}), ("settings", {}), ("network", []), ("kind", "model"),
    ("generator", {"kind": "PCG64", "state": "zz", "inc": "0x1", "half": 0, "rest": 0}),
    ("generator", {"kind": "MT19937", "state": "0x1", "inc": "0x1", "half": 0, "rest": 0}),
])
def test_every_field_of_the_header_is_checked(field: str, value: object):
    with pytest.raises(CnnError, match=f"The checkpoint's {field} is .* not possible. The file is damaged"):
        run(BASE, resume=spoiled(**{field: value}))


def test_arrays_are_checked():
    kept = stopped()
    missing = {key: value for key, value in kept["arrays"].items() if key != "state:velocity:conv.weight"}
    with pytest.raises(CnnError, match=r"state:velocity:conv.weight should have shape .* and is missing"):
        run(BASE, resume={**kept, "arrays": missing})
    broken = {**kept["arrays"], "weights:conv.bias": np.full(4, np.nan, np.float32)}
    with pytest.raises(CnnError, match=r"weights:conv.bias holds numbers that are not finite"):
        run(BASE, resume={**kept, "arrays": broken})
    twice = {**kept["arrays"], "order": np.zeros(30, np.int64)}
    with pytest.raises(CnnError, match="names one twice"):
        run(BASE, resume={**kept, "arrays": twice})


def test_what_is_no_checkpoint_is_refused(tmp_path):
    with pytest.raises(CnnError, match="no checkpoint: it should hold header and arrays"):
        run(BASE, resume=7)  # type: ignore[arg-type]
    write_container(tmp_path / "a.safetensors", {"kind": "model"}, {})
    with pytest.raises(CnnError, match=r"a.safetensors holds a model, not a checkpoint"):
        read_checkpoint(tmp_path / "a.safetensors")
    with pytest.raises(CnnError, match="There is no file"):
        read_checkpoint(tmp_path / "none")
