"""Preprocessing that is fitted: means, deviations, ranges, directions; on numbers by hand and on real digits."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from cnncore import memory
from cnncore.data.idx import read_idx
from cnncore.errors import CnnError
from cnncore.files.project import Model, read_model, write_model
from cnncore.fitting import apply, covariance, fit, fit_weights, invert
from cnncore.network import chain
from cnncore.op import Run
from cnncore.ops import Dense, Flatten, ReLU, Standardize, Whiten
from cnncore.plan import Plan
from cnncore.preprocess import Preprocess
from cnncore.training import TrainSettings, train

# Two features, one of range 0 … 10 and one of 0 … 10000.
PLANE = np.array([[0.0, 10_000], [10, 0], [5, 5_000], [5, 5_000]])


def cloud(n: int = 500, *shape: int) -> np.ndarray:
    """Samples whose numbers hang together, far from zero."""
    rng = np.random.default_rng(0)
    count = int(np.prod(shape))
    mixed = rng.standard_normal((n, count)) @ rng.standard_normal((count, count)) + rng.uniform(-3, 9, count)
    return mixed.reshape(n, *shape)


@pytest.mark.parametrize(("way", "offset", "scale", "first"), [
    ("mean", [5, 5_000], [1, 1], [-5, 5_000]),
    ("standard", [5, 5_000], [1 / np.sqrt(12.5), 1 / np.sqrt(12.5e6)], [-np.sqrt(2), np.sqrt(2)]),
    ("range", [0, 0], [0.1, 1e-4], [0, 1]),
])
def test_two_features_of_unlike_ranges_by_hand(way, offset, scale, first):
    op = Standardize(way)
    params = fit(op, PLANE)
    np.testing.assert_allclose(params["offset"], offset)
    np.testing.assert_allclose(params["scale"], scale, rtol=1e-6)
    np.testing.assert_allclose(apply(op, PLANE, params)[0], first, atol=1e-6)
    np.testing.assert_allclose(invert(op, apply(op, PLANE, params), params), PLANE, rtol=1e-6, atol=1e-3)


@pytest.mark.parametrize("shape", [(3,), (3, 7), (3, 4, 5), (2, 3, 2, 4)])
@pytest.mark.parametrize("per", ["channel", "cell"])
def test_after_a_fit_each_channel_or_cell_has_mean_0_and_deviation_1(shape, per):
    x = cloud(200, *shape)
    op = Standardize("standard", per)
    params = fit(op, x)
    assert {key: value.shape for key, value in params.items()} == op.parameter_shapes(shape)
    assert {value.dtype for value in params.values()} == {np.dtype(np.float32)}
    out = apply(op, x, params)
    axes = (0,) if per == "cell" else (0, *range(2, x.ndim))
    np.testing.assert_allclose(out.mean(axis=axes), 0, atol=1e-5)
    np.testing.assert_allclose(out.std(axis=axes), 1, atol=1e-5)
    out = apply(op.but(way="range"), x, fit(op.but(way="range"), x))
    np.testing.assert_allclose([out.min(axis=axes), out.max(axis=axes)], [out.min(axis=axes) * 0,
                                                                          out.max(axis=axes) * 0 + 1], atol=1e-5)


def test_a_channel_in_which_all_agree_is_not_divided_by_zero():
    x = np.full((5, 2, 3), 0.1, np.float32)
    x[:, 1] = np.arange(5)[:, None]
    for way in ("standard", "range"):
        params = fit(Standardize(way), x)
        assert params["scale"][0] == 1
        np.testing.assert_allclose(apply(Standardize(way), x, params)[:, 0], 0, atol=1e-7)


def test_pca_of_a_tilted_cloud_by_hand():
    x = np.array([[12.0, 22], [8, 18], [11, 19], [9, 21]])
    params = fit(Whiten("pca"), x)
    root = np.sqrt(0.5)
    np.testing.assert_allclose(params["mean"], [10, 20])
    np.testing.assert_allclose(np.abs(params["matrix"]), root, rtol=1e-6)
    np.testing.assert_allclose(params["matrix"][0], [root, root], rtol=1e-6)  # the wider direction first
    out = apply(Whiten("pca"), x, params)
    np.testing.assert_allclose(covariance(out), [[4, 0], [0, 1]], atol=1e-5)
    white = apply(Whiten("pca_whitening", epsilon=0.0), x, fit(Whiten("pca_whitening", epsilon=0.0), x))
    np.testing.assert_allclose(covariance(white), np.eye(2), atol=1e-5)


@pytest.mark.parametrize("way", ["zca", "pca_whitening"])
@pytest.mark.parametrize("shape", [(6,), (2, 5), (2, 3, 2), (1, 2, 3, 2)])
def test_whitening_makes_the_covariance_the_identity_in_any_dimension(way, shape):
    x, op = cloud(2000, *shape), Whiten(way, epsilon=0.0)
    params = fit(op, x)
    out = apply(op, x, params)
    assert out.shape[1:] == op.output_shape(shape)
    assert {key: value.shape for key, value in params.items()} == op.parameter_shapes(shape)
    np.testing.assert_allclose(covariance(out), np.eye(int(np.prod(shape))), atol=1e-4)
    np.testing.assert_allclose(invert(op, out, params), x, atol=1e-4)


def test_zca_stays_nearer_to_the_samples_than_any_other_whitening():
    x = cloud(500, 1, 3, 3)
    centred = x - x.mean(axis=0)
    zca, pca = (apply(op, x, fit(op, x)) for op in (Whiten("zca"), Whiten("pca_whitening")))
    assert np.square(zca - centred).sum() < np.square(pca.reshape(x.shape) - centred).sum()


def test_epsilon_keeps_narrow_directions_narrow():
    x = np.array([[100.0, 0.1], [-100, 0.1], [100, -0.1], [-100, -0.1]])
    out = apply(Whiten("zca", epsilon=1.0), x, fit(Whiten("zca", epsilon=1.0), x))
    np.testing.assert_allclose(np.sqrt(np.diag(covariance(out))), [100 / np.sqrt(10_001), 0.1 / np.sqrt(1.01)],
                               rtol=1e-4)


def test_a_direction_without_any_difference_is_left_out():
    x = np.array([[1.0, 5], [-1, 5], [3, 5]])
    for way in ("zca", "pca_whitening"):
        out = apply(Whiten(way, epsilon=0.0), x, fit(Whiten(way, epsilon=0.0), x))
        assert np.isfinite(out).all()
        np.testing.assert_allclose(np.sort(np.diag(covariance(out))), [0, 1], atol=1e-6)
    assert np.isfinite(apply(Whiten(), x[:1], fit(Whiten(), x[:1]))).all()


def test_few_components_give_back_the_nearest_samples():
    x = cloud(300, 8)
    errors = []
    for k in (1, 4, 8):
        op = Whiten("pca", components=k)
        params = fit(op, x)
        out = apply(op, x, params)
        assert out.shape == (300, k)
        errors.append(np.square(invert(op, out, params) - x).sum())
    assert errors[0] > errors[1] > errors[2]
    spread = np.linalg.eigvalsh(covariance(x))
    assert errors[1] == pytest.approx(300 * spread[:4].sum(), rel=1e-3)  # what the left-out directions hold


@pytest.mark.parametrize("way", ["pca", "pca_whitening", "zca"])
def test_fewer_samples_than_numbers_give_the_same_directions_as_the_covariance_would(way, monkeypatch):
    x, op = cloud(12, 2, 4, 5), Whiten(way, components=7)
    thin = fit(op, x)
    monkeypatch.setattr(Whiten, "_few", lambda self, samples, count: False)
    whole = fit(op, x)
    assert thin["matrix"].shape == whole["matrix"].shape == op.parameter_shapes((2, 4, 5))["matrix"]
    np.testing.assert_allclose(thin["matrix"], whole["matrix"], atol=1e-4)


def test_eigenfaces_of_large_pictures_need_no_covariance(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 500_000_000)
    x = np.random.default_rng(0).random((10, 3, 224, 224), np.float32)  # the covariance would take 181 GB
    params = fit(Whiten("pca_whitening", components=4, epsilon=0.0), x)
    out = apply(Whiten("pca_whitening", components=4, epsilon=0.0), x, params)
    np.testing.assert_allclose(covariance(out), np.eye(4), atol=1e-3)


def test_a_fitted_network_is_saved_and_runs_through_a_plan(tmp_path):
    x = cloud(40, 1, 4, 4).astype(np.float32)
    network = chain("kept", (1, 4, 4), [("norm", Standardize("range", "cell")), ("white", Whiten("pca_whitening", 5)),
                                        ("scores", Dense(2))])
    weights = fit_weights(network, network.start(0), x)
    write_model(tmp_path / "kept.safetensors", Model(network, weights, ("a", "b"), Preprocess(box=4, size=4), {}))
    model = read_model(tmp_path / "kept.safetensors")
    assert model.network.settings() == network.settings()
    assert all(np.array_equal(model.weights[key], value) for key, value in weights.items())
    expected = network.forward(weights, x).outputs["scores"]
    np.testing.assert_allclose(Plan(model.network, 40).scores(model.weights, x), expected, atol=1e-4)


def test_samples_are_never_written_to_and_float32_stays():
    x = cloud(50, 2, 3).astype(np.float32)
    x.setflags(write=False)
    for op in (Standardize(), Whiten(), Whiten("pca", 2)):
        params = fit(op, x)
        out = apply(op, x, params)
        assert {out.dtype, invert(op, out, params).dtype} == {np.dtype(np.float32)}


def test_until_it_is_fitted_preprocessing_changes_nothing():
    x = cloud(3, 2, 3, 3).astype(np.float32)
    network = chain("plain", (2, 3, 3), [("norm", Standardize()), ("white", Whiten())])
    np.testing.assert_array_equal(network.forward(network.start(0), x).outputs["white"], x)


def test_a_network_is_fitted_node_by_node_and_then_trains_on():
    x = cloud(120, 1, 3, 3).astype(np.float32)
    labels = (x[:, 0, 1, 1] > np.median(x[:, 0, 1, 1])).astype(int)
    network = chain("fitted", (1, 3, 3), [
        ("norm", Standardize("standard", "cell")), ("relu", ReLU()), ("white", Whiten(epsilon=0.0)),
        ("flat", Flatten()), ("scores", Dense(2))])
    start = network.start(0)
    weights = fit_weights(network, start, x)
    assert start["norm.scale"].max() == 1
    done = network.forward(weights, x)
    np.testing.assert_allclose(covariance(done.outputs["white"]), np.eye(9), atol=1e-3)
    assert network.parameter_count() == 20
    *_, last = train(network, weights, x, labels, TrainSettings(epochs=20, learning_rate=0.1))
    after = last.weights()
    assert last.accuracy > 0.9
    for key in network.running:
        np.testing.assert_array_equal(after[key], weights[key])
    plain = chain("plain", (1, 3, 3), [("relu", ReLU())])
    assert fit_weights(plain, {}, x) == {}


@pytest.mark.parametrize("x", [cloud(60, 2, 3, 3), cloud(60, 2, 3, 3) * 1e-3 + 1000, PLANE, PLANE + np.array([1e6, 0])],
                         ids=["cloud", "far", "plane", "far plane"])
@pytest.mark.parametrize("op", [Standardize("standard"), Standardize("range", "cell"), Whiten("pca"),
                                Whiten("pca_whitening", epsilon=0.0), Whiten("zca")], ids=lambda op: op.way)
def test_traces_add_up_after_a_fit_also_far_from_zero(op, x):
    x = x.astype(np.float32)
    params = fit(op, x)
    done = op.forward((x,), params)
    grad = np.random.default_rng(1).standard_normal(done.output.shape).astype(np.float32)
    run = Run((x,), params, done, grad, op.backward(grad, (x,), params, done))
    for target, array in (("output", done.output), ("input0", run.backward.inputs[0])):
        for cell in np.ndindex(array.shape[1:]):
            trace = op.trace(target, cell, run, 2)
            assert abs(trace.rounding) <= trace.bound


@pytest.mark.parametrize(("op", "samples", "code", "words"), [
    (ReLU(), PLANE, "fit.op", "relu finds nothing in samples. Allowed: standardize, whiten"),
    (Whiten(), PLANE.tolist(), "fit.samples", "whiten: the samples are list of shape (). Allowed: (N, C, …)"),
    (Whiten(), PLANE.astype(int), "fit.samples", "int64 of shape (4, 2)"),
    (Whiten(), PLANE[0], "fit.samples", "one sample needs x[None]"),
    (Standardize(), PLANE[:0], "fit.samples", "N ≥ 1"),
    (Standardize(), PLANE * np.nan, "samples.finite", "standardize: the samples hold values that are not finite"),
    (Whiten("pca", 3), PLANE, "whiten.components", "components = 3, but a sample has 2 numbers. Allowed: 0 … 2"),
])
def test_what_cannot_be_fitted_is_refused(op, samples, code, words):
    with pytest.raises(CnnError) as caught:
        fit(op, samples)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_a_matrix_that_does_not_fit_in_memory_is_refused_before_it_is_made(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 2_000_000_000)
    with pytest.raises(CnnError) as caught:
        fit(Whiten("pca"), np.zeros((2, 3, 224, 224), np.float32))
    assert caught.value.code == "fit.memory"
    assert "(150528, 3, 224, 224) and 2 samples need 725.1 GB; 2.0 GB are free. Make the samples" in str(caught.value)


def test_an_op_without_a_way_back_says_so():
    with pytest.raises(CnnError, match="relu has no way back"):
        invert(ReLU(), PLANE, {})


MNIST = os.environ.get("CONVSCOPE_MNIST", "")


@pytest.mark.skipif(not MNIST, reason="CONVSCOPE_MNIST names no folder")
def test_on_real_digits_the_covariance_becomes_the_identity():
    digits = read_idx(Path(MNIST) / "t10k-images-idx3-ubyte.gz").astype(np.float32)[:, None] / 255
    pooled = digits.reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5))
    op = Whiten("pca_whitening", components=60, epsilon=0.0)
    params = fit(op, digits)
    assert params["matrix"].shape == (60, 1, 28, 28)
    np.testing.assert_allclose(covariance(apply(op, digits, params)), np.eye(60), atol=2e-4)
    pictures = fit(Whiten("pca", components=60), digits)["matrix"].reshape(60, -1)  # eigen-digits
    np.testing.assert_allclose(pictures @ pictures.T, np.eye(60), atol=1e-5)
    zca = Whiten("zca", epsilon=0.0)
    out = apply(zca, pooled, fit(zca, pooled))
    spread = np.linalg.eigvalsh(covariance(out))
    varied = int((np.linalg.eigvalsh(covariance(pooled)) > 1e-9).sum())
    assert varied > 150
    np.testing.assert_allclose(spread[-varied:], 1, atol=2e-3)  # the others never change: black corners
    np.testing.assert_allclose(covariance(out) @ covariance(out), covariance(out), atol=5e-3)
