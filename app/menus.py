"""Menus and palette rows, made from the table of actions."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.actions import ACTIONS, MENUS
from app.desk import Desk
from app.i18n import catalogue, language, tr
from app.paths import asset
from app.widgets.palette import Row


class Menus:
    """One menu with all the others in it; ``fill`` puts the same into a menu bar.

    Args:
        desk: Gives the actions.
        open_recent: Called with a path.
        parent: Owner of the menus.
    """

    def __init__(self, desk: Desk, open_recent: Callable[[Path], None], parent: QWidget) -> None:
        self.desk = desk
        self.open_recent = open_recent
        self.root = QMenu(parent)
        self.root.setObjectName("menu")
        self._menus: dict[str, QMenu] = {}
        for title in MENUS:
            menu = self.root.addMenu("")
            self._menus[title] = menu
            for row in (r for r in ACTIONS if r.menu == title):
                if row.gap:
                    menu.addSeparator()
                menu.addAction(desk.action(row.name))
                if row.name == "file.open":
                    self.recent = menu.addMenu("")
                    self.recent.setObjectName("recent")
                    self.recent.aboutToShow.connect(self._recent)
            menu.aboutToShow.connect(desk.refresh)
        self.retranslate()

    def fill(self, bar: QMenuBar) -> None:
        """The same menus in a bar, where the system wants one."""
        for menu in self._menus.values():
            bar.addMenu(menu)

    def retranslate(self) -> None:
        """Titles in the language of now."""
        for title, menu in self._menus.items():
            menu.setTitle(tr(title))
        self.recent.setTitle(tr("Open recent"))

    def _recent(self) -> None:
        self.recent.clear()
        files = self.desk.settings.recent
        for path in files:
            entry = self.recent.addAction(path.name)
            entry.setToolTip(str(path))
            entry.triggered.connect(lambda _=False, p=path: self.open_recent(p))
        if not files:
            self.recent.addAction(tr("Nothing opened yet")).setEnabled(False)


@lru_cache(maxsize=1)
def _initials() -> dict[str, str]:
    return dict(json.loads(asset("i18n", "initials.json").read_text(encoding="utf-8")))


def pinyin_initials(text: str) -> str:
    """The first letter of each Han character's pinyin: 撤销 is ``cx``."""
    return "".join(_initials().get(letter, "") for letter in text)


@lru_cache(maxsize=1)
def search_words() -> dict[str, tuple[str, ...]]:
    """What people call an action that has another name, in both languages: of its name."""
    table = json.loads(asset("i18n", "search.json").read_text(encoding="utf-8"))
    return {name: tuple(words.casefold().split()) for name, words in table.items()}


def palette_rows(desk: Desk) -> list[Row]:
    """Every action with its name in both languages, its keys, and why it is blocked."""
    rows, sought = [], search_words()
    for row in ACTIONS:
        text = desk.text(row.name)
        number = row.name.rpartition("_")[2]
        english = row.text.replace("{number}", number)
        chinese = catalogue("zh_CN").get(row.text, row.text).replace("{number}", number)
        other = chinese if language() == "en" else english
        keys = desk.action(row.name).shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        initials = pinyin_initials(chinese)
        rows.append(Row(row.name, text, "" if other == text else other, keys, desk.reason(row.name), initials,
                        sought.get(row.name, ())))
    return rows
