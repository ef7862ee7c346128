"""Expressions over the numbers of a network: what watches show and breakpoints wait for. A grammar of its own.

    conv1[2, 10, 9] * 2        max(abs(conv2)) > 10       grad(conv1.weight)[0, 0, 1:3, 2]      p[3] - p[8] < .1

Names are layers (their values), ``input``, weights such as ``conv1.weight``, ``loss``, ``p`` (the last layer's
numbers), ``answer`` and ``target`` (class numbers), and ``value`` where a breakpoint asks about each number it passes.
``grad(name)`` is the loss's gradient, ``updated(weight)`` what a step down it makes of a weight.
Indices count from 0; a slice is ``a:b``. Nothing of Python is evaluated.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from app.i18n import N_
from app.model.expression_tree import ARITHMETIC, COMPARISONS, FUNCTIONS, Node, parse, written
from app.model.results import Results
from cnncore.errors import CnnError, did_you_mean
from cnncore.op import Array

WORDS = ("loss", "p", "answer", "target", "value")


def evaluate(text: str, results: Results, value: Array | None = None) -> Array:
    """What an expression comes to, now.

    Args:
        text: See the module.
        results: Of the network of now.
        value: What ``value`` stands for.

    Raises:
        CnnError: For a name that is not there, an index out of range, shapes that do not fit.
    """
    with np.errstate(all="ignore"):
        try:
            return np.asarray(_value(parse(text), results, value), np.float64)
        except (ValueError, IndexError, TypeError) as error:
            if isinstance(error, CnnError):
                raise
            raise CnnError("expression.value", N_("{expression} cannot be computed: {reason}."), expression=text,
                           reason=str(error).rstrip(".")) from None


def check(text: str, results: Results, single: bool = True, passing: bool = False) -> None:
    """`CnnError` unless the expression can be computed now, and comes to one number where ``single``."""
    found = evaluate(text, results, np.zeros(()) if passing else None)
    if single and found.size != 1:
        raise CnnError("expression.many", N_("{expression} is {count} numbers. Pick one with [ ], or take max, mean or "
                                             "sum."), expression=text, count=found.size)


def _value(tree: Node, results: Results, value: Array | None) -> Any:
    what = tree.what
    if what == "number":
        return float(tree.text)
    if what == "name":
        return _name(tree.text, results, value)
    if what == "grad":
        return _gradient(tree.text, results)
    if what == "updated":
        if tree.text not in results.gradients.weights:
            raise _unknown(tree.text, results)
        return results.updated(tree.text)
    if what == "call":
        inner = np.asarray(_value(tree.parts[0], results, value))
        if not inner.size:
            raise CnnError("expression.nothing", N_("{expression} has no numbers, so there is no {name} of it. Take a "
                                                    "slice a:b with a below b."),
                           expression=written(tree.parts[0]), name=tree.text)
        return FUNCTIONS[tree.text](inner)
    if what == "index":
        inner = np.asarray(_value(tree.parts[0], results, value))
        return inner[subscripts(tree, inner.shape, results, value)]
    sides = [_value(part, results, value) for part in tree.parts]
    if len(sides) == 2 and not _fit(np.shape(sides[0]), np.shape(sides[1])):
        raise CnnError("expression.shapes", N_("{first} has the shape {one} and {second} the shape {other}: they do "
                                               "not fit. Allowed: the same shape, or a single number."),
                       first=written(tree.parts[0]), one=_sizes(np.shape(sides[0])), second=written(tree.parts[1]),
                       other=_sizes(np.shape(sides[1])))
    if what == "neg":
        return np.negative(sides[0])
    if what == "not":
        return np.logical_not(sides[0])
    if what in ("and", "or"):
        return (np.logical_and if what == "and" else np.logical_or)(*sides)
    return (COMPARISONS[what] if what in COMPARISONS else ARITHMETIC[what][1])(*sides)


def subscripts(tree: Node, shape: tuple[int, ...], results: Results,
               value: Array | None = None) -> tuple[int | slice, ...]:
    """What stands in the brackets of an index, each of it allowed for an array of that shape.

    Raises:
        CnnError: For an index out of range, one too many, or one that is no whole number.
    """
    given = len(tree.parts[1])
    if given > len(shape):
        name = written(tree.parts[0])
        if not shape:
            raise CnnError("expression.single", N_("{name} is a single number and takes no index."), name=name)
        raise CnnError("expression.axes", N_("{name} has {allowed} indices, its shape is {shape}; given are {given}."),
                       name=name, allowed=len(shape), shape=_sizes(shape), given=given)
    found: list[int | slice] = []
    for k, (part, size) in enumerate(zip(tree.parts[1], shape, strict=False)):
        if isinstance(part, Node) and part.what == "slice":
            found.append(slice(*(None if end is None else _whole(_value(end, results, value)) for end in part.parts)))
            continue
        plain = isinstance(part, Node) and part.what == "number" and part.text.isdigit()
        at = int(part.text) if plain else _whole(_value(part, results, value))
        if not -size <= at < size:
            raise CnnError("expression.bounds", N_("Index {place} of {name} is {value}. Allowed: 0 to {last}."),
                           place=k, name=written(tree.parts[0]), value=at, last=size - 1)
        found.append(at)
    return tuple(found)


def _fit(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(a == b or 1 in (a, b) for a, b in zip(reversed(one), reversed(other), strict=False))


def _sizes(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "1"


def _whole(value: Any) -> int:
    if np.size(value) != 1:
        raise CnnError("expression.indices", N_("An index is {count} numbers. Allowed: one whole number, or a slice "
                                                "a:b."), count=np.size(value))
    number = float(np.asarray(value).reshape(()))
    if not math.isfinite(number) or number != round(number):
        raise CnnError("expression.index", N_("An index is {value}. Allowed: whole numbers."), value=number)
    return round(number)


def _name(name: str, results: Results, value: Array | None) -> Any:
    if name == "value" and value is not None:
        return value
    if name in results.network.shapes:  # a layer that is called like a word is that layer
        return results.values(name)
    if name == "loss":
        return results.loss
    if name == "p":
        return results.probabilities
    if name == "answer":
        return results.order[0]
    if name == "target":
        return results.target
    if name in results.document.effective:
        return results.document.effective[name]
    raise _unknown(name, results)


def _gradient(name: str, results: Results) -> Array:
    gradients = results.gradients
    if name in gradients.outputs:
        found: Array = gradients.outputs[name][0]
        return found
    if name in gradients.weights:
        return gradients.weights[name]
    raise _unknown(name, results)


def _unknown(name: str, results: Results) -> CnnError:
    return CnnError("expression.name", N_("There is nothing called {name} in this network. Did you mean: {near}?"),
                    name=name, near=did_you_mean(name, words(results)))


def words(results: Results) -> list[str]:
    """All names that can stand in an expression."""
    return [*WORDS, *results.network.shapes, *results.document.effective]
