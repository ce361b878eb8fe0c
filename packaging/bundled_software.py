"""What a frozen program is made of: its distributions, their licences, and a bill of materials."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shutil
import sys
import uuid
from importlib import metadata
from pathlib import Path

import system_parts

HERE = Path(__file__).resolve().parent
_SHARED = re.compile(r"^lib.*\.(so(\.\d+)*|dylib)$|\.dll$")
LICENCE_WORDS = ("licen", "copying", "notice", "authors")
QT = ("PySide6_Essentials", "PySide6-Essentials", "shiboken6")
QT_NOTICE = """\
This program uses Qt 6 and PySide6 under the GNU Lesser General Public License, version 3 (see
LGPL-3.0.txt and GPL-3.0.txt beside this file). They are unmodified and dynamically linked: replace
the libraries in _internal/PySide6 by builds of your own of the same version and the program uses
them. Their source: https://download.qt.io and https://code.qt.io.
"""


def shipped_distributions(bundle: Path) -> list[metadata.Distribution]:
    """The installed distributions of which at least one module or library is in the bundle.

    Pure modules are inside the program's archive, so a distribution counts when its top folder is
    in the bundle or one of its top modules is in the list of archived modules.
    """
    archived = archived_modules(bundle)
    internal = bundle / "_internal"
    found = []
    for item in metadata.distributions():
        tops = {file.parts[0] for file in item.files or () if ".." not in file.parts}
        tops = {top for top in tops if not top.endswith((".dist-info", ".pth")) and top[0] != "_"}
        names = {top.removesuffix(".py").split(".")[0] for top in tops}
        if names & archived or any((internal / top).exists() for top in tops):
            found.append(item)
    return sorted(found, key=lambda item: item.name.lower())


def archived_modules(bundle: Path) -> set[str]:
    """Top names of the modules in the program's own archive."""
    from PyInstaller.archive.readers import CArchiveReader

    program = bundle / ("densight.exe" if sys.platform == "win32" else "densight")
    archive = CArchiveReader(str(program)).open_embedded_archive("PYZ.pyz")
    return {name.split(".")[0] for name in archive.toc}


def collect_licences(items: list[metadata.Distribution], folder: Path) -> list[str]:
    """Copy every licence text into `folder`; the names of distributions that bring none."""
    folder.mkdir(parents=True, exist_ok=True)
    without = []
    for item in items:
        texts = [
            file
            for file in item.files or ()
            if any(word in file.name.lower() for word in LICENCE_WORDS)
            and ".dist-info" in str(file)
            and file.suffix != ".py"
        ]
        place = folder / f"{item.name}-{item.version}"
        place.mkdir(exist_ok=True)
        (place / "METADATA-licence.txt").write_text(declared(item) + "\n", encoding="utf-8")
        for number, text in enumerate(texts):
            source = Path(str(item.locate_file(text)))
            if source.is_file():
                shutil.copy(source, place / f"{number:02d}-{text.name}")
        if not texts and item.name not in QT:
            without.append(item.name)
    for name in ("LGPL-3.0.txt", "GPL-3.0.txt"):
        shutil.copy(HERE / "licences" / name, folder)
    (folder / "QT-NOTICE.txt").write_text(QT_NOTICE, encoding="utf-8")
    python = Path(sys.base_prefix) / "lib" / f"python3.{sys.version_info[1]}" / "LICENSE.txt"
    if python.is_file():
        shutil.copy(python, folder / "PYTHON-LICENSE.txt")
    return without


def declared(item: metadata.Distribution) -> str:
    """The licence that a distribution's metadata declares."""
    data = item.metadata
    classified = [
        line.split(" :: ")[-1]
        for line in data.get_all("Classifier") or ()
        if line.startswith("License")
    ]
    text = data.get("License-Expression") or ", ".join(classified) or data.get("License") or ""
    return text.strip().splitlines()[0] if text.strip() else "not declared"


def embedded(item: metadata.Distribution, bundle: Path) -> list[dict[str, object]]:
    """The shared libraries that a wheel brings along, with the checksums that they have here."""
    return [
        {
            "type": "file",
            "name": file.as_posix(),
            "hashes": [{"alg": "SHA-256", "content": _sha256(bundle / "_internal" / str(file))}],
        }
        for file in item.files or ()
        if _SHARED.search(file.name) and (bundle / "_internal" / str(file)).is_file()
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bill_of_materials(
    items: list[metadata.Distribution], version: str, bundle: Path
) -> dict[str, object]:
    """CycloneDX 1.6: the distributions, this Python, and what was taken from the system."""
    parts, unknown = system_parts.system_parts(bundle)
    components: list[dict[str, object]] = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{item.name.lower()}@{item.version}",
            "name": item.name,
            "version": item.version,
            "purl": f"pkg:pypi/{item.name.lower()}@{item.version}",
            "licenses": [{"license": {"name": declared(item)}}],
            "components": embedded(item, bundle),
        }
        for item in items
        if item.name != "densight"
    ]
    components.append(
        {"type": "framework", "name": "CPython", "version": platform.python_version()}
    )
    system = platform.freedesktop_os_release() if parts else {}
    components += [system_parts.component(part, system) for part in parts]
    components += [{"type": "library", "name": name, "version": "unknown"} for name in unknown]
    names = "".join(sorted(f"{part['name']}{part['version']}" for part in components))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # of the contents, so that the same bundle has the same bill
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, names)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "densight", "version": version}},
        "components": components,
    }


def write_checksums(files: list[Path], out: Path) -> None:
    """SHA256SUMS as sha256sum --check reads it."""
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    out.write_text("".join(lines), encoding="utf-8")


def describe(bundle: Path, version: str) -> list[str]:
    """Write licences and bill of materials into the bundle; who brings no licence text."""
    items = shipped_distributions(bundle)
    without = collect_licences(items, bundle / "licences")
    parts = system_parts.system_parts(bundle)[0]
    for line in system_parts.updates(parts):
        print(f"this system wants an update before a release is built on it: {line}")
    for part in parts:
        if part.copyright_file.is_file():
            place = bundle / "licences" / "system" / f"{part.package}-copyright.txt"
            place.parent.mkdir(exist_ok=True)
            shutil.copy(part.copyright_file, place)
        else:
            without.append(part.package)
    bill = bill_of_materials(items, version, bundle)
    (bundle / "sbom.cdx.json").write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    return without


if __name__ == "__main__":
    for name in describe(Path(sys.argv[1]), sys.argv[2]):
        print(f"no licence text in {name}: its declared licence is recorded")
