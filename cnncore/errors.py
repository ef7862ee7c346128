"""Every mistake that a user of the engine can make, as one kind of error."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import partial
from typing import Any


class CnnError(ValueError):
    """A mistake in what was asked for: says what, which value, what is allowed and what to do.

    Args:
        code: Stable word for tests and links, for example ``"knob.range"``.
        text: English sentence with ``{named}`` facts; a key for the catalogue of translations.
        **facts: The values that the sentence names.
    """

    def __init__(self, code: str, text: str, **facts: object) -> None:
        self.code = code
        self.text = text
        self.facts = facts
        super().__init__(text.format(**facts))

    def __reduce__(self) -> tuple[Any, ...]:
        """Code, text and facts travel to another process, not the finished sentence alone."""
        return partial(CnnError, self.code, self.text, **self.facts), ()


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """The allowed word nearest to ``word``, or all of them joined when none is near."""
    names = sorted(allowed)
    near = difflib.get_close_matches(word, names, n=1)
    return near[0] if near else ", ".join(names)
