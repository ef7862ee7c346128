"""The inspector on gradients: chain, sentence, check by hand; and on any number: formula, field, code."""

from __future__ import annotations

import dataclasses
import html

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel

from app import i18n, numbers, theme
from app.model import edits
from app.model.frames import value_of
from app.model.timeline import LOSS, Playhead, came_back, timeline
from app.panels.inspector import InspectorPanel
from app.panels.inspector_views.words import formula
from app.widgets.formula import FormulaLine
from app.widgets.formula_trace import write
from tests.gui.printed import comes_to, right_sides
from tests.gui.stepping import LEFT, document, show, three

WEIGHT = Playhead("conv1", (2, 0, 2, 3), None, "weight", "backward")


@pytest.fixture
def unsure():
    """A three with gaps, which the network is not quite sure of."""
    return np.roll(three(), 40, 1) * (np.arange(280) % 9 < 6).astype(np.uint8)


@pytest.fixture
def inspector(desk, qtbot, unsure):
    desk.session.edit(edits.set_drawing, unsure)
    desk.session.select(WEIGHT)
    panel = InspectorPanel(desk)
    show(qtbot, panel, 228, 700)
    return panel


def said(rows) -> dict[str, str]:
    return {row.name: " ".join(part.text for part in row.parts) for row in rows.rows}


def alive(desk, key: str, lane: str = "backward") -> Playhead:
    """The largest gradient of an array."""
    node, target = key.split(".")
    results = desk.session.results
    back = results.gradients.backwards[node]
    array = back.inputs[0][0] if target == "input0" else back.params[target]
    index = tuple(int(i) for i in np.unravel_index(int(np.abs(array).argmax()), array.shape))
    return Playhead(node, index, None, target, lane)


def test_a_weights_gradient_is_checked_nudged(inspector, desk, qtbot):
    desk.session.select(alive(desk, "conv1.weight"))
    qtbot.waitUntil(lambda: said(inspector.checked.rows).get("difference", "").startswith("✓"))
    assert inspector.checked.step.text() == "nudge w by ±0.0001"
    nudged = said(inspector.checked.rows)["by nudging"]
    value = value_of(desk.session.results, desk.session.playhead)
    assert nudged[:4] == numbers.gradient(value)[:4]


@pytest.mark.parametrize(("key", "letter"), [("dense1.bias", "b"), ("relu2.input0", "x"), ("conv2.weight", "w")])
def test_biases_and_outputs_are_checked_too(inspector, desk, qtbot, key, letter):
    desk.session.select(alive(desk, key))
    qtbot.waitUntil(lambda: "✓" in said(inspector.checked.rows).get("difference", ""))
    assert inspector.checked.step.text().startswith(f"nudge {letter} by")


def test_the_loss_and_the_forward_pass_have_no_check(inspector, desk):
    for head in (Playhead("conv1", (2, 10, 9)), Playhead(LOSS, (), None, "output", "loss")):
        desk.session.select(head)
        assert not inspector.checked.isVisible()


def test_a_nudge_across_a_kink_says_where(inspector, desk, qtbot):
    doc = document(("r", "relu", {}), ("f", "flatten", {}), ("d", "dense", {"units": 3}), labels=3)
    desk.session.open(dataclasses.replace(doc, drawing=three()), None)
    desk.session.select(Playhead("r", (0, 0, 0), None, "input0", "backward"))
    qtbot.waitUntil(lambda: inspector.checked.verdict.isVisible())
    assert inspector.checked.verdict.text().startswith("⚠ The nudge crosses a kink in r:")
    assert said(inspector.checked.rows)["below"] == "0"


def test_another_number_takes_back_the_old_verdict(inspector, desk, qtbot):
    qtbot.waitUntil(lambda: "✓" in said(inspector.checked.rows)["difference"])
    desk.session.select(alive(desk, "conv2.weight"))
    assert said(inspector.checked.rows)["by nudging"] == "…"
    qtbot.waitUntil(lambda: "✓" in said(inspector.checked.rows)["difference"])


def test_the_chain_of_a_weight_multiplies_up_to_its_gradient(inspector, desk):
    desk.session.select(alive(desk, "conv1.weight"))
    rows = inspector.chain.rows
    names = [row.name for row in rows]
    assert names[0] == "∂L/∂pool1"
    assert names[1:4] == ["winner of its 2 × 2", "ReLU was open", "∂L/∂conv1"]
    assert names[-1] == "= ∂L/∂w"
    total = value_of(desk.session.results, desk.session.playhead)
    assert rows[-1].parts[0].text == numbers.gradient(total)
    came = value_of(desk.session.results, rows[3].parts[0].to)
    went = value_of(desk.session.results, rows[4].parts[0].to)
    others = float(rows[5].parts[0].text.removeprefix("+ ").replace("− ", "-").replace("−", "-"))
    assert came * went + others == pytest.approx(total, rel=0.02)


