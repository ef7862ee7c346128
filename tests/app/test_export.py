"""What is exported is read back by others: pictures and films of the stepper, and the engine's own numbers."""

from __future__ import annotations

import io
import itertools
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from app import i18n, theme
from app.cli_export import open_document
from app.export import sequence
from app.export.film import film
from app.export.frames import Pixels, changed, pixels, shared_palette
from app.export.gif import Gif
from app.export.look import Look
from app.export.pictures import picture
from app.export.stage import Stage
from app.export.webp import Webp
from app.model.results import Results, compute
from app.model.timeline import LOSS, Playhead
from app.panels.stepper import StepperPanel
from app.settings import Settings
from cnncore.errors import CnnError
from tests.pdf_text import pages, pdf_text

CELL = Playhead("conv1", (2, 10, 9))
SMALL = Look((640, 360))


@cache
def results() -> Results:
    return compute(open_document("lenet"))


@pytest.fixture
def stages(qapp: QApplication, tmp_path: Path) -> Iterator[object]:
    """Makes stages, and closes them."""
    i18n.install(qapp)
    i18n.set_language("en")
    theme.apply(qapp, "light", 1.0)
    made: list[Stage] = []

    def make(look: Look = SMALL) -> Stage:
        made.append(Stage(StepperPanel, results(), look, Settings(tmp_path / "stage.ini")))
        return made[-1]

    yield make
    for stage in made:
        stage.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def whole(job) -> bytes:
    while True:
        try:
            next(job)
        except StopIteration as ended:
            return ended.value


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


# --- one frame


def test_a_png_has_the_size_asked_for_and_shows_the_stepper(stages):
    stage = stages(Look((1280, 720)))
    stage.show(CELL)
    image = opened(picture(stage, ".png"))
    assert image.size == (1280, 720)
    # the strongest weight of the kernel in its very colour, which the window would give it too
    peak = float(np.abs(results().document.weights["conv1.weight"]).max())
    kernel = results().document.weights["conv1.weight"][2, 0]
    fill = int(theme.signed_rgb(kernel.reshape(-1), peak)[int(np.abs(kernel).argmax())])
    colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 20)}
    near = min(sum(abs(a - b) for a, b in zip(c, (fill >> 16 & 255, fill >> 8 & 255, fill & 255), strict=True))
               for c in colours)
    assert near < 60


def test_a_dark_picture_is_dark_while_the_window_stays_light(stages):
    light, dark = stages(), stages(Look((640, 360), "dark"))
    for stage in (light, dark):
        stage.show(CELL)
    corner = [opened(picture(stage, ".png")).convert("RGB").getpixel((0, 0)) for stage in (light, dark)]
    assert corner == [(0xF3, 0xF4, 0xF7), (0x12, 0x15, 0x19)]
    assert theme.name() == "light"
    assert i18n.language() == "en"


def test_a_switch_of_the_window_does_not_come_into_the_picture(stages, qapp):
    stage = stages()
    stage.show(CELL)
    before = picture(stage, ".png")
    theme.apply(qapp, "dark", 1.5)
    i18n.set_language("zh_CN")
    stage.show(Playhead("relu1", (2, 10, 9)))
    stage.show(CELL)
    assert not ImageChops.difference(opened(before).convert("RGB"),
                                     opened(picture(stage, ".png")).convert("RGB")).getbbox()


def test_the_pdf_holds_its_words_and_numbers_as_letters(stages):
    stage = stages(Look((960, 540)))
    stage.show(CELL)
    content = picture(stage, ".pdf")
    said = pdf_text(content)
    assert pages(content) == 1
    assert CELL.name.encode("utf-16-be") in content  # the document's title
    assert "How one number is made" in said
    assert "conv1[2, 10, 9]" in said
    kernel = results().document.weights["conv1.weight"][2, 0]
    for value in kernel.reshape(-1):
        assert f"{abs(value):.2f}".replace("0.", ".") in "".join(said)


