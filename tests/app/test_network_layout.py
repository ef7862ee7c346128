"""The network's columns: what stands in each, where it lies, and where lines and keys lead."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.widgets import map_columns_moves as moves
from app.widgets.map_columns import Column, across_for, across_for_units, column_at, columns_of, most_active
from app.widgets.map_columns_folded import fold
from app.widgets.map_columns_layout import BAR_ROW, arrange
from app.widgets.map_columns_links import Field, Line, links
from app.widgets.map_columns_place import Place
from app.widgets.map_columns_ruler import fitted, of_maps
from cnncore.network import Network, chain
from cnncore.ops import make_op
from cnncore.zoo import ZOO
from cnncore.zoo.lenet import lenet

LENET = lenet()
COLUMNS = columns_of(LENET)
HEADS = [(96.0, 70.0), *[(58.0, 58.0)] * 6, (88.0, 52.0), (88.0, 52.0), (100.0, 62.0)]
STRIP, START = (858.0, 147.0), (1136.0, 640.0)


def deep(layers: int, filters: int = 80) -> Network:
    """A chain of padded 3 × 3 convolutions with ten classes at the end."""
    convs = [(f"conv{k}", make_op("conv", {"filters": filters, "kernel": 3, "padding": 1})) for k in range(layers)]
    return chain("deep", (1, 4, 4), [*convs, ("flatten", make_op("flatten", {})),
                                     ("scores", make_op("dense", {"units": 10})), ("softmax", make_op("softmax", {}))])


def titles(places: tuple[Place, ...]) -> list[str]:
    return [p.column.title for p in places]


# --- columns

def test_lenet_has_ten_columns_and_flatten_none() -> None:
    assert [c.title for c in COLUMNS] == [
        "input", "conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "dense1", "dense2", "softmax"]
    assert column_at(COLUMNS, "flatten") is None


def test_dense_shares_a_column_with_its_relu_and_scores_with_softmax() -> None:
    assert [c.nodes for c in COLUMNS[-3:]] == [("dense1", "relu3"), ("dense2", "relu4"), ("scores", "softmax")]
    assert [c.node for c in COLUMNS[-3:]] == ["relu3", "relu4", "softmax"]


def test_another_node_of_a_column_can_be_shown_and_nonsense_cannot() -> None:
    assert columns_of(LENET, {"dense1": "dense1"})[7].node == "dense1"
    assert columns_of(LENET, {"dense1": "conv1"})[7].node == "relu3"


def test_kinds_parts_shapes_and_weights_follow_from_the_ops() -> None:
    assert [c.kind for c in COLUMNS] == ["picture", *["maps"] * 6, "units", "units", "bars"]
    assert [c.part for c in COLUMNS] == ["", *["backbone"] * 6, *["head"] * 3]
    assert [c.weights for c in COLUMNS] == [0, 156, 0, 0, 2416, 0, 0, 30840, 10164, 850]
    assert [c.size for c in COLUMNS[:2]] == ["1×28×28", "6×24×24"]


def test_more_classes_than_bars_are_units() -> None:
    assert [columns_of(lenet(n))[-1].kind for n in (2, 36, 37)] == ["bars", "bars", "units"]


def test_mosaics_are_1_2_4_or_8_maps_wide() -> None:
    assert [across_for(n) for n in (1, 8, 9, 16, 32, 64)] == [1, 1, 2, 2, 4, 8]


@pytest.mark.parametrize("shape", [(3,), (2, 5), (2, 4, 6), (2, 3, 4, 5)])
def test_place_and_index_are_inverse_in_every_dimension(shape: tuple[int, ...]) -> None:
    column = Column(("x",), "x", "maps", shape, 0, "backbone")
    found = [column.index(index[0], *column.place(index)) for index in np.ndindex(*shape)]
    assert found == list(np.ndindex(*shape))


def test_most_active_maps_keep_their_order_and_the_one_that_is_wanted() -> None:
    values = np.array([1.0, -9.0, 0.0, 3.0]).reshape(4, 1, 1)
    assert most_active(values, 2) == (1, 3)
    assert most_active(values, 2, keep=2) == (1, 2)
    assert most_active(values, 9) == (0, 1, 2, 3)
    assert most_active(np.array([np.nan, 1.0, 2.0]).reshape(3, 1), 2) == (1, 2)


# --- rulers

@given(st.integers(1, 9), st.integers(1, 30), st.floats(60, 900), st.floats(1, 6))
def test_every_cell_of_a_ruler_is_found_at_its_own_middle(count: int, cells: int, length: float, gap: float) -> None:
    ruler = fitted(count, cells, length, gap)
    assert ruler.length == pytest.approx(length)
    for k in range(count):
        for cell in range(cells):
            assert ruler.find(ruler.start(k, cell + 0.5)) == (k, cell)


@given(st.integers(1, 9), st.integers(1, 30), st.floats(8, 200), st.floats(1, 6))
def test_units_of_a_ruler_name_the_cells_that_find_gives(count: int, cells: int, map_: float, gap: float) -> None:
    ruler = of_maps(count, cells, map_, gap)
    assert ruler.map == pytest.approx(map_)
    for unit, name in enumerate(ruler.indices()):
        found = ruler.find((unit + 0.5) * ruler.unit)
        assert name == (-1 if found is None else found[0] * cells + found[1])


def test_outside_a_ruler_is_nothing() -> None:
    ruler = fitted(2, 3, 60, 4)
    assert ruler.find(-0.1) is None
    assert ruler.find(60.1) is None


# --- places

def inside(places: tuple[Place, ...], width: float, height: float) -> None:
    """Columns follow one another in the room, and every content lies in its slot."""
    right = -1.0
    for place in places:
        x, y, wide, high = place.content
        assert place.x >= right - 1e-6
        assert x >= place.x - 1e-6
        assert x + wide <= place.x + place.width + 1e-6
        assert y >= 0
        assert y + high <= height + 1e-6
        right = place.x + place.width
    assert right <= width + 1e-6


@given(st.floats(860, 2400), st.floats(110, 1200))
def test_columns_never_overlap_or_leave_the_room(width: float, height: float) -> None:
    inside(arrange(COLUMNS, width, height, HEADS), width, height)


@given(st.floats(1050, 2400), st.floats(180, 1200), st.sampled_from([1.25, 1.5]))
def test_larger_type_fits_too(width: float, height: float, scale: float) -> None:
    heads = [(a * scale, b * scale) for a, b in HEADS]
    inside(arrange(COLUMNS, width, height, heads, scale), width, height)


def test_start_state_has_maps_of_60_to_85_pixels() -> None:
    places = arrange(COLUMNS, *START, HEADS)
    assert all(60 <= p.ys.map <= 85 for p in places if p.column.kind == "maps" and p.ys is not None)


def test_strip_on_a_small_screen_keeps_maps_of_16_pixels_and_cells_of_8() -> None:
    places = arrange(COLUMNS, *STRIP, HEADS)
    assert all(p.ys.map >= 16 for p in places if p.column.kind == "maps" and p.ys is not None)
    assert all(p.ys.pitch >= 8 for p in places if p.column.kind == "units" and p.ys is not None)


def test_strip_of_a_desk_screen_has_maps_of_20_pixels() -> None:
    places = arrange(COLUMNS, 840, 250, HEADS)
    assert all(p.ys.map >= 20 for p in places if p.column.kind == "maps" and p.ys is not None)


@pytest.mark.parametrize("room", [STRIP, (840.0, 250.0), START, (1600.0, 1000.0)])
def test_a_dense_layer_wraps_the_same_in_every_room_and_its_cells_are_square(room: tuple[float, float]) -> None:
    places = arrange(COLUMNS, *room, HEADS)[7:9]
    assert [(p.xs.count, p.ys.count) for p in places] == [(8, 15), (6, 14)]
    assert {p.ys.pitch for p in places} == {p.xs.pitch for p in places}
    assert len({p.ys.pitch for p in places}) == 1


def test_cells_of_a_dense_layer_grow_where_there_is_room() -> None:
    assert arrange(COLUMNS, 1270, 330, HEADS)[7].ys.pitch == 14
    assert arrange(COLUMNS, *STRIP, HEADS)[7].ys.pitch == 8


def test_dense_layers_stand_six_across_and_never_in_more_than_fifteen_rows() -> None:
    assert [across_for_units(n) for n in (1, 5, 10, 84, 90, 91, 120, 240)] == [1, 5, 6, 6, 6, 7, 8, 16]


def test_what_a_place_shows_is_found_where_it_is_shown() -> None:
    for place in arrange(COLUMNS, *START, HEADS):
        for index in ((0, *[0] * (len(place.column.shape) - 1)), tuple(n - 1 for n in place.column.shape)):
            x, y, width, height = place.cell_rect(index)
            assert place.hit(x + width / 2, y + height / 2) == index


def test_a_narrow_gap_belongs_to_the_nearest_cell_and_a_wide_ones_middle_to_none() -> None:
    place = arrange(COLUMNS, *START, HEADS)[1]
    x, y, _, height = place.map_rect(0)
    assert place.hit(x + 1, y + height + 1) == (0, 23, 0)
    assert place.hit(x + 1, place.map_rect(1)[1] - 1) == (1, 0, 0)
    wide = Place(COLUMNS[1], 0, 60, 0, 0, of_maps(1, 24, 60, 8), of_maps(6, 24, 60, 8), tuple(range(6)))
    gap = wide.map_rect(1)[1] - 60
    assert [wide.hit(1, 60 + at) for at in (1.5, gap / 2, gap - 1.5)] == [(0, 23, 0), None, (1, 0, 0)]


@pytest.mark.parametrize("room", [STRIP, START])
def test_no_place_within_a_dense_layer_is_dead(room: tuple[float, float]) -> None:
    place = arrange(COLUMNS, *room, HEADS)[7]
    x, y, wide, high = place.content
    points = [(x + i / 2, y + j / 2) for i in range(int(2 * wide)) for j in range(int(2 * high))]
    found = {point: place.hit(*point) for point in points}
    assert None not in found.values()
    for (px, py), index in found.items():
        left, top, width, height = place.cell_rect(index)
        assert left - 1 <= px <= left + width + 1
        assert top - 1 <= py <= top + height + 1


def test_outside_the_content_there_is_nothing() -> None:
    place = arrange(COLUMNS, *START, HEADS)[1]
    x, y, wide, high = place.content
    for point in ((x - 1, y), (x, y - 1), (x + wide + 1, y), (x, y + high + 1)):
        assert place.hit(*point) is None
    units = arrange(COLUMNS, *START, HEADS)[8]
    assert units.hit(units.left + units.xs.length - 2, units.top + units.ys.length + 9) is None


def test_classes_that_have_no_room_leave_out_the_last_and_keep_readable_rows() -> None:
    columns = columns_of(lenet(36))
    bars = arrange(columns, *STRIP, HEADS)[-1]
    assert 2 <= len(bars.order) < 36
    assert bars.pitch >= BAR_ROW
    assert len(arrange(columns, *START, HEADS)[-1].order) == 36


def test_sixty_four_maps_stand_eight_by_eight_and_more_are_not_shown() -> None:
    place = arrange(columns_of(deep(1)), 900, 500, [(60.0, 60.0)] * 3)[1]
    assert (place.xs.count, place.ys.count, len(place.order)) == (8, 8, 64)


def test_all_but_the_open_column_of_a_deep_network_are_spines_and_the_classes_stay() -> None:
    columns = columns_of(deep(20))
    places = fold(columns, 856, 250, 5)
    inside(places, 856, 250)
    assert [p.column.title for p in places if not p.folded] == ["conv4", "softmax"]
    assert places[1].width == 24
    assert all(p.ys.map == pytest.approx(20) for p in places if p.folded)
    assert places[5].ys.map > 20


# --- lines

def ends(lines: tuple[Line, ...], incoming: bool) -> list[tuple[str, int | None, str, int | None]]:
    return [(COLUMNS[a].title, m, COLUMNS[b].title, n) for (a, m), (b, n) in
            ((line.start, line.end) for line in lines if line.incoming == incoming)]


def test_a_cell_of_the_first_convolution_reads_a_window_of_the_input() -> None:
    found = links(LENET, COLUMNS, "conv1", (2, 10, 9))
    assert found.fields == (Field(0, (0, 1), (10, 15), (9, 14), direct=True),)
    assert ends(found.lines, True) == [("input", 0, "conv1", 2)]


def test_lines_go_on_through_relu_and_pooling_to_the_layer_that_mixes_maps() -> None:
    found = ends(links(LENET, COLUMNS, "conv1", (2, 10, 9)).lines, False)
    assert found[:2] == [("conv1", 2, "relu1", 2), ("relu1", 2, "pool1", 2)]
    assert found[2:] == [("pool1", 2, "conv2", n) for n in range(16)]


def test_receptive_field_reaches_back_to_the_input_and_only_the_read_layer_is_direct() -> None:
    fields = {COLUMNS[f.column].title: f for f in links(LENET, COLUMNS, "conv2", (5, 3, 4)).fields}
    assert (fields["pool1"].rows, fields["pool1"].cols, fields["pool1"].direct) == ((3, 8), (4, 9), True)
    assert (fields["input"].rows, fields["input"].cols, fields["input"].direct) == ((6, 20), (8, 22), False)
    assert fields["conv1"].channels == (0, 6)


def test_a_unit_passes_flatten_and_its_activation_has_one_line_to_all_of_the_next_layer() -> None:
    unit, active = (links(LENET, COLUMNS, node, (17,)) for node in ("dense1", "relu3"))
    assert ends(unit.lines, True) == [("pool2", n, "dense1", 17) for n in range(16)]
    assert ends(active.lines, False) == [("dense1", 17, "dense2", None)]
    assert unit.fields == active.fields == ()


def test_no_line_tells_another_story_than_comes_from_and_goes_to_in_a_shared_column() -> None:
    assert ends(links(LENET, COLUMNS, "relu3", (49,)).lines, True) == []  # comes from dense1[49], hidden beside it
    assert ends(links(LENET, COLUMNS, "dense1", (49,)).lines, False) == []  # goes to relu3[49]
    assert links(LENET, COLUMNS, "softmax", (5,)).lines == ()
    assert ends(links(LENET, COLUMNS, "scores", (5,)).lines, True) == [("dense2", None, "softmax", 5)]


def test_flatten_has_no_lines() -> None:
    assert links(LENET, COLUMNS, "flatten", (3,)).lines == ()


# --- keys

def test_arrows_stay_in_the_map_and_pages_change_it() -> None:
    place = arrange(COLUMNS, *START, HEADS)[1]
    assert moves.stepped(place, (2, 10, 9), 1, 0) == (2, 10, 10)
    assert moves.stepped(place, (2, 23, 9), 0, 1) == (2, 23, 9)
    assert moves.turned(place, (2, 10, 9), 1) == (3, 10, 9)
    assert moves.turned(place, (5, 10, 9), 1) == (5, 10, 9)


def test_arrows_among_units_follow_the_rows_on_the_screen() -> None:
    place = arrange(COLUMNS, *START, HEADS)[7]
    assert moves.stepped(place, (7,), 0, 1) == (15,)
    assert moves.stepped(place, (0,), -1, 0) == (0,)


def test_another_column_gets_the_cell_at_the_same_place() -> None:
    assert moves.carried(COLUMNS[1], (5, 12, 23), COLUMNS[6]) == (5, 2, 3)
    assert moves.carried(COLUMNS[6], (15, 2, 3), COLUMNS[9]) == (9,)
    assert moves.first(COLUMNS[1]) == (0, 12, 12)


# --- few and small

@pytest.mark.parametrize("count", [1, 2, 4])
def test_single_maps_take_most_of_the_room_and_stand_in_its_middle(count: int) -> None:
    ops = [(f"relu{k}", make_op("relu", {})) for k in range(count)]
    width, height = START
    places = arrange(columns_of(chain("few", (1, 7, 7), ops)), width, height, [(58.0, 58.0)] * (count + 1))
    sides = {round(place.content[3]) for place in places}
    assert len(sides) == 1
    across = sum(place.content[2] for place in places) / width
    assert max(across, sides.pop() / height) > 0.65
    for place in places:
        top, high = place.content[1], place.content[3]
        assert top + high / 2 == pytest.approx(height / 2, abs=2)


@pytest.mark.parametrize("size", [(10, 3), (3, 10), (8, 3), (1, 7), (7, 1), (4, 40), (40, 4), (4, 5, 6)])
@pytest.mark.parametrize("channels", [1, 4, 12])
@pytest.mark.parametrize("room", [STRIP, START, (1600.0, 330.0)])
def test_cells_of_maps_are_square_whatever_their_shape(size: tuple[int, ...], channels: int,
                                                       room: tuple[float, float]) -> None:
    ops = [("conv", make_op("conv", {"filters": channels, "kernel": 1})), ("relu", make_op("relu", {}))]
    columns = columns_of(chain("any", (1, *size), ops))
    places = arrange(columns, *room, [(58.0, 58.0)] * 3)
    inside(places, *room)
    for place in (*places, *fold(columns, *room, 1)):
        assert place.xs.cell == pytest.approx(place.ys.cell)


def test_cells_of_a_plain_row_are_higher_than_wide() -> None:
    place = arrange(columns_of(chain("row", (1, 30), [("relu", make_op("relu", {}))])), *START, [(58.0, 58.0)] * 2)[1]
    assert place.ys.cell > 3 * place.xs.cell


VGG = columns_of(ZOO["vgg"](10, (1, 28, 28)))


@given(st.floats(640, 1800), st.floats(80, 1200), st.integers(1, len(VGG) - 1), st.sampled_from([1.0, 1.25, 1.5]))
def test_a_folded_network_keeps_its_maps_over_the_counts_and_out_of_the_next_column(width: float, height: float,
                                                                                  open_: int, scale: float) -> None:
    places = fold(VGG, width, height, open_, scale)
    inside(places, width, height)
    for place in places:
        assert place.column.kind == "bars" or place.content[2] <= place.width + 1e-6
    for place in (p for p in places if p.folded and p.column.kind == "maps"):  # as many as there is room for
        every = len(place.order) == min(place.column.channels, 64)
        assert every or place.content[3] + place.ys.map + 4 > height
