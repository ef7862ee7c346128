"""Figures of architectures that the literature tells, from shapes alone."""

from __future__ import annotations

import time
import tracemalloc
from fractions import Fraction

import pytest

from cnncore.memory import available
from cnncore.network import INPUT, Network, Node, chain
from cnncore.op import Op
from cnncore.ops import OPS, Concatenate, Convolution, Dense, Flatten, MaxPool, ReLU, Softmax
from cnncore.receptive import centre, receptive_fields
from cnncore.shapes import receptive_field
from cnncore.summary import summary
from cnncore.zoo import lenet, resnet
from tests.cnncore.cases import ranks, shapes_of
from tests.cnncore.test_shapes import BRANCHES, Add


def vgg16(side: int = 224) -> Network:
    """Simonyan and Zisserman 2014, arXiv:1409.1556, configuration D."""
    layers: list[tuple[str, Op]] = []
    for block, (filters, times) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)], 1):
        for k in range(1, times + 1):
            layers += [(f"conv{block}_{k}", Convolution(filters, 3, padding=1)), (f"relu{block}_{k}", ReLU())]
        layers.append((f"pool{block}", MaxPool(2, 2)))
    return chain("VGG-16", (3, side, side), [
        *layers, ("flatten", Flatten()), ("fc6", Dense(4096)), ("relu6", ReLU()), ("fc7", Dense(4096)),
        ("relu7", ReLU()), ("fc8", Dense(1000)), ("softmax", Softmax())])


def alexnet(side: int = 227) -> Network:
    """Krizhevsky, Sutskever and Hinton 2012, in one stream: doi:10.1145/3065386."""
    return chain("AlexNet", (3, side, side), [
        ("conv1", Convolution(96, 11, stride=4)), ("pool1", MaxPool(3, 2)),
        ("conv2", Convolution(256, 5, padding=2)), ("pool2", MaxPool(3, 2)),
        ("conv3", Convolution(384, 3, padding=1)), ("conv4", Convolution(384, 3, padding=1)),
        ("conv5", Convolution(256, 3, padding=1)), ("pool5", MaxPool(3, 2))])


def resnet18(side: int) -> Network:
    """He, Zhang, Ren and Sun 2015, arXiv:1512.03385: where it branches, the longer way decides what a cell sees."""
    nodes = [Node("conv1", Convolution(4, 7, stride=2, padding=3), (INPUT,)),
             Node("pool1", MaxPool(3, 2, 1), ("conv1",))]
    for stage in range(2, 6):
        for block in (1, 2):
            before, name = nodes[-1].name, f"{stage}_{block}"
            stride = 2 if stage > 2 and block == 1 else 1
            nodes += [Node(f"a{name}", Convolution(4, 3, stride=stride, padding=1), (before,)),
                      Node(f"b{name}", Convolution(4, 3, padding=1), (f"a{name}",)),
                      Node(f"skip{name}", Convolution(4, 1, stride=stride), (before,)),
                      Node(f"sum{name}", Add(), (f"b{name}", f"skip{name}"))]
    return Network("ResNet-18", (3, side, side), tuple(nodes))


def test_vgg16_has_138_million_parameters_and_needs_no_array_to_say_so():
    network = vgg16()
    began = time.perf_counter()
    tracemalloc.start()
    told = summary(network, 256)
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()
    assert time.perf_counter() - began < 5
    assert told.parameters == 138_357_544
    assert told.multiply_adds == 15_470_264_320
    assert told.row("conv1_1").parameters == 1_792
    assert told.row("fc6").parameters == 102_764_544
    assert told.row("relu1_2").activations == 64 * 224 * 224
    assert told.row("relu1_2").bytes == 256 * 4 * 64 * 224 * 224
    assert told.forward.parameters == 138_357_544 * 4
    assert told.row("flatten").bytes == 0
    assert told.row("flatten").receptive == (212, 212)


@pytest.mark.parametrize(("name", "size", "jump"), [
    ("pool1", 6, 2), ("conv2_2", 14, 2), ("pool2", 16, 4), ("pool3", 44, 8), ("pool4", 100, 16), ("conv5_3", 196, 16),
    ("pool5", 212, 32),
])
def test_receptive_fields_of_vgg16(name, size, jump):
    row = summary(vgg16()).row(name)
    assert (row.receptive, row.jump) == ((size, size), (jump, jump))


