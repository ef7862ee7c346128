"""Folders of pictures: any size, any kind of ground, and a sentence for what cannot be used."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from cnncore.data import read
from cnncore.data.folder import read_picture, read_picture_folder
from cnncore.errors import CnnError
from cnncore.preprocess import Preprocess


def cross(height: int = 20, width: int = 30) -> np.ndarray:
    """A white cross on black."""
    image = np.zeros((height, width), np.uint8)
    image[height // 2 - 2:height // 2 + 2, 4:-4] = 255
    image[4:-4, width // 2 - 2:width // 2 + 2] = 255
    return image


def save(path, picture, **more):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    picture.save(path, **more)
    return path


@pytest.fixture
def folder(tmp_path):
    """Two classes of two crosses each, of one size."""
    for name in ("b/2.png", "b/1.png", "a/2.png", "a/1.png"):
        save(tmp_path / "data" / name, cross())
    return tmp_path / "data"


def refused(folder, part: str = "train") -> str:
    with pytest.raises(CnnError) as caught:
        read(folder, part)
    return str(caught.value)


def test_classes_are_the_names_of_the_folders_in_order(folder):
    data = read(folder)
    assert data.classes == ("a", "b")
    assert data.labels.tolist() == [0, 0, 1, 1]
    np.testing.assert_array_equal(data.images, np.stack([cross()] * 4))
    assert data.remarks == ()


def test_pictures_of_different_sizes_pass_the_preprocessing(folder):
    save(folder / "b" / "3.png", cross(50, 40))
    data = read(folder)
    assert isinstance(data.images, tuple)
    assert [image.shape for image in data.images[-2:]] == [(20, 30), (50, 40)]
    assert Preprocess().apply(data.images).shape == (5, 1, 28, 28)


def test_dark_ink_on_light_ground_is_turned_round_and_said(folder):
    save(folder / "b" / "1.png", 255 - cross())
    data = read(folder)
    np.testing.assert_array_equal(data.images[2], cross())
    ((text, facts),) = data.remarks
    assert text.format(**facts) == "1 of 4 pictures show dark ink on a light ground; they were turned round."


def test_ground_that_is_not_quite_white_becomes_black(tmp_path):
    paper = 230 - (cross(60, 60).astype(float) * 0.8)
    paper += np.random.default_rng(0).normal(0, 2, paper.shape)
    image = read_picture(save(tmp_path / "p.jpg", paper.clip(0, 255).astype(np.uint8), quality=80))
    assert (image[:3] == 0).all()
    assert image[30, 30] > 200


def test_ink_at_the_border_is_kept(tmp_path):
    bar = np.zeros((20, 20), np.uint8)
    bar[:, 4:12] = 255
    np.testing.assert_array_equal(read_picture(save(tmp_path / "bar.png", bar)), bar)


def test_black_ink_on_nothing_is_ink(tmp_path):
    layers = np.zeros((20, 30, 4), np.uint8)
    layers[..., 3] = cross()
    np.testing.assert_array_equal(read_picture(save(tmp_path / "t.png", layers)), cross())
    layers[..., :3] = 255
    np.testing.assert_array_equal(read_picture(save(tmp_path / "t.png", layers)), cross())


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I", "F"])
def test_every_kind_of_pixel_is_read(tmp_path, mode):
    deep = mode == "I;16"
    picture = Image.fromarray(cross().astype(np.uint16) * 257) if deep else Image.fromarray(cross()).convert(mode)
    path = tmp_path / ("m.tif" if mode in "IF" else "m.png")
    np.testing.assert_array_equal(read_picture(save(path, picture)), cross())


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "webp", "tif", "pgm", "PNG"])
def test_every_format_is_read(tmp_path, suffix):
    more = {"lossless": True} if suffix == "webp" else {}
    np.testing.assert_array_equal(read_picture(save(tmp_path / f"f.{suffix}", cross(), **more)), cross())


def test_photograph_lying_on_its_side_is_put_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    upright = read_picture(save(tmp_path / "e.png", cross(), exif=exif))
    assert upright.shape == (30, 20)


def test_big_pictures_among_many_are_made_smaller(folder):
    save(folder / "a" / "3.png", cross(560, 300))
    assert read(folder).images[2].shape == (280, 150)


def test_other_files_and_hidden_folders_are_left_out(folder):
    (folder / ".git").mkdir()
    (folder / "__MACOSX").mkdir()
    (folder / "a" / "Thumbs.db").write_bytes(b"x")
    (folder / "a" / "._1.png").write_bytes(b"x")
    (folder / "notes.txt").write_text("x")
    assert len(read(folder).images) == 4


def test_broken_picture_is_named(folder):
    content = (folder / "b" / "1.png").read_bytes()
    for broken in (b"", b"no picture", content[:40], content[:-30], content[:45] + b"\xff" * 9 + content[54:]):
        (folder / "b" / "1.png").write_bytes(broken)
        assert "b/1.png cannot be read as a picture" in refused(folder)


def test_picture_too_large_is_refused(folder):
    save(folder / "a" / "1.png", Image.new("1", (4097, 10)))
    assert "a/1.png is too large. Allowed: up to 4096 × 4096 pixels." in refused(folder)
    save(folder / "a" / "1.png", Image.new("1", (14000, 14000)))
    assert "a/1.png is too large" in refused(folder)


def test_class_without_pictures_is_named(folder):
    (folder / "c").mkdir()
    assert "The class c has no pictures" in refused(folder)


def test_one_class_can_be_measured_but_not_trained_on(folder):
    for file in [*(folder / "b").iterdir()]:
        file.unlink()
    (folder / "b").rmdir()
    assert "data has 1 classes. Allowed: 2 to 36." in refused(folder)
    assert read(folder, "test").classes == ("a",)


def test_more_than_36_classes_are_refused(tmp_path):
    for k in range(37):
        save(tmp_path / f"{k:02}" / "1.png", cross())
    assert "has 37 classes. Allowed: 2 to 36." in refused(tmp_path)


def test_folder_of_neither_form_says_what_is_expected(tmp_path):
    save(tmp_path / "loose.png", cross())
    for place in (tmp_path, tmp_path / "loose.png"):
        sentence = refused(place)
        assert "train-images-idx3-ubyte.gz" in sentence
        assert "a folder of pictures for each class" in sentence
    assert "There is no folder" in refused(tmp_path / "none")


def test_unknown_part_asks_what_was_meant(folder):
    with pytest.raises(CnnError, match="Did you mean: test"):
        read(folder, "tests")


def test_picture_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CnnError, match="There is no picture"):
        read_picture(tmp_path / "none.png")


def test_too_many_bytes_are_refused(folder, monkeypatch):
    monkeypatch.setattr("cnncore.data.folder.LARGEST", 1000)
    with pytest.raises(CnnError, match="Use fewer of them"):
        read_picture_folder(folder)
