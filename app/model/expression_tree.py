"""The grammar of expressions: a text becomes a tree, and a tree a text again. See `app.model.expression`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from app.i18n import N_
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


def written(tree: Any) -> str:
    """A tree as text again."""
    if tree is None:
        return ""
    if tree.what in ("number", "name"):
        return str(tree.text)
    if tree.what in PASSED:
        return f"{tree.what}({tree.text})"
    parts = tree.parts
    if tree.what == "call":
        return f"{tree.text}({written(parts[0])})"
    if tree.what == "index":
        return f"{written(parts[0])}[{', '.join(written(part) for part in parts[1])}]"
    if tree.what == "slice":
        return f"{written(parts[0])}:{written(parts[1])}"
    if tree.what in ("neg", "not"):
        return f"{'-' if tree.what == 'neg' else 'not '}{_held(parts[0])}"
    return f"{_held(parts[0])} {tree.what} {_held(parts[1])}"


def _held(tree: Node) -> str:
    """In brackets where it is an operation itself."""
    loose = tree.what in ARITHMETIC or tree.what in COMPARISONS or tree.what in ("and", "or")
    return f"({written(tree)})" if loose else written(tree)


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
