"""Make a frozen folder smaller on Linux without taking away anything that it uses.

Symbols that only a debugger reads are stripped, libraries that nothing in the folder refers to
are dropped, what two wheels bring alike is kept once, and Qt's copy of ICU gets the empty data
library that ICU itself calls stub data.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
_ELF = b"\x7fELF"
_PAGE = 4096
_LOAD, _DYNAMIC = 1, 2
_NEEDED, _STRING_TABLE, _SONAME = 1, 5, 14


@dataclass(frozen=True)
class Elf:
    """What is asked of a library: whether it can be mapped, its name, and what it refers to."""

    is_aligned: bool
    soname: str
    needed: tuple[str, ...]


def main(bundle: Path) -> int:
    """Slim a frozen folder; 0 where that was possible."""
    if not sys.platform.startswith("linux"):
        print("slimming is for Linux only; nothing was done")
        return 0
    internal = bundle / "_internal"
    print(f"stripped: {strip_libraries(bundle) / 1e6:.1f} MB")
    print(f"empty ICU data: {empty_icu_data(internal) / 1e6:.1f} MB")
    for name in orphans(internal):
        print(f"nothing refers to {name}")
        (internal / name).unlink()
    print(f"second copies: {share_copies(internal) / 1e6:.1f} MB")
    return 0


def libraries(folder: Path) -> Iterator[Path]:
    """Every ELF file below a folder, links left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and _starts_as_elf(path):
            yield path


def _starts_as_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == _ELF


def read_elf(path: Path) -> Elf:
    """Read a 64-bit little-endian library's headers."""
    with path.open("rb") as file:
        head = file.read(64)
        (offset,) = struct.unpack_from("<Q", head, 32)
        size, count = struct.unpack_from("<2H", head, 54)
        file.seek(offset)
        table = file.read(size * count)
        rows = [struct.unpack_from("<2I6Q", table, size * i) for i in range(count)]
        loads = [row for row in rows if row[0] == _LOAD]
        aligned = all((row[2] - row[3]) % _PAGE == 0 for row in loads)
        entries: list[tuple[int, int]] = []
        for row in rows:
            if row[0] == _DYNAMIC:
                file.seek(row[2])
                entries = list(struct.iter_unpack("<2Q", file.read(row[5] // 16 * 16)))
        tags = dict(entries)
        if _STRING_TABLE not in tags:
            return Elf(aligned, "", ())
        place = next(
            tags[_STRING_TABLE] - row[3] + row[2]
            for row in loads
            if row[3] <= tags[_STRING_TABLE] < row[3] + row[5]
        )

        def text(position: int) -> str:
            file.seek(place + position)
            return file.read(512).split(b"\x00")[0].decode()

        needed = tuple(text(value) for tag, value in entries if tag == _NEEDED)
        return Elf(aligned, text(tags[_SONAME]) if _SONAME in tags else "", needed)


def strip_libraries(bundle: Path) -> int:
    """Take the symbols for debuggers out of every library; the number of bytes saved.

    `strip` spoils libraries that were edited after they were linked, as wheels' often are: they
    cannot be mapped into memory any more. Those are left as they were. The programs themselves
    carry their archive behind the ELF part and are not touched.
    """
    saved = 0
    with tempfile.TemporaryDirectory() as room:
        stripped = Path(room) / "stripped"
        for path in libraries(bundle / "_internal"):
            command = ["strip", "--strip-unneeded", "-o", str(stripped), str(path)]
            done = subprocess.run(command, capture_output=True)
            gain = path.stat().st_size - stripped.stat().st_size if done.returncode == 0 else 0
            if gain > 0 and read_elf(stripped).is_aligned:
                mode = path.stat().st_mode
                shutil.copyfile(stripped, path)
                os.chmod(path, mode)
                saved += gain
    return saved


def empty_icu_data(internal: Path) -> int:
    """Replace ICU's 32 MB of locale data by none; the number of bytes saved.

    Qt asks ICU for the order of names in a language and for old text encodings only, and does
    without where ICU has no data: names are then sorted by code points.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    saved = 0
    for path in sorted(internal.rglob("libicudata.so.*")):
        version = path.name.rpartition(".")[2]
        if compiler is None or not version.isdigit():
            continue
        before = path.stat().st_size
        command = [compiler, "-shared", "-fPIC", "-Os", "-s", f"-DICU_DATA=icudt{version}_dat"]
        command += [f"-Wl,-soname,{path.name}", str(HERE / "linux" / "empty_icu_data.c")]
        subprocess.run([*command, "-o", str(path)], check=True)
        saved += before - path.stat().st_size
    return saved


def share_copies(internal: Path) -> int:
    """Make links of libraries that two wheels bring alike; the number of bytes saved.

    Their names hold a checksum of the contents, so that what is called the same is the same; the
    contents are compared all the same.
    """
    saved = 0
    first: dict[str, Path] = {}
    for path in libraries(internal):
        kept = first.setdefault(path.name, path)
        if kept is path or not path.parent.name.endswith(".libs"):
            continue
        if filecmp.cmp(kept, path, shallow=False):
            saved += path.stat().st_size
            path.unlink()
            path.symlink_to(os.path.relpath(kept, path.parent))
    return saved


def orphans(internal: Path) -> list[str]:
    """Libraries in the top folder that were collected for others which are not shipped.

    What lies in a library's own folder may be loaded by name; what PyInstaller put into the top
    folder is there because a linked library refers to it.
    """
    refers = {path: set(read_elf(path).needed) for path in libraries(internal)}
    top = {path for path in refers if path.parent == internal and ".cpython-" not in path.name}
    python = {path for path in top if path.name.startswith("libpython")}
    candidates = top - python
    gone: set[Path] = set()
    while True:
        asked = {name for path, names in refers.items() if path not in gone for name in names}
        new = {path for path in candidates - gone if path.name not in asked}
        if not new:
            return sorted(path.name for path in gone)
        gone |= new


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
