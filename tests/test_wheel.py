"""`engine.resources.path` finds the shipped files wherever the program lives."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from engine import resources

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = "scattering/it92.json"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """A wheel of this checkout, built from a copy so that nothing is left in it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    no_caches = shutil.ignore_patterns("__pycache__")
    for name in ("app", "engine", "resources"):
        shutil.copytree(ROOT / name, source / name, ignore=no_caches)
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source)
    build = "from setuptools import build_meta; build_meta.build_wheel('..')"
    done = subprocess.run(
        [sys.executable, "-c", build], cwd=source, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_checkout():
    assert resources.path(SHIPPED) == ROOT / "resources" / SHIPPED


def test_no_resource_is_a_link():
    """A checkout on Windows has text files in the place of symbolic links."""
    assert not [path for path in (ROOT / "resources").rglob("*") if path.is_symlink()]


def test_frozen_program(tmp_path, monkeypatch):
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "here.txt").write_text("")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resources.path("here.txt") == tmp_path / "resources" / "here.txt"


def test_a_file_that_is_not_shipped_is_named():
    with pytest.raises(FileNotFoundError, match=r"no\.such"):
        resources.path("no.such")


def test_wheel_holds_every_resource_and_no_test(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    shipped = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "resources").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"resources/guide/index.md", "resources/library/kinship.npz"} <= shipped
    assert shipped <= names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"app", "engine", "resources"}
    licences = {name.rsplit("/", 1)[-1] for name in names if ".dist-info/" in name}
    assert {"LICENSE", "NOTICE"} <= licences


def test_installed_wheel_finds_its_resources(wheel, tmp_path):
    site = tmp_path / "site packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        f"from engine import resources; print(resources.path({SHIPPED!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == str(site / "resources" / SHIPPED), done.stderr
