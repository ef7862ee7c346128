#!/usr/bin/env python3
"""ConvScope in one command: sets up whatever is missing, then starts.

    python3 run.py [FILE]               opens the window; without a display, makes the demonstration
    python3 run.py demo|train|evaluate  any words of the command line: see `python3 run.py --help`
    python3 run.py test [PYTEST WORDS]  runs the tests
    python3 run.py bench [--help]       measures the engine beside PyTorch, which goes into .venv-bench

Standard library only. What it makes lies in .venv beside this file, with the log of the set-up; what it says goes to
standard error. It is written so that even Python 2.7 can read it, and say which Python is needed.
"""
from __future__ import print_function

import os
import sys

OLDEST, NEWEST = (3, 10), (3, 14)
ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
LOG = os.path.join(VENV, "setup.log")
STAMP = os.path.join(VENV, "convscope.json")
WINDOWS = os.name == "nt"
LINUX = sys.platform.startswith("linux")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if WINDOWS else os.path.join(VENV, "bin", "python")
MADE_BY = ["{}.{}".format(*sys.version_info), ROOT]  # pip writes full paths: a moved folder is another folder
UNFINISHED = {"unfinished": True}

# What Qt loads and a bare system lacks, found with ldd from an empty Debian 12. The keys are what can be missing.
PACKAGES = {
    "apt-get": {
        "offscreen": "libglib2.0-0 libgl1 libegl1 libfontconfig1 libdbus-1-3 libxkbcommon0",
        "xcb": "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0",
        "wayland": "libwayland-client0 libwayland-cursor0 libwayland-egl1",
        "font": "fonts-wqy-microhei",
    },
    "dnf": {
        "offscreen": "glib2 libglvnd-glx libglvnd-egl fontconfig dbus-libs libxkbcommon",
        "xcb": "xcb-util-cursor xcb-util-wm xcb-util-keysyms libxkbcommon-x11",
        "wayland": "libwayland-client libwayland-cursor libwayland-egl",
        "font": "google-noto-sans-cjk-fonts",
    },
    "pacman": {
        "offscreen": "glib2 libglvnd fontconfig dbus libxkbcommon",
        "xcb": "xcb-util-cursor xcb-util-wm xcb-util-keysyms libxkbcommon-x11",
        "wayland": "wayland",
        "font": "noto-fonts-cjk",
    },
}
INSTALL = {"apt-get": "apt install", "dnf": "dnf install", "pacman": "pacman -S --needed"}

# Run by the Python of .venv with the platforms that could serve; prints what is missing, a line each.
PROBE = """
import ctypes, glob, sys
try:
    from PySide6 import QtCore, QtGui, QtOpenGLWidgets, QtPrintSupport, QtSvg, QtTest, QtWidgets
except ImportError as error:
    sys.exit(print("offscreen", error))
folder = QtCore.QLibraryInfo.path(QtCore.QLibraryInfo.LibraryPath.PluginsPath) + "/platforms/libq"
trouble = []
for name in sys.argv[1:]:
    try:
        for plugin in glob.glob(glob.escape(folder + name) + "*.so"):
            ctypes.CDLL(plugin)
    except OSError as error:
        trouble.append(name + " " + str(error))
if trouble and len(trouble) == len(sys.argv[1:]):
    print(trouble[0])
app = QtGui.QGuiApplication(["probe", "-platform", "offscreen"])
if not QtGui.QFontDatabase.families(QtGui.QFontDatabase.WritingSystem.SimplifiedChinese):
    print("font of Chinese characters")
"""


def main(words):
    """Set up what ``words`` need, then become the program that does them."""
    check_python()
    testing = words[:1] == ["test"]
    if not words and not platforms():
        say("there is no display here, so the demonstration runs instead, into convscope-demo.")
        words = ["demo", "--out", "convscope-demo"]
    extras = ["test"] if testing else []
    needs = needs_of(words)
    if not is_ready(read_stamp(), extras, needs):
        with Lock():
            set_up(extras, needs)
    become(words[1:] if testing else words, testing)


def check_python():
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit("ConvScope needs Python {}.{} to {}.{}, and this is Python {}.{}.{}.".format(
            *(OLDEST + NEWEST + tuple(sys.version_info[:3]))))


def platforms():
    """Qt's platforms that may show a window here, of which one is enough. Only Linux may have none."""
    named = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    if not LINUX or named:
        return [] if named in ("offscreen", "minimal") else [named or "native"]
    return [name for name, variable in (("xcb", "DISPLAY"), ("wayland", "WAYLAND_DISPLAY")) if os.environ.get(variable)]


def needs_of(words):
    """What of the system these words need: keys of `PACKAGES`; where several platforms may serve, joined."""
    if not LINUX or words[:1] in (["train"], ["evaluate"], ["bench"]) or set(words[:1]) & {"-h", "--help", "--version"}:
        return []
    screen = [] if words[:1] in (["test"], ["demo"]) else platforms()
    return ["offscreen", "font"] + ([" ".join(screen)] if screen else [])


