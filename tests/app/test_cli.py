"""The command line: its words are an interface, and every failure ends in one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__, cli
from app.__main__ import main
from cnncore.errors import CnnError


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1]


def test_no_words_open_the_window():
    args = cli.parse([])
    assert (args.command, args.file) == ("window", None)


def test_a_file_opens_in_the_window():
    args = cli.parse(["drawing.convscope"])
    assert (args.command, args.file) == ("window", Path("drawing.convscope"))


def test_a_file_named_like_a_command_is_reached_by_its_folder():
    assert cli.parse(["./demo"]).file == Path("./demo")


def test_demo_wants_a_folder():
    assert cli.parse(["demo", "--out", "d"]).out == Path("d")


def test_train_knows_all_its_words():
    args = cli.parse(["train", "data", "--out", "m", "--from", "old", "--epochs", "3", "--seed", "7", "--json", "f"])
    assert (args.command, args.data, args.out, args.from_) == ("train", Path("data"), Path("m"), Path("old"))
    assert (args.epochs, args.seconds, args.seed, args.json) == (3, None, 7, Path("f"))


def test_train_leaves_out_what_is_not_said():
    args = cli.parse(["train", "data", "--out", "m", "--seconds", "2.5"])
    assert (args.from_, args.epochs, args.seconds, args.seed, args.json) == (None, None, 2.5, None, None)


def test_evaluate_takes_model_then_data():
    args = cli.parse(["evaluate", "m", "data", "--json", "f"])
    assert (args.command, args.model, args.data, args.json) == ("evaluate", Path("m"), Path("data"), Path("f"))


@pytest.mark.parametrize(("words", "named"), [
    ("demo", "--out"),
    ("train data", "--out"),
    ("train data --out m --epochs 2 --seconds 3", "not allowed with"),
    ("train data --out m --epochs many", "'many'"),
    ("train data --out m --ep 2", "--ep"),
    ("evaluate m", "DATA"),
    ("one two", "two"),
])
def test_wrong_words_end_in_one_line_that_names_them(words: str, named: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        cli.parse(words.split())
    assert ended.value.code == 2
    assert named in last_line(capsys.readouterr().err)


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        cli.parse(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"ConvScope {__version__}\n"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        cli.parse(["--help"])
    shown = capsys.readouterr().out
    assert all(f"convscope {name}" in shown for name in ("[-h]", "demo", "train", "evaluate"))


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]):
    assert main(["nowhere.png"]) == 1
    assert capsys.readouterr().err == "There is no file nowhere.png.\n"


def test_a_command_with_a_slip_is_guessed(capsys: pytest.CaptureFixture[str]):
    assert main(["trian"]) == 1
    assert "Did you mean the command train?" in last_line(capsys.readouterr().err)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux may have no display")
def test_without_a_display_the_window_says_what_works(monkeypatch, capsys: pytest.CaptureFixture[str]):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main([]) == 1
    assert "convscope demo --out DIR" in last_line(capsys.readouterr().err)


def fails_with(error: BaseException, monkeypatch) -> int:
    def fail(args):
        raise error

    monkeypatch.setattr(cli, "_run", fail)
    return main([])


def test_a_mistake_of_the_user_is_one_sentence_without_a_traceback(monkeypatch, capsys):
    assert fails_with(CnnError("a.b", "{n} is too many. Allowed: 3.", n=4), monkeypatch) == 1
    assert capsys.readouterr().err == "4 is too many. Allowed: 3.\n"


def test_a_file_that_the_system_refuses_is_one_sentence(monkeypatch, capsys):
    assert fails_with(PermissionError(13, "Permission denied", "a.png"), monkeypatch) == 1
    assert capsys.readouterr().err == "a.png: Permission denied.\n"


def test_a_fault_of_ours_shows_where_and_ends_in_one_line(monkeypatch, capsys):
    assert fails_with(RuntimeError("two\nlines"), monkeypatch) == 1
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert last_line(shown) == "ConvScope failed: two lines"


def test_qt_that_does_not_load_says_who_sees_to_it(monkeypatch, capsys):
    error = ImportError("libGL.so.1: cannot open shared object file", name="PySide6.QtGui")
    assert fails_with(error, monkeypatch) == 1
    assert "libGL.so.1" in last_line(capsys.readouterr().err)


def test_ctrl_c_is_no_fault(monkeypatch, capsys):
    assert fails_with(KeyboardInterrupt(), monkeypatch) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_as_a_process_it_gives_its_exit_status_and_last_line(tmp_path: Path):
    words = ["train", str(tmp_path / "none"), "--out", str(tmp_path / "m")]
    words = ["train", str(tmp_path / "none"), "--out", str(tmp_path / "m")]
    done = subprocess.run([sys.executable, "-m", "app", *words], cwd=Path(__file__).parents[2], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 1
    assert "none" in last_line(done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
