"""Which numbers an export shows, what its tables hold, and which looks it may have."""

from __future__ import annotations

import csv
import dataclasses
import io
from functools import cache

import numpy as np
import pytest

from app import i18n
from app.cli_export import open_document
from app.export import sequence, tables
from app.export.look import Look, parse_size
from app.model.frames import trace_of
from app.model.results import Results, compute
from app.model.timeline import Playhead, of_lane
from cnncore.errors import CnnError

CELL = Playhead("conv1", (2, 10, 9))
SMALL = Look((640, 360))


@cache
def results() -> Results:
    return compute(open_document("lenet"))


# --- which numbers


def test_cells_are_spread_over_the_whole_layer():
    stretch = sequence.layer(results().network, "conv1")
    heads = sequence.cells(stretch, 100)
    assert (heads[0], heads[-1]) == (stretch.start, stretch.end)
    assert len(set(heads)) == 100
    assert {head.map for head in heads} == set(range(6))


def test_a_small_layer_is_shown_whole_and_no_more():
    stretch = sequence.layer(results().network, "softmax")
    assert [head.index for head in sequence.cells(stretch)] == [(k,) for k in range(10)]
    with pytest.raises(CnnError, match="softmax has 10"):
        sequence.cells(stretch, 11)


def test_terms_end_with_the_number_as_a_whole():
    heads = sequence.terms(results(), CELL)
    assert [head.term for head in heads] == [*range(25), None]


@pytest.mark.parametrize("lane", ["forward", "backward"])
def test_the_whole_pass_visits_every_layer_in_order(lane):
    heads = sequence.whole_pass(results().network, lane)
    seen = list(dict.fromkeys(head.stretch for head in heads))
    assert seen == [stretch.key for stretch in of_lane(results().network, lane)]
    assert len(sequence.whole_pass(results().network, lane, 40)) == 40


def test_an_unknown_layer_names_those_there_are():
    with pytest.raises(CnnError, match="conv2"):
        sequence.layer(results().network, "conv9")
    with pytest.raises(CnnError, match="flatten"):
        sequence.layer(results().network, "flatten")


# --- numbers


def test_names_of_columns_are_explained_and_stay_what_they_are():
    assert tables.explained(b"map,row,column,value\n0,0,0,1\n") == ""
    with i18n.within("zh_CN"):
        assert tables.explained(b"map,row,input0 index 0,value\n") == "map 图 · row 行 · value 数值"


@pytest.mark.parametrize("node", ["conv1", "dense1", "softmax"])
def test_npy_and_csv_are_the_engines_numbers(node):
    truth = results().values(node)
    head = Playhead(node, (0,) * truth.ndim)
    assert np.array_equal(np.load(io.BytesIO(tables.npy(results(), head))), truth)
    rows = list(csv.DictReader(io.StringIO(tables.array_csv(results(), head).decode())))
    assert len(rows) == truth.size
    back = np.array([row["value"] for row in rows], np.float32).reshape(truth.shape)
    assert np.array_equal(back, truth)
    assert list(rows[0])[:-1] == (["map", "row", "column"] if truth.ndim == 3 else ["unit"])


def test_terms_as_csv_add_up_to_the_number():
    trace = trace_of(results(), CELL)
    rows = list(csv.DictReader(io.StringIO(tables.terms_csv(trace).decode())))
    terms, bias, total = rows[:25], rows[25], rows[26]
    x = results().values("input")
    for row in terms:
        index = tuple(int(row[f"input0 index {k}"]) for k in range(3))
        assert float(row["input0"]) == float(x[index])
        assert float(row["adds"]) == float(row["input0"]) * float(row["weight"])
    assert float(terms[-1]["sum so far"]) == pytest.approx(sum(float(row["adds"]) for row in terms))
    assert (bias["term"], total["term"]) == ("bias", "result")
    assert np.float32(total["adds"]) == results().values("conv1")[CELL.index]


# --- looks


@pytest.mark.parametrize(("text", "size"), [("960x540", (960, 540)), ("1280×720", (1280, 720)),
                                            (" 640X360 ", (640, 360))])
def test_a_size_is_read(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["960", "x", "960x", "-1x5", "axb"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(CnnError, match="960x540"):
        parse_size(text)


@pytest.mark.parametrize("wrong", [{"size": (10, 10)}, {"size": (9000, 9000)}, {"speed": 0.0}, {"speed": float("nan")},
                                   {"theme": "blue"}, {"language": "tlh"}])
def test_a_look_that_cannot_be_is_refused(wrong):
    with pytest.raises(CnnError):
        Look(**wrong)


def test_the_type_grows_with_the_picture():
    scales = [dataclasses.replace(SMALL, size=size).scale for size in ((640, 360), (960, 540), (1920, 1080))]
    assert scales == sorted(scales)
    assert scales[2] == 2 * scales[1]