def test_receptive_fields_of_alexnet():
    sizes = [(11, 4), (19, 8), (51, 8), (67, 16), (99, 16), (131, 16), (163, 16), (195, 32)]
    rows = summary(alexnet(419)).rows
    assert [(row.receptive[0], row.jump[0]) for row in rows] == sizes
    assert summary(alexnet()).row("conv1").multiply_adds == 105_415_200
    assert summary(alexnet()).row("conv1").parameters == 34_848 + 96


def test_the_receptive_field_of_resnet18_is_435():
    network = resnet18(1024)
    assert receptive_fields(network)["sum5_2"] == (435, 435)
    assert summary(network).row("sum5_2").jump == (32, 32)


def test_a_receptive_field_ends_at_the_border():
    told = summary(resnet18(256))
    assert told.row("sum5_2").receptive == (256, 256)
    assert told.row("sum5_2").jump == (32, 32)


def test_dense_layers_against_shared_kernels():
    dense = chain("dense", (1, 256, 256), [("flat", Flatten()), ("dense", Dense(64))])
    conv = chain("conv", (1, 256, 256), [("conv", Convolution(64, 3))])
    assert summary(dense).row("dense").parameters == 4_194_304 + 64
    assert summary(dense).row("dense").multiply_adds == 4_194_304
    assert summary(conv).parameters == 640


def test_sizes_of_volumes():
    for side, op, shape in [(7, Convolution(1, 3), (1, 5, 5)), (7, Convolution(1, 3, stride=2), (1, 3, 3)),
                            (7, Convolution(1, 3, stride=3), (1, 2, 2)), (32, Convolution(1, 5), (1, 28, 28)),
                            (32, Convolution(1, 5, padding=2), (1, 32, 32)),
                            (32, Convolution(12, 5, padding=2), (12, 32, 32)), (32, Convolution(3, 5), (3, 28, 28))]:
        assert summary(chain("one", (3, side, side), [("conv", op)])).rows[0].shape == shape


def test_sums_by_layer_are_those_of_the_network():
    told, network = summary(lenet(), 32), lenet()
    assert told.parameters == network.parameter_count() == 44_426
    assert told.multiply_adds == 281_640
    assert sum(row.bytes for row in told.rows) + 32 * 784 * 4 == told.forward.activations
    assert [row.receptive for row in told.rows[:6]] == [(5, 5), (5, 5), (6, 6), (14, 14), (14, 14), (16, 16)]
    assert [row.jump for row in told.rows[:6]] == [(1, 1), (1, 1), (2, 2), (2, 2), (2, 2), (4, 4)]
    assert told.row("flatten").receptive == (16, 16)  # of the cell in the middle of the maps, not of the first
    assert told.row("softmax").receptive == (28, 28)
    assert told.row("softmax").jump == ()


def test_one_and_three_dimensions_and_unlike_axes():
    told = summary(chain("sound", (1, 400), [("conv", Convolution(2, 9, stride=4)), ("pool", MaxPool(2, 2))]))
    assert (told.rows[1].receptive, told.rows[1].jump) == ((13,), (8,))
    told = summary(chain("volume", (1, 20, 30, 40), [("conv", Convolution(2, (1, 3, 5), stride=(1, 2, 3),
                                                                          dilation=(1, 2, 1)))]))
    assert (told.rows[0].receptive, told.rows[0].jump) == ((1, 5, 5), (1, 2, 3))


def test_a_graph_takes_the_wider_way():
    ways = [Node("one", Convolution(4, 1), (INPUT,)), Node("three", Convolution(4, 3, padding=1), (INPUT,)),
            Node("five", Convolution(4, 5, padding=2), (INPUT,)), Node("pool", MaxPool(3, 1, 1), (INPUT,)),
            Node("both", Concatenate(), ("one", "three", "five", "pool")), Node("relu", ReLU(), ("both",)),
            Node("next", Convolution(8, 3, padding=1), ("relu",)), Node("flat", Flatten(), ("relu",))]
    told = summary(Network("inception", (3, 21, 21), tuple(ways)))
    assert [row.receptive for row in told.rows] == [(n, n) for n in (1, 3, 5, 3, 5, 5, 7, 5)]


