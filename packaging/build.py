#!/usr/bin/env python3
"""Build the program that one double-clicks, from this checkout.

    python3 packaging/build.py                      frozen folder, licences, SBOM, wheel, sdist
    python3 packaging/build.py --deb                the Debian package too
    python3 packaging/build.py --torch-index URL    PyTorch from another index (CUDA, for example)

Everything is made below `build/frozen` (or --out), in a virtual environment of its own.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAGED = ("app", "engine", "resources", "packaging")
STAGED_FILES = ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "CHANGELOG.md")
CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def main(argv: list[str]) -> int:
    """Build what the arguments ask for and return an exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "frozen")
    parser.add_argument(
        "--torch-index",
        default="",
        metavar="URL",
        help=f"index to take PyTorch from, for example {CPU_INDEX}, or that of a CUDA version; "
        "pip's own without",
    )
    parser.add_argument("--deb", action="store_true", help="make the Debian package too")
    parser.add_argument("--no-smoke", action="store_true", help="do not try the frozen program")
    arguments = parser.parse_args(argv)
    out = arguments.out.resolve()
    source, python = stage(out), make_environment(out)
    products = install(python, source, out, arguments.torch_index)
    bundle = freeze(python, source, out)
    run(python, source / "packaging" / "slimming.py", bundle)
    run(python, source / "packaging" / "bundled_software.py", bundle, version())
    if not arguments.no_smoke:
        run(python, source / "packaging" / "smoke_test.py", bundle, out / "smoke")
    if arguments.deb:
        import debian_package

        products.append(debian_package.make_deb(bundle, out, source, version()))
    import bundled_software

    bundled_software.write_checksums(products, out / "SHA256SUMS")
    say(f"frozen program: {bundle} ({megabytes(bundle):.0f} MB)")
    for product in products:
        say(f"made: {product} ({product.stat().st_size / 1e6:.0f} MB)")
    return 0


def say(text: str) -> None:
    """Tell the user something, in order with what subprocesses print."""
    print(f"build: {text}", file=sys.stderr, flush=True)


def run(*command: object, cwd: Path | None = None, **variables: str) -> None:
    """Run a command that must succeed."""
    environment = {**os.environ, **variables}
    subprocess.run([str(word) for word in command], check=True, cwd=cwd, env=environment)


def version() -> str:
    """The program's version, without importing it."""
    text = (ROOT / "engine" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise SystemExit("engine/__init__.py does not say __version__.")
    return found[1]


def stage(out: Path) -> Path:
    """A copy of what is built, so that nothing is left in the checkout."""
    source = out / "source"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    for name in STAGED:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in STAGED_FILES:
        shutil.copy(ROOT / name, source)
    return source


def make_environment(out: Path) -> Path:
    """A virtual environment without anything that the program does not need."""
    folder = out / "environment"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        run(sys.executable, "-m", "venv", folder)
    return python


def install(python: Path, source: Path, out: Path, torch_index: str) -> list[Path]:
    """Make sdist and wheel, and install the wheel with what it needs and PyInstaller."""
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    if torch_index:
        pins = project["project"]["dependencies"]
        pin = next(text for text in pins if text.startswith("torch="))
        run(*pip, "--index-url", torch_index, pin)
    run(*pip, *project["build-system"]["requires"])
    backend = "from setuptools import build_meta as b; b.build_sdist('..'); b.build_wheel('..')"
    run(python, "-c", backend, cwd=source)
    shutil.rmtree(source / "build", ignore_errors=True)
    stem = f"densight-{version()}"
    wheel = out / f"{stem}-py3-none-any.whl"
    run(*pip, f"{wheel}[package]")
    run(*pip, "--force-reinstall", "--no-deps", wheel)
    return [wheel, out / f"{stem}.tar.gz"]


def freeze(python: Path, source: Path, out: Path) -> Path:
    """Run PyInstaller; the folder with the program."""
    icons = out / "icons"
    run(python, source / "packaging" / "make_icons.py", source / "resources/icons", icons)
    places = ("--workpath", out / "work", "--distpath", out / "dist")
    spec = source / "packaging" / "densight.spec"
    run(
        *(python, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN"),
        *(*places, spec),
        cwd=source,
        DENSIGHT_SOURCE=str(source),
        DENSIGHT_ICONS=str(icons),
    )
    return out / "dist" / "densight"


def megabytes(folder: Path) -> float:
    """What the files below a folder take, in megabytes of 10^6 bytes."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 1e6


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
