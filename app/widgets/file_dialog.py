"""Which file: the system's own dialog where there is one, else Qt's, with icons that can be seen in every theme."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractButton, QDialogButtonBox, QFileDialog, QToolButton, QWidget

from app.widgets.icons import icon

ICONS = {"backButton": "arrow-left", "forwardButton": "arrow-right", "toParentButton": "arrow-up",
         "newFolderButton": "folder-new", "listModeButton": "list", "detailModeButton": "table"}


def open_file(parent: QWidget, title: str, folder: str, kinds: str) -> Path | None:
    """Ask for a file that exists; None: none was chosen."""
    dialog = made(parent, title, folder, kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _chosen(dialog)


def save_file(parent: QWidget, title: str, start: str, kinds: str) -> Path | None:
    """Ask where to write; None: nowhere. A file that is there is asked about."""
    dialog = made(parent, title, str(Path(start).parent), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(Path(start).name)
    return _chosen(dialog)


def made(parent: QWidget, title: str, folder: str, kinds: str) -> QFileDialog:
    """The dialog. Qt's own has its parts when it is made; the system's has none of them."""
    dialog = QFileDialog(parent, title, folder, kinds)
    for name, file in ICONS.items():
        button = dialog.findChild(QToolButton, name)
        if button is not None:
            button.setIcon(icon(file))
    for box in dialog.findChildren(QDialogButtonBox):
        plain(box)
    return dialog


def plain(box: QWidget) -> None:
    """Its buttons have words only: a desktop's pictures are drawn for a desktop's colours."""
    for button in box.findChildren(QAbstractButton):
        button.setIcon(QIcon())


def _chosen(dialog: QFileDialog) -> Path | None:
    try:
        return Path(dialog.selectedFiles()[0]) if dialog.exec() and dialog.selectedFiles() else None
    finally:
        dialog.deleteLater()
