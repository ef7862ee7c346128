"""What is copied runs as it stands, beside the saved project, and gives the number on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app import paths
from app.model import edits
from app.model.code import whole, written
from app.model.document import Document, from_model
from app.model.frames import value_of
from app.model.project import load, save_project
from app.model.results import Results, compute
from app.model.timeline import Playhead, named, timeline
from cnncore import Add, Convolution, Dense, Flatten, MeanPool, Model, Network, Node, Preprocess, ReLU
from cnncore.code import LANGUAGES
from cnncore.code.lines import narrow

FILE = "mine.convscope"


def branched() -> Document:
    """A skip connection: what comes back to relu1 is a sum."""
    nodes = (Node("conv1", Convolution(2, 3), ("input",)), Node("relu1", ReLU(), ("conv1",)),
             Node("conv2", Convolution(2, 3, padding="same", mode="reflect"), ("relu1",)),
             Node("add", Add(), ("relu1", "conv2")), Node("pool1", MeanPool(2, 2), ("add",)),
             Node("flatten", Flatten(), ("pool1",)), Node("scores", Dense(3), ("flatten",)))
    network = Network("skip", (1, 8, 8), nodes)
    document = from_model(Model(network, network.start(1), ("a", "b", "c"), Preprocess(box=8, size=8), {}))
    return edits.set_input(document, np.random.default_rng(0).standard_normal((1, 8, 8)).astype(np.float32))


def example(letters: str) -> Callable[[], Document]:
    return lambda: load(paths.asset("examples", f"{letters}.convscope"))


def lenet() -> Document:
    return load(paths.asset("models", "lenet.safetensors"))


def trained_otherwise() -> Document:
    """Clipped, decayed, and judged by another loss."""
    document = branched()
    settings = document.training.settings.but(optimizer="adamw", clip_value=0.05, clip_norm=0.2, loss="huber")
    return edits.set_training(document, settings=settings)


def run(text: str) -> float:
    """What a person sees who pastes it: the last expression's value."""
    *lines, last = [line for line in text.splitlines() if line and not line.startswith("#")]
    known: dict[str, object] = {}
    exec("\n".join(lines), known)
    return float(eval(last, known))


def middle(results: Results) -> list[Playhead]:
    """A number of every stretch of the timeline."""
    return [one.at(one.maps // 2, one.size // 2) for one in timeline(results.network)]


@pytest.mark.parametrize("made", [branched, trained_otherwise, *(example(k) for k in ("A2", "D1", "E4"))],
                         ids=["branched", "otherwise", "A2", "D1", "E4"])
def test_what_is_copied_of_every_stretch_gives_its_number(made: Callable[[], Document], tmp_path: Path,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = made()
    save_project(tmp_path / FILE, document)
    results = compute(document, said=0)
    for head in middle(results):
        code = written(results, head, "numpy")
        assert code.text, (head, code.why)
        text = whole(results, head, "numpy", code.text, FILE)
        assert code.text in text
        value = value_of(results, head)
        assert run(text) == pytest.approx(value, rel=1e-4, abs=1e-6), text
        assert text.splitlines()[-1] == f"# {named(results.network, head)} = {value:.9g}"


def test_the_copy_says_where_everything_comes_from(tmp_path: Path) -> None:
    results = compute(lenet())
    head = Playhead("conv1", (2, 10, 9))
    text = whole(results, head, "numpy", written(results, head, "numpy").text, FILE)
    assert text.splitlines()[:-1] == [
        "import numpy as np", "from app.model.project import load", "from app.model.results import compute", "",
        'r = compute(load("mine.convscope"))', 'x = r.values("input")  # input, shape (1, 28, 28)',
        'w = r.document.effective["conv1.weight"]  # conv1.weight, shape (6, 1, 5, 5)',
        'b = r.document.effective["conv1.bias"]  # conv1.bias, shape (6,)', "", "p = x[:, 10:15, 9:14]",
        "(p * w[2]).sum() + b[2]"]


def test_a_gradients_copy_says_which_class_is_right_and_keras_on_what() -> None:
    results = compute(lenet(), said=3)
    head = Playhead("conv1", (2, 0, 2, 3), None, "weight", "backward")
    text = whole(results, head, "keras", written(results, head, "keras").text)
    assert 'r = compute(load("project.convscope"), said=3)  # save the project so first' in text
    assert 'os.environ["KERAS_BACKEND"] = "torch"' in text
    assert 'dy = ops.array(r.gradients.outputs["conv1"][0])  # ∂L/∂conv1, shape (6, 24, 24)' in text


def test_all_gradients_are_loaded_where_their_length_counts() -> None:
    results = compute(trained_otherwise(), said=0)
    head = Playhead("conv1", (1, 0, 2, 2), None, "weight", "update")
    for language, made in (("numpy", "list(r.gradients.weights.values())"), ("torch", "torch.tensor(d)")):
        assert made in whole(results, head, language, written(results, head, language).text)


def test_the_input_has_no_lines() -> None:
    assert written(compute(lenet()), Playhead("input", (0, 3, 3)), "numpy") == ("", "", {})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_a_lenet_fits_the_smallest_windows_column(language: str) -> None:
    results = compute(lenet())
    for head in middle(results):
        for line in narrow(written(results, head, language).text, 28).split("\n"):
            assert len(line) <= 28, (head, line)
