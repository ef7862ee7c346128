"""A project comes back as it was; a damaged one is refused with a sentence, and the old file survives a failed save."""

from __future__ import annotations

import errno
import os
import pickle

import numpy as np
import pytest

from app.model import edits
from app.model.document import SIDE, from_model
from app.model.project import load, save_project
from cnncore.errors import CnnError
from cnncore.files.project import Model, read_container, write_container, write_model
from cnncore.preprocess import Preprocess
from cnncore.zoo.lenet import lenet


def drawing(k):
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[50 + k : 200, 100 : 120 + k] = 255 - k
    return image


@pytest.fixture
def document():
    network = lenet()
    document = from_model(Model(network, network.start(1), tuple("0123456789"), Preprocess(), {}))
    document = edits.set_drawing(document, drawing(3))
    document = edits.set_weight(document, "conv1.weight", (2, 0, 1, 1), 0.75)
    document = edits.set_weights(document, "conv2.weight", (4, 1), np.ones((5, 5)) / 25, "box")
    document = edits.mute(document, "conv1", 5, True)
    document = edits.set_preprocess(document, centre=False)
    document = edits.add_classes(document, ("circle", "十字", "x"))
    for k in range(5):
        document = edits.add_sample(document, k % 2, drawing(k))
    document = edits.set_seed(document, 42)
    return edits.set_training(
        document, start="trained", settings=document.training.settings.but(learning_rate=0.02), auto=False
    )


def test_everything_comes_back(document, tmp_path):
    save_project(tmp_path / "a.convscope", document)
    back = load(tmp_path / "a.convscope")
    for key, value in document.weights.items():
        np.testing.assert_array_equal(back.weights[key], value)
        np.testing.assert_array_equal(back.trained[key], document.trained[key])
    np.testing.assert_array_equal(back.drawing, document.drawing)
    assert [(c.name, len(c.samples)) for c in back.classes] == [("circle", 3), ("十字", 2), ("x", 0)]
    for mine, theirs in zip(document.classes, back.classes, strict=True):
        for a, b in zip(mine.samples, theirs.samples, strict=True):
            np.testing.assert_array_equal(a.image, b.image)
    assert (back.muted, back.kernel_names, back.seed) == (document.muted, document.kernel_names, 42)
    assert (back.preprocess, back.training, back.labels) == (document.preprocess, document.training, document.labels)
    assert back.network.settings() == document.network.settings()
    assert back.edited("conv1.weight").sum() == 1


def test_unedited_weights_share_their_arrays_after_loading(document, tmp_path):
    save_project(tmp_path / "a.convscope", edits.restore_all(document))
    back = load(tmp_path / "a.convscope")
    assert back.weights is back.trained


def test_saving_twice_gives_the_same_bytes(document, tmp_path):
    save_project(tmp_path / "a.convscope", document)
    save_project(tmp_path / "b.convscope", load(tmp_path / "a.convscope"))
    assert (tmp_path / "a.convscope").read_bytes() == (tmp_path / "b.convscope").read_bytes()


def test_a_model_file_opens_as_a_fresh_document(document, tmp_path):
    write_model(
        tmp_path / "m.safetensors",
        Model(document.network, dict(document.weights), document.labels, document.preprocess, {}),
    )
    back = load(tmp_path / "m.safetensors")
    assert back.sample_count == 0
    assert back.weights is back.trained


def changed(path, **fields):
    header, arrays = read_container(path)
    write_container(path, header | fields, arrays)


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("seed", -1, "seed"),
        ("seed", "seven", "seed"),
        ("classes", {}, "classes"),
        ("classes", [{"name": "", "samples": 0}], "class name"),
        ("classes", [{"name": "a", "samples": 9}], "samples/0/"),
        ("classes", [{"name": "a", "samples": True}], "number of samples"),
        ("muted", [["conv9", 0]], "muted"),
        ("muted", [["conv1", 99]], "muted"),
        ("muted", 3, "muted"),
        ("kernel_names", [["conv1", 0, 7, "box"]], "kernel name"),
        ("training", {"start": "elsewhere"}, "training"),
        ("training", {"start": "random", "auto": True, "settings": {"batch": -4}, "augment": {}}, "batch"),
        ("training", {"start": "random", "auto": True, "settings": {"bach": 4}, "augment": {}}, "batch"),
    ],
)
def test_a_lying_header_is_named(document, tmp_path, field, value, word):
    path = tmp_path / "a.convscope"
    save_project(path, document)
    changed(path, **{field: value})
    with pytest.raises(CnnError, match=word):
        load(path)


def test_a_project_from_a_newer_version_is_refused(document, tmp_path):
    path = tmp_path / "a.convscope"
    save_project(path, document)
    changed(path, version=999)
    with pytest.raises(CnnError, match="newer"):
        load(path)


def test_a_weight_that_is_not_finite_is_refused(document, tmp_path):
    path = tmp_path / "a.convscope"
    save_project(path, document)
    header, arrays = read_container(path)
    arrays["weights/conv1.weight"] = np.full((6, 1, 5, 5), np.nan, np.float32)
    write_container(path, header, arrays)
    with pytest.raises(CnnError, match="conv1"):
        load(path)


def test_every_truncation_and_every_flipped_header_byte_is_a_sentence(document, tmp_path):
    path = tmp_path / "a.convscope"
    save_project(path, document)
    whole = path.read_bytes()
    for cut in (0, 1, 7, 8, 9, 200, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(CnnError):
            load(path)
    rng = np.random.default_rng(0)
    for place in rng.integers(0, 2000, 60):
        spoilt = bytearray(whole)
        spoilt[place] ^= int(rng.integers(1, 255))
        path.write_bytes(bytes(spoilt))
        try:
            load(path)
        except CnnError:
            continue


def test_a_pickle_is_refused_unread(tmp_path):
    path = tmp_path / "a.convscope"
    path.write_bytes(pickle.dumps({"weights": 1}))
    with pytest.raises(CnnError, match="pickle"):
        load(path)


def test_a_full_disk_leaves_the_old_file(document, tmp_path, monkeypatch):
    path = tmp_path / "a.convscope"
    save_project(path, document)
    before = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CnnError, match="disk is full"):
        save_project(path, edits.clear_drawing(document))
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.convscope"]
