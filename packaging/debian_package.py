"""The Debian package around the frozen folder, made with dpkg-deb."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path

import system_libraries

HERE = Path(__file__).resolve().parent
MAINTAINER = "The Densight developers <developers@densight.invalid>"
PROGRAMS = ("usr/lib/densight/densight", "usr/lib/densight/_internal/torch/bin/torch_shm_manager")
XZ_LEVEL = 1
MANUAL = """\
.TH DENSIGHT 1 "2026" "densight {version}" "User Commands"
.SH NAME
densight \\- crystal structures from powder X\\-ray diffraction patterns
.SH SYNOPSIS
.B densight
[\\fIFILE\\fR...]
.br
.B densight
\\fISUBCOMMAND\\fR [\\fIOPTIONS\\fR]
.SH DESCRIPTION
Opens the window with a pattern, or runs a subcommand in the terminal.
.B densight \\-\\-help
lists the subcommands.
.SH EXIT STATUS
0 on success, 2 for bad input, 1 for an internal error.
"""
# Why each of lintian's complaints about a frozen program is accepted.
OVERRIDES = """\
# Private libraries of the wheels that were frozen; updated with each release of this package.
densight: embedded-library
densight: custom-library-search-path
densight: library-not-linked-against-libc
densight: unstripped-binary-or-object
densight: unstripped-static-library
densight: shared-library-lacks-prerequisites
# The loader of PyInstaller and PyTorch's helper as their projects build them.
densight: hardening-no-pie
# Fonts as matplotlib and vispy look for them: in folders of their own.
densight: duplicate-font-file
densight: truetype-font-prohibits-installable-embedding
# Not a package of the Debian archive.
densight: initial-upload-closes-no-bugs
"""


def control(version: str, installed_kilobytes: int) -> str:
    """The package's control file; what it depends on is what the bootstrap asks for."""
    depends = ", ".join(
        [
            "libc6 (>= 2.28)",
            "libstdc++6",
            "libgcc-s1",
            "libx11-6",
            "libxcb1",
            *sorted(set(system_libraries.LIBRARIES.values())),
        ]
    )
    return f"""\
Package: densight
Version: {version}-1
Section: science
Priority: optional
Architecture: amd64
Maintainer: {MAINTAINER}
Installed-Size: {installed_kilobytes}
Depends: {depends}
Description: crystal structures from powder X-ray diffraction patterns
 Densight takes a powder X-ray diffraction pattern and the elements that are
 known to be in the sample, and answers with the crystal structure, the
 electron density and the evidence for both.
"""


def lay_out(bundle: Path, root: Path, source: Path, version: str) -> None:
    """Put everything where Debian wants it, below `root`."""
    shutil.copytree(bundle, root / "usr/lib/densight", symlinks=True)
    icons = "usr/share/icons/hicolor"
    appstream = "net.densight.Densight.metainfo.xml"
    places = {
        HERE / "linux/densight.desktop": "usr/share/applications/densight.desktop",
        HERE / "linux/densight-mime.xml": "usr/share/mime/packages/densight.xml",
        HERE / "linux" / appstream: f"usr/share/metainfo/{appstream}",
        source / "resources/icons/densight.png": f"{icons}/256x256/apps/densight.png",
        source / "resources/icons/densight.svg": f"{icons}/scalable/apps/densight.svg",
    }
    for origin, place in places.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin, root / place)
    documents = root / "usr/share/doc/densight"
    documents.mkdir(parents=True)
    copyright_text = "\n\n".join(
        (source / name).read_text(encoding="utf-8") for name in ("LICENSE", "NOTICE")
    )
    further = (
        "\nLicences of the bundled libraries: /usr/lib/densight/licences\n"
        "On Debian systems the GNU Lesser General Public License, version 3, is in\n"
        "/usr/share/common-licenses/LGPL-3, the GNU General Public License in\n"
        "/usr/share/common-licenses/GPL-3.\n"
    )
    (documents / "copyright").write_text(copyright_text + further, encoding="utf-8")
    log = (
        f"densight ({version}-1) unstable; urgency=medium\n\n  * Release {version}.\n\n"
        f" -- {MAINTAINER}  Sat, 21 Nov 2026 12:00:00 +0000\n"
    )
    write_compressed(documents / "changelog.Debian.gz", log)
    manual = root / "usr/share/man/man1/densight.1.gz"
    manual.parent.mkdir(parents=True)
    write_compressed(manual, MANUAL.format(version=version))
    overrides = root / "usr/share/lintian/overrides/densight"
    overrides.parent.mkdir(parents=True)
    overrides.write_text(OVERRIDES, encoding="utf-8")
    (root / "usr/bin").mkdir()
    (root / "usr/bin/densight").symlink_to("../lib/densight/densight")
    set_modes(root)


def write_compressed(path: Path, text: str) -> None:
    """Gzip without name and time, as Debian's policy wants."""
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def set_modes(root: Path) -> None:
    """Folders and programs 755, all else 644."""
    for path in root.rglob("*"):
        if path.is_symlink():
            continue
        runs = path.is_dir() or path.relative_to(root).as_posix() in PROGRAMS
        os.chmod(path, 0o755 if runs else 0o644)


def make_deb(bundle: Path, out: Path, source: Path, version: str) -> Path:
    """Make the package of the folder `bundle` in the folder `out`.

    Returns
    -------
    Path
        ``densight_VERSION-1_amd64.deb``, compressed with xz, which every Debian unpacks and
        lintian knows.
    """
    root = out / "deb-root"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    lay_out(bundle, root, source, version)
    size = sum(p.lstat().st_size for p in root.rglob("*") if p.is_file() and not p.is_symlink())
    (root / "DEBIAN").mkdir(mode=0o755)
    (root / "DEBIAN/control").write_text(control(version, size // 1024), encoding="utf-8")
    package = out / f"densight_{version}-1_amd64.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", f"-z{XZ_LEVEL}", "--build"]
    subprocess.run([*command, str(root), str(package)], check=True)
    shutil.rmtree(root)
    return package
