"""One row of the table of actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.desk import Desk

Do = Callable[["Desk"], None]
Say = Callable[["Desk"], str]


@dataclass(frozen=True)
class Action:
    """One thing that a person can do.

    Args:
        name: Stable word for tests, scripts and settings.
        text: English key, sentence case.
        menu: One of `MENUS`, or empty: in the palette only.
        do: What happens; may raise `CnnError`, which is shown.
        keys: Shortcuts; the first is shown.
        icon: File in assets/icons.
        blocked: Why it cannot be done now (an English key), or "".
        checked: For a switch: whether it is on.
        gap: A separator stands before it in the menu.
    """

    name: str
    text: str
    menu: str
    do: Do
    keys: tuple[str, ...] = ()
    icon: str = ""
    blocked: Say | None = None
    checked: Callable[[Desk], bool] | None = None
    gap: bool = False


def ask(service: str) -> Do:
    """Let the window do it: dialogs, workspaces, looks."""
    return lambda desk: desk.services[service]()
