"""The worked examples as documents: each has the curriculum's figures, and its file is what the module makes."""

from __future__ import annotations

import numpy as np
import pytest

from app import examples
from app.model import edits
from app.model.document import Document
from app.model.examples import MADE
from app.model.frames import trace_of
from app.model.project import load
from app.model.results import Results, compute
from app.model.timeline import Playhead, timeline

NAMES = ("A1", "A2", "A4", "B1", "B2", "C1", "C2", "C3", "D1", "D2", "D3", "E3", "E4")


def opened(name: str) -> Document:
    return load(examples.find(name))


def results(name: str) -> Results:
    return compute(opened(name))


def values(name: str, node: str) -> np.ndarray:
    return results(name).values(node)


def test_every_example_of_the_curriculum_has_a_title_a_hint_and_a_file():
    assert tuple(examples.TITLES) == NAMES == tuple(MADE) == tuple(examples.HINTS)
    assert all(title.startswith(f"{name} ") for name, title in examples.TITLES.items())
    assert all(examples.find(name) is not None for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_what_the_module_makes(name):
    there, made = opened(name), MADE[name]()
    assert there.network.settings() == made.network.settings()
    assert there.network.name == name
    assert there.labels == made.labels
    assert dict(there.kernel_names) == dict(made.kernel_names)
    np.testing.assert_allclose(there.typed, made.typed, rtol=1e-6)
    assert there.weights.keys() == made.weights.keys()
    for key, array in made.weights.items():
        np.testing.assert_allclose(there.weights[key], array, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_an_example_can_be_stepped_to_and_adds_up(name):
    found = results(name)
    for stretch in timeline(found.network):
        for head in (stretch.start, stretch.end):
            trace = trace_of(found, head)
            assert trace.total == found.values(head.node)[head.index]
            assert abs(trace.exact - trace.total) <= trace.bound


@pytest.mark.parametrize(("word", "name"), [("A1", "A1"), ("c3", "C3"), ("d2.convscope", "D2"), ("A3", None),
                                            ("", None), ("../A1", None)])
def test_an_example_is_found_by_its_letters(word, name):
    path = examples.find(word)
    assert (path.stem if path else None) == name


def test_only_a_shipped_file_has_a_title(tmp_path):
    own = tmp_path / "A1.convscope"
    own.write_bytes(examples.find("A1").read_bytes())
    assert examples.title_of(own) == ""
    assert examples.title_of(examples.find("A1")) == "A1 Smoothing is a weighted sum"


# --- A: one kernel on one picture

def test_a1_the_window_of_25_has_the_mean_of_2_78():
    out = values("A1", "conv1")
    assert out.shape == (1, 5, 5)
    assert out[0, 0, 1] == pytest.approx(25 / 9)
    assert out[0, 0, 0] == pytest.approx(34 / 9)


def test_a2_every_kernel_sums_to_1_and_keeps_the_size():
    document = opened("A2")
    for node in ("mean3", "mean5", "gauss5", "bell5"):
        assert document.weights[f"{node}.weight"].sum() == pytest.approx(1)
        assert document.network.shapes[node] == document.network.input_shape == (1, 48, 48)
    np.testing.assert_allclose(document.weights["gauss5.weight"] * 273, np.round(
        document.weights["gauss5.weight"] * 273), atol=1e-4)
    assert document.weights["gauss5.weight"][0, 0, 2, 2] == pytest.approx(41 / 273)
    # The table rounds the bell of σ = 1, whose middle cell is e⁰ / 2π over the sum of all.
    np.testing.assert_allclose(document.weights["bell5.weight"], document.weights["gauss5.weight"], atol=0.012)


def test_a2_what_is_blurred_varies_less_the_larger_the_kernel():
    found = results("A2")
    inner = [found.values(n)[0, 2:-2, 2:-2].std() for n in ("input", "mean3", "mean5")]
    assert inner[0] > inner[1] > inner[2]


def test_a4_the_curve_gives_6600_the_other_shape_0_and_the_map_peaks_on_the_curve():
    out = values("A4", "conv1")[0]
    assert out[2, 2] == 6600
    assert out[7, 13] == 0
    row, column = np.unravel_index(out.argmax(), out.shape)
    assert abs(row - 2) <= 1
    assert abs(column - 2) <= 1
    assert out[:, 8:].max() < 6600


# --- B: one dimension

def test_b1_slides_to_2_3_2_1():
    assert values("B1", "conv1").tolist() == [[2, 3, 2, 1]]


def test_b2_each_kernel_finds_its_own_shape_and_leads_back_to_it():
    found = results("B2")
    assert found.values("conv1").tolist() == [[-1, 2, 0, 0, 1], [1, 0, 0, 2, 1]]
    assert found.values("keepmax1").tolist() == [[0, 1, 0, 0, 0], [0, 0, 0, 1, 0]]
    trace = trace_of(found, Playhead("conv1", (1, 3)))
    assert trace.operands[0].values.tolist() == [1, 1, 0]  # the kernel is 1, 1, −1


# --- C: stacked

def test_c1_is_3_on_the_three_lines_and_nowhere_else():
    found = results("C1")
    assert np.argwhere(found.values("conv1")[0] == 3).tolist() == [[0, 2], [2, 3], [4, 1]]
    assert found.values("conv1").max() == 3
    for cell in ((0, 2), (2, 3), (4, 1)):
        trace = trace_of(found, Playhead("conv1", (0, *cell)))
        assert trace.operands[0].values.reshape(3, 3)[1].tolist() == [1, 1, 1]


def test_c2_finds_the_head_once():
    found = results("C2")
    assert found.values("conv1").max(axis=(1, 2)).tolist() == [2, 1]
    assert found.values("conv2").tolist() == [[[3, -5, -3, 10, -3, -5, 3]]]


def figure() -> np.ndarray:
    return opened("C3").typed.copy()


def said(x: np.ndarray) -> Results:
    return compute(edits.set_input(opened("C3"), x))


def test_c3_each_part_fires_where_it_is_and_the_unit_accepts_the_figure():
    found = said(figure())
    assert np.argwhere(found.values("relu2")).tolist() == [[0, 0, 1], [1, 3, 1], [2, 7, 1]]
    assert found.values("dense1")[0] > 0


@pytest.mark.parametrize("leg", [[(7, 3), (8, 2), (9, 1)], [(7, 6), (8, 7), (9, 7)]])
def test_c3_refuses_the_figure_without_a_leg(leg):
    x = figure()
    for row, column in leg:
        assert x[0, row, column] == 1
        x[0, row, column] = 0
    found = said(x)
    assert found.values("relu2")[2].max() < found.values("relu2")[0].max()
    assert found.values("dense1")[0] < 0


def test_c3_refuses_an_all_white_picture_in_which_no_line_fires():
    found = said(np.ones((1, 10, 10), np.float32))
    assert (found.values("conv1")[:, 1:-1, 1:-1] == -3).all()
    assert found.values("relu1").max() == 0
    assert found.values("relu2").max() == 0
    assert found.values("dense1")[0] < 0


def test_c3_only_the_penalty_refuses_every_part_everywhere():
    weights = opened("C3").weights
    claimed = np.full(72, 8.0)  # what a whole part gives
    row, bias = weights["dense1.weight"][0], weights["dense1.bias"][0]
    assert row @ claimed + bias < 0
    assert np.maximum(row, 0) @ claimed + bias > 0


# --- D: the shape of a layer

def test_d1_gives_5_3_2_and_keeps_7():
    shapes = opened("D1").network.shapes
    assert [shapes[n][1:] for n in ("stride_1", "stride_2", "stride_3", "padding_1")] == [
        (5, 5), (3, 3), (2, 2), (7, 7)]
    reached = [cell for k in np.ndindex(2, 2) for cell in
               trace_of(results("D1"), Playhead("stride_3", (0, *k))).operands[0].cells[:, 1:].tolist()]
    assert max(row for row, _ in reached) == 5  # row 6 and column 6 are dropped
    assert max(column for _, column in reached) == 5


def test_d2_has_as_many_maps_as_kernels_which_are_as_deep_as_the_input():
    network = opened("D2").network
    assert network.input_shape == (3, 32, 32)
    assert network.shapes["filters_12"] == (12, 32, 32)
    assert network.shapes["filters_3"] == (3, 28, 28)
    assert network.parameter_shapes["filters_12.weight"] == (12, 3, 5, 5)


def test_d3_one_cell_is_2_minus_3_minus_3_plus_1():
    trace = trace_of(results("D3"), Playhead("conv1", (0, 1, 1)))
    by_channel = trace.terms.reshape(3, -1)
    assert [[t for t in row if t] for row in by_channel.tolist()] == [[2], [-2, 1, -2], [1, -2, -2]]
    assert by_channel.sum(axis=1).tolist() == [2, -3, -3]
    assert (trace.bias, trace.total) == (1, -3)
    assert opened("D3").network.parameter_shapes["conv1.weight"] == (2, 3, 3, 3)


# --- E: other layers

def test_e3_pools_each_channel_to_the_sizes_of_the_curriculum():
    found = results("E3")
    assert [found.values(n).shape for n in ("max_2x2", "mean_2x2", "max_3x3", "overlapping")] == [
        (2, 3, 4), (2, 3, 4), (2, 2, 3), (2, 2, 4)]
    x = opened("E3").typed
    assert found.values("max_3x3")[0, 0, 0] == x[0, :3, :3].max()
    assert found.values("mean_2x2")[1, 0, 0] == x[1, :2, :2].mean()


def test_e3_a_small_shift_leaves_the_pooled_map_nearly_alone():
    found, x = results("E3"), opened("E3").typed
    assert np.array_equal(x[1, :, 1:], x[0, :, :-1])
    pooled = found.values("max_3x3")
    assert np.abs(x[0] - x[1]).mean() > 2 * np.abs(pooled[0] - pooled[1]).mean()


def test_e4_both_orders_are_equal_to_the_last_bit():
    found = results("E4")
    assert found.values("pool1").tobytes() == found.values("relu2").tobytes()
    assert found.values("both")[0].tobytes() == found.values("both")[1].tobytes()
    assert (found.values("pool2") < 0).any()  # or there would be nothing to show
    assert found.values("relu1").size == 4 * found.values("relu2").size