@pytest.mark.parametrize("network", [lenet(), BRANCHES, vgg16(64), alexnet(147), resnet18(96), resnet()],
                         ids=lambda n: n.name)
def test_one_sweep_finds_what_following_a_cell_back_finds(network):
    fields = receptive_fields(network)
    for name, shape in network.shapes.items():
        if len(shape) > 1 and name != INPUT:
            back = receptive_field(network, name, centre(shape))[INPUT]
            assert fields[name] == tuple(one.stop - one.start for one in back), name


def test_hundreds_of_layers_are_summed_up_at_once():
    layers = [layer for k in range(150) for layer in ((f"conv{k}", Convolution(8, 3, padding=1)), (f"relu{k}", ReLU()))]
    began = time.perf_counter()
    told = summary(chain("deep", (3, 64, 64), layers))
    assert time.perf_counter() - began < 5
    assert told.rows[20].receptive == (23, 23)
    assert told.rows[-1].receptive == (64, 64)


def test_the_centre_of_an_even_size_lies_after_the_middle():
    assert centre((8, 5, 4)) == (0, 2, 2)
    assert centre((10,)) == (0,)


def test_the_table_says_it_all():
    text = str(summary(lenet(), 64))
    lines = text.splitlines()
    assert lines[0] == "LeNet, batch 64"
    assert lines[2].split() == ["layer", "kind", "output", "parameters", "multiply-adds", "memory", "sees", "jump"]
    assert lines[5].split("  ")[0] == "conv1"
    conv2 = next(line for line in lines if line.startswith("conv2")).split("  ")
    assert [cell.strip() for cell in conv2 if cell.strip()] == [
        "conv2", "conv", "16 × 8 × 8", "2,416", "153,600", "0.3 MB", "14 × 14", "2 × 2"]
    assert lines[-1].startswith("44,426 parameters, 281,640 multiply-adds a sample; forward 3.1 MB, training 6.2 MB")
    assert repr(summary(lenet(), 64)) == text
    assert max(map(len, lines)) <= 110


def test_a_network_that_cannot_run_here_can_be_summed_up():
    side = 10_000
    told = summary(chain("vast", (3, side, side), [("conv", Convolution(64, 3, padding=1))]), 1000)
    assert told.forward.total > 2e13 > (available() or 0)


@pytest.mark.parametrize(("kind", "rank"), [(kind, rank) for kind in OPS for rank in ranks(kind)])
def test_every_op_can_be_summed_up_in_every_dimension(kind, rank):
    op = OPS[kind]()
    shapes = shapes_of(op, (4, *(8,) * rank))
    if len(set(shapes)) > 1:
        pytest.skip("its inputs have unlike shapes, which no single input can give")
    network = Network("one", shapes[0], (Node("op", op, (INPUT,) * len(shapes)),))
    row = summary(network, 3).row("op")
    assert row.shape == op.output_shape(*shapes)
    assert row.parameters == network.parameter_count()
    assert row.multiply_adds == op.multiply_adds(*shapes)
    assert len(row.receptive) == rank
    assert all(1 <= size <= 8 for size in row.receptive)
    assert all(step > 0 for step in row.jump)
    assert kind in str(summary(network))


def test_a_signal_too_long_for_any_memory_is_summed_up_at_once():
    told = summary(chain("endless", (1, 10**12), [("conv", Convolution(4, 9, stride=4)), ("pool", MaxPool(2, 2)),
                                                  ("flat", Flatten()), ("dense", Dense(2))]))
    assert [row.receptive for row in told.rows[:2]] == [(9,), (13,)]
    assert told.rows[3].receptive == (10**12 - 3,)  # the last three cells meet no window


def test_half_steps_of_an_upsampling_are_told_as_fractions():
    class Twice(ReLU):
        def output_shape(self, *inputs):
            return (inputs[0][0], *(2 * n for n in inputs[0][1:]))

        def reads(self, cell, *inputs):
            return ((cell[0], cell[0] + 1, 1), *((i // 2, i // 2 + 1, 1) for i in cell[1:])),

    told = summary(chain("up", (1, 16, 16), [("pool", MaxPool(2, 2)), ("up", Twice()), ("again", Twice())]))
    assert [row.jump[0] for row in told.rows] == [2, 1, Fraction(1, 2)]
