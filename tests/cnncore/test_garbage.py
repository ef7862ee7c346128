"""Whatever is put into a network, it works or it is refused in a sentence: nothing else ever comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncore.augment import Augment
from cnncore.errors import CnnError
from cnncore.fitting import fit
from cnncore.framing import Framing
from cnncore.network import Network, Node, chain
from cnncore.ops import Convolution, Dense, Flatten, MaxPool, ReLU, Standardize, Whiten

NETWORK = chain("small", (2, 6, 5), [("conv", Convolution(3, 3)), ("flat", Flatten()), ("scores", Dense(4))])
WEIGHTS = NETWORK.start(0)
GOOD = np.random.default_rng(0).random((2, 2, 6, 5), np.float32)

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-3, 12), st.floats(width=32), st.text(max_size=3),
                    st.just(ReLU), st.just(ReLU()), st.just(np.float32(2)), st.just(np.int64(5)))
NESTED = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner), max_leaves=6)
DTYPES = st.sampled_from(["f4", "f8", ">f4", "f2", "g", "i4", "u1", "?", "c8", "O", "U2", "M8[s]", "S3"])


@st.composite
def arrays(draw: Any) -> Any:
    """Arrays of any rank, size, type and layout, now and then with what is not finite."""
    shape = draw(st.sampled_from([GOOD.shape, GOOD.shape[1:], (0, 2, 6, 5), (2, 6, 5, 2), (2, 2, 6, 6), (1, 1, 6, 5)])
                 | st.lists(st.integers(0, 6), max_size=5).map(tuple))
    x = np.zeros(shape, draw(DTYPES))
    if x.dtype.kind == "f" and x.size and draw(st.booleans()):
        x.flat[draw(st.integers(0, x.size - 1))] = draw(st.sampled_from([np.nan, np.inf, -np.inf, 3e4]))
    if x.ndim and draw(st.booleans()):
        x = x[::-1]
    return x


def tried(do: Any) -> Any:
    """What ``do`` gives, or the sentence with which it is refused."""
    try:
        return do()
    except CnnError as error:
        said = str(error)
    assert said
    return None


@settings(max_examples=300, deadline=None)
@given(arrays() | NESTED)
def test_any_input(x: Any) -> None:
    done = tried(lambda: NETWORK.forward(WEIGHTS, x))
    if done is not None:
        assert done.outputs["scores"].shape == (len(x), 4)
        assert np.isfinite(x).all()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(WEIGHTS)), arrays() | NESTED)
def test_any_weight(key: str, value: Any) -> None:
    tried(lambda: NETWORK.check_weights({**WEIGHTS, key: value}))
    done = tried(lambda: NETWORK.forward({**WEIGHTS, key: value}, GOOD))
    assert done is None or value.shape == WEIGHTS[key].shape


@settings(max_examples=300, deadline=None)
@given(NESTED, NESTED | st.just([("relu", ReLU())]))
def test_any_shape_and_layers(shape: Any, layers: Any) -> None:
    if isinstance(layers, (list, tuple)):
        tried(lambda: chain("odd", shape, layers))


OPS = st.one_of(
    st.builds(Convolution, st.integers(1, 4), st.integers(1, 9), st.integers(1, 4), st.integers(0, 4),
              st.integers(1, 3), st.integers(1, 3)),
    st.builds(MaxPool, st.integers(1, 9)), st.just(ReLU()), st.just(Flatten()), st.builds(Dense, st.integers(1, 5)),
    st.just(Standardize()), st.builds(Whiten, st.just("pca"), st.integers(0, 9)))


@settings(max_examples=200, deadline=None)
@given(st.lists(OPS, min_size=1, max_size=5), st.lists(st.integers(1, 7), min_size=1, max_size=4), st.integers(0, 5))
def test_any_order_of_layers(ops: Any, shape: Any, source: int) -> None:
    names = ["input", *(f"n{k}" for k in range(len(ops)))]
    nodes = tuple(Node(f"n{k}", op, (names[min(source, k)] if k % 2 else names[k],)) for k, op in enumerate(ops))
    network = tried(lambda: Network("odd", tuple(shape), nodes))
    if network is not None:
        x = np.ones((1, *shape), np.float32)
        outputs = network.forward(network.start(0), x).outputs
        assert {name: array.shape[1:] for name, array in outputs.items()} == network.shapes


@settings(max_examples=200, deadline=None)
@given(arrays() | NESTED)
def test_any_samples(x: Any) -> None:
    tried(lambda: fit(Standardize(), x))
    tried(lambda: fit(Whiten(), x))
    tried(lambda: Augment().apply(x, np.random.default_rng(0)))
    tried(lambda: Augment.only(shift=1.0, noise=0.1).apply(x, np.random.default_rng(0)))
    tried(lambda: Framing(centre=True).apply(x))
