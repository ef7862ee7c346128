"""Texts in two languages: a text is its English sentence, which is also the key. Without Qt until `install`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from app.paths import asset

LANGUAGES = {"en": "English", "zh_CN": "中文"}

_language = "en"
_catalogue: dict[str, str] = {}
_app: Any = None
_translator: Any = None


def N_(text: str) -> str:
    """Mark a text where it is declared; it is translated when it is shown."""
    return text


def tr(text: str, /, **facts: object) -> str:
    """The text in the language of now, with its ``{named}`` facts filled in.

    A text that is not in the catalogue comes back in English. Without facts, braces stay as they are.
    """
    shown = _catalogue.get(text, text)
    return shown.format(**facts) if facts else shown


def language() -> str:
    """``"en"`` or ``"zh_CN"``."""
    return _language


def set_language(name: str) -> None:
    """Switch; once `install` was called, every widget gets a ``LanguageChange`` event."""
    global _language, _catalogue
    if name not in LANGUAGES:
        name = "en"
    changed = name != _language
    _language = name
    _catalogue = {} if name == "en" else catalogue(name)
    if _app is not None and changed:
        _tell_qt()


@contextmanager
def within(name: str) -> Iterator[None]:
    """Another language for a block: what is written in it is for a picture or a page, and no widget is told."""
    global _language, _catalogue
    kept = _language, _catalogue
    _language, _catalogue = name, {} if name == "en" else catalogue(name)
    try:
        yield
    finally:
        _language, _catalogue = kept


def install(app: Any) -> None:
    """Make switches of language reach this QApplication: Qt's own texts, and the event."""
    global _app
    _app = app
    if _language != "en":
        _tell_qt()


@lru_cache(maxsize=4)
def catalogue(name: str) -> dict[str, str]:
    """All of one language: English key to translation, merged from the files of its folder."""
    texts: dict[str, str] = {}
    for path in sorted(asset("i18n", name).glob("*.json")):
        texts.update(json.loads(path.read_text(encoding="utf-8")))
    return texts


def _tell_qt() -> None:
    global _translator
    from PySide6.QtCore import QCoreApplication, QEvent

    from app.qt_texts import QtTexts

    # Both removing a translator and installing one send the event; a switch sends it once.
    if _translator is not None:
        old, _translator = _translator, None
        told = _app.removeTranslator(old)
    else:
        told = False
    if _language != "en":
        _translator = QtTexts(_language, _app)
        told = _app.installTranslator(_translator)
    if not told:
        QCoreApplication.sendEvent(_app, QEvent(QEvent.Type.LanguageChange))