def test_the_pdf_speaks_chinese(stages):
    stage = stages(Look((960, 540), language="zh_CN"))
    stage.show(CELL)
    assert "一个数是怎样算出来的" in "".join(pdf_text(picture(stage, ".pdf")))


def test_the_svg_is_xml_with_letters_and_crisp_cells(stages):
    stage = stages(Look((960, 540)))
    stage.show(CELL)
    root = ET.fromstring(picture(stage, ".svg"))
    texts = [e.text.strip() for e in root.iter("{http://www.w3.org/2000/svg}text") if e.text]
    assert root.get("viewBox") == "0 0 960 540"
    assert "How one number is made" in texts
    assert "conv1[2, 10, 9]" in texts
    assert {"Input", "Kernel", "Products", "Output", "sum", "bias"} <= set(texts)


def test_no_cell_of_the_svg_lies_beyond_its_grid(stages):
    """On paper widgets cut nothing: a cell at the edge is cut itself."""
    stage = stages(Look((960, 540)))
    stage.show(CELL)
    grid = stage.stepper.findChild(type(stage.stepper.view.input), "input_grid")
    left = grid.mapTo(stage.frame, grid.rect().topLeft()).x()
    root = ET.fromstring(picture(stage, ".svg"))
    ns = "{http://www.w3.org/2000/svg}"
    for group in root.iter(f"{ns}g"):
        if (group.get("transform") or "").startswith(f"matrix(1,0,0,1,{left},"):
            for rect in group.findall(f"{ns}rect"):
                assert float(rect.get("x")) >= 0
                assert float(rect.get("x")) + float(rect.get("width")) <= grid.width()


def test_a_picture_shows_no_tools_and_invites_to_nothing(stages):
    stage = stages(Look((960, 540)))
    stage.show(CELL)
    said = " ".join(pdf_text(picture(stage, ".pdf")))
    for word in ("Presets", "Mute", "Restore", "click"):
        assert word not in said


def test_captions_name_the_layers_and_can_be_left_out(stages):
    with_, without = stages(Look((960, 540))), stages(Look((960, 540), captions=False))
    for stage in (with_, without):
        stage.show(CELL)
    assert {"pool1", "dense2", "softmax"} <= set(pdf_text(picture(with_, ".pdf")))
    assert not {"pool1", "dense2", "softmax"} & set(pdf_text(picture(without, ".pdf")))


def test_a_very_small_picture_is_the_whole_stepper_shrunk(stages):
    stage = stages(Look((200, 120)))
    stage.show(CELL)
    image = opened(picture(stage, ".png")).convert("RGB")
    assert image.size == (200, 120)
    assert len(image.getcolors(1 << 16)) > 50


@pytest.mark.parametrize("head", [
    Playhead("relu1", (0, 3, 3)), Playhead("pool2", (1, 2, 2)), Playhead("dense1", (5,)), Playhead("softmax", (3,)),
    Playhead(LOSS, (), None, "output", "loss"), Playhead(LOSS, (3,), None, "input0", "backward"),
    Playhead("conv1", (2, 0, 2, 3), None, "weight", "backward"),
    Playhead("conv1", (2, 0, 2, 3), None, "weight", "update")])
def test_every_kind_of_number_in_every_pass_has_a_picture(stages, head):
    stage = stages()
    stage.show(head)
    assert opened(picture(stage, ".png")).size == (640, 360)


# --- films


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_film_has_as_many_different_frames_as_asked(stages, suffix):
    heads = sequence.cells(sequence.layer(results().network, "conv1"), 12)
    assert len(set(heads)) == 12
    film_ = opened(whole(film(stages(Look((640, 360), speed=2.0)), heads, suffix)))
    assert (film_.n_frames, film_.size) == (12, (640, 360))
    seen = []
    for k in range(12):
        film_.seek(k)
        film_.load()
        seen.append(np.asarray(film_.convert("RGB")))
        assert film_.info["duration"] == 250
    assert all((a != b).any() for a, b in itertools.pairwise(seen))


