"""Files: what was saved comes back bit by bit; everything else gets a sentence, and the old file stays."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import pickle
import random
import stat
import struct
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
import safetensors.numpy

from cnncore.errors import CnnError
from cnncore.files import atomic, container
from cnncore.files.header import network_from_header
from cnncore.files.project import Model, model_header, read_container, read_model, write_container, write_model
from cnncore.network import Network, chain
from cnncore.ops import make_op
from cnncore.preprocess import Preprocess


def small() -> Network:
    return chain("small", (1, 8, 8), [
        ("conv", make_op("conv", {"filters": 2, "kernel": (3, 5), "padding": 1})), ("relu", make_op("relu", {})),
        ("pool", make_op("maxpool", {"window": 2, "stride": 2})), ("flatten", make_op("flatten", {})),
        ("scores", make_op("dense", {"units": 3})), ("softmax", make_op("softmax", {})),
    ])


def model() -> Model:
    network, notes = small(), {"accuracy": 0.5, "by": "hand"}
    return Model(network, network.start(3), ("a", "β", "三"), Preprocess(box=6, size=8), notes)


@pytest.fixture
def saved(tmp_path) -> Path:
    """A good file."""
    path = tmp_path / "good.safetensors"
    write_model(path, model())
    return path


def parts(path: Path) -> tuple[dict, dict]:
    """Header and arrays of a file, unchecked."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(json.loads(content[8:8 + length])["__metadata__"]["convscope"]), safetensors.numpy.load(content)


def lie(path: Path, header: object, arrays: dict) -> None:
    """Write whatever is wanted, as a hostile program would."""
    text = header if isinstance(header, str) else json.dumps(header)
    path.write_bytes(safetensors.numpy.save(arrays, {"convscope": text}))


# --- there and back

def test_model_comes_back_bit_by_bit(saved):
    before, after = model(), read_model(saved)
    assert after.network.settings() == before.network.settings()
    assert after.network.node("conv").op == before.network.node("conv").op
    assert (after.labels, after.preprocess, after.notes) == (before.labels, before.preprocess, before.notes)
    assert after.weights.keys() == before.weights.keys()
    assert all(after.weights[key].tobytes() == value.tobytes() for key, value in before.weights.items())


def test_same_model_gives_the_same_file(saved, tmp_path):
    write_model(tmp_path / "again", read_model(saved))
    assert (tmp_path / "again").read_bytes() == saved.read_bytes()


def test_container_keeps_what_it_does_not_know(tmp_path):
    arrays = {"drawing": np.arange(12, dtype=np.uint8).reshape(3, 4).T, "one": np.float32(2.5).reshape(()),
              "none": np.zeros((0, 4), np.int64)}
    write_container(tmp_path / "p.convscope", {"kind": "project", "seed": np.int64(7), "own": [1, {"x": None}]}, arrays)
    header, back = read_container(tmp_path / "p.convscope")
    assert header == {"version": 1, "kind": "project", "seed": 7, "own": [1, {"x": None}]}
    for key, value in arrays.items():
        np.testing.assert_array_equal(back[key], value)
        assert (back[key].dtype, back[key].shape) == (value.dtype, value.shape)


def test_model_is_read_out_of_a_project(tmp_path):
    mine = model()
    arrays = {f"weights/{key}": value for key, value in mine.weights.items()}
    header = {**model_header(mine.network, mine.labels, mine.preprocess), "kind": "project", "seed": 1}
    write_container(tmp_path / "p.convscope", header, {**arrays, "drawing": np.zeros((4, 4), np.uint8)})
    assert read_model(tmp_path / "p.convscope").labels == mine.labels


def test_graph_with_settings_per_axis_is_rebuilt():
    assert network_from_header(small().settings()).settings() == small().settings()
    assert network_from_header(json.loads(json.dumps(small().settings()))).node("conv").op.kernel == (3, 5)


def test_file_is_read_without_holding_it_open(saved):
    read_model(saved)
    os.replace(saved, saved.with_name("moved"))


def test_other_programs_can_read_the_weights(saved):
    assert set(safetensors.numpy.load_file(saved)) == {f"weights/{key}" for key in small().parameter_shapes}


# --- files that are none of ours

def refused(path: Path) -> str:
    with pytest.raises(CnnError) as caught:
        read_model(path)
    return str(caught.value)


@pytest.mark.parametrize(("content", "said"), [
    (b"", "neither a ConvScope project nor a model"), (b"hello", "neither a ConvScope project nor a model"),
    (b"\0" * 500, "neither"), (b"\xff" * 500, "neither"), (b"{}" * 50, "neither"),
    (pickle.dumps({"weights": [1.0] * 50}), "is a pickle, which can run any program"),
    (b"PK\x03\x04" + b"x" * 50, "zip (PyTorch, NumPy)"), (b"\x89PNG\r\n" + b"x" * 50, "another kind: PNG"),
    (b"\x89HDF" + b"x" * 50, "HDF5 (Keras)"),
    (struct.pack("<Q", 2**40) + b"{" + b" " * 50, "neither"),
    (struct.pack("<Q", 5) + b"{nope", "its header is not JSON"),
    (struct.pack("<Q", 2) + b"{}", "ConvScope did not write it"),
    (struct.pack("<Q", 9) + b'{"a": []}', "its header is not JSON"),
    (struct.pack("<Q", 20000) + b'{"a":' * 4000, "its header is not JSON"),
], ids=lambda value: repr(value[:12]))
def test_what_is_no_project_is_named_and_refused(tmp_path, content, said):
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    sentence = refused(path)
    assert said in sentence
    assert "file.bin" in sentence


