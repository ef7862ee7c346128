"""The worked examples as documents: each has the curriculum's figures, and its file is what the module makes."""

from __future__ import annotations

import numpy as np
import pytest

from app import examples
from app.model import edits
from app.model.example_parts import other, project
from app.model.examples import MADE
from app.model.examples_live import RACES, said
from app.model.examples_ready import ready_of
from app.model.frames import trace_of
from app.model.race import race
from app.model.results import Results, compute
from app.model.timeline import Playhead, exists, timeline
from cnncore.shapes import windows_over
from tests.app.worked import NAMES, opened, taken


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
    assert dict(there.kernel_names) == dict(made.kernel_names) == dict(there.trained_names)
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


def test_a1_says_sum_mean_and_the_rounded_mean_live_and_nothing_of_another_kernel():
    assert [(line.name, line.text) for line in said(results("A1")).lines] == [
        ("conv1[0, 0, 1]", "25/9=2.78≈3"), ("conv1[0, 0, 0]", "34/9=3.78≈4"),
        ("conv1[0, 2, 0]", "54/9=6.00≈6")]
    document = edits.set_input_number(opened("A1"), (0, 0, 2), 11)  # 2 before
    assert said(compute(document)).lines[0].text == "34/9=3.78≈4"
    assert said(compute(edits.set_weight(document, "conv1.weight", (0, 0, 1, 1), 1.0))) is None


def test_a2_every_kernel_sums_to_1_and_keeps_the_size():
    document = opened("A2")
    for node in ("mean3", "mean5", "gauss5", "gauss9"):
        assert document.weights[f"{node}.weight"].sum() == pytest.approx(1)
        assert document.network.shapes[node] == document.network.input_shape == (1, 48, 48)
    assert np.allclose(document.weights["mean3.weight"], 1 / 9)
    assert np.allclose(document.weights["mean5.weight"], 1 / 25)
    np.testing.assert_allclose(document.weights["gauss5.weight"][0, 0] * 273, [
        [1, 4, 7, 4, 1], [4, 16, 26, 16, 4], [7, 26, 41, 26, 7], [4, 16, 26, 16, 4], [1, 4, 7, 4, 1]], rtol=1e-5)


def test_a2_a_single_dot_shows_each_kernel():
    document = taken("A2", "a single dot")
    found = compute(document)
    for node, side in (("mean3", 1), ("mean5", 2), ("gauss5", 2), ("gauss9", 4)):
        near = slice(24 - side, 25 + side)
        np.testing.assert_allclose(found.values(node)[0, near, near], document.weights[f"{node}.weight"][0, 0])
        assert found.values(node).sum() == pytest.approx(1)


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


def test_a4_each_patch_alone_gives_its_number_at_the_same_cell():
    assert compute(taken("A4", "the curve")).values("conv1")[0, 2, 2] == 6600  # 50·30 + 50·30 + 50·30 + 20·30 + 50·30
    assert compute(taken("A4", "the other shape")).values("conv1")[0, 2, 2] == 0
    assert taken("A4", "the curve").typed[0, 2:9, 2:9].tolist()[:4] == [
        [0, 0, 0, 0, 0, 0, 30], [0, 0, 0, 0, 50, 50, 50], [0, 0, 0, 20, 50, 0, 0], [0, 0, 0, 50, 50, 0, 0]]


def test_a4_says_6600_and_0_and_the_peak():
    assert [line.text for line in said(results("A4")).lines] == ["6,600", "0", "9,000"]
    assert said(compute(taken("A4", "a whole drawing"))).lines[-1].head == Playhead("conv1", (0, 2, 3))


def test_a4_over_a_whole_drawing_the_map_peaks_once_and_where_the_curve_is():
    document = taken("A4", "a whole drawing")
    out = compute(document).values("conv1")[0]
    assert np.argwhere(out == out.max()).tolist() == [[2, 3]]
    kernel = document.weights["conv1.weight"][0, 0]
    assert [document.typed[0, 2 + row, 3 + column] for row, column in np.argwhere(kernel)] == [50] * 6
    assert np.sort(out.ravel())[-2] < 0.7 * out.max()


# --- B: one dimension

def test_b1_slides_to_2_3_2_1():
    assert values("B1", "conv1").tolist() == [[2, 3, 2, 1]]


def test_b2_each_kernel_finds_its_own_shape_and_leads_back_to_it():
    found = results("B2")
    assert found.values("conv1").tolist() == [[-1, 2, 0, 0, 1], [1, 0, 0, 2, 1]]
    assert found.values("keepmax1").tolist() == [[0, 1, 0, 0, 0], [0, 0, 0, 1, 0]]
    trace = trace_of(found, Playhead("conv1", (1, 3)))
    assert trace.operands[0].values.tolist() == [1, 1, 0]  # the kernel is 1, 1, −1
    assert [(line.head, line.text) for line in said(found).lines] == [
        (Playhead("conv1", (0, 1)), "← 1 0 1"), (Playhead("conv1", (1, 3)), "← 1 1 0")]


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


