"""``convscope export``: words, files, and one sentence for what cannot be."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QTimer

from app import cli, paths
from app.__main__ import main
from app.cli_export import open_document
from app.model.project import save_project
from app.model.results import compute
from cnncore.errors import CnnError
from tests.pdf_text import pdf_text

ROOT = Path(__file__).parents[2]


def export(*words: object, **env: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, without a display."""
    own = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")}
    return subprocess.run([sys.executable, "-m", "app", "export", *map(str, words)], cwd=ROOT, env={**own, **env},
                          capture_output=True, text=True, check=False)


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1]


def parsed(words: str) -> argparse.Namespace:
    return cli.parse(["export", *words.split()])


def test_export_knows_its_words():
    args = parsed("lenet --layer conv1 --frames 9 --size 640x360 --out a.gif --speed 2 --theme dark")
    assert (args.command, args.project, args.layer, args.frames) == ("export", "lenet", "conv1", 9)
    assert (args.size, args.out, args.speed, args.theme, args.language) == ("640x360", Path("a.gif"), 2.0, "dark", "en")
    assert (args.worksheet, args.cell, args.no_captions) == (None, None, False)
    assert parsed("p --worksheet --out a.pdf").worksheet == "cell"
    assert parsed("p --worksheet map --out a.pdf").worksheet == "map"


def test_a_gif_of_a_layer_without_a_display(tmp_path):
    out = tmp_path / "conv.gif"
    done = export("lenet", "--layer", "conv1", "--frames", 15, "--size", "640x360", "--out", out)
    assert done.returncode == 0, done.stderr
    assert last_line(done.stdout).startswith(f"{out}: 15 frames of conv1, 640 × 360")
    assert done.stderr == ""
    with Image.open(out) as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (15, (640, 360), 0)
    assert list(tmp_path.iterdir()) == [out]


def run(*words: object) -> int:
    return main(["export", *map(str, words)])


def test_the_numbers_are_the_engines(tmp_path, qapp):
    truth = compute(open_document("lenet")).values("pool2")
    assert run("lenet", "--layer", "pool2", "--out", tmp_path / "a.npy") == 0
    assert np.array_equal(np.load(tmp_path / "a.npy"), truth)
    assert run("lenet", "--layer", "pool2", "--out", tmp_path / "a.csv") == 0
    last = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()[-1].split(",")
    assert [int(k) for k in last[:3]] == [k - 1 for k in truth.shape]
    assert np.float32(last[3]) == truth[-1, -1, -1]


def test_a_cell_that_is_named_is_the_one_that_is_shown(tmp_path, qapp):
    out = tmp_path / "cell.pdf"
    assert run("lenet", "--layer", "conv2", "--cell", "3,4,5", "--language", "zh", "--out", out) == 0
    said = pdf_text(out.read_bytes())
    assert "conv2[3, 4, 5]" in said
    assert "一个数是怎样算出来的" in "".join(said)


def test_a_film_of_a_cell_goes_term_by_term(tmp_path, qapp):
    out = tmp_path / "cell.webp"
    assert run("lenet", "--layer", "pool1", "--cell", "0,4,5", "--size", "480x270", "--out", out) == 0
    with Image.open(out) as film:
        assert film.n_frames == 5  # four terms and the whole


def test_without_a_layer_the_film_goes_through_the_whole_pass(tmp_path, qapp, capsys):
    out = tmp_path / "pass.gif"
    assert run("lenet", "--frames", 14, "--size", "480x270", "--out", out) == 0
    assert "14 frames of the whole pass" in capsys.readouterr().out
    with Image.open(out) as film:
        assert film.n_frames == 14


def test_a_worksheet_comes_with_its_answers(tmp_path, qapp):
    out = tmp_path / "sheet.pdf"
    assert run("lenet", "--layer", "conv1", "--worksheet", "--out", out) == 0
    assert "Worksheet" in pdf_text(out.read_bytes())
    assert "Answers" in pdf_text((tmp_path / "sheet-answers.pdf").read_bytes())


