"""The Export panel: what is seen is what is written, the window stays alive, and nothing is left half done."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtGui import Qt

from app import theme
from app.menus import palette_rows
from app.model import edits
from app.model.timeline import Playhead
from app.panels.export import ExportPanel
from app.panels.stepper import StepperPanel
from tests.gui.stepping import LEFT, three
from tests.gui.whole import CONTROL, opened
from tests.pdf_text import pdf_text

CELL = Playhead("conv1", (2, 10, 9))


@pytest.fixture
def panel(desk, qtbot, tmp_path):
    """The panel over a drawn 3; what it asks for is answered with a file of the test's folder."""
    desk.session.edit(edits.set_drawing, three())
    desk.session.select(CELL)
    made = ExportPanel(desk, StepperPanel)
    made.ask = lambda suffix: tmp_path / f"out{suffix}"
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.preview.sheet.image is not None)
    yield made
    made.shutdown()


def click(qtbot, widget) -> None:
    qtbot.mouseClick(widget, LEFT)


def choose(panel, qtbot, kind: str, suffix: str = "", shows: str = "") -> None:
    click(qtbot, panel.choices.kind.button(kind))
    if suffix:
        click(qtbot, panel.choices.suffix.button(suffix))
    if shows:
        click(qtbot, panel.choices.shows.button(shows))
    qtbot.waitUntil(lambda: not panel._soon.isActive())


def frames(panel, qtbot, count: int) -> None:
    box = panel.choices.frames
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, str(count))
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.preview.slider.maximum() == count - 1)


def saved(panel) -> bool:
    return panel.said.text().startswith("✓")


# --- the way in and out


def test_ctrl_e_opens_it_and_esc_closes_it(qtbot, tmp_path):
    with opened(tmp_path) as window:
        qtbot.keyClick(window, Qt.Key.Key_E, CONTROL)
        qtbot.waitUntil(lambda: window.export is not None and window.export.isVisible())
        qtbot.keyClick(window.export, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: not window.export.isVisible())
        assert any(row.name == "file.export" for row in palette_rows(window.desk))
        assert window.desk.action("file.export") in window.menus._menus["File"].actions()


def test_without_a_selection_it_shows_where_there_is_most_to_see(desk, qtbot):
    desk.session.edit(edits.set_drawing, three())
    made = ExportPanel(desk, StepperPanel)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.preview.sheet.image is not None)
    values = np.abs(desk.session.results.values("conv1"))
    assert values[made.head.index] == values.max()
    assert made.name.text() == made.head.name
    made.shutdown()


def test_with_nothing_drawn_it_says_so(desk, qtbot):
    made = ExportPanel(desk, StepperPanel)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.preview.sheet.image is not None)
    assert made.said.text().startswith("⚠ Nothing is drawn yet")
    assert made.save.isEnabled()
    desk.session.edit(edits.set_drawing, three())
    qtbot.waitUntil(lambda: made.said.text() == "")
    made.shutdown()


# --- what is seen


def test_it_follows_the_playhead(panel, qtbot):
    before = panel.preview.sheet.image
    panel.desk.session.select(Playhead("pool1", (1, 4, 4)))
    qtbot.waitUntil(lambda: panel.name.text() == "pool1[1, 4, 4]")
    assert panel.preview.sheet.image != before


def test_a_dark_preview_leaves_the_window_light(panel, qtbot):
    click(qtbot, panel.choices.theme_.button("dark"))
    qtbot.waitUntil(lambda: panel.preview.sheet.image.pixelColor(0, 0).lightness() < 60)
    assert theme.name() == "light"
    assert panel.palette().window().color().lightness() > 200


