"""A watch leads to the number that it names, and a map is watched as a picture with its mean."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app.model import edits
from app.model.debugger import Debugger
from app.model.document import from_model
from app.model.expression_place import map_of, place_of
from app.model.expression_text import pinned_map
from app.model.frames import value_of
from app.model.player import Player
from app.model.session import Session
from app.model.timeline import LOSS, Playhead, timeline
from app.paths import asset
from cnncore.errors import CnnError
from cnncore.files.project import read_model
from tests.gui.stepping import HEAD, document, three


@pytest.fixture
def session(qapp):
    session = Session(from_model(read_model(asset("models", "lenet.safetensors"))))
    session.edit(edits.set_drawing, three())
    return session


@pytest.mark.parametrize(("text", "head"), [
    ("conv1[2, 10, 9]", Playhead("conv1", (2, 10, 9))),
    ("2 * conv1[2, 10, 9] - 1", Playhead("conv1", (2, 10, 9))),
    ("conv1[2][10, -1]", Playhead("conv1", (2, 10, 23))),
    ("mean(conv2[3, 2:4, 5:])", Playhead("conv2", (3, 2, 5))),
    ("input[0, 3, 4]", Playhead("input", (0, 3, 4))),
    ("flatten[20]", Playhead("pool2", (1, 1, 0))),
    ("conv1.weight[2, 0, 1, 3]", Playhead("conv1", (2, 0, 1, 3), None, "weight", "update")),
    ("updated(conv1.bias)[4]", Playhead("conv1", (4,), None, "bias", "update")),
    ("grad(conv1.weight)[2, 0, 1, 3]", Playhead("conv1", (2, 0, 1, 3), None, "weight", "backward")),
    ("grad(conv1)[2, 10, 9]", Playhead("relu1", (2, 10, 9), None, "input0", "backward")),
    ("loss", Playhead(LOSS, (), lane="loss")),
    ("p[3]", Playhead("softmax", (3,))),
    ("answer", Playhead("softmax", (3,))),
    ("1 + 2", None), ("conv9[0]", None), ("conv1[99, 0, 0]", None), ("1 +", None),
])
def test_an_expression_leads_to_the_number_it_names(session, text, head):
    assert place_of(text, session.results) == head


@pytest.mark.parametrize(("text", "best"), [
    ("max(conv1)", np.argmax), ("min(conv1[1:4])", np.argmin), ("max(abs(conv1[2]))", lambda a: np.argmax(np.abs(a))),
    ("argmax(conv1[5]) + 3", np.argmax), ("max(conv1[:, 3:9, 4:]) > 2", np.argmax)])
def test_a_maximum_leads_to_where_it_is(session, text, best):
    values = session.results.values("conv1")
    part = {"max(conv1)": values, "min(conv1[1:4])": values[1:4], "max(abs(conv1[2]))": values[2],
            "argmax(conv1[5]) + 3": values[5], "max(conv1[:, 3:9, 4:]) > 2": values[:, 3:9, 4:]}[text]
    head = place_of(text, session.results)
    assert value_of(session.results, head) == part.reshape(-1)[best(part)]


@pytest.mark.parametrize(("head", "text"), [
    (Playhead("conv1", (2, 10, 9)), "conv1[2]"), (Playhead("dense1", (7,)), "dense1"),
    (Playhead("conv1", (2, 0, 1, 3), None, "weight", "backward"), "grad(conv1.weight)[2, 0]"),
    (Playhead("scores", (2, 5), None, "weight", "update"), "updated(scores.weight)[2]"),
    (Playhead("relu1", (2, 10, 9), None, "input0", "backward"), "grad(conv1)[2]"),
    (Playhead("input", (0, 3, 4)), "input[0]"),
])
def test_the_map_of_a_number_is_pinned_and_read_as_its_mean(session, head, text):
    assert pinned_map(session.results, head) == text
    debugger = Debugger(session, Player(session))
    session.select(head)
    debugger.pin_map()
    assert session.document.watches == (text,)
    picture = debugger.watches.picture(text)
    assert picture.ndim == 2
    array = map_of(text, session.results)
    if head.node not in ("dense1", "scores"):  # lists fill the last row of their picture with zeros
        assert debugger.watches.reading(text) == pytest.approx(float(array.mean()), rel=1e-5)
    assert debugger.watches.series(text) == [debugger.watches.reading(text)]
    debugger.watches.go(text)
    assert session.playhead.stretch == head.stretch


def test_what_is_no_map_is_none(session):
    for text in ("conv1", "conv1[2] * 2", "conv1[2, 3, 4]", "answer", "max(conv1)", "conv1[2:4]"):
        assert map_of(text, session.results) is None, text
    with pytest.raises(CnnError, match="lies in no map"):
        pinned_map(session.results, Playhead(LOSS, (), lane="loss"))


@pytest.mark.parametrize(("shape", "layers"), [
    ((1, 40), (("c", "conv", {"filters": 2, "kernel": 3}), *HEAD)),
    ((1, 5, 6, 7), (("c", "conv", {"filters": 2, "kernel": 2}), *HEAD)),
])
def test_in_one_and_three_dimensions_too(qapp, shape, layers):
    noise = np.random.default_rng(2).normal(size=shape).astype(np.float32)
    session = Session(dataclasses.replace(document(*layers, shape=shape), typed=noise))
    debugger = Debugger(session, Player(session))
    for stretch in timeline(session.view.network):
        session.select(stretch.end)
        if stretch.lane == "loss":
            continue
        debugger.pin()
        text = session.document.watches[-1]
        assert place_of(text, session.results).index == stretch.end.index, text
    session.select(Playhead("c", (1,) + (2,) * (len(shape) - 1)))
    debugger.pin_map()
    assert session.document.watches[-1] == "c[1]"
    assert debugger.watches.picture("c[1]").ndim == 2
    assert debugger.watches.reading("c[1]") == pytest.approx(float(session.results.values("c")[1].mean()), rel=1e-5)


@pytest.mark.parametrize(("text", "words"), [
    ("conv1[99, 0, 0]", "Index 0 of conv1 is 99. Allowed: 0 to 5."),
    ("conv1[0, 1, -25]", "Index 2 of conv1 is −25. Allowed: 0 to 23."),
    ("conv1[0, 1, 2, 3]", "conv1 has 3 indices, its shape is 6×24×24; given are 4."),
    ("loss[0]", "loss is a single number and takes no index."),
    ("conv1 + conv2", "conv1 has the shape 6×24×24 and conv2 the shape 16×8×8"),
    ("max(conv1[3:3])", "conv1[3:3] has no numbers, so there is no max of it."),
    ("conv1[conv2]", "An index is 1024 numbers."),
    ("conv1[1.5]", "An index is 1.5. Allowed: whole numbers."),
])
def test_a_bad_expression_gets_a_sentence_that_names_thing_value_and_what_is_allowed(session, text, words):
    with pytest.raises(CnnError) as caught:
        Debugger(session, Player(session)).watches.add(text)
    assert words.replace("−", "-") in str(caught.value).replace("−", "-")


def test_lines_are_moved_and_stay_whole(session):
    debugger = Debugger(session, Player(session))
    for text in ("loss", "answer", "p[3]"):
        debugger.watches.add(text)
    debugger.watches.move("p[3]", -1)
    assert session.document.watches == ("loss", "p[3]", "answer")
    debugger.watches.move("loss", 9)
    assert session.document.watches == ("p[3]", "answer", "loss")
    debugger.watches.move("gone", 1)
    assert session.document.watches == ("p[3]", "answer", "loss")
    assert len(session.history.past) == 1
