"""What makes the frozen program smaller takes nothing away that is used."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not shutil.which("cc") or not shutil.which("strip"),
    reason="needs Linux, a C compiler and strip",
)


@pytest.fixture
def slimming(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    import slimming

    return slimming


def compiled(path: Path, text: str, *options: str) -> Path:
    """A shared library of a line of C."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source = path.with_suffix(".c")
    source.write_text(text)
    command = ["cc", "-g", "-shared", "-fPIC", f"-Wl,-soname,{path.name}", str(source)]
    subprocess.run([*command, "-o", str(path), *options], check=True)
    source.unlink()
    return path


@pytest.fixture
def bundle(tmp_path):
    """A program's folder with a library, one that it needs, and one that nothing needs."""
    internal = tmp_path / "bundle" / "_internal"
    base = compiled(internal / "libbase.so", "int base(void) { return 7; }")
    compiled(internal / "liblonely.so", "int lonely(void) { return 1; }")
    wanted = "int base(void); int user(void) { return base() + 1; }"
    compiled(internal / "user" / "libuser.so", wanted, str(base), "-Wl,-rpath,$ORIGIN/..")
    (internal / "readme.txt").write_text("no library")
    return internal.parent


def test_headers_of_a_library(slimming, bundle):
    found = slimming.read_elf(bundle / "_internal" / "user" / "libuser.so")
    assert found.soname == "libuser.so"
    assert "libbase.so" in found.needed
    assert found.is_aligned


def test_stripped_libraries_still_work(slimming, bundle):
    path = bundle / "_internal" / "user" / "libuser.so"
    before = path.stat()
    assert slimming.strip_libraries(bundle) > 0
    assert path.stat().st_size < before.st_size
    assert path.stat().st_mode == before.st_mode
    assert ctypes.CDLL(str(path)).user() == 8
    assert slimming.strip_libraries(bundle) == 0


def test_a_library_that_stripping_would_spoil_is_left(slimming, bundle, monkeypatch):
    broken = slimming.Elf(False, "", ())
    monkeypatch.setattr(slimming, "read_elf", lambda path: broken)
    assert slimming.strip_libraries(bundle) == 0


def test_only_what_nothing_refers_to_is_an_orphan(slimming, bundle):
    assert slimming.orphans(bundle / "_internal") == ["liblonely.so"]


def test_orphans_of_orphans(slimming, bundle):
    internal = bundle / "_internal"
    compiled(internal / "libchain.so", "int lonely(void); int f(void) { return lonely(); }",
             str(internal / "liblonely.so"))  # fmt: skip
    assert slimming.orphans(internal) == ["libchain.so", "liblonely.so"]


def test_empty_icu_data_has_the_symbol_that_icu_asks_for(slimming, tmp_path):
    path = compiled(tmp_path / "Qt" / "libicudata.so.73", "char icudt73_dat[2000000] = {1};")
    assert slimming.empty_icu_data(tmp_path) > 1_900_000
    header = (ctypes.c_ubyte * 4).in_dll(ctypes.CDLL(str(path)), "icudt73_dat")
    assert list(header) == [32, 0, 0xDA, 0x27]
    assert slimming.read_elf(path).soname == "libicudata.so.73"


def test_what_two_wheels_bring_alike_is_kept_once(slimming, tmp_path):
    first = compiled(tmp_path / "a.libs" / "libsame-1234.so", "int same(void) { return 5; }")
    second = tmp_path / "b.libs" / first.name
    second.parent.mkdir()
    shutil.copy(first, second)
    other = compiled(tmp_path / "c.libs" / first.name, "int same(void) { return 6; }")
    size = first.stat().st_size
    assert slimming.share_copies(tmp_path) == size
    assert second.is_symlink()
    assert second.resolve() == first
    assert ctypes.CDLL(str(second)).same() == 5
    assert not other.is_symlink()
