"""Reading what a formula prints, as a person with a calculator would."""

from __future__ import annotations

import ast
import re
from decimal import Decimal

from app import numbers

SAID = ("(rounding)", "（舍入）")
# What only names things: nothing to calculate.
WORDS = re.compile(r"\(\d[\d,]* more\)|（另外 \d+ 项）|\(the same number[^)]*\)|\(padding\)|and [\d,]+ smaller ones")


def right_sides(text: str) -> tuple[str, str]:
    """(what is calculated, the result) of ``y = Σ x·w = .5·2 + 1 = 2``: the last two sides."""
    *_, sum_, result = re.split(r" = |= ", text)
    return sum_, result


def comes_to(text: str) -> float:
    """What a printed sum, product or root comes to."""
    for said in SAID:
        text = text.replace(said, "")
    text = WORDS.sub("", text).replace(numbers.MINUS, "-").replace("·", "*").replace("√", "sqrt ")
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"sqrt ([\d.e-]+)", r"sqrt(\1)", text)
    return float(_of(ast.parse(text.strip(), mode="eval").body))


def _of(node: ast.AST) -> Decimal:
    if isinstance(node, ast.Constant):
        return Decimal(repr(node.value))  # the digits as they are printed
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_of(node.operand)
    if isinstance(node, ast.BinOp):
        a, b = _of(node.left), _of(node.right)
        if isinstance(node.op, ast.Div):
            return a / b
        return {ast.Add: a + b, ast.Sub: a - b, ast.Mult: a * b}[type(node.op)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        values = [_of(one) for one in node.args]
        return max(values) if node.func.id == "max" else values[0].sqrt()
    raise ValueError(ast.dump(node))
