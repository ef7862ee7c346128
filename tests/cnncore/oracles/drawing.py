"""Values of knobs, drawn by Hypothesis from what the knob declares."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cnncore.op import Knob


def value_of(spec: Knob, rank: int) -> st.SearchStrategy[Any]:
    """Any value near the low end at which the knob can stand."""
    if spec.choices:
        return st.sampled_from(spec.choices)
    if spec.type is bool:
        return st.booleans()
    if spec.type is float:
        return st.floats(spec.low or 0.0, 1.0 if spec.high is None else spec.high)
    low = int(spec.low or 0)
    one = st.integers(low, min(low + 2, low + 2 if spec.high is None else int(spec.high)))
    if not spec.per_axis or not rank:
        return one
    each = one | st.tuples(one, one) if spec.pairs else one
    drawn = one | st.tuples(*[each] * rank)
    return drawn | st.sampled_from(spec.words) if spec.words else drawn
