"""A training run from real drawings: start, steer, keep, discard; what the session shows, and what stays as it was."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app import paths
from app.jobs import worker as jobs
from app.jobs.plan import chosen, hindrance, hold_back, plan
from app.jobs.recording import MOST, Recording, Rows
from app.jobs.runs import Runs
from app.messages import Messages, text_of
from app.model import edits
from app.model.document import Document, from_model
from app.model.session import Session
from cnncore.augment import Augment
from cnncore.data.strokes import load_templates, render, vary
from cnncore.errors import CnnError
from cnncore.files.project import Model
from cnncore.preprocess import Preprocess
from cnncore.training import TrainSettings, train
from cnncore.zoo.lenet import lenet

SHAPES = ("circle", "cross", "triangle")


@pytest.fixture(scope="module")
def drawn() -> Document:
    """Three classes of six drawings each, around a network for the ten digits."""
    network = lenet()
    digits = tuple("0123456789")
    document = from_model(Model(network, network.start(1), digits, Preprocess(), {}))
    templates, rng = load_templates(paths.asset("strokes", "shapes.json")), np.random.default_rng(5)
    document = edits.add_classes(document, SHAPES)
    for k, name in enumerate(SHAPES):
        for n in range(6):
            strokes = templates[name][n % len(templates[name])]
            document = edits.add_sample(document, k, render(vary(strokes, rng)))
    return edits.set_drawing(document, render(templates["cross"][0]))


@pytest.fixture
def session(qtbot: QtBot, drawn: Document) -> Session:
    return Session(drawn)


@pytest.fixture
def runs(session: Session) -> Iterator[Runs]:
    made = Runs(session, Messages())
    yield made
    made.shutdown()
    assert not jobs._alive


def short(session: Session, steps: int = 30, **knobs: object) -> None:
    """Settings for a run that a test can wait for."""
    settings = chosen(session.document).settings.but(steps=steps, **knobs)
    session.edit(edits.set_training, settings=settings, auto=False)


def finished(qtbot: QtBot, session: Session, status: str = "finished") -> None:
    qtbot.waitUntil(lambda: session.run is not None and session.run.status == status, timeout=30_000)


# --- a run to its end


def test_run_from_drawings_is_kept_as_one_step_of_undo(qtbot, session, runs):
    short(session, 120)
    before = session.document
    runs.start()
    finished(qtbot, session)
    run = session.run
    assert run.step == run.steps == 120
    assert session.view.labels == SHAPES
    assert session.document is before
    assert len(run.loss) == len(run.accuracy) == 120
    assert run.loss[-10:, 1].mean() < run.loss[:10, 1].mean() / 3
    learned = run.shown.weights
    runs.accept()
    assert session.run is None
    assert session.document.labels == SHAPES
    assert all(np.array_equal(session.document.weights[k], learned[k]) for k in learned)
    assert session.results.document.labels[session.results.order[0]] == "cross"
    session.undo()
    assert session.document is before
    session.redo()
    assert session.document.labels == SHAPES


def test_curves_and_weights_are_those_of_the_engine(qtbot, session, runs):
    short(session, 12, hold_out=0.0)
    runs.start()
    finished(qtbot, session)
    made = plan(session.document)
    images = made.preprocess.apply([s.image for s in made.samples])
    choice = made.choice
    steps = list(train(made.network, made.weights, images, made.truth, choice.settings, augment=choice.augment))
    np.testing.assert_array_equal(session.run.loss[:, 1], [p.loss for p in steps])
    last = steps[-1].weights()
    assert all(np.array_equal(session.run.shown.weights[k], last[k]) for k in last)


def test_same_seed_gives_the_same_run_again(qtbot, session, runs):
    short(session, 8)
    runs.start()
    finished(qtbot, session)
    first = session.run
    runs.restart()
    finished(qtbot, session)
    assert session.run is not first
    np.testing.assert_array_equal(session.run.loss, first.loss)


def test_views_show_the_run_while_it_goes_on_and_the_document_stays(qtbot, session, runs):
    short(session, 400)
    seen: list[float] = []
    session.results_changed.connect(lambda results: seen.append(float(results.probabilities[0])))
    before = session.document
    runs.start()
    qtbot.waitUntil(lambda: len(set(seen)) > 4, timeout=20_000)
    assert session.view.network is not before.network
    assert session.document is before
    runs.cancel()
    assert session.view.weights is before.weights


# --- steering


def test_cancel_leaves_the_document_as_it_was(qtbot, session, runs):
    short(session, 5000)
    before = session.document
    runs.start()
    qtbot.waitUntil(lambda: session.run.step > 5, timeout=20_000)
    runs.cancel()
    assert session.run is None
    assert session.document is before
    assert session.view.weights is before.weights
    qtbot.waitUntil(lambda: not jobs._alive)


def test_pause_stands_still_and_resume_goes_on(qtbot, session, runs):
    short(session, 5000)
    runs.start()
    qtbot.waitUntil(lambda: session.run.step > 3, timeout=20_000)
    worker = runs._worker
    with qtbot.waitSignal(worker.halted):
        runs.pause()
    qtbot.wait(5)
    stood = session.run
    assert stood.status == "paused"
    assert stood.shown.step == stood.step == len(stood.loss)
    runs.resume()
    assert session.run.status == "running"
    qtbot.waitUntil(lambda: session.run.step > stood.step)


def test_one_step_is_one_step_also_as_the_first(qtbot, session, runs):
    short(session, 50)
    for step in (1, 2, 3):
        runs.step_once()
        qtbot.waitUntil(lambda n=step: session.run.step == n, timeout=20_000)
        assert session.run.status == "paused"
    runs.resume()
    finished(qtbot, session)


def test_paused_run_can_be_kept(qtbot, session, runs):
    runs.step_once()
    qtbot.waitUntil(lambda: session.run.step == 1, timeout=20_000)
    runs.accept()
    assert session.document.labels == SHAPES
    assert session.run is None
    qtbot.waitUntil(lambda: not jobs._alive)


def test_second_start_asks_to_keep_or_discard_first(qtbot, session, runs):
    short(session, 3)
    runs.start()
    finished(qtbot, session)
    with pytest.raises(CnnError, match="keep or discard"):
        runs.start()
    runs.discard()
    runs.start()


def test_editing_weights_while_a_run_is_open_is_refused(qtbot, session, runs):
    short(session, 3)
    runs.start()
    finished(qtbot, session)
    with pytest.raises(CnnError, match="keep or discard"):
        session.edit(edits.set_weight, "conv1.weight", (0, 0, 0, 0), 1.0)
    session.edit(edits.add_sample, 0, session.document.drawing)
    assert len(session.document.classes[0].samples) == 7


def test_shutdown_during_a_run_leaves_no_thread(qtbot, session, runs):
    short(session, 100_000)
    runs.start()
    qtbot.waitUntil(lambda: session.run.step > 2, timeout=20_000)
    worker = runs._worker
    runs.shutdown()
    assert worker.isFinished()
    assert session.run is None


# --- history


def test_scrub_shows_an_earlier_moment_in_all_views(qtbot, session, runs):
    short(session, 40)
    runs.start()
    finished(qtbot, session)
    newest = session.results.probabilities.copy()
    runs.scrub(0)
    assert session.run.shown.step == 0
    assert session.view.weights is session.run.checkpoints[0].weights
    assert not np.array_equal(session.results.probabilities, newest)
    runs.scrub(None)
    assert np.array_equal(session.results.probabilities, newest)


def test_keeping_takes_the_moment_that_is_shown(qtbot, session, runs):
    short(session, 40)
    runs.start()
    finished(qtbot, session)
    runs.scrub(3)
    early = session.run.shown
    said = []
    runs.messages.shown.connect(said.append)
    runs.accept()
    assert said[-1].text == f"Kept the weights of step {early.step}."
    assert runs.kept.shown is early
    assert all(np.array_equal(session.document.weights[k], early.weights[k]) for k in early.weights)


def test_confusion_counts_every_sample_once_and_names_mistakes(qtbot, session, runs):
    short(session, 6)
    runs.start()
    finished(qtbot, session)
    confusion = session.run.confusion
    assert confusion.sum(axis=1).tolist() == [6, 6, 6]
    verdict = runs.verdict
    assert len(verdict.mistakes) == 18 - np.trace(confusion)
    for truth in range(3):
        for answer in range(3):
            assert len(verdict.cell(truth, answer)) == confusion[truth, answer]


def test_verdict_stays_after_keeping_until_the_weights_change(qtbot, session, runs):
    short(session, 6)
    runs.start()
    finished(qtbot, session)
    verdict = runs.verdict
    runs.accept()
    assert runs.verdict is verdict
    session.edit(edits.set_weight, "conv1.weight", (0, 0, 0, 0), 1.0)
    assert runs.verdict is None


def test_moments_are_even_and_not_too_many():
    network = lenet(3)
    images = np.random.default_rng(0).random((6, 1, 28, 28), np.float32)
    labels = np.arange(6) % 3
    recording = Recording(network)
    recording.start(network.start(0), images)
    for progress in train(network, network.start(0), images, labels, TrainSettings(steps=150, batch=2)):
        recording.add(progress)
    moment = recording.moment()
    steps = [c.step for c in moment.checkpoints]
    assert len(steps) <= MOST + 1
    assert steps[0] == 0
    assert steps[-1] == 150
    assert set(np.diff(steps[:-1])) == {4}
    assert all(not w.flags.writeable for c in moment.checkpoints for w in c.weights.values())


def test_rows_keep_what_was_seen_while_they_grow():
    rows = Rows(2)
    rows.add(1, 10)
    seen = rows.view()
    for k in range(2, 600):
        rows.add(k, k)
    assert seen.tolist() == [[1, 10]]
    assert len(rows.view()) == 599
    with pytest.raises(ValueError, match="read-only"):
        rows.view()[0] = 0


# --- what goes wrong


def test_diverging_run_says_so_and_the_old_weights_stay(qtbot, session, runs):
    short(session, 400, learning_rate=50.0)
    before = session.document
    said = []
    runs.messages.shown.connect(said.append)
    runs.start()
    finished(qtbot, session, "failed")
    assert "the first that is not finite" in said[-1].text
    assert "Lower the learning rate" in said[-1].text
    assert session.document is before
    assert session.view.weights is before.weights
    assert len(session.run.loss) > 0
    with pytest.raises(CnnError, match="train first"):
        runs.accept()


def test_remedy_of_a_diverged_run_trains_with_shorter_steps(qtbot, session, runs):
    short(session, 20, learning_rate=50.0)
    said = []
    runs.messages.shown.connect(said.append)
    runs.start()
    finished(qtbot, session, "failed")
    _, remedy = said[-1].button
    remedy()
    assert session.run.active
    assert session.document.training.settings.learning_rate == 5.0


@pytest.mark.parametrize(
    ("names", "words"),
    [((), "at least two classes"), (("a",), "only class"), (("a", "b"), "2 classes have no samples")],
)
def test_what_cannot_be_trained_is_said_before_anything_happens(session, runs, names, words):
    bare = dataclasses.replace(session.document, classes=())
    session.open(edits.add_classes(bare, names), None)
    with pytest.raises(CnnError, match=words):
        runs.start()
    assert session.run is None


def test_class_without_samples_is_named(drawn):
    missing = edits.add_class(drawn, "star")
    assert "“star” has no samples" in text_of(hindrance(missing))



def test_automatic_settings_follow_the_samples_until_a_knob_is_turned(drawn, monkeypatch):
    def made(samples, classes, trained):
        return TrainSettings(batch=samples), Augment()

    monkeypatch.setattr("app.jobs.plan.recipe", made)
    assert chosen(drawn).settings.batch == 18
    more = edits.add_sample(drawn, 0, drawn.drawing)
    assert chosen(more).settings.batch == 19
    turned = edits.set_training(more, settings=chosen(more).settings.but(batch=4), auto=False)
    assert chosen(turned).settings.batch == 4
    assert chosen(edits.add_sample(turned, 0, drawn.drawing)).settings.batch == 4


def test_seed_of_the_document_is_that_of_the_run(drawn):
    assert chosen(edits.set_seed(drawn, 23)).settings.seed == 23


def test_trained_start_keeps_the_backbone_and_rows_of_classes_that_stay(drawn):
    document = edits.rename_class(edits.set_training(drawn, start="trained"), 1, "7")
    made = plan(document)
    assert made.labels == ("circle", "7", "triangle")
    assert made.weights["conv1.weight"] is document.weights["conv1.weight"]
    np.testing.assert_array_equal(made.weights["scores.weight"][1], document.weights["scores.weight"][7])


def test_random_start_is_drawn_from_the_seed(drawn):
    one, two = plan(drawn), plan(edits.set_seed(drawn, 8))
    np.testing.assert_array_equal(one.weights["conv1.weight"], plan(drawn).weights["conv1.weight"])
    assert not np.array_equal(one.weights["conv1.weight"], two.weights["conv1.weight"])


def test_held_out_samples_come_from_every_class():
    truth = np.repeat([0, 1, 2], [14, 7, 3])
    held = hold_back(truth, 0.2, seed=1)
    assert np.bincount(truth[held]).tolist() == [3, 1, 1]


def test_nothing_is_held_out_where_a_class_has_one_sample():
    assert not hold_back(np.array([0, 0, 0, 1]), 0.5, seed=1).any()


def test_split_without_room_is_said(drawn):
    document = dataclasses.replace(drawn, classes=drawn.classes[:2])
    document = edits.add_sample(edits.add_class(document, "dot"), 2, drawn.drawing)
    settings = chosen(document).settings.but(hold_out=0.3)
    made = plan(edits.set_training(document, settings=settings, auto=False))
    assert not made.held.any()
    assert "none is held out" in made.note