def test_a_link_of_the_chain_leads_to_its_number(inspector, desk, qtbot):
    top = inspector.chain.rows[0].parts[0].to
    label = next(lab for lab in inspector.chain.findChildren(QLabel) if 'href="0:0"' in lab.text())
    label.linkActivated.emit("0:0")
    assert desk.session.playhead == top


def test_a_shut_relu_ends_the_chain_with_a_zero(inspector, desk):
    values = desk.session.results.values("conv1")
    index = tuple(int(i) for i in np.argwhere(values < -0.1)[0])
    desk.session.select(Playhead("relu1", index, None, "input0", "backward"))
    assert "ReLU was shut" in [row.name for row in inspector.chain.rows]
    assert inspector.chain.rows[-1].parts[0].text == "0"
    assert inspector.sense.text().startswith("Zero")


@pytest.mark.parametrize(("sign", "words"), [(-1, "Negative: a **larger** weight"),
                                             (1, "Positive: a **smaller** weight")])
def test_a_sentence_says_which_way_the_weight_moves(inspector, desk, sign, words):
    gradient = desk.session.results.gradients.weights["conv2.weight"]
    index = tuple(int(i) for i in np.unravel_index(int((sign * gradient).argmax()), gradient.shape))
    desk.session.select(Playhead("conv2", index, None, "weight", "backward"))
    assert inspector.sense.text().startswith(words)
    step = desk.session.results.updated("conv2.weight")[index] - desk.session.view.weights["conv2.weight"][index]
    assert np.sign(step) == -sign


@pytest.mark.parametrize(("language", "said"), [("en", ("bias", "weight")), ("zh_CN", ("偏置", "权重"))])
def test_a_bias_is_not_called_a_weight(inspector, desk, language, said):
    i18n.set_language(language)
    try:
        for sign in (-1, 1):
            k = int((sign * desk.session.results.gradients.weights["conv2.bias"]).argmax())
            for lane in ("backward", "update"):
                desk.session.select(Playhead("conv2", (k,), None, "bias", lane))
                words = inspector.what.text() + inspector.sense.text()
                assert said[0] in words
                assert said[1] not in words
    finally:
        i18n.set_language("en")


def test_formula_and_values_add_up(inspector, desk):
    desk.session.select(Playhead("scores", (3,)))
    text = inspector.formula.text()
    assert "y = Σ x·w + b" in text
    assert numbers.figure(comes_to(right_sides(html.unescape(text.partition("<br>")[2]))[0])) == right_sides(text)[1]
    assert text.endswith(f"= {numbers.figure(value_of(desk.session.results, desk.session.playhead))}")


@pytest.mark.parametrize("head", [Playhead("relu1", (2, 10, 9)), Playhead("pool1", (2, 5, 4)),
                                  Playhead("conv2", (3, 2, 4)), Playhead("softmax", (3,))], ids=lambda h: h.name)
def test_the_inspector_prints_the_digits_of_the_stepper(inspector, desk, qtbot, head):
    desk.session.select(head)
    symbols, filled = formula(desk.session.trace(), "ReLU" if head.node == "relu1" else "")
    line = FormulaLine()
    qtbot.addWidget(line)
    write(line, desk.session.trace(), name="ReLU" if head.node == "relu1" else "")
    assert "((" not in filled
    assert line.text.startswith(symbols)
    assert line.text.rsplit("= ", 1)[1] == filled.rsplit("= ", 1)[1]
    if head.node != "conv2":  # of a long sum the stepper has room for more terms
        assert line.text in (f"{symbols} = {filled}", f"{symbols} {filled}")
    assert filled.replace("−", "-") in html.unescape(inspector.formula.text()).replace("−", "-")


def test_every_number_of_the_timeline_has_its_words(inspector, desk):
    for stretch in timeline(desk.session.view.network):
        desk.session.select(stretch.end)
        assert inspector.what.text()
        assert inspector.formula.text()
        assert inspector.section.block.text() or inspector.section.why.text()


