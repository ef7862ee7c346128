"""Start values: their size, their seed, and what they leave to the op."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.initializers import INITIALIZERS, constant, fans, he_and_zeros, orthogonal, start
from cnncore.network import chain
from cnncore.ops import make_op
from cnncore.zoo import lenet

WIDE = (64, 32, 3, 3)  # fan-in 288, fan-out 576
DEVIATIONS = {"he": 2 / 288, "he_uniform": 2 / 288, "xavier": 2 / 864, "xavier_uniform": 2 / 864, "lecun": 1 / 288,
              "lecun_uniform": 1 / 288}


@pytest.mark.parametrize(("name", "variance"), DEVIATIONS.items())
def test_drawn_weights_have_the_variance_of_their_rule(name: str, variance: float):
    drawn = INITIALIZERS[name](np.random.default_rng(0), WIDE)
    assert drawn.std() == pytest.approx(math.sqrt(variance), rel=0.02)
    assert abs(drawn.mean()) < 0.02 * math.sqrt(variance)
    if name.endswith("uniform"):
        assert np.abs(drawn).max() <= math.sqrt(3 * variance) * 1.000001


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("shape", [(4, 3), (2, 5, 3, 3), (6, 1, 2, 2, 2), (3,)])
def test_shape_dtype_and_seed(name: str, shape: tuple[int, ...]):
    one, two = (INITIALIZERS[name](np.random.default_rng(7), shape) for _ in range(2))
    assert one.shape == shape
    assert one.dtype == np.float32
    assert one.flags.c_contiguous
    assert one.tobytes() == two.tobytes()


def test_fans_of_a_convolution_count_its_kernel():
    assert fans((6, 3, 5, 5)) == (75, 150)
    assert fans((10, 84)) == (84, 10)


@pytest.mark.parametrize("shape", [(4, 2, 3, 3), (30, 5), (5, 5)])
def test_orthogonal_rows_stand_at_right_angles(shape: tuple[int, ...]):
    rows = orthogonal(np.random.default_rng(1), shape).reshape(shape[0], -1).astype(np.float64)
    if rows.shape[0] > rows.shape[1]:
        rows = rows.T
    np.testing.assert_allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-6)


def test_constant_takes_its_value():
    assert constant(np.random.default_rng(0), (2,), 0.5).tolist() == [0.5, 0.5]
    assert INITIALIZERS["constant"](np.random.default_rng(0), (1,)).item() == pytest.approx(0.1)


def test_he_starts_a_network_as_its_layers_do():
    network = lenet(10)
    mine, own = start(network, 3), network.start(3)
    assert {key: value.tobytes() for key, value in mine.items()} == {key: v.tobytes() for key, v in own.items()}


def test_start_draws_weights_and_leaves_biases_to_the_op():
    network = chain("two", (1, 4, 4), [("conv", make_op("conv", {"filters": 2, "kernel": 3})),
                                       ("flatten", make_op("flatten", {})), ("out", make_op("dense", {"units": 3}))])
    drawn = start(network, 0, "constant", value=0.25)
    assert set(drawn["conv.weight"].ravel()) == set(drawn["out.weight"].ravel()) == {0.25}
    assert not drawn["conv.bias"].any()
    network.check_weights(start(network, 0, "orthogonal"))


def test_an_unknown_initializer_is_refused_with_the_nearest():
    with pytest.raises(CnnError, match=r"no initializer 'xavie'.+Did you mean: xavier"):
        start(lenet(10), 0, "xavie")


def test_layers_start_with_he_and_zeros():
    drawn = he_and_zeros(np.random.default_rng(0), {"weight": (4, 3), "bias": (4,)})
    assert drawn["weight"].all()
    assert not drawn["bias"].any()
