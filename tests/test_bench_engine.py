"""What `run.py bench` says and writes: its rows, its JSON, its picture, and where PyTorch is looked for."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.benchmarks.engine import home, plot, report
from tests.benchmarks.engine.duel import Ratio, contenders, ratio
from tests.benchmarks.engine.growth import Growth, step_operations
from tests.benchmarks.engine.rows import ROWS
from tests.benchmarks.engine.specs import LENET

ROOT = Path(__file__).parents[1]


def result(at: int, value: float) -> report.Result:
    return report.Result(ROWS[at], Ratio(value, value * 0.9, value * 1.1, 0.002), "PyTorch 2.13.0 eager, 1 thread",
                         Ratio(value, value, value), "PyTorch 2.13.0 eager, 2 threads, bound", "13/13")


def test_the_rows_are_those_of_the_table():
    assert len(ROWS) == 18
    assert len({row.key for row in ROWS}) == 18
    steps = [(row.batch, row.floor, row.aim) for row in ROWS if row.name == "LeNet training step"]
    assert steps == [(1, 0.40, 0.20), (8, 0.45, 0.25), (32, 0.45, 0.22), (64, 0.55, 0.30), (256, 0.65, 0.40)]
    assert [row.batch for row in ROWS if row.best] == [64, 256]
    assert all(row.aim < row.floor for row in ROWS)


def test_a_json_row_has_the_agreed_fields_and_a_number_for_a_ratio():
    plain = json.loads(json.dumps(result(0, 0.25).plain()))
    assert list(plain) == ["row", "batch", "ratio", "q1", "q3", "floor", "aim", "contender"]
    assert (plain["row"], plain["batch"], plain["ratio"]) == ("LeNet training step", 1, 0.25)


@pytest.mark.parametrize(("value", "verdict"), [(0.20, "aim"), (0.21, "reached"), (0.40, "reached"), (0.41, "short")])
def test_the_verdict_compares_with_floor_and_aim(value, verdict):
    assert result(0, value).verdict == verdict


def test_a_ratio_is_paired_round_by_round():
    found = ratio([1.0, 20.0, 3.0], [2.0, 10.0, 3.0])
    assert found == Ratio(1.0, 0.5, 2.0, seconds=3.0, least=1.0)


def test_the_line_of_a_row_names_torchs_best_setting():
    assert "0.25 (2t, bound)" in report.laid(report.line(result(0, 0.25)))


def test_the_step_of_a_lenet_counts_its_matrix_products():
    assert step_operations(LENET, 64) == 97_090_560


def test_exponents_are_the_slopes_of_the_logarithms():
    grown = Growth("side", (8, 16, 32), (1.0, 4.0, 16.0), (1.0, 2.0, 4.0))
    assert grown.exponents() == pytest.approx((2.0, 1.0))
    assert grown.top() == pytest.approx((2.0, 1.0))
    assert "ours 2.00 (2.00)   torch 1.00 (1.00)" in report.growth_lines([grown])[1]


def test_the_picture_is_a_drawing_with_a_bar_for_each_row():
    results = [result(k, 0.1 * (k + 1)) for k in range(len(ROWS))]
    grown = [Growth(axis, (1, 4, 16), (1.0, 2.0, 4.0), (2.0, 4.0, 9.0)) for axis in ("batch", "side", "filters")]
    drawn = ET.fromstring(plot.svg(results, grown, "a <title> & more"))
    bars = [one for one in drawn.iter("{http://www.w3.org/2000/svg}rect") if one.get("height") == str(plot.BAR)]
    assert len(bars) == len(ROWS)
    words = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "a <title> & more" in words
    assert {row.key for row in ROWS} <= set(words)


def test_one_process_and_environment_for_each_contender():
    everyone = contenders("python", "2.13.0")
    assert len({who.name for who in everyone}) == len(everyone)
    assert everyone[0].side == "ours"
    assert everyone[1].name == "PyTorch 2.13.0 eager, 1 thread"
    for who in everyone:
        assert who.environment()["OMP_NUM_THREADS"] == who.environment()["OPENBLAS_NUM_THREADS"] == str(who.threads)
        assert (who.environment().get("OMP_PROC_BIND") == "true") >= who.bound


def test_an_unknown_row_is_refused_with_the_names_of_all():
    done = subprocess.run([sys.executable, "-m", "tests.benchmarks.engine", "--only", "lenett"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no row's name holds 'lenett'" in done.stderr
    assert "small VGG training step" in done.stderr


# --- where PyTorch is


def test_the_packages_of_the_extras_come_from_the_project():
    assert home.needs("bench")[0] == "torch==2.13.0"
    assert [name.split(">")[0] for name in home.needs("parity")] == ["torch==2.13.0", "onnx", "keras", "numpy",
                                                                     "pytest", "hypothesis"]


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A folder without PyTorch; what would be run is in the list, and nothing is."""
    for name, path in (("HOME", ""), ("PYTHON", "python"), ("STAMP", "stamp.json"), ("LOG", "log")):
        monkeypatch.setattr(home, name, tmp_path / "venv" / path)
    ran = []
    monkeypatch.setattr(home, "_imports", lambda interpreter, modules: False)
    monkeypatch.setattr(home, "_work", lambda what, command: ran.append(command) or home.PYTHON.touch())
    return ran


def test_pytorch_of_this_environment_is_used(nowhere, monkeypatch):
    monkeypatch.setattr(home, "_imports", lambda interpreter, modules: interpreter == sys.executable)
    assert home.python() == sys.executable
    assert nowhere == []


def test_an_environment_is_made_once_with_builds_for_the_processor_where_there_are_some(nowhere, monkeypatch):
    assert home.python() == str(home.PYTHON)
    assert nowhere[0][1:3] == ["-m", "venv"]
    assert nowhere[1][-2:] == ["torch==2.13.0+cpu", home.needs("bench")[1]]
    monkeypatch.setattr(home, "_imports", lambda interpreter, modules: interpreter != sys.executable)
    assert home.python() == str(home.PYTHON)
    assert len(nowhere) == 2
    home.python("parity")
    assert len(nowhere) == 3, "more packages, into the same environment"
    home.python("bench")
    assert len(nowhere) == 3


def test_where_it_cannot_be_installed_it_is_one_sentence(nowhere, monkeypatch):
    monkeypatch.setattr(home, "_work", lambda what, command: 0 if "venv" in command else 1)
    with pytest.raises(SystemExit, match=r"PyTorch could not be installed into .venv-bench, .* is in "):
        home.python()
    assert not home.STAMP.exists()
