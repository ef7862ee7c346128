"""The typed part of a header: architecture, labels, preprocessing. Imported only where a file is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from cnncore.errors import CnnError
from cnncore.network import Network, Node
from cnncore.ops import make_op

T = TypeVar("T")


class NodeRow(msgspec.Struct):
    """One layer; its settings stand beside these fields."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    op: str
    inputs: Annotated[list[str], Meta(max_length=64)]


class NetworkRow(msgspec.Struct):
    """An architecture, as `Network.settings` gives it."""

    name: Annotated[str, Meta(max_length=200)]
    input_shape: Annotated[list[Annotated[int, Meta(ge=1, le=65536)]], Meta(min_length=1, max_length=4)]
    nodes: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=4096)]


class ModelRow(msgspec.Struct):
    """What the header of a model says, and that of a project among other things."""

    network: dict[str, Any]
    labels: Annotated[list[Annotated[str, Meta(min_length=1, max_length=200)]], Meta(max_length=65536)]
    preprocess: dict[str, Any]
    notes: dict[str, Any] = msgspec.field(default_factory=dict)


def fit(value: object, form: type[T], owner: str) -> T:
    """``value`` as a ``form``, or `CnnError` that says where it does not fit."""
    try:
        return msgspec.convert(value, type=form)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        raise CnnError("file.field", "The header does not fit at {field}: {reason}. The file is damaged or not made by "
                       "ConvScope.", field=f"{owner}{place.rstrip('`')}", reason=reason) from None


def network_from_header(header: Mapping[str, Any]) -> Network:
    """A network from plain data, as `Network.settings` gives it, with every field checked."""
    row = fit(header, NetworkRow, "network")
    nodes = []
    for k, settings in enumerate(row.nodes):
        node = fit(settings, NodeRow, f"network.nodes[{k}]")
        own = {key: value for key, value in settings.items() if key not in NodeRow.__struct_fields__}
        nodes.append(Node(node.name, make_op(node.op, own), tuple(node.inputs)))
    return Network(row.name, tuple(row.input_shape), tuple(nodes))
