"""The code of the number: the lines of a framework that compute it, with a switch between frameworks and a copy."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.desk import Desk
from app.i18n import N_, tr
from app.model.code import CHOICE, FRAMEWORKS, copied, written
from app.model.results import Results
from app.model.timeline import Playhead, exists
from app.panels.inspector_views.rows import CodeBlock
from app.widgets.buttons import IconButton
from app.widgets.labels import Label
from app.widgets.segments import Segments
from cnncore.code.lines import narrow

SAID_MS = 1500


class Listing(CodeBlock):
    """Lines that are folded into its width as Python allows, so that what is selected in it runs too."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._code = ""

    def text(self) -> str:
        """The code, not folded."""
        return self._code

    def shown(self) -> str:
        """As it is folded."""
        return super().text()

    def show_code(self, code: str) -> None:
        """Other lines."""
        self._code = code
        self._fill()

    def _fill(self) -> None:
        room = (self.parentWidget() or self).width() - self.contentsMargins().left() - self.contentsMargins().right()
        columns = int(room / QFontMetricsF(self.font()).horizontalAdvance("0"))
        text = narrow(self._code, columns)
        if text != super().text():
            self.setWordWrap(max(map(len, text.split("\n"))) > columns)  # a word that alone is too wide
            self.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_code"):
            self._fill()


class CodeSection(QWidget):
    """Title and copy, the switch, the block; a framework that has no such thing says so in the block's place."""

    changed = Signal()  # another framework
    folded = Signal()  # by hand

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._session, self._settings = desk.session, desk.settings
        self.title = Label(N_("Code"), "title")
        self.copy = IconButton("copy", N_("Copy the code, with the lines that load its arrays"))
        self.copy.setObjectName("copy_code")
        self.copy.set_small()
        self.copied = Label(N_("✓ copied"), "secondary")
        self.copied.setProperty("role", "right")
        self.copied.hide()
        self.switch = Segments(FRAMEWORKS, N_("Code"))
        self.switch.setObjectName("code_language")
        self.switch.setProperty("small", True)
        self.switch.setStyleSheet("QToolButton { padding-left: 3px; padding-right: 3px; }")  # all three beside another
        self.switch.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.block, self.why = Listing(), Label("", "secondary")
        self.block.setObjectName("code")
        self.why.setObjectName("code_refusal")
        self.why.setWordWrap(True)
        self.caret = IconButton("caret", N_("Show or fold the code"))
        self.caret.setObjectName("fold_code")
        self.caret.set_small()
        self.caret.clicked.connect(self._toggle)
        top = QHBoxLayout()
        top.setSpacing(4)
        for widget in (self.title, self.caret, self.copied):
            top.addWidget(widget)
        top.addStretch(1)
        top.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.switch)
        column.addWidget(self.block)
        column.addWidget(self.why)
        self._head: Playhead | None = None
        self._there = self._folded = False
        self._wanted: bool | None = None  # by a person; None: as there is room
        self.switch.set_value(self._settings.value(CHOICE, self.switch.value))
        self.switch.changed.connect(self._choose)
        self.copy.clicked.connect(self._copy)

    def _choose(self, framework: str) -> None:
        self._settings.set_value(CHOICE, framework)
        self.changed.emit()

    def show_code(self, results: Results, head: Playhead) -> bool:
        """Another number; False where there is nothing to say."""
        code = written(results, head, self.switch.value)
        self._head = head
        self.block.show_code(code.text)
        self.why.set_text(code.why, **code.facts)
        self._there = bool(code.text)
        self.copy.setVisible(self._there)
        self._place()
        return bool(code.text or code.why)

    def fold(self, on: bool) -> None:
        """Fold it to its title, unless a person opened it, or open it, unless a person folded it."""
        on = not self._wanted if self._wanted is not None else on
        if on != self._folded:
            self._folded = on
            self._place()
            self.layout().activate()  # at once: what is shown is measured next
            self.updateGeometry()

    def _toggle(self) -> None:
        self._wanted = self._folded
        self.folded.emit()
        if self._wanted:
            QTimer.singleShot(0, self, self._reveal)  # when it has its place

    def _reveal(self) -> None:
        """Where the column scrolls, to the code that a person has just opened."""
        area: QWidget | None = self
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(self, 0, 0)

    def _place(self) -> None:
        self.switch.setVisible(not self._folded)
        self.block.setVisible(not self._folded and self._there)
        self.why.setVisible(not self._folded and not self._there)
        self.caret.set_icon("caret-right" if self._folded else "caret")

    def _copy(self) -> None:
        session = self._session
        if self._head is None or not exists(session.view.network, self._head):
            return
        QApplication.clipboard().setText(copied(session, self._head, self.switch.value))
        self.copied.show()
        QTimer.singleShot(SAID_MS, self, self.copied.hide)

    def retranslate(self) -> None:
        """Texts of now."""
        self.copy.setAccessibleName(tr("Copy the code, with the lines that load its arrays"))
