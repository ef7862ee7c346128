"""The rules of the house that a machine can check: imports, sizes, colours, words, and what lies where."""

from __future__ import annotations

import ast
import json
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APP = sorted((ROOT / "app").rglob("*.py"))
ENGINE = sorted((ROOT / "cnncore").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
CATALOGUES = sorted((ROOT / "assets" / "i18n" / "zh_CN").glob("*.json"))
TOP = {"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml", "run.py",
       "app", "cnncore", "assets", "tests"}
MADE = {"build", "dist", "convscope.egg-info", "convscope-demo", "__pycache__"}  # by tools; not in the repository

# Each part of app imports what stands on lower lines; on one line, a package imports itself.
ORDER = (
    {"paths", "numbers"},
    {"qt_texts"},
    {"theme", "i18n", "settings"},
    {"messages", "kernels", "widgets", "model", "examples"},
    {"action"},
    {"actions_step"},
    {"actions", "jobs"},
    {"desk"},
    {"export"},
    {"panels", "menus", "filing", "about", "lessons", "drive"},
    {"workspaces"},
    {"main_window"},
    {"demo", "cli_train", "cli_export"},
    {"cli"},
    {"__main__"},
)
RANK = {part: line for line, parts in enumerate(ORDER) for part in parts}
LEAVES = ORDER[0] | ORDER[1] | ORDER[2]
ON_DEMAND = {"cnncore.files.header": {"msgspec"}}  # modules of the engine that are themselves loaded inside a function


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def dotted(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> set[str]:
    """Dotted names of all that a file imports when it runs, also inside functions; not what is there for types only."""
    found: set[str] = set()
    todo: list[ast.AST] = [tree(path)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            todo += node.orelse
            continue
        todo += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{short(path)}:{node.lineno}: imports are written in full"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if is_module(inner) else str(node.module))
    return found


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def part(name: str) -> str:
    """``app.widgets.card`` is of the part widgets; of app itself there is none."""
    return name.split(".")[1] if "." in name else ""


def panel(name: str) -> str:
    """The panel a module of app.panels belongs to: ``app.panels.stepper_views.curve`` is a view of the stepper."""
    return name.split(".")[2].removesuffix("_views") if name.count(".") > 1 else ""


# --- imports


def test_the_engine_imports_numpy_and_the_standard_library_at_the_top():
    """What needs more is loaded inside the function that needs it: test_imports.py sees to the result."""
    for path in ENGINE:
        allowed = {"numpy", "cnncore", *sys.stdlib_module_names} | ON_DEMAND.get(dotted(path), set())
        for node in tree(path).body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
                assert {name.split(".")[0] for name in names} <= allowed, f"{short(path)}:{node.lineno}"


def test_the_engine_knows_neither_app_nor_qt_nor_threads():
    for path in ENGINE:
        tops = {name.split(".")[0] for name in imports(path)}
        assert not tops & {"app", "PySide6", "pyqtgraph", "threading", "multiprocessing", "concurrent", "asyncio"}, path


def test_every_part_of_app_has_its_place_in_the_order():
    parts = {part(dotted(path)) for path in APP} - {""}
    assert parts <= set(RANK), "put it on a line of ORDER"


def test_no_import_of_app_runs_back():
    wrong = []
    for path in APP:
        own = part(dotted(path))
        for name in sorted(imports(path)):
            other = part(name) if name.split(".")[0] == "app" else ""
            if not own or not other or own == other:
                continue
            if RANK[other] >= RANK[own] and not (own in LEAVES and other in LEAVES):
                wrong.append(f"{short(path)} imports {name}")
    assert wrong == []


def test_widgets_import_leaves_qt_and_numbers_only():
    allowed = {"PySide6", "shiboken6", "pyqtgraph", "numpy", "cnncore", *sys.stdlib_module_names}
    for path in APP:
        if part(dotted(path)) == "widgets":
            for name in imports(path):
                if name.split(".")[0] == "app":
                    assert part(name) in LEAVES | {"widgets", ""}, f"{short(path)} imports {name}"
                else:
                    assert name.split(".")[0] in allowed, f"{short(path)} imports {name}"


def test_panels_never_import_panels():
    wrong = []
    for path in APP:
        own = dotted(path)
        if part(own) == "panels" and panel(own):
            wrong += [f"{short(path)} imports {name}" for name in imports(path)
                      if name.startswith("app.panels.") and panel(name) != panel(own)]
    assert wrong == []


def test_the_model_has_no_widgets():
    drawing = ("PySide6.QtWidgets", "PySide6.QtGui", "pyqtgraph")
    for path in APP:
        if part(dotted(path)) == "model":
            assert not [name for name in imports(path) if name.startswith(drawing)], short(path)


# --- sizes, places, colours


@pytest.mark.parametrize("path", [ROOT / "run.py", *APP, *ENGINE, *TESTS], ids=short)
def test_a_file_is_one_subject(path: Path):
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= (300 if path.name == "main_window.py" else 400), "split it"


def test_the_top_level_holds_what_was_agreed():
    assert {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - MADE == TOP


def test_the_packages_of_the_wheel_are_the_folders():
    listed = re.search(r"^packages = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.S | re.M)
    assert listed
    folders = {dotted(path.parent / "__init__.py") for path in [*APP, *ENGINE]} | {"app.assets"}
    assert set(re.findall(r'"([\w.]+)"', listed[1])) == folders
    assert {path.parent for path in [*APP, *ENGINE]} == {path.parent for path in [*APP, *ENGINE]
                                                        if path.name == "__init__.py"}


def test_colours_stand_in_the_theme_only():
    literal = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b|\brgba?\(|\bhsla?\(")

    def is_colour(node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute):
            return "GlobalColor." in ast.unparse(node) and node.attr != "transparent"
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("QColor"):
            return any(isinstance(arg, ast.Constant) for arg in node.args)
        return bool(literal.search(text_of(node) or ""))

    wrong = [f"{short(path)}:{node.lineno}: {ast.unparse(node)[:60]}" for path in APP if path.name != "theme.py"
             for node in ast.walk(tree(path)) if is_colour(node)]
    for sheet in (ROOT / "assets").rglob("*.qss"):
        wrong += [f"{short(sheet)}: {word}" for word in literal.findall(sheet.read_text(encoding="utf-8"))]
    assert wrong == []


# --- words


def text_of(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def choices(node: ast.AST) -> Iterator[ast.AST]:
    """The values that an expression may have: both sides of an if."""
    if isinstance(node, ast.IfExp):
        yield from choices(node.body)
        yield from choices(node.orelse)
    else:
        yield node


def keys_in(path: Path) -> Iterator[tuple[str, str]]:
    """(English key, where) of every text that a file declares for people."""
    for node in ast.walk(tree(path)):
        found: list[ast.AST | None] = []
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).split(".")[-1]
            by_word = {keyword.arg: keyword.value for keyword in node.keywords}
            if name in ("tr", "N_") and node.args:
                found += choices(node.args[0])
            elif name == "CnnError" and len(node.args) > 1:
                found += choices(node.args[1])
            elif name == "knob":
                found += [by_word.get("help"), by_word.get("unit")]
        elif isinstance(node, ast.FunctionDef) and node.name in ("summary", "words") and path in ENGINE:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    for value in choices(inner.value):
                        found += choices(value.elts[0] if isinstance(value, ast.Tuple) else value)
        elif isinstance(node, ast.Assign) and path.parent.name == "ops" and ast.unparse(node.targets[0]) == "title":
            found.append(node.value)
        for one in found:
            text = text_of(one)
            if text:
                yield text, f"{short(path)}:{one.lineno}"


def all_keys() -> dict[str, str]:
    keys: dict[str, str] = {}
    for path in [*APP, *ENGINE]:
        keys.update(keys_in(path))
    return keys


def pairs_of(path: Path) -> list[tuple[str, str]]:
    """Key and translation as they stand in the file, doubles and all."""
    found: list[tuple[str, str]] = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=lambda pairs: pairs)
    return found


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_text_is_in_the_chinese_catalogue():
    known = {key for path in CATALOGUES for key, _ in pairs_of(path)}
    missing = sorted(f"{where}: {key}" for key, where in all_keys().items() if key not in known)
    assert not missing, f"{len(missing)} texts have no translation in assets/i18n/zh_CN:\n" + "\n".join(missing)


def test_no_text_is_translated_twice():
    seen: dict[str, str] = {}
    twice = []
    for path in CATALOGUES:
        for key, _ in pairs_of(path):
            if key in seen:
                twice.append(f"{key!r} in {seen[key]} and {path.name}")
            seen[key] = path.name
    assert twice == []


def test_a_translation_names_the_facts_of_its_text():
    wrong = [f"{path.name}: {key!r}: {sorted(facts(key))} and {sorted(facts(text))}"
             for path in CATALOGUES for key, text in pairs_of(path) if facts(key) != facts(text)]
    assert wrong == []


def test_a_translation_says_something():
    assert [key for path in CATALOGUES for key, text in pairs_of(path) if not text.strip()] == []


def test_every_text_can_be_filled_in():
    for key, where in all_keys().items():
        assert all(name.isidentifier() for name in facts(key)), f"{where}: facts have names"


# --- Qt


def test_this_pyside_keeps_its_references():
    """6.12.0 drops a reference of None at every call that returns nothing; before Python 3.12 it dies of that."""
    code = ("import sys\n"
            "from PySide6.QtGui import QGuiApplication, QImage, QPainter\n"
            "app = QGuiApplication(['guard', '-platform', 'offscreen'])\n"
            "image = QImage(8, 8, QImage.Format.Format_RGB32)\n"
            "painter = QPainter(image)\n"
            "before = sys.getrefcount(None)\n"
            "for _ in range(1000): painter.drawPoint(1, 1)\n"
            "lost = before - sys.getrefcount(None)\n"
            "painter.end()\n"
            "print(lost, flush=True)\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert int(done.stdout) < 100, "another PySide6-Essentials is needed: pyproject.toml says which"
