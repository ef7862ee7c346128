"""Qt's own texts in the language of now: what Qt ships, what it has not translated, and keys as they are on keys."""

from __future__ import annotations

import json

from PySide6.QtCore import QLibraryInfo, QObject, QTranslator

from app.paths import asset

KEYS = "QShortcut"  # Qt's context for the names of keys


class QtTexts(QTranslator):
    """Qt's catalogue of a language, with our own words before it.

    Keys keep the names that are printed on them: Ctrl+Backspace in every language, in menus, tooltips and on key caps.
    """

    def __init__(self, language: str, parent: QObject) -> None:
        super().__init__(parent)
        own = asset("i18n", f"qt_{language}.json")
        self._own: dict[str, dict[str, str]] = json.loads(own.read_text(encoding="utf-8")) if own.is_file() else {}
        self.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))

    def isEmpty(self) -> bool:
        """Never: a language without a catalogue of Qt's still has our words."""
        return False

    def translate(self, context: str, text: str, remark: str | None = None,
                  count: int = -1) -> str | None:
        """A text of Qt's; None: it stays English."""
        if context == KEYS:
            return None
        own = self._own.get(context, {}).get(text)
        return own or super().translate(context, text, remark, count) or None
