"""IDX files: plain or packed, and a sentence for every way in which they can be wrong."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from cnncore.data import read
from cnncore.data.idx import read_idx, read_idx_folder
from cnncore.errors import CnnError


def packed(array: np.ndarray) -> bytes:
    """The bytes of an IDX file."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def pair(folder: Path, prefix: str, n: int, labels=None) -> Path:
    """Images whose every pixel is the number of the image, and labels 0, 1, 2, 0, …"""
    folder.mkdir(exist_ok=True)
    images = np.arange(n, dtype=np.uint8)[:, None, None] * np.ones((1, 4, 3), np.uint8)
    labels = np.arange(n) % 3 if labels is None else np.array(labels)
    (folder / f"{prefix}images-idx3-ubyte").write_bytes(packed(images))
    (folder / f"{prefix}labels-idx1-ubyte").write_bytes(packed(labels))
    return folder


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "some-images-idx3-ubyte"


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(CnnError) as caught:
        read_idx(path)
    assert path.name in str(caught.value)
    return str(caught.value)


def test_plain_and_packed_files_give_the_same(file):
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    for content in (packed(array), gzip.compress(packed(array))):
        file.write_bytes(content)
        np.testing.assert_array_equal(read_idx(file), array)
    assert read_idx(file).dtype == np.uint8


def test_training_and_test_files_are_told_apart(tmp_path):
    pair(tmp_path, "train-", 6)
    pair(tmp_path, "t10k-", 4)
    assert len(read_idx_folder(tmp_path, "train").images) == 6
    assert len(read_idx_folder(tmp_path, "test").images) == 4


def test_lone_pair_serves_both_parts(tmp_path):
    pair(tmp_path, "mine-", 6)
    for part in ("train", "test"):
        data = read(tmp_path, part)
        assert data.images.shape == (6, 4, 3)
        assert data.classes == ("0", "1", "2")
        assert data.labels.tolist() == [0, 1, 2, 0, 1, 2]


def test_packed_twin_of_a_file_is_no_second_choice(tmp_path):
    pair(tmp_path, "train-", 6)
    plain = tmp_path / "train-images-idx3-ubyte"
    plain.with_name(plain.name + ".gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert len(read_idx_folder(tmp_path).images) == 6


def test_labels_that_do_not_occur_are_no_classes(tmp_path):
    data = read_idx_folder(pair(tmp_path, "train-", 3, labels=[7, 1, 7]))
    assert data.classes == ("1", "7")
    assert data.labels.tolist() == [1, 0, 1]


@pytest.mark.parametrize(("content", "said"), [
    (b"", "begins with −"), (b"\0\0", "begins with 00 00,"), (b"\x89PNG1234", "begins with 89 50 4e 47"),
    (b"\0\0\x0d\x01" + b"\0" * 20, "type 0d; only unsigned bytes"), (b"\0\0\x08\x09" + b"\0" * 90, "no IDX file"),
    (b"\0\0\x08\x03\0\0", "cut off inside its first 16 bytes"),
    (packed(np.zeros((2, 3, 4)))[:-1], "holds 23 bytes after its head; by its sizes 2 × 3 × 4 it must be 24"),
    (packed(np.zeros((2, 3, 4))) + b"x", "holds >24 bytes"),
    (struct.pack(">HBB3I", 0, 8, 3, 2**31, 2**31, 2**31), "Allowed: up to"),
    (gzip.compress(packed(np.zeros((20, 30, 4))))[:-12], "cannot be unpacked"),
    (b"\x1f\x8b" + b"\0" * 40, "cannot be unpacked"),
], ids=lambda value: repr(value[:14]))
def test_wrong_files_are_refused(file, content, said):
    assert said in refused(file, content)


def test_every_truncation_of_a_packed_file_is_refused(file):
    content = gzip.compress(packed(np.random.default_rng(0).integers(0, 256, (5, 6, 7))))
    for length in range(len(content)):
        refused(file, content[:length])


def test_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CnnError, match="none cannot be read"):
        read_idx(tmp_path / "none")


def test_images_and_labels_of_different_number_are_refused(tmp_path):
    pair(tmp_path, "train-", 5, labels=[0, 1, 0])
    with pytest.raises(CnnError, match="holds 5 pictures, but train-labels-idx1-ubyte holds 3 labels"):
        read_idx_folder(tmp_path)


def test_labels_in_the_place_of_images_are_refused(tmp_path):
    pair(tmp_path, "train-", 5)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(packed(np.zeros(5)))
    with pytest.raises(CnnError, match="pictures need count × height × width"):
        read_idx_folder(tmp_path)
    pair(tmp_path, "train-", 5, labels=np.zeros((5, 2)))
    with pytest.raises(CnnError, match="labels need one size"):
        read_idx_folder(tmp_path)


def test_missing_labels_are_named(tmp_path):
    pair(tmp_path, "train-", 5)
    (tmp_path / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(CnnError, match="train-labels-idx1-ubyte is not beside train-images-idx3-ubyte"):
        read_idx_folder(tmp_path)


def test_two_pairs_of_which_none_is_meant_are_refused(tmp_path):
    pair(tmp_path, "left-", 5)
    pair(tmp_path, "right-", 5)
    with pytest.raises(CnnError, match="holds 0 IDX files of pictures for train; there must be one"):
        read_idx_folder(tmp_path)


def test_too_few_or_too_many_classes_are_refused(tmp_path):
    with pytest.raises(CnnError, match=r"has 1 classes\. Allowed: 2 to 36"):
        read(pair(tmp_path, "train-", 5, labels=[1] * 5))
    with pytest.raises(CnnError, match=r"has 40 classes\. Allowed: 1 to 36"):
        read_idx_folder(pair(tmp_path, "train-", 40, labels=range(40)))


def test_mnist_is_as_its_card_says(mnist):
    data = read(mnist, "test")
    assert data.images.shape == (10_000, 28, 28)
    assert data.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert data.classes == tuple("0123456789")
    assert len(read(mnist, "train").labels) == 60_000
