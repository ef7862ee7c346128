"""The top line: menu, file, workspaces, search, language, theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from app import i18n, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.widgets.buttons import ICON
from app.widgets.icons import icon
from app.widgets.segments import Segments

HEIGHT = 44
NAME = 300  # px of the file's name, whatever the size of type: the rest of the line has to fit beside it


class Header(QFrame):
    """Shows where one is and gets one everywhere else."""

    def __init__(self, desk: Desk, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self.desk = desk
        self.menu_button = QToolButton()
        self.menu_button.setObjectName("menu_button")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setMenu(menu)
        self.title, self.file = QLabel("ConvScope"), QLabel()
        theme.dress(self.title, 15, 600)
        theme.dress(self.file, 12)
        self.file.setObjectName("file_name")
        self.file.setProperty("role", "secondary")
        self.tabs = Segments([("explore", N_("Explore")), ("train", N_("Train"))], tabs=True)
        self.tabs.setObjectName("workspace_tabs")
        self.search = QToolButton()
        self.search.setObjectName("search_button")
        self.language, self.look = QToolButton(), QToolButton()
        self.language.setObjectName("language_button")
        self.look.setObjectName("theme_button")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 8, 0)
        row.setSpacing(10)
        for widget in (self.menu_button, self.title, self.tabs, self.file):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self.search, self.language, self.look):
            row.addWidget(widget)
        self.tabs.changed.connect(lambda name: desk.perform(f"view.{name}"))
        self.search.clicked.connect(lambda: desk.perform("edit.palette"))
        self.language.clicked.connect(
            lambda: desk.perform("view.english" if i18n.language() == "zh_CN" else "view.chinese")
        )
        self.look.clicked.connect(lambda: desk.perform("view.light" if theme.name() == "dark" else "view.dark"))
        desk.workspace_changed.connect(self.tabs.set_value)
        desk.session.file_changed.connect(self._file)
        self.retranslate()

    def _file(self, *_: object) -> None:
        session = self.desk.session
        name = session.path.name if session.path else tr(session.title or "Untitled")
        short = self.file.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, NAME)
        self.file.setText(short + (" •" if session.modified else ""))
        self.file.setToolTip(str(session.path) if session.path else tr("Not saved yet"))

    def retranslate(self) -> None:
        """Texts and pictures in the language and theme of now."""
        self.setFixedHeight(theme.size(HEIGHT))
        edge = theme.size(ICON)
        for button in (self.menu_button, self.search, self.look):
            button.setIconSize(QSize(edge, edge))
        self.menu_button.setIcon(icon("menu"))
        self.menu_button.setToolTip(tr("Menu"))
        self.menu_button.setAccessibleName(tr("Menu"))
        self.search.setIcon(icon("search"))
        keys = self.desk.action("edit.palette").shortcut().toString()
        self.search.setText(f" {tr('Find an action')}  {keys}")
        self.search.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.search.setAccessibleName(tr("Find an action"))
        self.language.setText("中文  EN" if i18n.language() == "zh_CN" else "EN  中文")
        self.language.setToolTip(tr("Switch the language"))
        self.language.setAccessibleName(tr("Switch the language"))
        self.look.setIcon(icon("sun" if theme.name() == "dark" else "moon"))
        self.look.setToolTip(tr("Switch between light and dark"))
        self.look.setAccessibleName(tr("Switch between light and dark"))
        self._file()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "look"):
            self.retranslate()
