"""Training and measuring from the command line, through the same functions that the commands call."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import struct
from argparse import Namespace

import numpy as np
import pytest
from PIL import Image

from app import cli_train
from app.cli_train import run_evaluate, run_train
from cnncore.errors import CnnError
from cnncore.files.project import read_model


def drawing(label: int, rng: np.random.Generator) -> np.ndarray:
    """A white bar (0), ring (1) or cross (2) of 28 × 28."""
    y, x = np.mgrid[0:28, 0:28] - 13.5
    turn, size = rng.uniform(-0.2, 0.2), rng.uniform(7, 10)
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    inside = (np.abs(u) < size) & (np.abs(v) < size)
    if label == 0:
        ink = (np.abs(u) < 1.5) & inside
    elif label == 1:
        ink = np.abs(np.hypot(u, v) - size) < 1.5
    else:
        ink = (np.minimum(np.abs(u - v), np.abs(u + v)) < 2) & inside
    return (ink * 255).astype(np.uint8)


def write_idx(folder, prefix: str, images: np.ndarray, labels: np.ndarray) -> None:
    for kind, array in (("images-idx3", images), ("labels-idx1", labels.astype(np.uint8))):
        head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
        with gzip.open(folder / f"{prefix}-{kind}-ubyte.gz", "wb") as file:
            file.write(head + array.tobytes())


@pytest.fixture
def idx(tmp_path):
    """A folder with MNIST's four files, of three classes, 10 a class to train and 20 to measure."""
    folder, rng = tmp_path / "idx", np.random.default_rng(0)
    folder.mkdir()
    for prefix, n in (("train", 30), ("t10k", 60)):
        labels = np.arange(n) % 3
        write_idx(folder, prefix, np.array([drawing(label, rng) for label in labels]), labels)
    return folder


@pytest.fixture
def pictures(tmp_path):
    """Thirty pictures in the folders bar, ring and cross, 60 × 60, black on white."""
    rng = np.random.default_rng(1)
    for label, name in enumerate(("bar", "ring", "cross")):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for k in range(10):
            canvas = np.zeros((60, 60), np.uint8)
            canvas[16:44, 16:44] = drawing(label, rng)
            Image.fromarray(255 - canvas).save(tmp_path / "pictures" / name / f"{k}.png")
    return tmp_path / "pictures"


def asked(data, out, **more) -> Namespace:
    return Namespace(**{"data": str(data), "out": str(out), "from_": None, "epochs": None, "seconds": None,
                        "seed": None, "json": None, "optimizer": None, "schedule": None, "learning_rate": None,
                        "batch": None, **more})


def test_ten_drawings_of_each_class_are_learned_and_measured(idx, tmp_path, capsys):
    out, said, found = tmp_path / "m.safetensors", tmp_path / "train.json", tmp_path / "found.json"
    assert run_train(asked(idx, out, json=str(said))) == 0
    assert "3 classes, 30 samples" in capsys.readouterr().out
    report = json.loads(said.read_text())
    assert report["settings"]["seed"] == 0
    assert len(report["step"]) == len(report["loss"]) == len(report["accuracy"]) <= 500
    assert report["loss"][-1] < report["loss"][0]
    assert 0 < report["seconds"] < 20
    assert run_evaluate(Namespace(model=str(out), data=str(idx), json=str(found))) == 0
    result = json.loads(found.read_text())
    assert result["n"] == 60
    assert result["classes"] == ["0", "1", "2"]
    assert result["accuracy"] >= 0.95
    assert sum(map(sum, result["confusion"])) == 60


def test_same_seed_gives_the_same_model(idx, tmp_path):
    for name in ("a", "b"):
        run_train(asked(idx, tmp_path / f"{name}.safetensors", epochs=2, seed=4))
    a, b = (read_model(tmp_path / f"{name}.safetensors").weights for name in ("a", "b"))
    assert all(a[key].tobytes() == b[key].tobytes() for key in a)


def test_folder_of_pictures_names_the_classes(pictures, tmp_path):
    run_train(asked(pictures, tmp_path / "m.safetensors", epochs=1))
    assert set(read_model(tmp_path / "m.safetensors").labels) == {"bar", "ring", "cross"}


def test_from_keeps_rows_of_classes_that_stay(idx, pictures, tmp_path):
    first, second = tmp_path / "1.safetensors", tmp_path / "2.safetensors"
    run_train(asked(pictures, first, epochs=1))
    (pictures / "ring").rename(pictures / "disc")
    run_train(asked(pictures, second, from_=str(first), epochs=1))
    old, new = read_model(first), read_model(second)
    assert "disc" in new.labels
    assert "ring" not in new.labels
    at = old.labels.index("bar"), new.labels.index("bar")
    # one epoch moves weights by less than another random start would
    assert np.abs(old.weights["scores.weight"][at[0]] - new.weights["scores.weight"][at[1]]).max() < 0.1