def test_a_film_is_scrubbed_and_played(panel, qtbot):
    choose(panel, qtbot, "film")
    assert panel.said.text() == "100 frames, 50.0 s"
    first = panel.preview.sheet.image
    panel.preview.slider.setFocus()
    qtbot.keyClick(panel.preview.slider, Qt.Key.Key_End)
    assert panel.preview.place.text() == "100 / 100"
    assert panel.preview.sheet.image != first
    click(qtbot, panel.choices.speed.button(8.0))
    qtbot.waitUntil(lambda: panel.said.text() == "100 frames, 6.20 s")
    click(qtbot, panel.preview.play)
    qtbot.waitUntil(lambda: panel.preview.frame == 2)  # it has gone on from the start
    click(qtbot, panel.preview.play)
    assert not panel.preview.playing


def test_what_a_film_shows_is_the_persons_choice(panel, qtbot):
    choose(panel, qtbot, "film", shows="terms")
    assert (panel.choices.frames.maximum(), panel.preview.slider.maximum()) == (26, 25)
    choose(panel, qtbot, "film", shows="map")
    assert (panel.choices.frames.maximum(), len(panel._heads)) == (576, 100)
    assert {head.map for head in panel._heads} == {2}
    assert panel.name.text() == "conv1[2]"
    choose(panel, qtbot, "film", shows="pass")
    assert panel.name.text() == "forward pass"
    assert [head.node for head in panel._heads][-1] == "softmax"


# --- what is written


def test_a_picture_is_what_the_preview_showed(panel, qtbot, tmp_path):
    seen = panel.preview.sheet.image.copy()
    click(qtbot, panel.save)
    assert saved(panel)
    with Image.open(tmp_path / "out.png") as image:
        assert image.size == (960, 540)
        assert image.convert("RGB").getpixel((400, 100)) == seen.pixelColor(400, 100).toTuple()[:3]
    assert [path.name for path in tmp_path.glob("out*")] == ["out.png"]


def test_a_name_without_its_ending_gets_it(panel, qtbot, tmp_path):
    panel.ask = lambda suffix: tmp_path / "figure 1.2"
    choose(panel, qtbot, "picture", ".svg")
    click(qtbot, panel.save)
    assert (tmp_path / "figure 1.2.svg").read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_film_is_written_while_the_window_lives(panel, qtbot, tmp_path, suffix):
    choose(panel, qtbot, "film", suffix)
    frames(panel, qtbot, 12)
    ticks: list[float] = []
    clock = QTimer()
    clock.timeout.connect(lambda: ticks.append(time.perf_counter()))
    shares: list[float] = []
    panel.job.moved.connect(shares.append)
    click(qtbot, panel.save)
    clock.start(0)
    assert panel.bar.isVisible()
    assert not panel.save.isVisible()
    assert not (tmp_path / f"out{suffix}").exists()
    qtbot.waitUntil(lambda: saved(panel), timeout=20000)
    clock.stop()
    assert len(ticks) >= 6  # between the frames the window has its turn
    assert shares == sorted(shares)
    assert len(set(shares)) > 3
    assert panel.save.isVisible()
    assert not panel.bar.isVisible()
    with Image.open(tmp_path / f"out{suffix}") as film:
        assert (film.n_frames, film.size) == (12, (960, 540))


def test_cancelled_in_the_middle_nothing_is_written(panel, qtbot, tmp_path):
    choose(panel, qtbot, "film", ".gif")
    click(qtbot, panel.save)
    qtbot.waitUntil(lambda: panel.bar.value() > 100, timeout=20000)
    click(qtbot, panel.cancel)
    assert panel.said.text() == "Cancelled. Nothing was written."
    qtbot.wait(50)
    assert list(tmp_path.glob("*out*")) == []
    assert panel.save.isVisible()
    assert panel.choices.isEnabled()
    frames(panel, qtbot, 3)
    click(qtbot, panel.save)
    qtbot.waitUntil(lambda: saved(panel), timeout=20000)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.99])  # before the first frame, at it, at the last