@pytest.mark.parametrize(("suffix", "near"), [(".gif", 60), (".webp", 0)])
def test_a_frame_of_a_film_is_the_picture_of_its_number(stages, suffix, near):
    stage = stages()
    heads = sequence.terms(results(), CELL, 6)
    film_ = opened(whole(film(stage, heads, suffix)))
    film_.seek(4)
    film_.load()
    stage.show(heads[4], 5 / 6)
    truth = np.asarray(opened(picture(stage, ".png")).convert("RGB")).astype(int)
    gap = np.abs(np.asarray(film_.convert("RGB")) - truth).max(axis=2)
    assert gap.max() <= near
    assert (gap > 24).mean() < 0.01


def test_grounds_and_words_of_a_gif_keep_their_very_colours(stages):
    stage = stages()
    heads = sequence.cells(sequence.layer(results().network, "conv1"), 6)
    film_ = opened(whole(film(stage, heads, ".gif")))
    film_.seek(5)
    seen = {colour for _, colour in film_.convert("RGB").getcolors(1 << 18)}
    for token in ("bg", "panel", "sunk", "ink"):
        assert theme.color(token).getRgb()[:3] in seen


def test_a_hundred_frames_are_made_in_seconds_and_stay_small(stages):
    """3 s and 6 MB are asked for at 960 × 540; CPU time, for the machine may be busy."""
    heads = sequence.cells(sequence.layer(results().network, "conv2"), 100)
    stage = stages(Look((960, 540)))
    start = time.process_time()
    content = whole(film(stage, heads, ".gif"))
    spent = time.process_time() - start
    assert opened(content).n_frames == 100
    assert len(content) < 6e6
    assert spent < 3


def test_closing_a_film_in_the_middle_leaves_nothing(stages, tmp_path):
    job = film(stages(), sequence.cells(sequence.layer(results().network, "conv1"), 20), ".gif")
    shares = [next(job) for _ in range(9)]
    assert shares == sorted(shares)
    assert shares[-1] < 1
    job.close()
    with pytest.raises(StopIteration):
        next(job)
    assert list(tmp_path.glob("*.gif")) == []


def test_only_what_changed_is_packed():
    before = np.zeros((8, 9), np.uint32)
    after = before.copy()
    after[3:5, 4:7] = 0xFFFFFFFF
    box = changed(before, after)
    assert (box.left, box.top, box.right, box.bottom) == (4, 3, 7, 5)
    even = changed(before, after, even=True)
    assert (even.left, even.top, even.right, even.bottom) == (4, 2, 7, 5)
    same = changed(after, after)
    assert box.of(after).shape == (2, 3)
    assert same.of(after).shape == (1, 1)


@pytest.mark.parametrize("encoder", ["gif", "webp"])
def test_frames_of_few_colours_come_back_exactly(encoder):
    rng = np.random.default_rng(1)
    colours = rng.integers(0, 1 << 24, 40, dtype=np.uint32) | np.uint32(0xFF000000)
    frames: list[Pixels] = [colours[rng.integers(0, 40, (21, 33))] for _ in range(4)]
    frames.insert(2, frames[1].copy())  # one that changes nothing
    made = Gif((33, 21), shared_palette(frames)) if encoder == "gif" else Webp((33, 21))
    for frame in frames:
        made.add(frame, 100)
    film_ = opened(made.finish())
    assert film_.n_frames == 5
    for k, frame in enumerate(frames):
        film_.seek(k)
        rgb = np.asarray(film_.convert("RGB")).astype(np.uint32)
        assert (rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2] == frame & 0xFFFFFF).all()


def test_pixels_of_an_image_are_a_copy(stages):
    stage = stages(Look((501, 283)))
    stage.show(CELL)
    image = stage.image()
    values = pixels(image)
    assert values.shape == (283, 501)
    assert values[100, 77] == image.pixel(77, 100)


