#!/usr/bin/env python3
"""Set Densight up in this checkout and start it, or test it.

    python3 packaging/bootstrap.py run     the window with an example (headless: solves it)
    python3 packaging/bootstrap.py test    the tests
    python3 packaging/bootstrap.py setup   only the set-up, with what development needs

Needs Python 3.11 or newer and nothing else. Everything goes into the folder `.venv` of the
checkout; missing system libraries are installed where that needs no password.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import system_libraries

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "densight-setup.json"
EXAMPLE_FOLDER = ROOT / "runs" / "example"
OLDEST_PYTHON = (3, 11)
OTHER_PYTHONS = ("python3.13", "python3.12", "python3.11")
SCREEN = "1600x1000x24"
# Each loads the libraries and the structure types into memory of its own.
MOST_TEST_PROCESSES = 4
PICTURE_SECONDS = 900  # solving takes ten; a machine may be busy with other things
TAKE_PICTURE = """
import sys
from app.launch import run_window
example, picture = sys.argv[1:]
how = dict(solve=True, screenshot=picture, quit_when_done=True, size=(1600, 1000))
sys.exit(run_window([example], **how))
"""


class SetupError(Exception):
    """Something stands in the way; the message says what to do about it."""


def main(argv):
    """Run the command that the arguments name and return an exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("run", "test", "setup"))
    parser.add_argument(
        "--torch-index",
        metavar="URL",
        help="package index to take PyTorch from, for example "
        "https://download.pytorch.org/whl/cpu for the small build without CUDA",
    )
    parser.add_argument("--headless", action="store_true", help="run: without a window")
    arguments, rest = parser.parse_known_args(argv)
    if rest and arguments.command == "setup":
        parser.error("setup takes no further arguments")
    try:
        use_new_enough_python(argv)
        headless = arguments.headless or not has_display()
        needs_screen = arguments.command != "run" or headless
        for line in system_libraries.provide(screen=needs_screen, say=say):
            say(line)
        prepare(dev=arguments.command != "run", torch_index=arguments.torch_index)
        if arguments.command == "setup":
            return 0
        if arguments.command == "test":
            return run_tests(rest)
        return run_headless() if headless else run_window(rest)
    except (SetupError, system_libraries.MissingError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("stopped.")
        return 130


def say(text):
    """Tell the user something, in order with what subprocesses print."""
    print(f"densight: {text}", file=sys.stderr, flush=True)


def use_new_enough_python(argv):
    """Go on in a newer Python of this machine if this one is too old."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    wanted = ".".join(map(str, OLDEST_PYTHON))
    for name in OTHER_PYTHONS:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, str(Path(__file__).resolve()), *argv])
    raise SetupError(
        f"Python {wanted} or newer is needed, but {sys.executable} is "
        f"{sys.version_info[0]}.{sys.version_info[1]}: install a newer one and start this "
        "command with it."
    )


def has_display():
    """Whether a window can be opened."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def venv_python():
    """The virtual environment's interpreter."""
    if sys.platform == "win32":
        return VENV / "Scripts" / "python.exe"
    return VENV / "bin" / "python"


def prepare(dev, torch_index):
    """Make the virtual environment hold this checkout and all that it needs."""
    wanted = {
        "pyproject": hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest(),
        "place": str(ROOT),
    }
    done = read_stamp()
    same = all(done.get(key) == value for key, value in wanted.items())
    enough = done.get("dev") or not dev
    same_torch = torch_index in (None, done.get("torch_index"))
    installed = [str(venv_python()), "-I", "-c", "import engine, PySide6"]
    if same and enough and same_torch and works(installed):
        return
    dev = dev or bool(done.get("dev"))
    make_venv()
    STAMP.unlink(missing_ok=True)
    say("installing what Densight needs into .venv (about 2 GB; a few minutes the first time) ...")
    if torch_index is not None:
        pip("install", "--index-url", torch_index, torch_pin())
    elif not works([str(venv_python()), "-c", "import torch"]):
        advise_on_torch()
    pip("install", "--editable", f"{ROOT}[dev]" if dev else str(ROOT))
    record = {**wanted, "dev": dev, "torch_index": torch_index or done.get("torch_index")}
    STAMP.write_text(json.dumps(record), encoding="utf-8")
    say("set up.")


def read_stamp():
    """What an earlier set-up left behind, nothing if there was none."""
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def make_venv():
    """Make the virtual environment unless a working one is there."""
    usable = f"import sys, pip; sys.exit(sys.version_info < {OLDEST_PYTHON!r})"
    if works([str(venv_python()), "-c", usable]):
        return
    if not works([sys.executable, "-c", "import venv, ensurepip"]):
        system_libraries.provide_venv_module(say)
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise SetupError(
            f"No virtual environment could be made at '{VENV}'; the messages above say why "
            "(a full disk, or a folder that cannot be written to?)."
        )


def torch_pin():
    """The requirement on PyTorch as pyproject.toml states it."""
    import tomllib

    with (ROOT / "pyproject.toml").open("rb") as file:
        requirements = tomllib.load(file)["project"]["dependencies"]
    return next(text for text in requirements if text.startswith("torch="))


def advise_on_torch():
    """Say how to choose another build of PyTorch, where the default one is huge."""
    if sys.platform.startswith("linux"):
        say(
            "PyTorch comes from pip's default index; on most Linux machines that is the CUDA build "
            "(several GB). For the small CPU build, stop now and add "
            "--torch-index https://download.pytorch.org/whl/cpu"
        )


def pip(*arguments):
    """Run the virtual environment's pip."""
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    command = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run([*command, *quiet, *arguments], cwd=str(ROOT), stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SetupError(
            "the installation failed; pip's messages above say why. Without a network nothing can "
            "be fetched: connect, or set pip's index and proxy, and run the same command again."
        )


def works(command):
    """Whether a command can be run and ends well."""
    try:
        done = subprocess.run(
            command,
            cwd=str(ROOT),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return False
    return done.returncode == 0


def run_tests(rest):
    """Run pytest in some processes, a file in one, with further arguments of the user's."""
    environment = dict(os.environ)
    if not has_display() and shutil.which("Xvfb") is None:
        say("there is neither a display nor Xvfb: tests that need OpenGL are skipped.")
        environment["QT_QPA_PLATFORM"] = "offscreen"
    shared = ("-n", str(processes_for_tests()), "--dist", "loadfile")
    return call("-m", "pytest", *shared, *rest, environment=environment)


def processes_for_tests():
    """How many processes share the tests; 0 is pytest's own alone.

    Each has a screen in memory of its own. Without, windows would take the focus from each other.
    """
    cores = os.cpu_count() or 1
    return min(cores, MOST_TEST_PROCESSES) if cores > 1 and shutil.which("Xvfb") else 0


def run_window(files):
    """Open the window, on an example unless the user named files."""
    return call("-m", "app", *(files or [str(first_example()["path"])]))


def run_headless():
    """Solve the example without a display and take a picture of the window."""
    example = first_example()
    folder = EXAMPLE_FOLDER / "solution"
    picture = EXAMPLE_FOLDER / "window.png"
    say(f"no display: solving {example['path'].name} ({', '.join(example['elements'])}) here ...")
    code = call(
        *("-m", "app", "solve", str(example["path"]), "--out", str(folder)),
        *("--elements", ",".join(example["elements"])),
    )
    if code != 0:
        return code
    say(f"solution folder: {folder}")
    picture.unlink(missing_ok=True)
    with screen() as environment:
        code = call(
            *("-c", TAKE_PICTURE, str(example["path"]), str(picture)),
            environment=environment,
            seconds=PICTURE_SECONDS,
        )
    if code != 0 or not picture.is_file():
        raise SetupError("no picture of the window could be taken; the messages above say why.")
    say(f"screenshot: {picture}")
    return 0


def first_example():
    """The first bundled example: its path and the elements in it."""
    index = ROOT / "resources" / "examples" / "index.json"
    entry = json.loads(index.read_text(encoding="utf-8"))[0]
    return {"path": index.parent / entry["file"], "elements": entry["elements"]}


def call(*arguments, environment=None, seconds=None):
    """Run the virtual environment's Python in the checkout and return its exit code."""
    command = [str(venv_python()), *arguments]
    try:
        return subprocess.run(command, cwd=str(ROOT), env=environment, timeout=seconds).returncode
    except subprocess.TimeoutExpired:
        say(f"not finished after {seconds} s.")
        return 1


@contextmanager
def screen():
    """An environment in which Qt can draw: an X server in memory, or none and no OpenGL."""
    environment = dict(os.environ)
    server = shutil.which("Xvfb")
    if server is None:
        say("Xvfb is missing: the picture will lack the three-dimensional view.")
        environment["QT_QPA_PLATFORM"] = "offscreen"
        yield environment
        return
    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        [server, "-displayfd", str(write_end), "-screen", "0", SCREEN, "-nolisten", "tcp"],
        pass_fds=(write_end,),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    try:
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise SetupError("Xvfb did not start; run it by hand to see why.")
        environment["DISPLAY"] = f":{number}"
        environment["QT_QPA_PLATFORM"] = "xcb"
        environment.pop("WAYLAND_DISPLAY", None)
        yield environment
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
