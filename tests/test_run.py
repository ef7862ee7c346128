"""run.py: quick when all is there, made anew when something is wrong, and every failure one sentence."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

SCRIPT = Path(__file__).parents[1] / "run.py"
posix = pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for Python here")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py in a folder of its own, as a module, on a Linux without a display."""
    shutil.copy(SCRIPT, tmp_path)
    shutil.copy(SCRIPT.with_name("pyproject.toml"), tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    spec = importlib.util.spec_from_file_location("convscope_run", tmp_path / "run.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LINUX", True)
    return module


def stand_up(run: ModuleType, extras=("test",), passed=("font", "offscreen")) -> dict:
    """A .venv as after a set-up, with a script for its Python that tells its words and gives 7."""
    packages = Path(run.VENV) / "packages"
    packages.mkdir(parents=True)
    (packages / "numpy").mkdir()
    python = Path(run.PYTHON)
    python.parent.mkdir()
    told = "$QT_QPA_PLATFORM $LC_ALL $OPENBLAS_NUM_THREADS,$PYTHONPATH"
    python.write_text(f'#!/bin/sh\necho "$@"\necho "{told}"\nexit 7\n')
    python.chmod(0o755)
    stamp = {"made_by": run.MADE_BY, "project": run.project(), "extras": list(extras), "packages": str(packages),
             "holds": ["numpy"], "passed": list(passed)}
    run.write_stamp(stamp)
    return stamp


# --- any Python


def test_an_old_python_can_read_it():
    """Python 2.7 to 3.9 have to get as far as the sentence that says which Python is needed."""
    new = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.Match, ast.Nonlocal, ast.AsyncFunctionDef, ast.MatMult,
           ast.YieldFrom)
    stars = 0
    for node in ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8"))):
        assert not isinstance(node, new), f"line {node.lineno}"
        stars += isinstance(node, ast.Starred)
        if isinstance(node, ast.Call):
            stars -= any(isinstance(arg, ast.Starred) for arg in node.args[-1:])
        if isinstance(node, ast.Raise):
            assert node.cause is None, f"line {node.lineno}"
        if isinstance(node, ast.arguments):
            assert node.kwonlyargs + node.posonlyargs == []
            assert all(arg.annotation is None for arg in node.args)
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None, f"line {node.lineno}"
    assert stars == 0, "a star is the last argument of a call, and nothing else"
    assert SCRIPT.read_bytes().isascii()


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 9, 18), (3, 15, 0)])
def test_a_wrong_python_gets_one_sentence(run: ModuleType, monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit) as ended:
        run.main([])
    assert ended.value.code == "ConvScope needs Python 3.10 to 3.14, and this is Python {}.{}.{}.".format(*version)


def test_the_versions_are_those_of_the_package(run: ModuleType):
    text = (Path(run.ROOT) / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={run.OLDEST[0]}.{run.OLDEST[1]},<3.{run.NEWEST[1] + 1}"' in text


# --- which words need what


@pytest.mark.parametrize(("env", "platforms"), [
    ({}, []),
    ({"DISPLAY": ":0"}, ["xcb"]),
    ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ["xcb", "wayland"]),
    ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, []),
    ({"QT_QPA_PLATFORM": "vnc:size=800x600"}, ["vnc"]),
])
def test_the_display_is_found(run: ModuleType, monkeypatch, env, platforms):
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert run.platforms() == platforms


@pytest.mark.parametrize(("words", "needs"), [
    ([], ["offscreen", "font", "xcb"]),
    (["three.png"], ["offscreen", "font", "xcb"]),
    (["demo", "--out", "d"], ["offscreen", "font"]),
    (["test", "-q"], ["offscreen", "font"]),
    (["train", "data"], []),
    (["evaluate", "m", "data"], []),
    (["bench", "--rounds", "3"], []),
    (["--help"], []),
])
def test_only_what_the_words_need_is_looked_at(run: ModuleType, monkeypatch, words, needs):
    monkeypatch.setenv("DISPLAY", ":0")
    assert run.needs_of(words) == needs


def test_without_a_display_the_demonstration_runs_and_it_says_so(run: ModuleType, monkeypatch, capsys):
    became = []
    monkeypatch.setattr(run, "is_ready", lambda *_: True)
    monkeypatch.setattr(run, "become", lambda words, testing: became.append((words, testing)))
    run.main([])
    assert became == [(["demo", "--out", "convscope-demo"], False)]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "no display" in shown.err


