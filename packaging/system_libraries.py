"""The system libraries that Qt's wheels expect on Linux, and how to get them.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys

# What the dynamic linker must find -> the Debian package that has it.
LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
SCREEN_PROGRAMS = {"Xvfb": "xvfb", "xauth": "xauth"}


class MissingError(Exception):
    """Something is missing that cannot be installed without the user."""


def provide(screen, say):
    """Install the missing libraries where that needs no password.

    With `screen`, a display server in memory (Xvfb) is wanted too, but can be done without.
    Returns sentences about what is still missing and can be done without.
    """
    if not sys.platform.startswith("linux"):
        return []
    libraries = [package for name, package in LIBRARIES.items() if not loads(name)]
    programs = []
    if screen:
        programs = [p for name, p in SCREEN_PROGRAMS.items() if shutil.which(name) is None]
    if not libraries and not programs:
        return []
    if install(libraries + programs, say):
        return []
    command = by_hand(libraries + programs)
    if libraries:
        raise MissingError(
            f"system libraries are missing ({', '.join(libraries)}). Install them and start again: "
            + command
        )
    return [f"{', '.join(programs)} missing; go on without. To install: {command}"]


def provide_venv_module(say):
    """Install Debian's separate package with the venv module."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not install([package], say):
        raise MissingError(
            "Python's venv module is missing. Install it and start again: " + by_hand([package])
        )


def loads(library):
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install(packages, say):
    """Install Debian packages if this can be done without asking; whether it was done."""
    prefix = privilege()
    if prefix is None or shutil.which("apt-get") is None:
        return False
    say(f"installing system packages: {' '.join(packages)} ...")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    run_quietly([*apt, "update"])  # may fail for one of many sources: the next step decides
    done = run_quietly([*apt, "install", "--yes", "--no-install-recommends", *packages])
    if done.returncode != 0:
        say(done.stdout.strip())
    return done.returncode == 0


def privilege():
    """What to put in front of a command to run it as root; None if that needs a password."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and run_quietly([sudo, "-n", "true"]).returncode == 0:
        return [sudo, "-n"]
    return None


def run_quietly(command):
    """Run a command, keeping what it prints."""
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def by_hand(packages):
    """The one command for the user."""
    return f"sudo apt-get install {' '.join(packages)}"