# --- what stands already


def read_stamp():
    """What the last set-up noted; None where it noted nothing that can be read."""
    import json
    try:
        with open(STAMP) as file:
            stamp = json.load(file)
    except (OSError, ValueError):
        return None
    return stamp if isinstance(stamp, dict) else None


def write_stamp(stamp):
    import json
    with open(STAMP + ".part", "w") as file:
        json.dump(stamp, file)
    os.replace(STAMP + ".part", STAMP)


def is_ready(stamp, extras, needs):
    return (not why_anew(stamp) and is_installed(stamp, extras) and set(needs) <= set(stamp.get("passed", [])))


def is_installed(stamp, extras):
    return bool(stamp) and stamp.get("project") == project() and set(extras) <= set(stamp["extras"])


def project():
    """Changes when pyproject.toml does."""
    import hashlib
    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def why_anew(stamp):
    """Why .venv cannot stay as it is, or "". One that something else made, without a note, is asked."""
    if not os.path.exists(PYTHON):
        return "it holds no Python"
    if stamp is None:
        said = answer([PYTHON, "-I", "-c", "import pip, sys; print('{}.{}'.format(*sys.version_info), sys.prefix)"])
        return "" if said == " ".join([MADE_BY[0], VENV]) else "it is broken, or of another Python"
    if stamp == UNFINISHED:
        return "its set-up was broken off"
    if stamp.get("made_by") != MADE_BY:
        return "another Python made it, or it was moved"
    try:
        gone = set(stamp["holds"]) - set(os.listdir(stamp["packages"]))
    except OSError:
        gone = {"packages"}
    return "it lacks " + min(gone) if gone else ""


# --- setting up


class Lock:
    """Only one set-up at a time in this folder, where the system can lock files."""

    def __enter__(self):
        self.file = open(os.path.abspath(__file__))
        try:
            import fcntl
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                say("waiting for another set-up in this folder ...")
                fcntl.flock(self.file, fcntl.LOCK_EX)
        except (ImportError, OSError):
            pass

    def __exit__(self, *_):
        self.file.close()


def set_up(extras, needs):
    stamp = read_stamp()
    why = why_anew(stamp)
    if why:
        make_venv(why)
        stamp = {}
    if not is_installed(stamp, extras):
        stamp = install(stamp, extras)
    lacking = set(needs) - set(stamp["passed"])
    if lacking:
        see_to_qt([name for need in needs if need not in ("offscreen", "font") for name in need.split()])
        stamp["passed"] = sorted(set(stamp["passed"]) | lacking)
        write_stamp(stamp)


def make_venv(why):
    import shutil
    version = MADE_BY[0]
    try:
        import ensurepip
        import venv
        del ensurepip, venv
    except ImportError:
        line = "sudo apt install python{}-venv".format(version)
        sys.exit("ConvScope: this Python has no venv module; {} and run the same line again.".format(
            "install it with `{}`".format(line) if shutil.which("apt-get") else "install it, or a Python that has it,"))
    if os.path.lexists(VENV):
        say("making .venv anew: {}.".format(why))
        shutil.rmtree(VENV)
    os.mkdir(VENV)
    write_stamp(UNFINISHED)
    base = getattr(sys, "_base_executable", None) or sys.executable  # this file may be run by the .venv itself
    if work("making .venv with Python " + version, [base, "-m", "venv", VENV]):
        sys.exit("ConvScope: Python could not make .venv; what it said is in {}.".format(LOG))


def install(stamp, extras):
    """Install the project and its packages; the new stamp."""
    extras = sorted(set(extras) | set((stamp or {}).get("extras", [])))
    write_stamp(UNFINISHED)  # if this is broken off, nobody knows what .venv holds
    open(LOG, "w").close()
    shown = sys.stderr.isatty()
    command = [PYTHON, "-I", "-m", "pip", "install", "-e", "." + ("[{}]".format(",".join(extras)) if extras else "")]
    if work("installing the packages, about 400 MB", command + (["--log", LOG] if shown else []), shown):
        if stamp:
            write_stamp(stamp)  # pip downloads before it changes anything
        elif stamp is None:
            os.remove(STAMP)
        sys.exit("ConvScope: {}; all that pip said is in {}.".format(why_pip_failed(), LOG))
    packages = answer([PYTHON, "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    holds = [name for name in os.listdir(packages)
             if name.startswith("__editable__") or ("." not in name and name != "__pycache__")]
    stamp = {"made_by": MADE_BY, "project": project(), "extras": extras, "packages": packages, "holds": holds,
             "passed": []}
    write_stamp(stamp)
    return stamp


def why_pip_failed():
    with open(LOG, "rb") as file:
        said = file.read().decode("utf-8", "replace")
    if "No space left on device" in said:
        return "the disk is full"
    if any(word in said for word in ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "ReadTimeout",
                                     "Max retries", "ProxyError", "SSLError", "Connection broken", "Retrying (")):
        return "the package index cannot be reached: connect this machine to the network and run the same line again"
    lines = [line.split("No matching distribution found for ")[1] for line in said.splitlines()
             if "No matching distribution found for " in line]
    return "pip found no {} for this Python and machine".format(lines[-1].strip()) if lines else "pip failed"