# --- quick when all is there


def test_when_all_is_there_no_other_program_is_asked(run: ModuleType, monkeypatch):
    stand_up(run)
    monkeypatch.setattr(subprocess, "Popen", None)
    assert run.is_ready(run.read_stamp(), ["test"], ["offscreen", "font"])


@posix
@pytest.mark.parametrize(("words", "said"), [
    (["train", "data", "--out", "a b"], "-I -m app train data --out a b"),
    (["test", "-q", "tests/app"], "-m pytest -q tests/app"),
    (["bench", "--json", "a b"], f"-m tests.benchmarks.engine --from {os.getcwd()} --json a b"),
])
def test_words_and_exit_status_are_passed_on(run: ModuleType, words, said):
    stand_up(run)
    env = {**os.environ, "PYTHONPATH": "/elsewhere"}
    done = subprocess.run([sys.executable, Path(run.ROOT) / "run.py", *words], env=env, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 7
    assert done.stderr == ""
    first, second = done.stdout.splitlines()
    assert first == said
    assert second.endswith(","), "a PYTHONPATH of the user's does not reach it"
    if words[0] == "test":
        assert second == "offscreen C.UTF-8 1,"
    if words[0] == "bench":
        assert second.endswith(" 1,")


# --- made anew when something is wrong


def test_a_sound_venv_is_kept(run: ModuleType):
    stand_up(run)
    assert run.why_anew(run.read_stamp()) == ""


@pytest.mark.parametrize(("change", "why"), [
    ({"made_by": ["3.9", "here"]}, "another Python made it, or it was moved"),
    ({"holds": ["numpy", "PySide6"]}, "it lacks PySide6"),
    ({"packages": "/nowhere"}, "it lacks packages"),
])
def test_a_venv_that_is_not_what_it_was_is_made_anew(run: ModuleType, change, why):
    stamp = stand_up(run)
    assert run.why_anew({**stamp, **change}) == why


def test_a_set_up_that_was_broken_off_starts_anew(run: ModuleType):
    stand_up(run)
    run.write_stamp(run.UNFINISHED)
    assert run.why_anew(run.read_stamp()) == "its set-up was broken off"


def test_a_venv_without_python_is_made_anew(run: ModuleType):
    stamp = stand_up(run)
    os.remove(run.PYTHON)
    assert run.why_anew(stamp) == "it holds no Python"


@posix
def test_a_venv_of_somebody_else_that_does_not_answer_is_made_anew(run: ModuleType):
    stand_up(run)
    os.remove(run.STAMP)
    assert run.why_anew(None) == "it is broken, or of another Python"


def test_a_stamp_that_cannot_be_read_counts_as_none(run: ModuleType):
    stand_up(run)
    Path(run.STAMP).write_text("{", encoding="utf-8")
    assert run.read_stamp() is None


def test_a_changed_pyproject_installs_again_and_a_missing_extra_too(run: ModuleType):
    stamp = stand_up(run, extras=())
    assert run.is_installed(stamp, [])
    assert not run.is_installed(stamp, ["test"])
    assert not run.is_installed({**stamp, "project": "other"}, [])


# --- failures


def test_no_venv_module_is_one_sentence_with_the_line_to_type(run: ModuleType, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/" + name)
    with pytest.raises(SystemExit) as ended:
        run.set_up([], [])
    assert "`sudo apt install python{}.{}-venv`".format(*sys.version_info) in str(ended.value.code)
    assert not os.path.exists(run.VENV)


def test_without_a_network_it_is_one_sentence_and_the_log_is_named(run: ModuleType):
    """The real thing: a .venv is made, and pip finds nobody at the address of the index."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    env.update(PIP_CONFIG_FILE=os.devnull, PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="1",
               PIP_NO_CACHE_DIR="1")
    done = subprocess.run([sys.executable, Path(run.ROOT) / "run.py", "--version"], env=env, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ConvScope: the package index cannot be reached")
    assert run.LOG in last
    assert "127.0.0.1" in Path(run.LOG).read_text(encoding="utf-8")
    assert json.loads(Path(run.STAMP).read_text(encoding="utf-8")) == run.UNFINISHED


@pytest.mark.parametrize(("said", "why"), [
    ("ERROR: No matching distribution found for PySide6-Essentials<6.12,>=6.8", "pip found no PySide6-Essentials<6.12"),
    ("OSError: [Errno 28] No space left on device", "the disk is full"),
    ("WARNING: Retrying (Retry(total=4)) NewConnectionError\nERROR: No matching distribution found for a",
     "the package index cannot be reached"),
    ("Segmentation fault", "pip failed"),
])
def test_what_pip_says_becomes_a_reason(run: ModuleType, said, why):
    os.mkdir(run.VENV)
    Path(run.LOG).write_text(said, encoding="utf-8")
    assert run.why_pip_failed().startswith(why)


def test_a_failed_update_keeps_the_venv_that_worked(run: ModuleType, monkeypatch):
    stamp = stand_up(run, extras=())
    monkeypatch.setattr(run, "work", lambda *_: 1)
    with pytest.raises(SystemExit):
        run.install(stamp, ["test"])
    assert run.read_stamp() == stamp


# --- Qt's system libraries


@pytest.fixture
def system(run: ModuleType, monkeypatch) -> SimpleNamespace:
    """A machine with apt where ``lacks`` is missing until apt installs it; ``did`` is what was run."""
    machine = SimpleNamespace(lacks={}, did=[], manager="apt-get", broken=False)

    def work(what, command, shown=False):
        machine.did.append(" ".join(command))
        if not machine.broken:
            for group in [group for group in machine.lacks if run.PACKAGES["apt-get"][group].split()[0] in command]:
                del machine.lacks[group]
        return 100 if machine.broken else 0

    monkeypatch.setattr(run, "work", work)
    monkeypatch.setattr(run, "probe", lambda screen: dict(machine.lacks))
    monkeypatch.setattr(shutil, "which", lambda name: name if name == machine.manager else None)
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    return machine


def test_where_qt_loads_nothing_is_done(run: ModuleType, system):
    run.see_to_qt(["xcb"])
    assert system.did == []


def test_root_installs_exactly_what_is_missing(run: ModuleType, system):
    system.lacks = {"xcb": "libxcb-cursor.so.0: no such file", "font": "of Chinese characters"}
    run.see_to_qt(["xcb"])
    assert system.did == ["apt-get update", "apt-get install -y --no-install-recommends libxcb-cursor0 libxcb-icccm4 "
                          "libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0 fonts-wqy-microhei"]


def test_others_get_the_line_to_type_and_nothing_is_run(run: ModuleType, system, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    system.lacks = {"offscreen": "libGL.so.1: no such file"}
    with pytest.raises(SystemExit) as ended:
        run.see_to_qt(["xcb"])
    said = str(ended.value.code)
    assert "libGL.so.1" in said
    line = said.partition("install them: ")[2]
    assert line.startswith("sudo apt install libglib2.0-0 libgl1 ")
    assert "libxcb-cursor0" in line
    assert line.endswith(" fonts-wqy-microhei"), "no full stop: it is copied"
    assert system.did == []


@pytest.mark.parametrize(("manager", "line"), [
    ("dnf", "dnf install xcb-util-cursor"), ("pacman", "pacman -S --needed xcb-util-cursor"), ("", "xcb-cursor"),
])
def test_other_systems_get_a_line_of_their_own(run: ModuleType, system, manager, line):
    system.manager, system.lacks = manager, {"xcb": "libxcb-cursor.so.0: no such file"}
    with pytest.raises(SystemExit) as ended:
        run.see_to_qt(["xcb"])
    assert line in str(ended.value.code)


def test_an_apt_that_fails_is_tried_once_and_is_one_sentence(run: ModuleType, system):
    system.broken, system.lacks = True, {"offscreen": "libGL.so.1: no such file"}
    with pytest.raises(SystemExit) as ended:
        run.see_to_qt([])
    assert len(system.did) == 2
    assert "libGL.so.1" in str(ended.value.code)
    assert "apt did not help, see " + run.LOG in str(ended.value.code)


def test_a_missing_font_is_said_and_does_not_stop(run: ModuleType, system, monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    system.lacks = {"font": "of Chinese characters"}
    run.see_to_qt(["xcb"])
    assert capsys.readouterr().err.endswith("for them: sudo apt install fonts-wqy-microhei\n")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only on Linux Qt wants system libraries")
def test_the_probe_runs_in_this_environment(run: ModuleType, monkeypatch):
    """It finds Qt whole where these tests run, and a font or none."""
    os.mkdir(run.VENV)
    monkeypatch.setattr(run, "PYTHON", sys.executable)
    assert set(run.probe([])) <= {"font"}