@pytest.mark.parametrize("shape", [(2, 14), (1, 5, 6, 7)])
def test_one_and_three_dimensions_have_all_sections(inspector, desk, qtbot, shape):
    rank = len(shape) - 1
    doc = document(("c", "conv", {"filters": 2, "kernel": 3}), ("r", "relu", {}), ("p", "maxpool", {"window": 2}),
                   ("f", "flatten", {}), ("d", "dense", {"units": 3}), shape=shape, labels=3)
    typed = np.random.default_rng(4).standard_normal(shape).astype(np.float32)
    desk.session.open(edits.set_input(doc, typed), None)
    desk.session.select(Playhead("p", (1, *(0,) * rank)))
    assert said(inspector.field)["sees"].count(":") == rank + (shape[0] > 1)
    desk.session.select(alive(desk, "c.weight"))
    assert inspector.chain.rows[-1].name == "= ∂L/∂w"
    assert f"winner of its {' × '.join(['2'] * rank)}" in [row.name for row in inspector.chain.rows]
    qtbot.waitUntil(lambda: "✓" in said(inspector.checked.rows).get("difference", ""))


def test_the_field_opens_to_every_layer_and_its_rows_lead_there(inspector, desk):
    desk.session.select(Playhead("pool2", (3, 1, 1)))
    assert set(said(inspector.field)) == {"sees", "ahead", ""}
    inspector.field.linked.emit(inspector.field.rows[-1].parts[0].to)
    rows = said(inspector.field)
    assert rows["conv2"] == "[3, 2:4, 2:4]"
    assert rows["pool1"] == "[0:6, 2:8, 2:8]"
    assert rows["input"] == "[0, 4:20, 4:20]"
    assert "dense1" in rows
    assert "flatten" not in rows
    link = next(row.parts[0].to for row in inspector.field.rows if row.name == "pool1")
    inspector.field.linked.emit(link)
    assert desk.session.playhead == Playhead("pool1", (0, 2, 2))


def test_the_switch_shows_each_framework_and_copies_what_it_shows(inspector, desk, qtbot):
    inspector.resize(228, 1000)
    desk.session.select(Playhead("conv1", (2, 10, 9)))
    qtbot.waitUntil(lambda: inspector.section.switch.isVisible())
    lines = {"torch": "F.conv2d(x[None], w, b)", "keras": "ops.conv(q, k)", "numpy": ".sum() + b[2]"}
    for language, line in lines.items():
        qtbot.mouseClick(inspector.section.switch.button(language), LEFT)
        assert line in inspector.code.text()
        qtbot.mouseClick(inspector.section.copy, LEFT)
        copied = QApplication.clipboard().text()
        assert inspector.code.text() in copied
        assert "import" in copied
        assert "# input, shape (1, 28, 28)" in copied


def test_a_framework_without_the_thing_says_so(inspector, desk, qtbot):
    inspector.resize(228, 1000)
    settings = desk.session.document.training.settings
    desk.session.edit(edits.set_training, settings=settings.but(class_weights=(0.0,) * 10))
    desk.session.select(Playhead(LOSS, (), None, "output", "loss"))
    qtbot.mouseClick(inspector.section.switch.button("torch"), LEFT)
    assert inspector.section.why.text().startswith("PyTorch divides by the weight")
    assert not inspector.section.copy.isVisible()


def test_the_numpy_line_of_a_gradient_computes_it(inspector, desk):
    head = alive(desk, "conv1.weight")
    desk.session.select(head)
    results = desk.session.results
    known = {"np": np, "x": results.values("input"), "dy": results.gradients.outputs["conv1"][0]}
    assert float(eval(inspector.code.text(), known)) == pytest.approx(value_of(results, head), rel=1e-4)


@pytest.mark.parametrize("loss_at", [None, 3, 0])
def test_the_lines_of_the_loss_compute_it(inspector, desk, loss_at):
    target = desk.session.results.target
    head = Playhead(LOSS, (), None, "output", "loss") if loss_at is None else \
        Playhead(LOSS, ((target + loss_at) % 10,), None, "input0", "backward")
    desk.session.select(head)
    *lines, last = inspector.code.text().splitlines()
    known = {"np": np, "scores": desk.session.results.values("scores").astype(np.float64)}
    exec("\n".join(lines), known)
    assert float(eval(last, known)) == pytest.approx(value_of(desk.session.results, head), rel=1e-5)


def test_the_code_of_a_step_computes_the_weight(inspector, desk):
    head = dataclasses.replace(alive(desk, "conv1.weight"), lane="update")
    desk.session.select(head)
    results = desk.session.results
    *lines, last = inspector.code.text().splitlines()
    known = {"w": results.document.weights["conv1.weight"], "dw": results.gradients.weights["conv1.weight"]}
    exec("\n".join(lines), known)
    assert float(eval(last, known)) == pytest.approx(value_of(results, head), rel=1e-6)


