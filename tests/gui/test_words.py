"""The window in Chinese: whatever text it looks up, the catalogue has it. test_house.py reads the code for the same."""

from __future__ import annotations

import re

import pytest

from app import i18n, paths
from app.drive import draw
from app.main_window import build
from app.model import timeline
from app.model.timeline import Playhead
from app.settings import Settings
from cnncore.data.strokes import load_templates


class Watched(dict):
    """A catalogue that notes what was not in it."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__(texts)
        self.missing: set[str] = set()

    def get(self, key, default=None):
        if key not in self:
            self.missing.add(key)
        return super().get(key, default)


@pytest.fixture
def watched(monkeypatch):
    watched = Watched(i18n.catalogue("zh_CN"))
    monkeypatch.setattr(i18n, "catalogue", lambda name: watched)
    i18n.set_language("en")  # a switch to the language of now would keep the catalogue of now
    yield watched
    i18n.set_language("en")


def test_no_text_of_the_window_is_missing_in_chinese(watched, qtbot, tmp_path):
    settings = Settings(tmp_path / "words.ini")
    settings.language = "zh_CN"
    window = build(settings)
    qtbot.addWidget(window)
    window.filing.ask_unsaved = lambda: "discard"
    window.show()
    qtbot.waitExposed(window)
    desk = window.desk
    draw(window.explore.canvas.canvas, load_templates(paths.asset("strokes", "digits.json"))["3"][0])
    network = desk.session.view.network
    for node in timeline.stops(network):
        desk.session.select(Playhead(node, tuple(size // 2 for size in network.shapes[node])))
        desk.session.step("term")
        qtbot.wait(20)
    for action in ("view.kernel", "view.kernel", "canvas.invert", "edit.undo", "view.train"):
        assert desk.perform(action), action
        qtbot.wait(20)
    qtbot.wait(50)
    window.close()
    # Names of layers and classes, texts that are put together already, and the names of languages are not looked for.
    names = (*(node.name for node in network.nodes), *desk.session.view.labels, "English")
    missing = sorted(text for text in watched.missing if not text.startswith(names)
                     and re.search("[A-Za-z]{2}", text) and not re.search("[\u4e00-\u9fff]", text))
    assert not missing, "not in assets/i18n/zh_CN:\n" + "\n".join(missing)