def test_file_that_is_not_there_or_a_folder_is_said(tmp_path):
    assert "There is no file" in refused(tmp_path / "none")
    assert "is a folder" in refused(tmp_path)


def test_every_truncation_is_refused(saved):
    content = saved.read_bytes()
    for length in [*range(0, len(content), 97), len(content) - 1]:
        saved.write_bytes(content[:length])
        assert "good.safetensors" in refused(saved)


def test_arrays_too_many_or_too_few_bytes_are_refused(saved):
    saved.write_bytes(saved.read_bytes() + b"x")
    assert "does not fit its content" in refused(saved)


def test_file_larger_than_the_bound_is_refused_without_reading_all_of_it(saved, monkeypatch):
    monkeypatch.setattr(container, "LARGEST", 100)
    assert "larger than" in refused(saved)


def test_container_that_could_not_be_opened_again_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "LARGEST", 1000)
    with pytest.raises(CnnError, match="would have"):
        write_container(tmp_path / "x", {"kind": "project"}, {"a": np.zeros(1001, np.uint8)})
    assert not list(tmp_path.iterdir())


# --- headers that lie

def test_newer_version_asks_for_an_update(saved):
    header, arrays = parts(saved)
    lie(saved, {**header, "version": 2}, arrays)
    assert "made by a newer ConvScope (form 2; this one knows up to 1). Update ConvScope." in refused(saved)


@pytest.mark.parametrize(("change", "said"), [
    ({"version": "1"}, "lacks a version"), ({"version": 0}, "lacks a version"), ({"version": True}, "lacks a version"),
    ({"kind": None}, "lacks a version or a kind"), ({"kind": "poem"}, "'poem'"),
    ({"labels": ["a", "b"]}, "3 outputs, but 2 classes"), ({"labels": ["a", "b", "a"]}, "'a' is empty or there twice"),
    ({"labels": ["a", "b", " "]}, "' ' is empty"), ({"labels": "abc"}, "header.labels: Expected `array`, got `str`"),
    ({"labels": ["a", 2, "c"]}, "header.labels[1]: Expected `str`, got `int`"),
    ({"preprocess": {"size": 8, "box": 9}}, "box of 9"), ({"preprocess": {"colour": 1}}, "no setting colour"),
    ({"preprocess": {}}, "pictures of 28 × 28"), ({"preprocess": None}, "header.preprocess: Expected `object`"),
    ({"notes": 5}, "header.notes"), ({"network": {}}, "missing required field `name`"),
], ids=lambda value: repr(value)[:40])
def test_each_field_of_the_header_is_checked(saved, change, said):
    header, arrays = parts(saved)
    lie(saved, {**header, **change}, arrays)
    sentence = refused(saved)
    assert said in sentence
    assert "good.safetensors" in sentence


@pytest.mark.parametrize(("change", "said"), [
    ({"op": "convv"}, "no layer of kind 'convv'. Did you mean: conv?"), ({"op": None}, "network.nodes[0].op"),
    ({"inputs": ["later"]}, "reads 'later'"), ({"inputs": "input"}, "network.nodes[0].inputs"),
    ({"filters": 3}, "(2, 1, 3, 5)"), ({"filters": 0}, "filters = 0 is not possible"), ({"filters": 2.5}, "2.5"),
    ({"kernel": 10**9}, "kernel"), ({"wheels": 4}, "no setting wheels"), ({"name": "relu"}, "'relu'"),
    ({"name": ""}, "network.nodes[0].name"),
], ids=lambda value: repr(value)[:40])
def test_each_field_of_a_layer_is_checked(saved, change, said):
    header, arrays = parts(saved)
    header["network"]["nodes"][0].update(change)
    lie(saved, header, arrays)
    assert said in refused(saved)


@pytest.mark.parametrize("shape", [[], [1, 8], [2, 8, 8], [1, 8, 9], [1, -8, 8], [1, 8, 10**12], "188", [1, 8, None]])
def test_input_shape_is_checked(saved, shape):
    header, arrays = parts(saved)
    header["network"]["input_shape"] = shape
    lie(saved, header, arrays)
    refused(saved)


def test_header_that_is_no_json_or_no_object_is_refused(saved):
    _, arrays = parts(saved)
    for text in ("{", "[1]", "", "null", "NaN", "[" * 5000):
        lie(saved, text, arrays)
        assert "its header is not JSON" in refused(saved)


