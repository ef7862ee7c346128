"""The main window: puts header, workspaces, messages and footer together, and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app import i18n, theme
from app.about import AboutBox, KeysBox
from app.desk import Desk
from app.filing import Filing, fresh
from app.menus import Menus, palette_rows
from app.messages import Message, install_excepthook
from app.panels.footer import Footer
from app.panels.header import Header
from app.settings import SCALES, Settings
from app.widgets.banner import Banner
from app.widgets.focus_ring import FocusRing
from app.widgets.palette import Palette
from app.workspaces.columns import Page
from app.workspaces.explore import Explore

if TYPE_CHECKING:
    from app.panels.export import ExportPanel

FIRST_SIZE = (1440, 900)
FRAME = 40  # pixels that a title bar takes


class MainWindow(QMainWindow):
    """One document in one window."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.desk = desk
        self.filing = Filing(desk, self)
        self.menus = Menus(desk, lambda path: desk.attempt(self.filing.open_path, path), self)
        self.header, self.footer, self.banner = Header(desk, self.menus.root), Footer(desk), Banner()
        self.explore = Explore(desk)
        self.train: QWidget | None = None
        self.kernel: QWidget | None = None
        self.export: ExportPanel | None = None
        if sys.platform == "darwin":
            self.menus.fill(self.menuBar())
            self.header.menu_button.hide()
        self.stack = QStackedWidget()
        self.pages = {"explore": Page(self.explore)}
        self.stack.addWidget(self.pages["explore"])
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((self.header, 0), (self.stack, 1), (self.banner, 0), (self.footer, 0)):
            column.addWidget(widget, stretch)
        self.setCentralWidget(centre)
        self.focus_ring = FocusRing(self)
        self.palette_box = Palette(lambda: palette_rows(desk), centre)
        self.palette_box.chosen.connect(desk.perform)
        for row in desk.actions():
            self.addAction(row)
        self._serve()
        desk.messages.shown.connect(self._message)
        desk.workspace_changed.connect(self._workspace)
        desk.session.file_changed.connect(self._title)
        desk.session.document_changed.connect(self._done_with)
        self.banner.dismissed.connect(self.footer.show)
        self.setAcceptDrops(True)
        self.retranslate()
        self._restore_layout()
        self.explore.canvas.canvas.setFocus()

    def _serve(self) -> None:
        """What the window does for actions."""
        settings = self.desk.settings
        self.desk.services |= {
            "file.new": self.filing.new,
            "file.open": self.filing.open,
            "file.save": self.filing.save,
            "file.save_as": self.filing.save_as,
            "file.save_model": self.filing.save_model,
            "file.export": self._show_export,
            "file.quit": self.close,
            "palette": self.palette_box.open,
            "view.explore": lambda: self.desk.set_workspace("explore"),
            "view.train": lambda: self.desk.set_workspace("train"),
            "view.kernel": self._show_kernel,
            "view.inspector": self.explore.toggle_inspector,
            "stops.condition": lambda: self.explore.ask_watches(stop=True),
            "watches.add": lambda: self.explore.ask_watches(stop=False),
            "view.light": lambda: self._look("light"),
            "view.dark": lambda: self._look("dark"),
            "view.english": lambda: self._language("en"),
            "view.chinese": lambda: self._language("zh_CN"),
            "view.larger": lambda: self._scale(1),
            "view.smaller": lambda: self._scale(-1),
            "view.motion": lambda: self._reduce_motion(not settings.reduce_motion),
            "view.layout": self._standard_layout,
            "help.keys": lambda: KeysBox(palette_rows(self.desk), self).open(),
            "help.about": lambda: AboutBox(self).open(),
        }

    # --- workspaces

    def _workspace(self, name: str) -> None:
        if name == "train" and self.train is None:
            from app.workspaces.train import Train

            self.train = Train(self.desk)
            self.pages["train"] = Page(self.train)
            self.stack.addWidget(self.pages["train"])
            self._restore_columns(self.train)
        page = self.explore if name == "explore" else self.train
        self.stack.setCurrentWidget(self.pages[name])
        page.canvas.canvas.setFocus()  # type: ignore[union-attr]

    def _show_kernel(self) -> None:
        if self.kernel is None:
            from app.panels.kernel import KernelPanel

            self.kernel = KernelPanel(self.desk, self)
        self.kernel.setVisible(not self.kernel.isVisible())

    def _show_export(self) -> None:
        if self.export is None:
            from app.panels.export import ExportPanel
            from app.panels.stepper import StepperPanel

            self.export = ExportPanel(self.desk, StepperPanel, self)
        self.export.show()
        self.export.activateWindow()

    # --- looks

    def _look(self, name: str) -> None:
        self.desk.settings.theme = name
        theme.apply(QApplication.instance(), name, self.desk.settings.scale)

    def _language(self, name: str) -> None:
        self.desk.settings.language = name
        i18n.set_language(name)
        theme.apply(QApplication.instance(), theme.name(), self.desk.settings.scale)

    def _scale(self, step: int) -> None:
        place = min(max(SCALES.index(self.desk.settings.scale) + step, 0), len(SCALES) - 1)
        self.desk.settings.scale = SCALES[place]
        theme.apply(QApplication.instance(), theme.name(), SCALES[place])

    def _reduce_motion(self, on: bool) -> None:
        self.desk.settings.reduce_motion = on
        theme.reduce_motion(on)

    def _standard_layout(self) -> None:
        self.desk.settings.forget_layout()
        for page in (self.explore, self.train):
            if page is not None:
                page.columns.standard()  # type: ignore[union-attr]

    # --- words

    def retranslate(self) -> None:
        """Texts in the language of now."""
        self.desk.retranslate()
        self.menus.retranslate()
        self._title()

    def _title(self, *_: object) -> None:
        self.setWindowTitle(f"{self.filing.name()}[*] – ConvScope")
        self.setWindowModified(self.desk.session.modified)

    def _message(self, message: Message) -> None:
        if message.kind == "info":
            self.footer.show_text(message.text)
            return
        self.footer.hide()  # in its place, so that nothing above moves
        self.banner.setMinimumHeight(self.footer.height())
        self.banner.show_message(message)

    def _done_with(self, *_: object) -> None:
        """What was refused is past once something succeeds; what nobody expected stays until it is closed."""
        if self.banner.message is not None and not self.banner.message.details:
            self.banner.dismiss()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    # --- files and the end

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls()[:1]:
            self.desk.attempt(self.filing.open_path, Path(url.toLocalFile()))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.filing.may_close():
            event.ignore()
            return
        self.desk.player.pause()
        self.desk.runs.shutdown()
        self.desk.settings.set_geometry(self.saveGeometry().data())
        for page in (self.explore, self.train):
            if page is not None and page.columns.dragged:  # type: ignore[union-attr]
                self.desk.settings.set_sizes(page.columns.objectName(), page.columns.sizes())  # type: ignore[union-attr]
        self.desk.settings.sync()
        if self.kernel is not None:
            self.kernel.close()
        if self.export is not None:
            self.export.shutdown()
        event.accept()

    def _restore_layout(self) -> None:
        geometry = self.desk.settings.geometry()
        if not geometry or not self.restoreGeometry(geometry):
            screen = QGuiApplication.primaryScreen().availableGeometry()
            self.resize(min(FIRST_SIZE[0], screen.width()), min(FIRST_SIZE[1], screen.height()))
            if screen.height() < FIRST_SIZE[1] + FRAME or screen.width() < FIRST_SIZE[0]:
                self.setWindowState(Qt.WindowState.WindowMaximized)
        self._restore_columns(self.explore)

    def _restore_columns(self, page: QWidget) -> None:
        sizes = self.desk.settings.sizes(page.columns.objectName())  # type: ignore[attr-defined]
        if len(sizes) == 3:
            page.columns.dragged = True  # type: ignore[attr-defined]
            page.columns.setSizes(sizes)  # type: ignore[attr-defined]


def build(settings: Settings | None = None) -> MainWindow:
    """The window of a fresh document, in the looks and language of the settings; needs a QApplication."""
    settings = settings or Settings()
    app = QApplication.instance()
    i18n.install(app)
    i18n.set_language(settings.language)
    theme.reduce_motion(settings.reduce_motion)
    theme.apply(app, settings.theme, settings.scale)
    desk = Desk(fresh(), settings)
    window = MainWindow(desk)
    desk.setParent(window)
    return window


def run(file: Path | None) -> int:
    """Open the window, on a file if there is one, and stay until it is closed."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("ConvScope")
    window = build()
    install_excepthook(window.desk.messages)
    window.show()
    if file is not None:
        QTimer.singleShot(0, window, lambda: window.desk.attempt(window.filing.open_path, file))
    return app.exec()