def test_a_project_of_ones_own_is_exported_with_its_drawing(tmp_path, qapp):
    document = open_document("lenet")
    save_project(tmp_path / "own.convscope", document)
    assert run(tmp_path / "own.convscope", "--layer", "conv1", "--out", tmp_path / "a.npy") == 0
    assert np.array_equal(np.load(tmp_path / "a.npy"), compute(document).values("conv1"))


def test_a_model_gets_a_digit_to_look_at():
    document = open_document("lenet")
    assert document.drawing.any()
    assert compute(document).order[0] == 3


@pytest.mark.skipif(not any(paths.asset("examples").glob("*.convscope")), reason="no examples are shipped yet")
def test_every_example_is_exported_by_its_letters(tmp_path, qapp):
    for path in sorted(paths.asset("examples").glob("*.convscope")):
        letters = path.stem.replace("_", "-").partition("-")[0]
        out = tmp_path / f"{letters}.png"
        assert run(letters.lower(), "--size", "480x270", "--out", out) == 0
        with Image.open(out) as image:
            assert image.size == (480, 270)


@pytest.mark.parametrize(("words", "says"), [
    ("lenet --layer conv9 --out {d}/a.gif", "conv2"),
    ("lenett --out {d}/a.gif", "lenet"),
    ("lenet --layer conv1 --out {d}/a.bmp", ".gif"),
    ("lenet --layer conv1 --out {d}/none/a.gif", "there is no folder"),
    ("lenet --layer conv1 --out {d}", "does not end"),
    ("lenet --layer conv1 --frames 0 --out {d}/a.gif", "1 to"),
    ("lenet --layer softmax --frames 11 --out {d}/a.gif", "softmax has 10"),
    ("lenet --layer conv1 --frames 5 --out {d}/a.png", "--frames goes with a film"),
    ("lenet --layer conv1 --size 9x9 --out {d}/a.gif", "9x9"),
    ("lenet --layer conv1 --size big --out {d}/a.gif", "960x540"),
    ("lenet --layer conv1 --speed 0 --out {d}/a.gif", "speed 0"),
    ("lenet --layer conv1 --language tlh --out {d}/a.gif", "tlh"),
    ("lenet --layer conv1 --cell 9,9 --out {d}/a.png", "6 × 24 × 24"),
    ("lenet --layer conv1 --cell one --out {d}/a.png", "0,0,0 to 5,23,23"),
    ("lenet --layer conv1 --cell 6,0,0 --out {d}/a.png", "0,0,0 to 5,23,23"),
    ("lenet --layer flatten --out {d}/a.gif", "'flatten' calculates nothing"),
    ("lenet --layer nothing --out {d}/a.gif", "There are: conv1, relu1"),
    ("lenet --layer conv1 --frames 3457 --out {d}/a.gif", "conv1 has 3456"),
    ("lenet --layer conv1 --size 3841x2160 --out {d}/a.gif", "160x90 to 3840x2160"),
    ("lenet --layer conv1 --speed 51 --out {d}/a.gif", "0.1 to 50"),
    ("lenet --layer dense1 --worksheet map --out {d}/a.pdf", "dense1"),
    ("E4 --layer both --worksheet --out {d}/a.pdf", "only moved"),
    ("lenet --cell 1,2,3 --out {d}/a.png", "--layer"),
    ("lenet --layer conv1 --worksheet --out {d}/a.png", ".pdf"),
    ("lenet --layer conv2 --worksheet map --out {d}/a.pdf", "6 channels"),
    ("lenet --layer conv1 --out /dev/full.gif/a.gif", "there is no folder"),
])
def test_what_cannot_be_ends_in_one_sentence(words, says, tmp_path, qapp, capsys):
    assert run(*words.format(d=tmp_path).split()) == 1
    line = last_line(capsys.readouterr().err)
    assert says in line
    assert line.endswith(".") or line.endswith("?")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="a folder that nobody may write to, on Linux")