def see_to_qt(screen):
    """Make sure that Qt loads, here and on one of the platforms of ``screen``, and that Chinese can be drawn."""
    import shutil
    manager = next((name for name in PACKAGES if shutil.which(name)), "")
    known = PACKAGES.get(manager, {})
    may_install = manager == "apt-get" and os.geteuid() == 0
    tried = set()
    while True:
        missing = probe(screen)
        new = [group for group in missing if group in known and group not in tried]
        if not (may_install and new):
            break
        tried.update(new)
        apt([name for group in new for name in known[group].split()])
    if not missing:
        return
    # A system that lacks the first of them lacks them all.
    groups = ["offscreen"] + screen[:1] + ["font"] if "offscreen" in missing else missing
    line = " ".join([INSTALL.get(manager, "")] + [known[group] for group in groups if group in known])
    line = line if os.geteuid() == 0 else "sudo " + line  # no full stop after it: it will be copied
    if list(missing) == ["font"]:
        say("no font here has Chinese characters, so they show as boxes; {}".format(
            "for them: " + line if known else "install one for them."))
        return
    sys.exit("ConvScope: Qt needs system libraries that are not here ({}{}); install them: {}".format(
        next(iter(missing.values())), ", and apt did not help, see " + LOG if tried else "",
        line if known else "OpenGL, EGL, fontconfig, xkbcommon and xcb-cursor."))


def probe(screen):
    """What is missing, as a key of `PACKAGES`, and how the loader put it."""
    said = answer([PYTHON, "-I", "-c", PROBE] + screen)
    if said is None:
        sys.exit("ConvScope: Qt cannot be loaded; what it said is in {}.".format(LOG))
    return dict(line.split(" ", 1) for line in said.splitlines())


def apt(packages):
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    work("asking apt for its lists", ["apt-get", "update"])
    work("installing with apt: " + " ".join(packages),
         ["apt-get", "install", "-y", "--no-install-recommends"] + packages)


# --- running things


def say(text):
    print("ConvScope: " + text, file=sys.stderr)
    sys.stderr.flush()


def environment():
    """Ours without what would let other packages into .venv."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "PIP_USER")}
    return dict(env, PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")


def work(what, command, shown=False):
    """Run ``command``, its output in the log or shown; its exit status. Says what it does, with a dot a second."""
    import subprocess
    import time
    sys.stderr.write("ConvScope: " + what + (" ...\n" if shown else " ..."))
    sys.stderr.flush()
    begun = time.time()
    with open(LOG, "ab") as log:
        child = subprocess.Popen(command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL,
                                 stdout=sys.stderr if shown else log, stderr=sys.stderr if shown else log)
        try:
            while True:
                try:
                    status = child.wait(timeout=1)
                    break
                except subprocess.TimeoutExpired:
                    sys.stderr.write("" if shown else ".")
                    sys.stderr.flush()
        except KeyboardInterrupt:
            child.terminate()
            child.wait()
            raise
    if not shown:
        print(" {} ({:.0f} s)".format("failed" if status else "done", time.time() - begun), file=sys.stderr)
    return status


def answer(command):
    """What ``command`` prints, stripped; None if it fails. What it complains of goes to the log."""
    import subprocess
    try:
        with open(LOG, "ab") as log:
            return subprocess.check_output(command, env=environment(), stdin=subprocess.DEVNULL, stderr=log,
                                           universal_newlines=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def become(words, testing):
    """Run the program or its tests in place of this one."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    if testing:
        os.chdir(ROOT)
        env.update(QT_QPA_PLATFORM="offscreen", LC_ALL="C.UTF-8", OPENBLAS_NUM_THREADS="1")
        command = [PYTHON, "-m", "pytest"] + words
    elif words[:1] == ["bench"]:
        command = [PYTHON, "-m", "tests.benchmarks.engine", "--from", os.getcwd()] + words[1:]
        env.update(OPENBLAS_NUM_THREADS="1")
        os.chdir(ROOT)
    else:
        command = [PYTHON, "-I", "-m", "app"] + words  # -I: an app folder where the user stands is not ours
    if not WINDOWS:
        os.execve(PYTHON, command, env)
    import subprocess
    child = subprocess.Popen(command, env=env)
    while True:
        try:
            sys.exit(child.wait())
        except KeyboardInterrupt:  # it heard it too, and ends in its own way
            pass


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        print("\nConvScope: stopped; the same line goes on from here.", file=sys.stderr)
        sys.exit(130)
    except EnvironmentError as error:
        sys.exit("ConvScope: {}: {}.".format(error.filename or ROOT, error.strerror))