def test_code_folds_where_it_is_low_and_opens_nudged(inspector, desk, qtbot):
    inspector.resize(228, 560)
    qtbot.waitUntil(lambda: not inspector.section.switch.isVisible())
    assert inspector.section.copy.isVisible()
    qtbot.mouseClick(inspector.section.caret, LEFT)
    qtbot.waitUntil(lambda: inspector.section.switch.isVisible())
    qtbot.mouseClick(inspector.section.caret, LEFT)
    qtbot.waitUntil(lambda: not inspector.section.switch.isVisible())


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_weights_gradient_fits_a_small_window_without_scrolling(inspector, desk, qtbot, language):
    i18n.set_language(language)
    try:
        inspector.resize(228, 617)
        desk.session.select(alive(desk, "conv1.weight"))
        qtbot.waitUntil(lambda: "✓" in said(inspector.checked.rows).get(i18n.tr("difference"), "")
                        or "✓" in said(inspector.checked.rows).get("difference", ""))
        qtbot.waitUntil(lambda: inspector.scroll.verticalScrollBar().maximum() == 0)
        assert inspector.scroll.horizontalScrollBar().maximum() == 0
        assert inspector.scroll.widget().minimumSizeHint().width() <= inspector.scroll.viewport().width()
    finally:
        i18n.set_language("en")


def test_while_it_plays_nothing_is_checked(inspector, desk, qtbot):
    qtbot.waitUntil(lambda: "✓" in said(inspector.checked.rows).get("difference", ""))
    desk.player.set_speed(100)
    desk.player.play()
    qtbot.waitUntil(lambda: desk.session.playhead != WEIGHT)
    assert not inspector.checked.job.running
    assert not inspector.checked.quiet.isActive()
    desk.player.pause()
    qtbot.waitUntil(lambda: inspector.checked.quiet.isActive() or inspector.checked.job.running
                    or desk.session.playhead.lane != "backward")


def test_keys_reach_the_code(inspector, desk, qtbot):
    inspector.resize(228, 1000)
    switch = inspector.section.switch
    qtbot.waitUntil(lambda: switch.isVisible())
    switch.button("numpy").setFocus()
    qtbot.waitUntil(lambda: switch.button("numpy").hasFocus())
    qtbot.keyClick(switch.button("numpy"), Qt.Key.Key_Right)
    assert "y.backward(dy)" in inspector.code.text()


@pytest.mark.parametrize(("language", "names", "nudged"), [
    ("en", {"its weights": "∂L/∂conv1.weight", "its bias": "∂L/∂conv1.bias"}, "by nudging"),
    ("zh_CN", {"它的权重": "∂L/∂conv1.weight", "它的偏置": "∂L/∂conv1.bias"}, "微")])
def test_weights_and_bias_have_names_of_their_own_and_the_check_says_how_it_is_made(
        inspector, desk, qtbot, language, names, nudged):
    i18n.set_language(language)
    try:
        desk.session.select(came_back(desk.session.view.network, "conv1", (2, 10, 9)))
        assert {i18n.tr(name): text for name, text in said(inspector.to_rows).items()}.items() >= names.items()
        desk.session.select(alive(desk, "conv1.bias"))
        assert next(i18n.tr(row.name) for row in inspector.checked.rows.rows).startswith(nudged)
        update = dataclasses.replace(desk.session.playhead, lane="update")
        desk.session.select(update)
        assert next(iter(said(inspector.from_rows))) == "bias now"
        assert said(inspector.to_rows)["next step"] == i18n.tr("this is the bias of the next sample")
    finally:
        i18n.set_language("en")


@pytest.mark.parametrize(("language", "chosen", "assumed"), [
    ("en", "“0” (chosen by you)", "(assumed: it is the answer)"), ("zh_CN", "“0”（由你指定）", "（假定：就是答案）")])
def test_the_target_says_who_chose_it(inspector, desk, language, chosen, assumed):
    i18n.set_language(language)
    try:
        desk.session.select(Playhead(LOSS, (), lane="loss"))
        assert said(inspector.from_rows)["target"].endswith(assumed)
        desk.session.say(0)
        desk.session.select(Playhead(LOSS, (1,), None, "input0", "backward"))
        assert said(inspector.from_rows)["target"] == chosen
    finally:
        i18n.set_language("en")


def test_a_number_that_is_blocked_could_reach_what_its_windows_reach(inspector, desk, qtbot):
    results = desk.session.results
    at = tuple(int(k) for k in np.argwhere(results.values("conv1") < 0)[0])
    desk.session.select(Playhead("conv1", at))
    qtbot.waitUntil(lambda: "ahead" in said(inspector.field))
    assert "blocked" in said(inspector.to_rows)["relu1"]
    assert said(inspector.field)["ahead"].startswith("could reach ")
    label = next(lab for lab in inspector.field.findChildren(QLabel) if 'href="0:0"' in lab.text())
    whole = QFontMetricsF(theme.font(12, mono=True)).horizontalAdvance(said(inspector.field)["sees"])
    assert whole <= label.width()  # the names beside leave a window its room
