"""What the tests of the worked examples share: opening one as a person does, and hearing what is said."""

from __future__ import annotations

from app.drive import settle


def example(window, name: str):
    """Open an example as the menu does; the session."""
    window.desk.action(f"examples.{name.lower()}").trigger()
    settle()
    return window.desk.session


def messages(window) -> list[str]:
    said: list[str] = []
    window.desk.messages.shown.connect(lambda message: said.append(message.text))
    return said