@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_cancelled_at_any_point_the_old_file_stays(panel, qtbot, tmp_path, monkeypatch, share, suffix):
    monkeypatch.setattr("app.jobs.slices.SLICE", 0.0)  # every step of the work is told, however fast the machine is
    choose(panel, qtbot, "film", suffix)
    frames(panel, qtbot, 12)
    out = tmp_path / f"out{suffix}"
    out.write_text("old", encoding="utf-8")
    before = {path.name for path in tmp_path.iterdir()}
    reached: list[float] = []

    def look(done: float) -> None:
        if done >= share and not reached:
            reached.append(done)
            click(qtbot, panel.cancel)

    if share:
        panel.job.moved.connect(look)
    click(qtbot, panel.save)
    if not share:
        click(qtbot, panel.cancel)
    qtbot.waitUntil(lambda: not panel.job.running, timeout=20000)
    assert panel.said.text() == "Cancelled. Nothing was written."
    assert out.read_text(encoding="utf-8") == "old"
    assert {path.name for path in tmp_path.iterdir()} == before


def test_the_preview_goes_on_with_the_stage_of_the_film(panel, qtbot):
    choose(panel, qtbot, "film", ".gif", "terms")
    frames(panel, qtbot, 3)
    stage = panel._staging.on(panel.choices.choice.look)
    click(qtbot, panel.save)
    assert panel._staging.on(panel.choices.choice.look) is not stage  # nobody moves a stage under a film
    panel._staging.drop()
    qtbot.waitUntil(lambda: saved(panel) and not panel.job.running, timeout=20000)
    assert panel._staging.on(panel.choices.choice.look) is stage
    seen = panel.preview.sheet.image
    panel.preview.slider.setFocus()
    qtbot.keyClick(panel.preview.slider, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: panel.preview.sheet.image is not seen)


def test_the_window_has_its_turn_while_a_film_is_made(panel, qtbot, tmp_path):
    """At most 50 ms are asked for; processor time of this thread, for the machine may be busy."""
    choose(panel, qtbot, "film", ".gif")
    frames(panel, qtbot, 40)
    turns: list[float] = []
    clock = QTimer()
    clock.timeout.connect(lambda: turns.append(time.thread_time()))
    click(qtbot, panel.save)
    clock.start(0)
    qtbot.waitUntil(lambda: saved(panel) and not panel.job.running, timeout=60000)
    clock.stop()
    gaps = np.sort(np.diff(turns))
    assert gaps[-3] < 0.050  # twice Python may tidy up


def test_esc_cancels_before_it_closes(panel, qtbot):
    choose(panel, qtbot, "film", ".gif")
    click(qtbot, panel.save)
    assert panel.job.running
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.job.running
    assert panel.isVisible()


def test_a_film_shows_the_network_as_it_was_when_it_began(panel, qtbot, tmp_path):
    choose(panel, qtbot, "film", ".webp", "terms")
    frames(panel, qtbot, 4)
    click(qtbot, panel.save)
    qtbot.waitUntil(lambda: saved(panel), timeout=20000)
    with Image.open(tmp_path / "out.webp") as film:
        film.seek(3)
        truth = np.asarray(film.convert("RGB")).copy()
    click(qtbot, panel.save)
    panel.desk.session.edit(edits.set_weight, "conv1.weight", (2, 0, 2, 2), 9.0)
    panel.desk.session.select(Playhead("pool1", (0, 0, 0)))
    qtbot.waitUntil(lambda: saved(panel) and not panel.job.running, timeout=20000)
    with Image.open(tmp_path / "out.webp") as film:
        film.seek(3)
        assert (np.asarray(film.convert("RGB")) == truth).all()


def test_numbers_are_the_engines(panel, qtbot, tmp_path):
    choose(panel, qtbot, "numbers", ".npy")
    click(qtbot, panel.save)
    assert np.array_equal(np.load(tmp_path / "out.npy"), panel.desk.session.results.values("conv1"))
    choose(panel, qtbot, "numbers", ".csv", "terms")
    assert panel.preview.sheet.lines[0].split()[0] == "term"
    click(qtbot, panel.save)
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").count("\n") == 28


