"""Files and pictures that are no good: one sentence in the window names the file and why, and nothing is lost."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cnncore.files.container import read_container, write_container
from tests.gui.refusals import Unharmed, drop, project, told_in_both
from tests.gui.whole import CONTROL, afresh, draw_three, opened

KEY = "weights/conv1.weight"


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("bad")) as window:
        yield window


@pytest.fixture
def window(kept):
    """A three is drawn and not saved: work that must not be lost."""
    afresh(kept)
    draw_three(kept)
    return kept


# --- files that are no good

def rewritten(change):
    """A maker of files: a sound project whose header and arrays ``change`` has had in hand."""
    def make(window, path: Path) -> None:
        project(window, path)
        header, arrays = read_container(path)
        header, arrays = dict(header), {key: value.copy() for key, value in arrays.items()}
        change(header, arrays)
        write_container(path, header, arrays)
    return make


def bytes_of(change):
    """A maker of files: the bytes of a sound project, changed."""
    return lambda window, path: path.write_bytes(change(project(window, path)))


def lying(content: bytes) -> bytes:
    """The list of arrays says other shapes than the content has."""
    size = int.from_bytes(content[:8], "little")
    rows = json.loads(content[8:8 + size])
    rows[KEY]["shape"] = [6, 1, 7, 7]
    text = json.dumps(rows).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + size:]


def endless(content: bytes) -> bytes:
    """A header that says it is larger than any memory."""
    return struct.pack("<Q", 2**62) + content[8:]


def newer(content: bytes) -> bytes:
    """The next century's form."""
    return content.replace(b'\\"version\\":1', b'\\"version\\":9', 1)


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/convscope-was-here",)


def put(key, value):
    return lambda header, arrays: header.__setitem__(key, value)


def nan(header, arrays):
    arrays[KEY][0, 0, 0, 0] = np.nan


def short(header, arrays):
    arrays[KEY] = arrays[KEY][:5]


def small_canvas(header, arrays):
    arrays["drawing"] = arrays["drawing"][:100]


def lost_sample(header, arrays):
    del arrays["samples/0/0"]


def twice(header, arrays):
    header["classes"][1]["name"] = "a"


FILES = {
    "text": (lambda window, path: path.write_text("hello"), ("neither",)),
    "empty": (lambda window, path: path.write_bytes(b""), ("neither",)),
    "half": (bytes_of(lambda c: c[: len(c) // 2]), ("cut off",)),
    "head": (bytes_of(lambda c: c[:200]), ("cut off",)),
    "newer": (bytes_of(newer), ("newer ConvScope", "form 9", "Update")),
    "shapes": (rewritten(short), ("conv1.weight", "6")),
    "nan": (rewritten(nan), ("conv1.weight",)),
    "lying": (bytes_of(lying), ("damaged",)),
    "endless": (bytes_of(endless), ("neither",)),
    "pickle": (lambda window, path: path.write_bytes(pickle.dumps(Evil())), ("pickle", "never")),
    "torch": (lambda window, path: path.write_bytes(b"PK\x03\x04" + bytes(100)), ("PyTorch", "safetensors")),
    "canvas": (rewritten(small_canvas), ("drawing", "280")),
    "sample": (rewritten(lost_sample), ("samples/0/0",)),
    "class": (rewritten(twice), ("class", "a text of its own")),
    "seed": (rewritten(put("seed", -1)), ("seed",)),
    "training": (rewritten(put("training", "magic")), ("training", "start")),
    "network": (rewritten(put("network", {"nodes": 3})), ()),
    "folder": (lambda window, path: path.mkdir(), ("folder",)),
    "gone": (lambda window, path: None, ("no file",)),
}


@pytest.mark.parametrize("kind", FILES)
def test_file_that_cannot_be_opened_is_named_with_the_reason_in_both_languages(window, qtbot, tmp_path, kind):
    make, words = FILES[kind]
    path = tmp_path / f"{kind}-file.convscope"
    make(window, path)
    window.filing.ask_open = lambda: path
    window.filing.ask_unsaved = lambda: pytest.fail("asked before the file was known to be good")
    with Unharmed(window):
        qtbot.keyClick(window, Qt.Key.Key_O, CONTROL)
    told_in_both(window, path.name, *words)
    assert not Path("/tmp/convscope-was-here").exists()


def test_the_same_refusals_meet_a_file_that_is_dropped_on_the_window(window, tmp_path):
    path = tmp_path / "letter.convscope"
    path.write_text("Dear Sir")
    with Unharmed(window):
        drop(window, path)
    told_in_both(window, "letter.convscope", "neither")


def test_a_file_of_the_recent_ones_that_is_gone_is_named(window, tmp_path):
    window.desk.settings.add_recent(tmp_path / "once.convscope")
    window.menus._recent()
    entry = next(a for a in window.menus.recent.actions() if a.text() == "once.convscope")
    with Unharmed(window):
        entry.trigger()
    told_in_both(window, "once.convscope")


# --- pictures

def huge_png() -> bytes:
    """A few bytes that say they are 100,000 by 100,000 pixels."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "PNG")
    content = bytearray(file.getvalue())
    content[16:24] = struct.pack(">II", 100_000, 100_000)
    import zlib
    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    return bytes(content)


def broken_png() -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.effect_noise((200, 200), 50).save(file, "PNG")
    return file.getvalue()[:3000]


@pytest.mark.parametrize(("name", "content"), [("huge", huge_png()), ("broken", broken_png()), ("words", b"no picture"),
                                               ("empty", b"")], ids=("huge", "broken", "words", "empty"))
@pytest.mark.parametrize("way", ["open", "drop"])
def test_picture_that_is_too_large_or_broken_is_named(window, qtbot, tmp_path, name, content, way):
    path = tmp_path / f"{name}-cat.png"
    path.write_bytes(content)
    window.filing.ask_open = lambda: path
    with Unharmed(window):
        if way == "open":
            qtbot.keyClick(window, Qt.Key.Key_O, CONTROL)
        else:
            drop(window, path)
    told_in_both(window, path.name)