def test_safetensors_of_another_program_is_refused(tmp_path):
    safetensors.numpy.save_file({"conv1.weight": np.zeros(3, np.float32)}, tmp_path / "torch.safetensors")
    assert "torch.safetensors holds arrays, but ConvScope did not write it" in refused(tmp_path / "torch.safetensors")


def test_whatever_is_changed_in_a_header_gives_a_model_or_a_sentence(saved):
    rng, (header, arrays) = random.Random(0), parts(saved)
    junk = [None, True, -1, 0, 3, 10**18, 2**63, 1.5, "", "a", "input", "conv", [], [1, 2], [[1]], {}, {"a": 1}]
    for _ in range(300):
        changed = json.loads(json.dumps(header))
        place = changed
        while True:
            key = rng.choice(list(place) if isinstance(place, dict) else range(len(place)))
            if not isinstance(place[key], (dict, list)) or not place[key] or rng.random() < 0.2:
                break
            place = place[key]
        place[key] = rng.choice(junk)
        lie(saved, changed, arrays)
        with contextlib.suppress(CnnError):
            read_model(saved).network.start(0)


# --- arrays that do not fit

@pytest.mark.parametrize(("key", "value", "said"), [
    ("weights/conv.bias", np.array([np.nan, 1], np.float32), "not finite"),
    ("weights/conv.bias", np.array([1, np.inf], np.float32), "not finite"),
    ("weights/conv.bias", np.zeros(2), "conv.bias holds float64; weights are float32"),
    ("weights/conv.bias", np.zeros(2, np.uint8), "conv.bias"),
    ("weights/conv.bias", np.zeros(2, np.float16), "holds F16"),
    ("weights/conv.bias", np.zeros(3, np.float32), "conv.bias has shape (3,)"),
    ("weights/conv.bias", np.zeros((), np.float32), "conv.bias has shape ()"),
    ("weights/more.bias", np.zeros(2, np.float32), "more.bias belongs to no layer"),
    ("drawing", np.zeros(2, np.uint8), "drawing that belongs to no layer"),
])
def test_arrays_that_do_not_fit_are_named(saved, key, value, said):
    header, arrays = parts(saved)
    lie(saved, header, {**arrays, key: value})
    assert said in refused(saved)


def test_missing_array_is_named(saved):
    header, arrays = parts(saved)
    del arrays["weights/scores.weight"]
    lie(saved, header, arrays)
    assert "lack scores.weight" in refused(saved)


def test_model_that_does_not_fit_is_not_written(tmp_path):
    good = model()
    nan = {**good.weights, "conv.bias": np.full(2, np.nan, np.float32)}
    wrong = [
        Model(good.network, good.weights, ("a", "b"), good.preprocess, {}),
        Model(good.network, good.weights, good.labels, Preprocess(), {}),
        Model(good.network, nan, good.labels, good.preprocess, {}),
    ]
    for one in wrong:
        with pytest.raises(CnnError):
            write_model(tmp_path / "m", one)
    assert not list(tmp_path.iterdir())


# --- saving is atomic

def fails(number: int):
    def raised(*args, **kw):
        raise OSError(number, os.strerror(number))
    return raised


@pytest.mark.parametrize(("step", "number", "said"), [
    ("fsync", errno.ENOSPC, "The disk is full: good.safetensors was not saved"),
    ("fsync", errno.EIO, "good.safetensors was not saved: Input/output error"),
    ("replace", errno.EACCES, "does not allow writing"), ("replace", errno.EROFS, "does not allow writing"),
])
def test_failure_while_saving_leaves_the_old_file_and_nothing_else(saved, monkeypatch, step, number, said):
    before = saved.read_bytes()
    monkeypatch.setattr(atomic.os, step, fails(number))
    with pytest.raises(CnnError, match=said):
        write_model(saved, model())
    monkeypatch.undo()
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == ["good.safetensors"]


def test_interrupted_saving_leaves_the_old_file_and_nothing_else(saved, monkeypatch):
    def interrupted(*args):
        raise KeyboardInterrupt

    before = saved.read_bytes()
    monkeypatch.setattr(atomic.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_model(saved, model())
    assert saved.read_bytes() == before
    assert len(list(saved.parent.iterdir())) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_device_that_is_full_says_so_and_stays_a_device():
    with pytest.raises(CnnError, match="The disk is full"):
        write_model(Path("/dev/full"), model())
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CnnError, match=r"there is no folder .*nowhere"):
        write_model(tmp_path / "nowhere" / "m", model())


def test_folder_in_place_of_a_file_is_refused(tmp_path):
    with pytest.raises(CnnError, match="is a folder"):
        write_model(tmp_path, model())


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_link_stays_a_link_and_rights_stay(saved, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(saved)
    saved.chmod(0o640)
    write_model(link, model())
    assert link.is_symlink()
    assert stat.S_IMODE(saved.stat().st_mode) == 0o640


def test_plain_data_only_goes_into_a_header(tmp_path):
    with pytest.raises((TypeError, msgspec.MsgspecError)):
        write_container(tmp_path / "x", {"kind": "project", "what": object()}, {})
