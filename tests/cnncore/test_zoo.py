"""The architectures that come with the program."""

from __future__ import annotations

import pytest

from cnncore.zoo import ZOO, lenet


def test_lenet_has_44426_parameters():
    assert lenet().parameter_count() == 44_426


def test_lenet_shapes_are_those_of_the_paper_without_padding():
    shapes = lenet().shapes
    assert shapes["conv1"] == (6, 24, 24)
    assert shapes["pool1"] == (6, 12, 12)
    assert shapes["conv2"] == (16, 8, 8)
    assert shapes["pool2"] == (16, 4, 4)
    assert shapes["flatten"] == (256,)
    assert shapes["softmax"] == (10,)


def test_lenet_takes_other_classes_and_sizes():
    network = lenet(classes=3, input_shape=(3, 32, 32))
    assert network.shapes["scores"] == (3,)
    assert network.shapes["flatten"] == (400,)


@pytest.mark.parametrize("name", sorted(ZOO))
def test_every_architecture_starts_with_weights_that_fit(name):
    network = ZOO[name]()
    network.check_weights(network.start(0))
