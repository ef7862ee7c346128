"""Transport and timeline: one playhead, moved by buttons, keys and dragging."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton

from app import i18n, theme
from app.drive import settle
from app.model import edits, playback, timeline
from app.model.timeline import LOSS, Playhead
from app.panels.transport import TransportPanel
from app.widgets.timeline import lengths
from tests.gui.stepping import LEFT, document, inside, show, three
from tests.gui.whole import draw_three, opened


@pytest.fixture
def transport(desk, qtbot):
    desk.session.edit(edits.set_drawing, three())
    desk.session.select(Playhead("conv1", (2, 10, 9)))
    panel = TransportPanel(desk)
    show(qtbot, panel, 890, 90)
    return panel


def button(panel, name: str) -> QToolButton:
    return panel.findChild(QToolButton, f"button_stepper_{name}")


def x_of(panel, segment: int, fraction: float) -> QPoint:
    box = panel.timeline.boxes()[segment]
    return QPoint(round(box.x() + fraction * box.width()), round(box.center().y()))


def test_place_says_which_cell_of_how_many(transport):
    assert transport.place.text() == "cell 250 of 576"


def test_forward_and_back_move_one_cell(transport, desk, qtbot):
    qtbot.mouseClick(button(transport, "forward"), LEFT)
    assert desk.session.playhead == Playhead("conv1", (2, 10, 10))
    qtbot.mouseClick(button(transport, "back"), LEFT)
    assert desk.session.playhead == Playhead("conv1", (2, 10, 9))


def test_first_and_last_go_to_the_ends_of_the_map(transport, desk, qtbot):
    qtbot.mouseClick(button(transport, "last"), LEFT)
    assert desk.session.playhead == Playhead("conv1", (2, 23, 23))
    assert transport.place.text() == "cell 576 of 576"
    qtbot.mouseClick(button(transport, "first"), LEFT)
    assert desk.session.playhead == Playhead("conv1", (2, 0, 0))


def test_play_moves_by_itself_and_becomes_pause(transport, desk, qtbot):
    desk.player.set_speed(16.0)
    qtbot.mouseClick(transport.play, LEFT)
    assert transport.play.text().strip() == "Pause"
    qtbot.waitUntil(lambda: desk.session.playhead != Playhead("conv1", (2, 10, 9)))
    qtbot.mouseClick(transport.play, LEFT)
    assert transport.play.text().strip() == "Play"
    assert not desk.player.playing


def test_play_button_keeps_its_width(transport, desk, qtbot):
    width = transport.play.width()
    desk.player.play()
    qtbot.waitUntil(lambda: transport.play.text().strip() == "Pause")
    assert transport.play.width() == width


def test_only_play_is_filled(transport):
    filled = [b for b in transport.findChildren(QToolButton) if b.property("primary")]
    assert filled == [transport.play]


def test_step_by_term_counts_terms(transport, desk, qtbot):
    qtbot.mouseClick(transport.grain.button("term"), LEFT)
    assert desk.player.grain == "term"
    qtbot.mouseClick(button(transport, "forward"), LEFT)
    assert desk.session.playhead.term == 0
    assert transport.place.text() == "term 1 of 25"


@pytest.mark.parametrize(("grain", "text"), [("map", "map 3 of 6"), ("layer", "layer 1 of 12")])
def test_larger_steps_count_maps_and_layers(transport, desk, qtbot, grain, text):
    qtbot.mouseClick(transport.grain.button(grain), LEFT)
    assert transport.place.text() == text


def test_grain_and_loop_follow_the_actions(transport, desk):
    desk.perform("stepper.by_map")
    assert transport.grain.value == "map"
    desk.perform("stepper.loop")
    desk.refresh()
    assert button(transport, "loop").isChecked()


def test_speed_menu_sets_the_speed(transport, desk):
    action = next(a for a in transport.speed.menu().actions() if a.text() == "4×")
    action.trigger()
    assert desk.player.speed == 4.0
    assert "4×" in transport.speed.text()


def test_segments_stand_in_the_networks_order_at_least_20_px_each(transport, desk):
    boxes, names = transport.timeline.boxes(), ["input", *timeline.stops(desk.session.view.network), "loss"]
    there, back = boxes[:len(names)], boxes[len(names):]
    assert all(box.width() >= 20 for box in boxes)
    assert [b.x() for b in there] == sorted(b.x() for b in there)
    assert there[-1].right() == pytest.approx(transport.timeline.width(), abs=1)
    assert [b.x() for b in back] == sorted((b.x() for b in back), reverse=True)
    assert {b.y() for b in back} != {b.y() for b in there}


def test_a_layer_stands_under_itself_in_the_backward_lane(transport, desk):
    by_name = {}
    for stretch, box in zip(transport.timeline._stretches, transport.timeline.boxes(), strict=True):
        by_name.setdefault(stretch.name, []).append(box)
    there, back = by_name["conv2"]
    assert (there.x(), there.width()) == (back.x(), back.width())
    assert back.top() > there.bottom()
    assert len(by_name["loss"]) == len(by_name["update"]) == 1


def test_more_work_is_longer(transport, desk):
    boxes = dict(zip(["input", *timeline.stops(desk.session.view.network)], transport.timeline.boxes(), strict=False))
    assert boxes["conv2"].width() > boxes["conv1"].width() > boxes["dense1"].width() > boxes["relu1"].width()


def test_a_name_that_does_not_fit_is_not_cut_but_left_to_the_tooltip(transport, qtbot):
    transport.resize(640, 90)
    qtbot.waitUntil(lambda: transport.timeline.width() < 600)
    named = [k for k in range(13) if transport.timeline.named(k)]
    assert 0 < len(named) < 13
    for k in named:
        stretch = transport.timeline._stretches[k]
        assert transport.timeline._text_width(stretch.name) <= transport.timeline.boxes()[k].width()


@pytest.mark.parametrize("head", [Playhead("relu3", (60,)), Playhead("softmax", (4,))])
def test_the_playhead_does_not_strike_through_a_name(transport, desk, head):
    desk.session.select(head)
    line = transport.timeline
    k = line.playhead[0]
    picture, accent = line.grab().toImage(), theme.color("accent")
    box = line.boxes()[k]
    if line._name_place(k) == box:
        x, middle = round(line._bar(k)), range(round(box.top()) + 3, round(box.bottom()) - 3)
        assert accent not in [picture.pixelColor(x, y) for y in middle]


def test_drag_anywhere_scrubs(transport, desk, qtbot):
    line = transport.timeline
    qtbot.mousePress(line, LEFT, pos=x_of(transport, 4, 0.5))
    assert desk.session.playhead.node == "conv2"
    assert playback.progress(desk.session.view.network, desk.session.playhead) == pytest.approx(0.5, abs=0.02)
    qtbot.mouseMove(line, x_of(transport, 1, 0.5))
    assert desk.session.playhead.node == "conv1"
    qtbot.mouseMove(line, QPoint(-50, 10))
    assert desk.session.playhead.node == "input"
    qtbot.mouseMove(line, QPoint(5000, 10))
    qtbot.mouseRelease(line, LEFT)
    assert desk.session.playhead == Playhead(LOSS, (), lane="loss")


def test_dragging_in_the_lower_lane_goes_back_from_right_to_left(transport, desk, qtbot):
    line = transport.timeline
    names = [s.name for s in line._stretches]
    k = len(names) - 1 - names[::-1].index("conv2")  # the later of the two
    qtbot.mousePress(line, LEFT, pos=x_of(transport, k, 0.9))
    first = desk.session.playhead
    assert (first.lane, first.node, first.target) == ("backward", "conv2", "weight")
    qtbot.mouseMove(line, x_of(transport, k, 0.1))
    assert desk.session.playhead.target == "input0"
    qtbot.mouseMove(line, QPoint(x_of(transport, 0, 0.5).x(), 2))  # above: the drag stays in its lane
    qtbot.mouseRelease(line, LEFT)
    assert desk.session.playhead.lane == "update"


def test_a_click_on_a_layers_backward_box_lands_by_how_many_numbers_there_are(transport, desk, qtbot):
    """The middle of a layer with 2400 weights and 16 biases is a weight; a bias is found all the same."""
    line = transport.timeline
    names = [s.name for s in line._stretches]
    k = len(names) - 1 - names[::-1].index("conv2")
    found = {}
    for percent in range(1, 100):
        qtbot.mouseClick(line, LEFT, pos=x_of(transport, k, percent / 100))
        head = desk.session.playhead
        assert (head.lane, head.node) == ("backward", "conv2")
        found.setdefault(head.target, []).append(percent)
        at = line.playhead
        assert at[0] == k
        assert abs(at[1] - (1 - percent / 100)) < 0.03  # the playhead stands where the click was
    assert set(found) == {"weight", "bias", "input0"}
    assert 50 in found["weight"]
    assert len(found["weight"]) > len(found["input0"]) > len(found["bias"]) >= 3


def test_the_first_box_says_that_it_is_the_input(transport, desk, qtbot):
    line = transport.timeline
    assert line.named(0)
    line.setFixedWidth(13 * 20 + 30)
    qtbot.waitUntil(lambda: not line.named(0))
    assert line._stretches[0].tip == "input: what goes into the network, 1×28×28"


def test_scrubbing_pauses(transport, desk, qtbot):
    desk.player.play()
    qtbot.mouseClick(transport.timeline, LEFT, pos=x_of(transport, 2, 0.5))
    assert not desk.player.playing


def test_arrow_keys_step_on_the_timeline(transport, desk, qtbot):
    transport.timeline.setFocus()
    qtbot.keyClick(transport.timeline, Qt.Key.Key_Right)
    assert desk.session.playhead == Playhead("conv1", (2, 10, 10))
    qtbot.keyClick(transport.timeline, Qt.Key.Key_Left)
    assert desk.session.playhead == Playhead("conv1", (2, 10, 9))


def test_playhead_of_the_timeline_follows_the_session(transport, desk):
    desk.session.select(Playhead("pool2", (15, 3, 3)))
    assert transport.timeline.playhead == (6, 1.0)
    desk.session.select(None)
    assert transport.timeline.playhead is None
    assert transport.place.text() == ""


def test_the_inputs_pixels_have_no_place_in_the_steps(transport, desk):
    desk.session.select(Playhead("input", (0, 3, 3)))
    assert transport.place.text() == ""


def test_another_network_gets_its_own_segments(transport, desk):
    desk.session.open(document(("c", "conv", {"filters": 2, "kernel": 3}), ("f", "flatten", {}),
                               ("d", "dense", {"units": 10}), ("s", "softmax", {})), None)
    names = [s.name for s in transport.timeline._stretches]
    assert names == ["input", "c", "d", "s", "loss", "p − t", "d", "c", "update"]


def test_captions_give_way_where_it_is_narrow(transport, qtbot):
    transport.resize(700, 90)
    qtbot.waitUntil(lambda: not transport.by_label.isVisible())
    assert transport.grain.geometry().right() <= transport.speed.geometry().left()
    assert transport.place.geometry().right() <= transport.width()


@pytest.mark.parametrize(("width", "loop", "said"), [(640, False, ""), (640, True, ""), (700, True, ""),
                                                     (800, False, "short"), (862, True, "short"), (890, True, "short"),
                                                     (890, False, "full"), (1000, True, "full")])
def test_the_place_is_never_cut(transport, desk, qtbot, width, loop, said):
    transport.resize(width, 90)
    desk.player.set_loop(loop)
    for head in (Playhead("conv1", (2, 10, 9)), Playhead("dense1", (100, 250), None, "weight", "backward"),
                 Playhead("conv1", (5, 23, 23)), Playhead("scores", (3,))):
        desk.session.select(head)
        desk.perform("stepper.by_layer")
        desk.perform("stepper.by_cell")
        settle()
        text = transport.place.text()
        assert transport.place.width() >= transport.place.fontMetrics().horizontalAdvance(text), head
        assert inside(transport.place, transport) or not text
        if head == Playhead("conv1", (2, 10, 9)):
            assert text == {"full": "cell 250 of 576", "short": "250/576", "": ""}[said]
    assert transport.ring.isVisible() == loop
    desk.player.set_loop(False)


def test_the_loop_says_in_what_it_stays_and_lets_it_be_chosen(transport, desk, qtbot):
    qtbot.mouseClick(button(transport, "loop"), LEFT)
    assert transport.ring.isVisible()
    assert transport.ring.text().startswith("map")
    next(action for action in transport.ring.menu().actions() if action.objectName() == "stepper.loop_layer").trigger()
    assert transport.ring.text().startswith("layer")
    assert desk.player.round == "layer"
    desk.perform("stepper.by_layer")
    assert transport.ring.text().startswith("pass")  # a layer is part of a pass: it cannot stay in less
    desk.perform("stepper.by_cell")
    qtbot.mouseClick(button(transport, "loop"), LEFT)
    assert not transport.ring.isVisible()
    desk.player.set_ring("map")


def test_chinese_words(transport, qtbot):
    i18n.set_language("zh_CN")
    try:
        qtbot.waitUntil(lambda: transport.play.text().strip() == "播放")
        assert transport.place.text() == "单元 250 / 576"
        assert transport.by_label.text() == "单步单位"
    finally:
        i18n.set_language("en")


def test_lengths_share_what_is_left_by_work():
    assert lengths([0, 1, 3], [20, 20, 20], 100) == [20, 30, 50]
    assert sum(lengths([5, 1], [30, 40], 50)) == pytest.approx(50)
    assert lengths([0, 0], [20, 20], 80) == [40, 40]


@pytest.mark.parametrize(("size", "larger"), [((1366, 700), 0), ((1366, 768), 0), ((1366, 700), 1), ((1366, 768), 1),
                                              ((1920, 1080), 1), ((1366, 768), 2)])
def test_the_transport_never_covers_the_foot_of_the_formula(qapp, tmp_path, size, larger):
    with opened(tmp_path, *size) as window:
        for _ in range(larger):
            window.desk.perform("view.larger")
        draw_three(window)
        window.desk.session.select(Playhead("conv1", (2, 10, 9)))
        settle()
        explore = window.explore
        for head in (Playhead("conv1", (2, 10, 9)), Playhead("conv2", (3, 4, 5)), Playhead("dense1", (7,)),
                     Playhead("conv1", (2, 0, 1, 3), None, "weight", "backward"),
                     Playhead("conv2", (3, 2, 1, 3), None, "weight", "update")):
            window.desk.session.select(head)
            settle()
            stepper, transport = explore.stepper, explore.transport
            assert inside(stepper.formula, stepper)
            assert stepper.mapTo(explore, QPoint(0, stepper.height())).y() < transport.mapTo(explore, QPoint(0, 0)).y()
            assert inside(transport, explore)