def test_the_preview_of_a_worksheet_shows_both_pages_in_a_higher_panel(panel, qtbot):
    before = panel.height()
    choose(panel, qtbot, "sheet")
    sheet = panel.preview.sheet
    qtbot.waitUntil(lambda: len(sheet.others) == 1)
    assert sheet.image != sheet.others[0]
    qtbot.waitUntil(lambda: sheet.height() >= 400)
    choose(panel, qtbot, "picture")
    qtbot.waitUntil(lambda: panel.height() == before)
    assert sheet.others == []


def test_a_worksheet_is_two_files(panel, qtbot, tmp_path):
    choose(panel, qtbot, "sheet", shows="map")
    click(qtbot, panel.choices.language.button("zh_CN"))
    click(qtbot, panel.save)
    said, sizes = panel.said.text(), [(tmp_path / name).stat().st_size for name in ("out.pdf", "out-answers.pdf")]
    assert said == "✓ Saved out.pdf, {}, and out-answers.pdf, {}.".format(*(f"{size / 1e3:.1f} kB" for size in sizes))
    assert "练习页" in pdf_text((tmp_path / "out.pdf").read_bytes())
    assert "答案" in pdf_text((tmp_path / "out-answers.pdf").read_bytes())


# --- what cannot be


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="a folder that nobody may write to, on Linux")
@pytest.mark.parametrize("kind", ["picture", "film", "numbers", "sheet"])
def test_a_folder_that_cannot_be_written_is_said_and_the_document_stays(panel, qtbot, kind):
    panel.ask = lambda suffix: Path(f"/proc/out{suffix}")
    before = panel.desk.session.document
    choose(panel, qtbot, kind)
    click(qtbot, panel.save)
    assert panel.said.text().startswith("✕ out.")
    assert "does not allow writing in /proc" in panel.said.text()
    assert panel.said.property("role") == "wrong"
    assert not panel.job.running
    assert panel.desk.session.document is before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full, on Linux")
def test_a_disk_that_is_full_at_the_end_is_said(panel, qtbot, tmp_path):
    choose(panel, qtbot, "film", ".gif")
    frames(panel, qtbot, 3)
    (tmp_path / "out.gif").symlink_to("/dev/full")
    click(qtbot, panel.save)
    qtbot.waitUntil(lambda: not panel.job.running, timeout=20000)
    assert "disk is full" in panel.said.text()
    assert panel.save.isVisible()


def test_a_map_that_nobody_could_work_out_says_why(panel, qtbot):
    panel.desk.session.select(Playhead("conv2", (3, 4, 4)))
    choose(panel, qtbot, "sheet", shows="map")
    assert "6 channels" in panel.said.text()
    assert not panel.save.isEnabled()
    click(qtbot, panel.choices.shows.button("cell"))
    qtbot.waitUntil(panel.save.isEnabled)


def test_mp4_without_ffmpeg_says_how_to_get_it(panel, qtbot, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    choose(panel, qtbot, "film", ".mp4")
    assert "pip install imageio-ffmpeg" in panel.said.text()
    assert not panel.save.isEnabled()
    click(qtbot, panel.choices.suffix.button(".gif"))
    qtbot.waitUntil(panel.save.isEnabled)


def test_another_network_under_an_open_panel_is_no_harm(panel, qtbot):
    from app.cli_export import open_document

    choose(panel, qtbot, "film", ".gif")
    panel.desk.session.open(open_document("A1"), None)
    qtbot.waitUntil(lambda: len(panel._heads) == 25)
    assert panel.name.text() == panel.head.node == "conv1"
    assert panel.head.node in panel.desk.session.view.network.shapes
    assert len(panel._heads) == 25


def test_closing_the_window_gives_up_the_film(qtbot, tmp_path):
    with opened(tmp_path) as window:
        window.desk.perform("file.export")
        panel = window.export
        panel.ask = lambda suffix: tmp_path / f"out{suffix}"
        choose(panel, qtbot, "film", ".gif")
        click(qtbot, panel.save)
        assert panel.job.running
        window.close()
        assert not panel.job.running
        assert not panel.isVisible()
    assert list(tmp_path.glob("out*")) == []