def test_mp4_is_a_film_where_ffmpeg_is_there(stages, tmp_path):
    ffmpeg = pytest.importorskip("imageio_ffmpeg")
    content = whole(film(stages(Look((641, 361), speed=4.0)), sequence.terms(results(), CELL, 10), ".mp4"))
    assert content[4:8] == b"ftyp"
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    frames, seconds = ffmpeg.count_frames_and_secs(str(path))
    assert (frames, round(seconds, 2)) == (10, 1.25)


def test_without_ffmpeg_mp4_says_how_to_get_it(stages, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(CnnError, match="pip install imageio-ffmpeg"):
        whole(film(stages(), [CELL], ".mp4"))


class Broken:
    """Stands in for imageio_ffmpeg: takes so many frames, then its pipe breaks; what it has written is no film."""

    def __init__(self, frames: int) -> None:
        self.frames = frames

    def write_frames(self, path: str, size: object, **_: object):
        Path(path).write_bytes(b"half a film")
        yield
        for _ in range(self.frames):
            yield
        raise OSError("[Errno 32] Broken pipe\n\nFFMPEG COMMAND:\nlong\n")


@pytest.mark.parametrize(("taken", "says"), [(1, "Broken pipe"), (9, "it stopped")])
def test_a_film_that_ffmpeg_breaks_off_is_one_sentence_and_leaves_nothing(stages, monkeypatch, tmp_path, taken, says):
    import sys
    import tempfile

    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", Broken(taken))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "films"))
    (tmp_path / "films").mkdir()
    with pytest.raises(CnnError) as caught:
        whole(film(stages(), sequence.terms(results(), CELL, 4), ".mp4"))
    assert str(caught.value).startswith("ffmpeg could not make the film: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "films").iterdir()) == []


def test_a_full_disk_under_ffmpeg_is_called_so(stages, monkeypatch, tmp_path):
    import shutil
    import sys

    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", Broken(1))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 0))
    with pytest.raises(CnnError, match="The disk is full"):
        whole(film(stages(), sequence.terms(results(), CELL, 4), ".mp4"))


def test_what_an_encoder_refuses_is_raised_where_frames_are_painted(stages, monkeypatch):
    from app.export import webp

    def refuse(self, frame, ms):
        raise CnnError("export.webp", "No.")

    monkeypatch.setattr(webp.Webp, "add", refuse)
    with pytest.raises(CnnError, match=r"No\."):
        whole(film(stages(), sequence.terms(results(), CELL, 6), ".webp"))


def test_frames_are_different_numbers_from_the_first_to_the_last_map_of_every_layer():
    for name in ("conv1", "relu1", "pool1", "conv2", "pool2", "dense1", "dense2"):
        stretch = sequence.layer(results().network, name)
        heads = sequence.cells(stretch, min(100, stretch.maps * stretch.size))
        assert len(set(heads)) == len(heads)
        assert (heads[0], heads[-1]) == (stretch.start, stretch.end)
        at = [int(np.ravel_multi_index(h.index, stretch.shape)) for h in heads]
        gaps = np.diff(at)
        assert gaps.min() > 0
        assert gaps.max() - gaps.min() <= 1  # spread evenly


def test_a_stage_is_never_narrower_than_the_smallest_window_allows():
    for size in ((960, 540), (1280, 720), (1920, 1080), (1400, 500), (800, 1200)):
        look = Look(size)
        assert look.laid_out[0] / look.scale >= 780
        assert look.laid_out[1] / look.scale >= 390


def test_a_high_picture_has_its_ground_above_and_below_and_no_empty_card(stages):
    stage = stages(Look((800, 1200)))
    stage.show(CELL)
    card = stage.stepper.geometry()
    assert card.height() < 600
    assert card.top() > 200
    assert stage.frame.height() - stage.caption.geometry().bottom() > 200