def test_a_folder_that_cannot_be_written_is_said_before_the_work(qapp, capsys):
    assert run("lenet", "--layer", "conv1", "--out", "/proc/a.gif") == 1
    assert "does not allow writing in /proc" in last_line(capsys.readouterr().err)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full, on Linux")
def test_a_full_disk_is_said(tmp_path, qapp, capsys):
    link = tmp_path / "full.npy"
    link.symlink_to("/dev/full")
    assert run("lenet", "--layer", "conv1", "--out", link) == 1
    assert "disk is full" in last_line(capsys.readouterr().err)


@pytest.mark.parametrize(("words", "says"), [("--frames ten", "'ten' is not a whole number from 1 to 2000"),
                                            ("--speed fast", "'fast' is not a number from 0.1 to 50")])
def test_what_is_no_number_is_told_what_is_allowed(words, says, tmp_path, capsys):
    with pytest.raises(SystemExit):
        parsed(f"lenet --out {tmp_path}/a.gif {words}")
    assert says in last_line(capsys.readouterr().err)


@pytest.mark.parametrize("full", ["sheet.pdf", "sheet-answers.pdf"])
def test_a_worksheet_without_its_answers_is_not_written(full, tmp_path, qapp, capsys, monkeypatch):
    """The disk gets full at the first or at the second of the two files: what was there before stays."""
    import errno

    from cnncore.files import atomic

    out, beside = tmp_path / "sheet.pdf", tmp_path / "sheet-answers.pdf"
    for path in (out, beside):
        path.write_text(f"old {path.name}", encoding="utf-8")
    really = atomic._replace

    def replace(target, content):
        if target.name.startswith(f".{full}"):
            raise OSError(errno.ENOSPC, "No space left on device")
        really(target, content)

    monkeypatch.setattr(atomic, "_replace", replace)
    assert run("lenet", "--layer", "conv1", "--worksheet", "--out", out) == 1
    line = last_line(capsys.readouterr().err)
    assert line.startswith(f"The disk is full: {full} was not saved")
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {
        "sheet.pdf": "old sheet.pdf", "sheet-answers.pdf": "old sheet-answers.pdf"}


@pytest.mark.parametrize("at", [1, 9, 25])  # the first of the palette's frames, one in the middle, the last
def test_ctrl_c_leaves_no_file(at, tmp_path, qapp, monkeypatch, capsys):
    from app.export import film

    painted = []

    def stop(stage):
        painted.append(stage)
        if len(painted) == at:
            raise KeyboardInterrupt
        return original(stage)

    original = film._frame
    monkeypatch.setattr(film, "_frame", stop)
    assert run("lenet", "--layer", "conv1", "--frames", 20, "--size", "480x270", "--out", tmp_path / "a.gif") == 130
    assert last_line(capsys.readouterr().err) == "Stopped."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_signal_is_heeded_between_two_frames(sign, suffix, tmp_path, qapp, monkeypatch, capsys):
    """Also one that comes in a call from Qt, which would lose what is raised there."""
    from app.export.stage import Stage

    shown = []
    really, before = Stage.image, signal.getsignal(sign)

    def image(self):
        shown.append(self)
        if len(shown) == 8:
            timer = QTimer()
            timer.timeout.connect(lambda: signal.raise_signal(sign))
            timer.timeout.connect(timer.stop)
            timer.start(0)
            while timer.isActive():
                QCoreApplication.processEvents()
        return really(self)

    monkeypatch.setattr(Stage, "image", image)
    out = tmp_path / f"a{suffix}"
    out.write_text("old", encoding="utf-8")
    assert run("lenet", "--layer", "conv1", "--frames", 60, "--size", "480x270", "--out", out) == 130
    assert last_line(capsys.readouterr().err) == "Stopped."
    assert out.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [out]
    assert len(shown) < 20
    assert signal.getsignal(sign) == before


def test_an_unknown_project_names_what_there_is():
    with pytest.raises(CnnError, match="lenet"):
        open_document("C99")