def test_seconds_are_cpu_time(idx, tmp_path):
    said = tmp_path / "s.json"
    run_train(asked(idx, tmp_path / "m.safetensors", seconds=0.5, json=str(said)))
    assert 0.5 <= json.loads(said.read_text())["seconds"] < 1.5


def test_ctrl_c_keeps_the_best_so_far(idx, tmp_path, monkeypatch, capsys):
    real = cli_train.train

    def interrupted(*args, **more):
        for progress in real(*args, **more):
            yield progress
            if progress.step == 3:
                os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(cli_train, "train", interrupted)
    out, before = tmp_path / "m.safetensors", signal.getsignal(signal.SIGINT)
    assert run_train(asked(idx, out, epochs=500)) == 0
    assert "Stopped at step 4; the best so far is kept." in capsys.readouterr().out
    assert read_model(out).labels == ("0", "1", "2")
    assert signal.getsignal(signal.SIGINT) is before


def test_places_that_cannot_be_written_are_refused_before_training(idx, tmp_path, monkeypatch):
    monkeypatch.setattr(cli_train, "train", lambda *a, **k: pytest.fail("it trained"))
    for out, said, words in [
        (tmp_path / "no" / "m.safetensors", None, "does not exist"), (tmp_path, None, "is a folder"),
        (tmp_path / "m", tmp_path / "m", "named twice"), (tmp_path / "m", tmp_path / "no" / "s.json", "does not exist"),
    ]:
        with pytest.raises(CnnError, match=words):
            run_train(asked(idx, out, json=said and str(said)))
    assert [p.name for p in tmp_path.iterdir()] == ["idx"]


def test_epochs_and_seconds_together_are_refused(idx, tmp_path):
    with pytest.raises(CnnError, match="not both"):
        run_train(asked(idx, tmp_path / "m", epochs=1, seconds=1.0))


@pytest.mark.parametrize("wrong", [
    {"epochs": 0}, {"seconds": 0.0}, {"seconds": -1.0}, {"seconds": float("nan")}, {"seed": -1},
])
def test_lengths_and_seeds_that_are_not_possible_are_refused(idx, tmp_path, wrong):
    with pytest.raises(CnnError, match=r"not possible|Allowed"):
        run_train(asked(idx, tmp_path / "m", **wrong))


def test_optimizer_schedule_rate_and_batch_are_taken(idx, tmp_path):
    said = tmp_path / "train.json"
    run_train(asked(idx, tmp_path / "m.safetensors", epochs=2, optimizer="adam", schedule="one_cycle", batch=5,
                    json=str(said)))
    settings = json.loads(said.read_text())["settings"]
    assert (settings["optimizer"], settings["learning_rate"], settings["schedule"], settings["batch"]) == (
        "adam", 0.003, "one_cycle", 5)
    run_train(asked(idx, tmp_path / "m.safetensors", epochs=2, optimizer="nesterov", learning_rate=0.02,
                    json=str(said)))
    settings = json.loads(said.read_text())["settings"]
    assert (settings["optimizer"], settings["nesterov"], settings["learning_rate"]) == ("sgd", True, 0.02)


@pytest.mark.parametrize(("wrong", "words"), [
    ({"optimizer": "adm"}, "no optimizer 'adm'.+adam"), ({"schedule": "cosin"}, "schedule = cosin is not possible"),
    ({"learning_rate": -1.0}, "learning_rate = -1.0 is not possible"), ({"batch": 0}, "batch = 0 is not possible"),
])
def test_words_of_the_training_that_are_not_possible_are_refused(idx, tmp_path, wrong, words):
    with pytest.raises(CnnError, match=words):
        run_train(asked(idx, tmp_path / "m.safetensors", **wrong))


def test_class_that_the_model_does_not_know_is_named(idx, pictures, tmp_path):
    out = tmp_path / "m.safetensors"
    run_train(asked(idx, out, epochs=1))
    with pytest.raises(CnnError, match="does not know the class 'bar'"):
        run_evaluate(Namespace(model=str(out), data=str(pictures), json=None))


def test_classes_of_the_model_may_be_absent_from_the_data(pictures, tmp_path, capsys):
    out = tmp_path / "m.safetensors"
    run_train(asked(pictures, out, seconds=1.5))
    shutil.rmtree(pictures / "ring")
    found = tmp_path / "found.json"
    run_evaluate(Namespace(model=str(out), data=str(pictures), json=str(found)))
    result = json.loads(found.read_text())
    assert result["n"] == 20
    assert len(result["confusion"]) == 3
    assert result["accuracy"] >= 0.95


def test_progress_bar_is_drawn_only_on_a_terminal(idx, tmp_path, capsys):
    run_train(asked(idx, tmp_path / "m.safetensors", epochs=1))
    assert capsys.readouterr().err == ""
