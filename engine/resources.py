"""Where the program finds the files it ships: weights, structure types, examples, icons."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

_FOLDER = "resources"
WEIGHTS = ("model/cmednet.safetensors", "model/body.safetensors", "model/contents.safetensors")
STRUCTURE_TYPES = (
    "library/structure_types.npz",
    "library/kinship.npz",
    "library/atomic_volumes.json",
)


def _root() -> Path:
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen) / _FOLDER
    return Path(__file__).resolve().parent.parent / _FOLDER


def path(name: str) -> Path:
    """Path of the shipped file `name` (relative to the resources folder).

    The folder stands beside the package `engine` in a checkout and in an installed wheel
    (it is installed as the data of a package of the same name), and in PyInstaller's folder
    in a frozen program.

    Raises
    ------
    FileNotFoundError
        If the file is not shipped; the message says which one.
    """
    found = _root() / name
    if not found.exists():
        raise FileNotFoundError(f"The program's file '{name}' is missing at {found}; reinstall it.")
    return found


def checksum(*names: str) -> str:
    """SHA-256 over shipped files, in the order of their names here."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(path(name).read_bytes())
    return digest.hexdigest()
