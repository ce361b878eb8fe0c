"""The bill of materials of a frozen folder: distributions, and what came from the system."""

from __future__ import annotations

import hashlib
import json
import shutil
from importlib import metadata
from pathlib import Path

import pytest

PACKAGING = Path(__file__).resolve().parent.parent / "packaging"


@pytest.fixture(autouse=True)
def _scripts(monkeypatch):
    monkeypatch.syspath_prepend(str(PACKAGING))


@pytest.fixture
def bundle(tmp_path) -> Path:
    """A frozen folder with a library of the system, one of nobody, a link, and one of a wheel."""
    internal = tmp_path / "bundle" / "_internal"
    (internal / "wheel.libs").mkdir(parents=True)
    (internal / "libz.so.1").write_bytes(b"compressed")
    (internal / "libnobody.so.7").write_bytes(b"whose?")
    (internal / "libpython3.11.so.1.0").write_bytes(b"python")
    (internal / "_module.cpython-311-x86_64-linux-gnu.so").write_bytes(b"module")
    (internal / "wheel.libs" / "libinside-1234.so.2").write_bytes(b"inside")
    (internal / "libinside-1234.so.2").symlink_to("wheel.libs/libinside-1234.so.2")
    return internal.parent


def test_only_what_no_wheel_brought_counts_as_taken(bundle):
    import system_parts

    assert system_parts.taken_libraries(bundle) == ["libnobody.so.7", "libz.so.1"]


def test_libraries_are_named_by_their_package(bundle, monkeypatch):
    import system_parts

    answers = {
        "ldconfig": "\tlibz.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libz.so.1\n",
        "--search": "zlib1g:amd64: /lib/x86_64-linux-gnu/libz.so.1\n",
        "--show": "1:1.2.13\tzlib\n",
    }
    monkeypatch.setattr(
        system_parts,
        "_output",
        lambda *command: next((text for key, text in answers.items() if key in command), ""),
    )
    (part,), unknown = system_parts.system_parts(bundle)
    assert (part.package, part.version, part.source) == ("zlib1g", "1:1.2.13", "zlib")
    assert part.libraries == ("libz.so.1",)
    assert unknown == ["libnobody.so.7"]
    made = system_parts.component(part, {"ID": "debian", "VERSION_ID": "12"})
    assert made["purl"] == "pkg:deb/debian/zlib1g@1:1.2.13?distro=debian-12"


def test_a_library_that_has_an_update_is_named(monkeypatch):
    import system_parts

    policy = "libold:\n  Installed: 1.0\n  Candidate: 1.1\n"
    monkeypatch.setattr(system_parts, "_output", lambda *command: policy)
    old = system_parts.SystemPart("libold", "1.0", "old", ())
    new = system_parts.SystemPart("libnew", "1.1", "new", ())
    assert system_parts.updates([old, new]) == ["libold 1.0: 1.1 is offered"]


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="no Debian")
def test_a_library_of_this_system_has_its_owner(bundle):
    import system_parts

    parts, unknown = system_parts.system_parts(bundle)
    if "libz.so.1" in unknown:
        pytest.skip("zlib is not installed here as a package")
    assert [part.package for part in parts] == ["zlib1g"]
    assert parts[0].copyright_file.is_file()


def test_bill_of_materials(bundle):
    import bundled_software

    items = [metadata.distribution(name) for name in ("numpy", "gemmi")]
    bill = bundled_software.bill_of_materials(items, "0.1.0", bundle)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    names = {part["name"]: part for part in bill["components"]}
    assert names["numpy"]["purl"] == f"pkg:pypi/numpy@{metadata.version('numpy')}"
    assert "BSD" in names["numpy"]["licenses"][0]["license"]["name"]
    assert "CPython" in names
    assert "libnobody.so.7" in names
    assert bill == bundled_software.bill_of_materials(items, "0.1.0", bundle)
    references = [part["bom-ref"] for part in bill["components"] if "bom-ref" in part]
    assert len(references) == len(set(references))
    json.dumps(bill)


def test_libraries_inside_of_wheels_are_listed_with_their_checksums(bundle):
    import bundled_software

    class Wheel:
        files = (
            metadata.PackagePath("wheel.libs/libinside-1234.so.2"),
            metadata.PackagePath("wheel.libs/libcut-5678.so.1"),
            metadata.PackagePath("wheel/module.py"),
        )

    (found,) = bundled_software.embedded(Wheel(), bundle)
    assert found["name"] == "wheel.libs/libinside-1234.so.2"
    assert found["hashes"][0]["content"] == hashlib.sha256(b"inside").hexdigest()