@pytest.mark.parametrize(("name", "row"), [("moved by two", [-3, 10, -3, -5, 3, 0, 0]),
                                           ("one side is missing", [3, -5, -3, 7, 0, -2, 0])])
def test_c2_finds_the_head_where_it_is_and_none_where_it_is_broken(name, row):
    assert compute(taken("C2", name)).values("conv2").tolist() == [[row]]


def test_c1_a_broken_line_loses_its_3_and_standing_lines_have_none():
    assert np.argwhere(compute(taken("C1", "one is broken")).values("conv1")[0] == 3).tolist() == [[0, 2], [4, 1]]
    assert compute(taken("C1", "standing lines")).values("conv1").max() < 3


def figure() -> np.ndarray:
    return opened("C3").typed.copy()


def shown(x: np.ndarray) -> Results:
    return compute(edits.set_input(opened("C3"), x))


def test_c3_each_part_fires_where_it_is_and_the_unit_accepts_the_figure():
    found = shown(figure())
    assert np.argwhere(found.values("relu2")).tolist() == [[0, 0, 1], [1, 3, 1], [2, 7, 1]]
    assert found.values("dense1")[0] > 0


@pytest.mark.parametrize("leg", [[(7, 3), (8, 2), (9, 1)], [(7, 6), (8, 7), (9, 7)]])
def test_c3_refuses_the_figure_without_a_leg(leg):
    x = figure()
    for row, column in leg:
        assert x[0, row, column] == 1
        x[0, row, column] = 0
    found = shown(x)
    assert found.values("relu2")[2].max() < found.values("relu2")[0].max()
    assert found.values("dense1")[0] < 0


def test_c3_refuses_an_all_white_picture_in_which_no_line_fires():
    found = shown(np.ones((1, 10, 10), np.float32))
    assert (found.values("conv1")[:, 1:-1, 1:-1] == -3).all()
    assert found.values("relu1").max() == 0
    assert found.values("relu2").max() == 0
    assert found.values("dense1")[0] < 0


def test_c3_only_the_penalty_refuses_every_part_everywhere():
    found = compute(taken("C3", "every part everywhere"))
    assert (found.values("relu2") == 8).all()  # what a whole part gives, in every map and every place
    assert found.values("dense1")[0] == 3 * 8 - 69 * 8 - 20
    assert compute(taken("C3", "no penalty")).values("dense1")[0] == 3 * 8 - 20 > 0
    assert (taken("C3", "no penalty").weights["dense1.weight"] >= 0).all()


@pytest.mark.parametrize(("name", "value"), [("figure", 4), ("no leg", -4), ("all white", -20),
                                             ("every part everywhere", -548)])
def test_c3_each_input_at_hand_has_its_verdict(name, value):
    found = compute(taken("C3", name))
    assert found.values("dense1")[0] == value
    assert said(found).good == (value > 0)


# --- D: the shape of a layer

def test_d1_gives_5_3_2_and_keeps_7():
    shapes = opened("D1").network.shapes
    assert [shapes[n][1:] for n in ("stride_1", "stride_2", "stride_3", "padding_1")] == [
        (5, 5), (3, 3), (2, 2), (7, 7)]
    reached = [cell for k in np.ndindex(2, 2) for cell in
               trace_of(results("D1"), Playhead("stride_3", (0, *k))).operands[0].cells[:, 1:].tolist()]
    assert max(row for row, _ in reached) == 5  # row 6 and column 6 are dropped
    assert max(column for _, column in reached) == 5


def test_d1_what_is_dropped_has_no_effect_with_stride_3_and_has_with_1_and_2():
    found = compute(taken("D1", "last row and column only"))
    assert not found.values("stride_3").any()
    assert found.values("stride_1").any()
    assert found.values("stride_2").any()


def test_d1_and_d2_say_the_size_by_its_formula():
    assert [line.text for line in said(results("D1")).lines] == [
        "⌊(7−3)/1⌋+1=5", "⌊(7−3)/2⌋+1=3", "⌊(7−3)/3⌋+1=2", "⌊(7−3+2)/1⌋+1=7"]
    assert [line.text for line in said(results("D2")).lines] == ["⌊(32−5+4)/1⌋+1=32", "⌊(32−5)/1⌋+1=28"]


