"""The wheel holds everything: built, installed in an empty environment elsewhere, and put to work there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from app import __version__

ROOT = Path(__file__).parents[1]
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "app", "cnncore", "assets")
NOT_SHIPPED = ("__pycache__", "*.pyc", ".*")


def run(*command: str | Path, **kwargs) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **kwargs)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def has_setuptools() -> bool:
    """Whether the wheel can be built without fetching what builds it."""
    try:
        return int(version("setuptools").split(".")[0]) >= 77
    except PackageNotFoundError:
        return False


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns(*NOT_SHIPPED))
        else:
            shutil.copy(ROOT / name, source / name)
    words = ["--no-build-isolation"] if has_setuptools() else []
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", *words, "-w", folder, source)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of an environment that holds the wheel alone, and reads the dependencies of this one."""
    folder = tmp_path_factory.mktemp("elsewhere") / "environment"
    venv.create(folder, with_pip=False)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    packages = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    # Lines of a .pth add a folder and nothing of its own .pth files: an editable ConvScope there stays unseen.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    run(python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--ignore-installed", wheel)
    return scripts


def test_the_wheel_holds_every_asset(wheel: Path):
    assets = {path.relative_to(ROOT).as_posix() for path in (ROOT / "assets").rglob("*")
              if path.is_file() and not any(part.startswith(".") for part in path.relative_to(ROOT).parts)}
    held = {name.removeprefix("app/") for name in zipfile.ZipFile(wheel).namelist() if name.startswith("app/assets/")}
    assert held == assets


def test_the_wheel_holds_every_module_and_nothing_of_the_tests(wheel: Path):
    modules = {path.relative_to(ROOT).as_posix() for top in ("app", "cnncore") for path in (ROOT / top).rglob("*.py")}
    names = zipfile.ZipFile(wheel).namelist()
    assert {name for name in names if name.endswith(".py")} == modules
    assert {name.split("/")[0] for name in names} == {"app", "cnncore", f"convscope-{__version__}.dist-info"}


def test_the_wheel_carries_its_licence(wheel: Path):
    assert any(name.endswith("LICENSE") for name in zipfile.ZipFile(wheel).namelist())


def test_the_installed_program_runs_its_own_files(elsewhere: Path, tmp_path: Path):
    assert run(elsewhere / "convscope", "--version", cwd=tmp_path) == f"ConvScope {__version__}\n"
    where = run(elsewhere / "python", "-c", "from app import paths; print(paths.asset('icons'))", cwd=tmp_path)
    folder = Path(where.strip())
    assert folder.is_relative_to(elsewhere.parent)
    assert folder.is_dir()


def test_the_installed_program_does_the_main_job(elsewhere: Path, tmp_path: Path):
    """What `convscope demo` promises, from an empty folder."""
    run(elsewhere / "convscope", "demo", "--out", "shown", cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"})
    told = json.loads((tmp_path / "shown" / "demo.json").read_text(encoding="utf-8"))
    assert told["drawn"] == told["predicted"]
    assert told["frames"] >= 40
    assert told["fresh_accuracy"] > 0.9
    assert len(told["classes"]) == 3
    assert list((tmp_path / "shown").glob("*.png"))
    (animation,) = (tmp_path / "shown").glob("*.gif")
    assert animation.stat().st_size > 0
