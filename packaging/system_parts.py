"""Libraries in a frozen folder that came from the system it was built on, by Debian package.

PyInstaller takes along what the interpreter and the wheels are linked to (OpenSSL, fontconfig and
so on). They lie in the top of the folder, under their own names, beside links to what wheels bring.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_LISTED = re.compile(r"^\s*(\S+) \(.*\) => (\S+)$", re.MULTILINE)
_OFFERED = re.compile(r"^ *Candidate: (\S+)", re.MULTILINE)
# Extension modules of wheels, the interpreter's own library, and Qt's ICU are listed elsewhere.
_OTHERS = re.compile(r"\.cpython-|^libpython|^libicu|^libQt")


@dataclass(frozen=True)
class SystemPart:
    """A package of the system and the libraries that were taken from it."""

    package: str
    version: str
    source: str
    libraries: tuple[str, ...]

    @property
    def copyright_file(self) -> Path:
        """Where Debian says under which licences the package is."""
        return Path("/usr/share/doc") / self.package / "copyright"


def taken_libraries(bundle: Path) -> list[str]:
    """Names of the libraries in the top of the frozen folder that no wheel brought."""
    return sorted(
        path.name
        for path in (bundle / "_internal").glob("*.so*")
        if not path.is_symlink() and not _OTHERS.search(path.name)
    )


def system_parts(bundle: Path) -> tuple[list[SystemPart], list[str]]:
    """The packages whose libraries are in the bundle, and libraries whose package is not known.

    Without dpkg all are unknown; on systems other than Linux there are none.
    """
    names = taken_libraries(bundle)
    places = dict(_LISTED.findall(_output("ldconfig", "-p"))) if names else {}
    owners: dict[str, list[str]] = {}
    unknown = []
    for name in names:
        owner = _owner(places[name]) if name in places else ""
        if owner:
            owners.setdefault(owner, []).append(name)
        else:
            unknown.append(name)
    return [_part(owner, libraries) for owner, libraries in sorted(owners.items())], unknown


def _owner(place: str) -> str:
    """The package that owns a library; files of /usr/lib may be listed as those of /lib."""
    path = Path(place)
    for one in (path, path.resolve()):
        for text in (str(one), str(one).removeprefix("/usr"), f"/usr{one}"):
            found = _output("dpkg-query", "--search", text)
            if found:
                return found.splitlines()[0].split(":")[0]
    return ""


def _part(package: str, libraries: list[str]) -> SystemPart:
    form = "${Version}\t${source:Package}\n"
    answer = _output("dpkg-query", "--show", f"--showformat={form}", package)
    version, source = answer.splitlines()[0].split("\t")
    return SystemPart(package, version, source, tuple(libraries))


def updates(parts: list[SystemPart]) -> list[str]:
    """A line for each package of which apt offers another version than the one taken along.

    It knows as much as the last ``apt-get update``; the offer is mostly a mended weakness.
    """
    lines = []
    for part in parts:
        offered = _OFFERED.search(_output("apt-cache", "policy", part.package))
        if offered is not None and offered[1] not in ("(none)", part.version):
            lines.append(f"{part.package} {part.version}: {offered[1]} is offered")
    return lines


def component(part: SystemPart, system: Mapping[str, str]) -> dict[str, object]:
    """A CycloneDX component; `system` is os-release's table."""
    name, version = system.get("ID", "linux"), system.get("VERSION_ID", "")
    purl = f"pkg:deb/{name}/{part.package}@{part.version}?distro={name}-{version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": part.package,
        "version": part.version,
        "purl": purl,
        "properties": [
            {"name": "densight:source-package", "value": part.source},
            {"name": "densight:libraries", "value": " ".join(part.libraries)},
        ],
    }


def _output(*command: str) -> str:
    """What a program prints; nothing where it is not there or fails."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
