"""Add, multiply, concatenate."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.network import INPUT, Network, Node
from cnncore.op import Run
from cnncore.ops import Add, Concatenate, Convolution, Multiply

A, B, C = np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]]), np.array([[5.0, 7.0]])


def run_of(op, *inputs):
    done = op.forward(inputs, {})
    grad = np.arange(1.0, done.output.size + 1).reshape(done.output.shape)
    return Run(inputs, {}, done, grad, op.backward(grad, inputs, {}, done))


def test_three_inputs_are_added_and_each_gets_the_whole_gradient():
    run = run_of(Add(), A, B, C)
    assert run.forward.output.tolist() == [[16, 29]]
    assert [g.tolist() for g in run.backward.inputs] == [[[1, 2]]] * 3
    trace = Add().trace("output", (1,), run)
    assert (trace.kind, trace.terms.tolist()) == ("sum", [2, 20, 7])
    assert [one.source for one in trace.operands] == ["input0", "input1", "input2"]
    assert [int(np.flatnonzero(one.inside)[0]) for one in trace.operands] == [0, 1, 2]


def test_three_inputs_are_multiplied_and_each_gets_the_product_of_the_others():
    run = run_of(Multiply(), A, B, C)
    assert run.forward.output.tolist() == [[50, 280]]
    assert [g.tolist() for g in run.backward.inputs] == [[[50, 280]], [[5, 28]], [[10, 80]]]
    assert [one.source for one in Multiply().trace("input1", (0,), run).operands] == ["grad", "input0", "input2"]


def test_a_zero_in_a_product_does_not_divide():
    run = run_of(Multiply(), np.zeros((1, 2)), B)
    assert [g.tolist() for g in run.backward.inputs] == [[[10, 40]], [[0, 0]]]


def test_channels_stand_one_input_behind_the_other():
    x, y = np.zeros((1, 2, 3)), np.ones((1, 1, 3))
    run = run_of(Concatenate(), x, y)
    assert run.forward.output.shape == (1, 3, 3)
    assert run.backward.inputs[1].tolist() == [[[7, 8, 9]]]
    trace = Concatenate().trace("output", (2, 1), run)
    assert (trace.kind, trace.operands[0].source, trace.operands[0].cells.tolist()) == ("copy", "input1", [[0, 1]])
    assert Concatenate().reads((2, 1), (2, 3), (1, 3)) == (((2, 2, 1), (1, 2, 1)), ((0, 1, 1), (1, 2, 1)))
    assert Concatenate().reaches(1, (0, 1), (2, 3), (1, 3)) == ((2, 3, 1), (1, 2, 1))


@pytest.mark.parametrize("op", [Add(), Multiply()])
def test_shapes_that_differ_are_named(op):
    with pytest.raises(CnnError, match=rf"{op.kind}: input 2 has shape \(3, 8\), input 1 has \(4, 8\). Allowed: "
                                       rf"\(4, 8\) for every input. A convolution with kernel 1 changes the channels"):
        op.output_shape((4, 8), (3, 8))


def test_maps_of_different_sizes_cannot_stand_side_by_side():
    with pytest.raises(CnnError, match=r"concat: input 3 has shape \(2, 8, 7\), input 1 has \(4, 8, 8\). Only the "
                                       r"channels may differ. Allowed: \(C, 8, 8\). A stride, padding or pooling"):
        Concatenate().output_shape((4, 8, 8), (1, 8, 8), (2, 8, 7))


def test_a_network_says_the_name_of_the_join_that_does_not_fit():
    with pytest.raises(CnnError, match=r"skip: input 2 has shape \(1, 8\), input 1 has \(8, 6\)"):
        Network("n", (1, 8), (Node("conv", Convolution(8, 3), (INPUT,)), Node("skip", Add(), ("conv", INPUT))))
