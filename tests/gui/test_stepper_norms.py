"""Norms and shares in the stepper: a line a step, forwards and backwards; classes with their parts; every loss."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import numpy as np
import pytest

from app import numbers
from app.model.frames import value_of
from app.model.timeline import LOSS, Playhead
from app.panels.stepper_views import LossView, NormBackView, NormView, SharesBackView
from app.panels.stepper_views.norms import normed, normed_back
from app.widgets.formula_chain import ADD, TAKE, TIMES, chain
from app.widgets.formula_parts import printed
from cnncore.losses import LOSSES
from tests.gui.every_op import around
from tests.gui.stepping import LEFT, middle, opened


def back(*index: int) -> Playhead:
    return Playhead("it", index, None, "input0", "backward")


def follow(lines) -> None:
    """Each line goes on from what the one before has printed."""
    at = printed(lines[0].text)
    for line in lines[1:]:
        value = printed(line.text)
        at = {"+": at + value, TAKE: at - value, TIMES: at * value}[line.sign]
        result = printed(line.result)
        places = Decimal((0, (1,), int(result.as_tuple().exponent)))
        assert abs(at - result) <= places / 2, (line, at)
        at = result


@pytest.mark.parametrize("seed", range(40))
def test_a_chain_of_lines_leads_to_the_printed_end(seed):
    rng = np.random.default_rng(seed)
    x, mean, scale, weight, bias = rng.normal(0, 1, 5) * 10.0 ** rng.integers(-5, 3, 5)
    total = float(np.float32((x - mean) * scale * weight + bias))
    steps = [("", TAKE, mean), ("", TIMES, scale), ("", TIMES, weight), ("", ADD, bias)]
    lines = chain(("x", x), steps, total)
    assert lines[-1].result == numbers.figure(total)
    follow([*lines[:-1], dataclasses.replace(lines[-1], result=numbers.figure(total))])


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
@pytest.mark.parametrize("kind", ["batchnorm", "layernorm", "groupnorm", "standardize"])
def test_every_norm_is_its_mean_and_scale_and_what_is_learned(desk, qtbot, kind, rank):
    document = around(kind, rank)
    index = (1, *(n // 2 for n in document.network.shapes["it"][1:]))
    panel = opened(desk, qtbot, document, Playhead("it", index))
    view = panel.view
    assert isinstance(view, NormView)
    one = normed(view.scene)
    y = one.hat * (1 if one.weight is None else one.weight) + (one.bias or 0)
    assert y == pytest.approx(value_of(desk.session.results, Playhead("it", index)), rel=1e-4, abs=1e-6)
    weights = desk.session.document.weights
    if kind == "batchnorm":
        assert one.mean == pytest.approx(float(weights["it.running_mean"][1]), rel=1e-3, abs=1e-5)
        assert one.scale == pytest.approx(1 / np.sqrt(weights["it.running_var"][1] + 1e-5), rel=1e-4)
    if kind == "standardize":
        assert one.mean == pytest.approx(float(weights["it.offset"][1]), rel=1e-3)
    follow(view.lines)
    assert view.lines[-1].result == numbers.figure(desk.session.trace().total)
    panel.grab()


def test_a_group_is_shown_as_it_lies_and_a_term_of_it_is_marked(desk, qtbot):
    panel = opened(desk, qtbot, around("groupnorm", 2), Playhead("it", (1, 5, 5)))
    view, values = panel.view, desk.session.results.values("a")[:2]
    assert view.picture._counts.sum() == values.size == 200
    assert view.picture.mean == pytest.approx(float(values.mean()), abs=1e-6)
    assert view.headings[1].text == "200 numbers"
    # Of the terms the first is the number, then come those of its group, map by map.
    desk.session.select(Playhead("it", (1, 5, 5), 1 + 100 + 23))
    assert view.input.second == (2, 3)
    desk.session.select(Playhead("it", (1, 5, 5), 1 + 23))
    assert view.input.second is None, "it lies in another map"


def test_a_weight_of_nothing_hides_the_mean_and_nothing_breaks(desk, qtbot):
    document = around("batchnorm", 2)
    weights = {**document.weights, "it.weight": np.zeros(4, np.float32)}
    panel = opened(desk, qtbot, dataclasses.replace(document, weights=weights), Playhead("it", (1, 5, 5)))
    assert isinstance(panel.view, NormView)
    panel.grab()


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
@pytest.mark.parametrize("kind", ["layernorm", "groupnorm"])
def test_what_goes_back_through_a_norm_leads_over_both_means(desk, qtbot, kind, rank):
    document = around(kind, rank)
    index = (1, *(n // 2 for n in document.network.shapes["it"][1:]))
    panel = opened(desk, qtbot, document, back(*index))
    view, trace = panel.view, desk.session.trace()
    assert isinstance(view, NormBackView)
    one = normed_back(view.scene)
    g = one.came * one.weight
    assert (g - one.mean - one.along) * one.scale == pytest.approx(trace.total, rel=1e-3, abs=1e-7)
    follow(view.lines)
    assert view.lines[-1].result == numbers.gradient(trace.total)
    assert view.picture.ring == view.input.ring == view.output.map.ring
    own = float(view.picture._values[view.picture.ring])
    terms = trace.operands[-1].values
    assert own == pytest.approx(float(np.abs(terms).max()))


# --- shares

@pytest.mark.parametrize("kind", ["softmax", "logsoftmax"])
def test_what_goes_back_through_shares_is_told_class_by_class(desk, qtbot, kind):
    panel = opened(desk, qtbot, around(kind, 2), back(1, 5, 5))
    view, trace = panel.view, desk.session.trace()
    assert isinstance(view, SharesBackView)
    rows = view.table.rows
    assert [row.name for row in rows[:-1]] == ["1, by its own share", "0", "1", "2", "3"]
    assert rows[-2].end == pytest.approx(trace.total, abs=1e-7)
    p = np.exp(desk.session.results.values("it")[:, 5, 5].astype(float)) if kind == "logsoftmax" \
        else desk.session.results.values("it")[:, 5, 5].astype(float)
    g = desk.session.results.gradients.outputs["it"][0, :, 5, 5].astype(float)
    together = p[1] * (g[1] - (g * p).sum()) if kind == "softmax" else g[1] - p[1] * g.sum()
    assert trace.total == pytest.approx(together, abs=1e-7)
    said = f"p · (g − Σ g·p) = {numbers.figure(p[1])}" if kind == "softmax" else "g − p · Σ g = "
    assert view.table._titles[2].startswith(said)
    qtbot.mouseClick(view.table, LEFT, pos=middle(view.table.row_rect(4)))
    assert desk.session.playhead.lane == "backward"


# --- losses

@pytest.mark.parametrize("kind", sorted(LOSSES))
def test_every_loss_is_shown_class_by_class_and_comes_to_its_number(desk, qtbot, kind):
    document = desk.session.document
    settings = document.training.settings.but(loss=kind)
    document = dataclasses.replace(document, training=dataclasses.replace(document.training, settings=settings))
    panel = opened(desk, qtbot, document, Playhead(LOSS, (), None, "output", "loss"))
    desk.session.say(8)
    view, trace = panel.view, desk.session.trace()
    assert isinstance(view, LossView)
    columns = {column.title: column for column in view.table.columns}
    assert columns["target t"].texts == ["1" if k == 8 else "0" for k in range(10)]
    last = view.table.columns[-1]
    if trace.reduce == "log":
        scores = desk.session.results.values(desk.session.results.network.scores).astype(float)
        powers = np.exp(scores - scores.max())
        assert columns["exp(x − largest)"].texts == [numbers.figure(float(e)) for e in powers]
        assert columns["exp(x − largest)"].foot == numbers.figure(float(powers.sum()))
        assert columns["share p"].bars.tolist() == pytest.approx((powers / powers.sum()).tolist())
        assert last.foot == last.texts[8] == numbers.gradient(trace.total)
        assert trace.total == pytest.approx(-np.log(powers[8] / powers.sum()), rel=1e-5)
    else:
        assert sum(last.bars) / trace.divisor == pytest.approx(trace.total, rel=1e-4)
        assert last.foot.endswith(numbers.gradient(trace.total))
    assert panel.formula.text.startswith("L = ")
    assert panel.formula.text.endswith(numbers.gradient(trace.total) if trace.reduce == "log" else
                                       numbers.figure(trace.total))
    desk.session.select(Playhead(LOSS, (8,), None, "input0", "backward"))
    assert panel.formula.text.startswith("∂L/∂x = ")
    assert view.table._gradients[8] == pytest.approx(desk.session.trace().total)
    panel.grab()


def test_a_loss_of_nearly_nothing_is_printed_so_that_its_logarithm_is_it(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, Playhead(LOSS, (), None, "output", "loss"))
    total = desk.session.trace().total
    assert 0 < total < 1e-3
    assert panel.formula.text == f"L = −ln p = −ln (1 − {numbers.gradient(total)}) = {numbers.gradient(total)}"


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["batchnorm", "groupnorm"])
def test_another_map_or_group_has_a_picture_of_its_own(desk, qtbot, kind, rank):
    document = around(kind, rank)
    space = tuple(n // 2 for n in document.network.shapes["it"][1:])
    view = opened(desk, qtbot, document, Playhead("it", (0, *space))).view
    for map_ in (0, 2, 3):
        desk.session.select(Playhead("it", (map_, *space)))
        values = desk.session.results.values("a").astype(float)
        if kind == "groupnorm":
            assert view.picture.mean == pytest.approx(values[map_ // 2 * 2:map_ // 2 * 2 + 2].mean(), abs=1e-6)
        else:
            weights = desk.session.document.weights
            assert view.picture.mean == pytest.approx(float(weights["it.running_mean"][map_]), abs=1e-5)
        assert view.picture._x == pytest.approx(values[(map_, *space)])
