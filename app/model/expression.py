"""Expressions over the numbers of a network: what watches show and breakpoints wait for. A grammar of its own.

    conv1[2, 10, 9] * 2        max(abs(conv2)) > 10       grad(conv1.weight)[0, 0, 1:3, 2]      p[3] - p[8] < .1

Names are layers (their values), ``input``, weights such as ``conv1.weight``, ``loss``, ``p`` (the last layer's
numbers), ``answer`` and ``target`` (class numbers), and ``value`` where a breakpoint asks about each number it passes.
``grad(name)`` is the loss's gradient, ``updated(weight)`` what a step down it makes of a weight.
Indices count from 0; a slice is ``a:b``. Nothing of Python is evaluated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from app.i18n import N_
from app.model.results import Results
from cnncore.errors import CnnError, did_you_mean
from cnncore.op import Array

TOKEN = re.compile(r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
                   r"|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)?)"
                   r"|(?P<sign><=|>=|==|!=|\*\*|[-+*/^()<>\[\],:]))")
LONGEST = 200
DEEPEST = 40
FUNCTIONS: dict[str, Callable[[Array], Any]] = {
    "abs": np.abs, "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "min": np.min, "max": np.max, "mean": np.mean,
    "sum": np.sum, "std": np.std, "argmax": lambda a: np.argmax(a), "argmin": lambda a: np.argmin(a),
    "count": np.count_nonzero, "any": np.any, "all": np.all, "isnan": np.isnan, "isfinite": np.isfinite,
}
WORDS = ("loss", "p", "answer", "target", "value")
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal}
ARITHMETIC: dict[str, tuple[int, Callable[[Any, Any], Any]]] = {
    "+": (5, np.add), "-": (5, np.subtract), "*": (6, np.multiply), "/": (6, np.divide), "^": (8, np.power),
    "**": (8, np.power)}
PASSED = ("grad", "updated")  # what comes after the forward pass


@dataclass(frozen=True)
class Node:
    """One place: ``number``, ``name``, ``grad``, ``updated``, ``call``, ``index``, ``neg``, ``not``, or an operator."""

    what: str
    text: str = ""
    parts: tuple[Any, ...] = ()


@lru_cache(maxsize=256)
def parse(text: str) -> Node:
    """The tree of an expression.

    Raises:
        CnnError: Where it ends too soon or something stands where it cannot; the message shows the place.
    """
    if len(text) > LONGEST:
        raise CnnError("expression.long", N_("The expression has {given} characters. Allowed: up to {allowed}."),
                       given=len(text), allowed=LONGEST)
    return _Parser(text).whole()


def names_of(tree: Node) -> set[str]:
    """All names in a tree."""
    return {name for _, name in references(tree)}


def references(tree: Node) -> set[tuple[str, str]]:
    """What a tree asks about: (``name``, ``grad`` or ``updated``; the name)."""
    found = {(tree.what, tree.text)} if tree.what in ("name", *PASSED) else set()
    for part in tree.parts:
        for one in part if isinstance(part, tuple) else (part,):
            if isinstance(one, Node):
                found |= references(one)
    return found


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


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.deep = text, 0, 0
        self.tokens: list[tuple[str, str, int]] = []
        place = 0
        while place < len(text.rstrip()):
            found = TOKEN.match(text, place)
            if found is None or found.end() == place:
                raise self._wrong(len(text) - len(text[place:].lstrip()))
            kind = found.lastgroup or ""
            self.tokens.append((kind, found.group(kind), found.start(kind)))
            place = found.end()

    def whole(self) -> Node:
        tree = self.expression(0)
        if self.at < len(self.tokens):
            raise self._wrong(self.tokens[self.at][2])
        return tree

    def expression(self, least: int) -> Node:
        """Operators that bind at least so strongly: or 1, and 2, not 3, comparison 4, sums 5, products 6, sign 7."""
        self.deep += 1
        if self.deep > DEEPEST:
            raise CnnError("expression.deep", N_("The expression nests more than {allowed} brackets."), allowed=DEEPEST)
        left = self.first()
        while True:
            sign = self.peek()
            if sign in ("or", "and") and (1 if sign == "or" else 2) >= least:
                self.at += 1
                left = Node(sign, "", (left, self.expression(2 if sign == "or" else 3)))
            elif sign in COMPARISONS and least <= 4:
                self.at += 1
                left = Node(sign, "", (left, self.expression(5)))
            elif sign in ARITHMETIC and ARITHMETIC[sign][0] >= least:
                self.at += 1
                binding = ARITHMETIC[sign][0]
                left = Node(sign, "", (left, self.expression(binding if binding == 8 else binding + 1)))
            else:
                break
        self.deep -= 1
        return left

    def first(self) -> Node:
        kind, text, place = self.take()
        if text == "not":
            return Node("not", "", (self.expression(3),))
        if text in ("-", "+"):
            inner = self.expression(7)
            return Node("neg", "", (inner,)) if text == "-" else inner
        if kind == "number":
            return self.indexed(Node("number", text))
        if text == "(":
            inner = self.expression(0)
            self.expect(")")
            return self.indexed(inner)
        if kind != "name" or text in ("and", "or"):
            raise self._wrong(place)
        if self.peek() == "(":
            self.at += 1
            if text in PASSED:
                _, name, _ = self.take("name")
                self.expect(")")
                return self.indexed(Node(text, name))
            if text not in FUNCTIONS:
                raise CnnError("expression.function", N_("There is no function {name}. Did you mean: {near}?"),
                               name=text, near=did_you_mean(text, [*FUNCTIONS, *PASSED]))
            inner = self.expression(0)
            self.expect(")")
            return self.indexed(Node("call", text, (inner,)))
        return self.indexed(Node("name", text))

    def indexed(self, inner: Node) -> Node:
        while self.peek() == "[":
            self.at += 1
            parts: list[Any] = []
            while True:
                parts.append(self.subscript())
                if self.peek() != ",":
                    break
                self.at += 1
            self.expect("]")
            inner = Node("index", "", (inner, tuple(parts)))
        return inner

    def subscript(self) -> Any:
        start = None if self.peek() == ":" else self.expression(5)
        if self.peek() != ":":
            return start
        self.at += 1
        stop = None if self.peek() in (",", "]") else self.expression(5)
        return Node("slice", "", (start, stop))

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, kind: str = "") -> tuple[str, str, int]:
        if self.at >= len(self.tokens):
            raise CnnError("expression.end", N_("The expression {given!r} ends too soon."), given=self.text)
        token = self.tokens[self.at]
        if kind and token[0] != kind:
            raise self._wrong(token[2])
        self.at += 1
        return token

    def expect(self, sign: str) -> None:
        _, text, place = self.take()
        if text != sign:
            raise self._wrong(place)

    def _wrong(self, place: int) -> CnnError:
        return CnnError("expression.place", N_("{given!r} cannot stand at character {place} of the expression."),
                        given=self.text[place:place + 12], place=place + 1)


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
        return FUNCTIONS[tree.text](np.asarray(_value(tree.parts[0], results, value)))
    if what == "index":
        return np.asarray(_value(tree.parts[0], results, value))[tuple(_subscript(part, results, value)
                                                                       for part in tree.parts[1])]
    sides = [_value(part, results, value) for part in tree.parts]
    if what == "neg":
        return np.negative(sides[0])
    if what == "not":
        return np.logical_not(sides[0])
    if what in ("and", "or"):
        return (np.logical_and if what == "and" else np.logical_or)(*sides)
    return (COMPARISONS[what] if what in COMPARISONS else ARITHMETIC[what][1])(*sides)


def _subscript(part: Any, results: Results, value: Array | None) -> int | slice:
    if isinstance(part, Node) and part.what == "slice":
        ends = [None if end is None else _whole(_value(end, results, value)) for end in part.parts]
        return slice(*ends)
    return _whole(_value(part, results, value))


def _whole(value: Any) -> int:
    number = float(np.asarray(value).reshape(()))
    if not math.isfinite(number) or number != round(number):
        raise CnnError("expression.index", N_("An index is {value}. Allowed: whole numbers."), value=number)
    return round(number)


def _name(name: str, results: Results, value: Array | None) -> Any:
    if name == "value" and value is not None:
        return value
    if name == "loss":
        return results.loss
    if name == "p":
        return results.probabilities
    if name == "answer":
        return results.order[0]
    if name == "target":
        return results.target
    if name in results.network.shapes:
        return results.values(name)
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