def test_d2_padding_2_makes_36_of_32():
    axes = windows_over(opened("D2").network.node("filters_12").op, (32, 32))
    assert [axis.padding + axis.size + axis.after for axis in axes] == [36, 36]
    assert opened("D2").network.parameter_shapes["filters_3.weight"] == (3, 3, 5, 5)


def test_d2_of_a_grey_picture_the_kernels_that_compare_two_colours_see_nothing():
    found = compute(taken("D2", "in grey")).values("filters_12")
    assert np.abs(found[6:]).max() < 1e-6
    assert np.abs(found[:6]).max() > 0.1


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


def test_d3_says_each_channel_the_bias_and_the_sum():
    assert [line.text for line in said(results("D3")).lines] == ["2−3−3+1=−3", "−1+3+2+0=4"]
    assert [line.text for line in said(compute(taken("D3", "all 0: the bias is left"))).lines] == [
        "0+0+0+1=1", "0+0+0+0=0"]


def test_a_network_that_only_has_an_example_s_name_says_nothing_of_it():
    for name in NAMES:
        stranger = project(name, np.ones((1, 3, 3)), other("mine", "relu"))
        assert said(compute(stranger)) is None
        assert ready_of(stranger) == ()


# --- E: other layers

def test_e3_pools_each_channel_to_the_sizes_of_the_curriculum():
    found = results("E3")
    assert [found.values(n).shape for n in ("max_2x2", "mean_2x2", "max_3x3", "overlapping")] == [
        (2, 3, 4), (2, 3, 4), (2, 2, 3), (2, 2, 4)]
    x = opened("E3").typed
    assert found.values("max_3x3")[0, 0, 0] == x[0, :3, :3].max()
    assert found.values("mean_2x2")[1, 0, 0] == x[1, :2, :2].mean()


def same(found: Results, node: str) -> int:
    still, moved = found.values(node)
    return int((still == moved).sum())


def test_e3_a_small_shift_leaves_the_pooled_map_nearly_alone():
    found, x = results("E3"), opened("E3").typed
    assert np.array_equal(x[1, :, 1:], x[0, :, :-1])
    assert {node: same(found, node) for node in ("input", "max_2x2", "max_3x3", "overlapping")} == {
        "input": 8, "max_2x2": 11, "max_3x3": 5, "overlapping": 7}  # of 54, 12, 6, 8
    assert [line.text for line in said(found).lines] == ["8 / 54", "11 / 12", "1 / 12", "5 / 6", "7 / 8"]


def test_e3_a_large_shift_does_not():
    found = compute(taken("E3", "3 right"))
    assert same(found, "max_3x3") == 0
    assert same(compute(taken("E3", "1 down")), "max_3x3") == 5


def test_e3_windows_of_the_overlapping_pooling_share_cells():
    found = results("E3")
    first, second = (trace_of(found, Playhead("overlapping", (0, 0, k))).operands[0].cells.tolist() for k in (0, 1))
    assert [cell for cell in first if cell in second] == [[0, 0, 2], [0, 1, 2], [0, 2, 2]]
    apart = [trace_of(found, Playhead("max_3x3", (0, 0, k))).operands[0].cells.tolist() for k in (0, 1)]
    assert not [cell for cell in apart[0] if cell in apart[1]]


def test_e4_both_orders_are_equal_to_the_last_bit():
    found = results("E4")
    assert found.values("pool1").tobytes() == found.values("relu2").tobytes()
    assert found.values("both")[0].tobytes() == found.values("both")[1].tobytes()
    assert (found.values("pool2") < 0).any()  # or there would be nothing to show
    assert found.values("relu1").size == 4 * found.values("relu2").size
    assert said(found).good is True
    assert [line.text for line in said(found).lines] == ["64", "16"]


def test_e4_both_orders_are_timed_on_the_same_numbers():
    def timed():
        took = yield from race(opened("E4").network, RACES["E4"], (4, 20, 20), 3)
        yield took

    *steps, took = timed()
    assert len(steps) == 2 + 2 * 3
    assert len(took) == 2
    assert min(took) > 0


def test_e4_is_equal_too_where_all_is_below_0():
    found = compute(taken("E4", "all below 0"))
    assert (found.values("pool2") < 0).all()
    assert found.values("pool1").tobytes() == found.values("relu2").tobytes() == np.zeros(16, np.float32).tobytes()


# --- words

@pytest.mark.parametrize("name", NAMES)
def test_what_is_looked_at_first_is_a_number_of_the_example(name):
    head = Playhead(*examples.FIRST[name])
    assert exists(opened(name).network, head)
    assert "{first}" in examples.HINTS[name]


@pytest.mark.parametrize("name", NAMES)
def test_layers_have_speaking_names_that_are_names_in_code_too(name):
    for node in opened(name).network.nodes:
        assert node.name.isidentifier()
        assert len(node.name) <= 12
