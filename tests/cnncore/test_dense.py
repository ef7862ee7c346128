"""Dense and flatten."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.op import Run
from cnncore.ops import Dense, Flatten

PARAMS = {"weight": np.array([[1, 2, 3], [0, -1, 1]], np.float32), "bias": np.array([10, 20], np.float32)}


def test_a_unit_is_the_weighted_sum_of_all_that_comes_in():
    x = np.array([[1, 1, 2]], np.float32)
    run = Run((x,), PARAMS, Dense(2).forward((x,), PARAMS))
    assert run.forward.output.tolist() == [[19, 21]]
    trace = Dense(2).trace("output", (1,), run)
    assert (trace.terms.tolist(), trace.bias, trace.layout) == ([0, -1, 2], 20, (3,))
    assert trace.operand("weight").cells.tolist() == [[1, 0], [1, 1], [1, 2]]


@pytest.mark.parametrize("samples", [1, 2])
def test_what_came_back_reaches_inputs_and_weights(samples: int):
    x = np.array([[1, 1, 2], [0, 1, 0]], np.float32)[:samples]
    grad = np.array([[1, 2], [3, 4]], np.float32)[:samples]
    back = Dense(2).backward(grad, (x,), PARAMS, Dense(2).forward((x,), PARAMS))
    assert back.inputs[0][0].tolist() == [1, 0, 5]
    assert back.params["weight"].tolist() == [[[1, 1, 2], [2, 2, 4]], [[1, 4, 2], [2, 6, 4]]][samples - 1]
    assert back.params["bias"].tolist() == [[1, 2], [4, 6]][samples - 1]


def test_maps_have_to_be_flattened_first():
    with pytest.raises(CnnError, match="flatten") as caught:
        Dense(3).output_shape((16, 4, 4))
    assert (caught.value.code, caught.value.facts["value"]) == ("dense.rank", (16, 4, 4))


def test_a_large_picture_into_64_units_takes_four_million_weights():
    shapes = Dense(64).parameter_shapes((256 * 256,))
    assert (np.prod(shapes["weight"]), shapes["bias"]) == (4_194_304, (64,))


def test_flatten_goes_channel_by_channel_and_row_by_row():
    x = np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2)
    done = Flatten().forward((x,), {})
    assert done.output.tolist() == [[0, 1, 2, 3, 4, 5, 6, 7]]
    trace = Flatten().trace("output", (6,), Run((x,), {}, done))
    assert (trace.kind, trace.operands[0].cells.tolist()) == ("copy", [[1, 1, 0]])


def test_the_code_of_a_unit_is_what_one_would_write():
    assert Dense(2).code("output", (1,), {"input0": "x", "weight": "w", "bias": "b"}) == "(x * w[1]).sum() + b[1]"
    assert Dense(2).code("bias", (1,), {}) == ""
