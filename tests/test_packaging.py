"""What packages are made from: the specifications are sound and name things that exist."""

from __future__ import annotations

import ast
import configparser
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
LINUX = PACKAGING / "linux"
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


@pytest.fixture
def packaging(monkeypatch):
    """The scripts of packaging/ can be imported."""
    monkeypatch.syspath_prepend(str(PACKAGING))


def imported_tops() -> set[str]:
    """First names of all modules that the program imports, outside of the training."""
    found: set[str] = set()
    for path in [*(ROOT / "app").rglob("*.py"), *(ROOT / "engine").rglob("*.py")]:
        if (ROOT / "engine" / "training") in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                found.add(node.module)
    return found


def test_nothing_that_is_left_out_is_imported(packaging):
    import bundle_rules

    for name in imported_tops():
        for cut in bundle_rules.EXCLUDED_MODULES:
            assert not f"{name}.".startswith(f"{cut}."), name


@pytest.mark.parametrize(
    ("place", "out"),
    [
        ("torch/include/ATen/ATen.h", True),
        ("torch/lib/libtorchbind_test.so", True),
        ("torch/lib/libtorch_cpu.so", False),
        ("torch/bin/torch_shm_manager", False),
        ("torch/bin/protoc", True),
        ("torch/testing/_internal/__init__.py", False),
        ("libstdc++.so.6", True),
        ("libX11.so.6", True),
        ("libxcb-cursor.so.0", True),
        ("libssl.so.3", False),
        ("PySide6\\Qt\\qml\\QtQuick\\qmldir", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("resources/model/cmednet.safetensors", False),
        ("numpy.libs/libscipy_openblas64_.so", False),
    ],
)
def test_rules_on_files(packaging, place, out):
    import bundle_rules

    assert bundle_rules.is_left_out(place) is out


def test_sources_are_kept_of_what_reads_them(packaging):
    """PyTorch's settings modules read their own source when they are imported."""
    import importlib.util

    import bundle_rules

    kept = {name for name, mode in bundle_rules.COLLECTION_MODES.items() if "py" in mode.split("+")}
    spec = importlib.util.find_spec("torch")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0])
    for path in folder.rglob("config.py"):
        name = ".".join(("torch", *path.relative_to(folder).with_suffix("").parts))
        cut = any(f"{name}.".startswith(f"{one}.") for one in bundle_rules.EXCLUDED_MODULES)
        if "install_config_module(" in path.read_text(encoding="utf-8") and not cut:
            assert name in kept, name


def test_no_resource_is_left_out(packaging):
    import bundle_rules

    for path in (ROOT / "resources").rglob("*"):
        assert not bundle_rules.is_left_out(path.relative_to(ROOT).as_posix())


def test_the_specification_is_python_and_names_what_exists():
    text = (PACKAGING / "densight.spec").read_text(encoding="utf-8")
    ast.parse(text)
    for name in re.findall(r'HERE / "([^"]+)"', text):
        assert (PACKAGING / name).exists(), name
    assert (PACKAGING / "macos_documents.py").is_file()


def test_desktop_entry_and_mime_types_agree():
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(LINUX / "densight.desktop", encoding="utf-8")
    named = set(filter(None, entry["Desktop Entry"]["MimeType"].split(";")))
    tree = ElementTree.parse(LINUX / "densight-mime.xml")
    defined = {node.attrib["type"] for node in tree.iter(f"{MIME}mime-type")}
    assert named == defined
    assert entry["Desktop Entry"]["Exec"] == "densight %F"


def test_appstream_names_the_desktop_entry_and_this_version():
    import engine

    root = ElementTree.parse(LINUX / "net.densight.Densight.metainfo.xml").getroot()
    launchable = root.find("launchable")
    assert launchable is not None
    assert (LINUX / str(launchable.text)).is_file()
    assert next(node.attrib["version"] for node in root.iter("release")) == engine.__version__


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("desktop-file-validate", ("densight.desktop",)),
        ("appstreamcli", ("validate", "--no-net", "net.densight.Densight.metainfo.xml")),
    ],
)
def test_validators_find_no_fault(program, arguments):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run([program, *arguments], cwd=LINUX, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_windows_installer_names_what_exists():
    text = (PACKAGING / "windows" / "densight.iss").read_text(encoding="utf-8")
    sections = re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)
    assert len(sections) == len(set(sections))
    assert {"Setup", "Files", "Icons", "Registry", "Tasks"} <= set(sections)
    tasks = set(re.findall(r"^Name: (\w+); Description", text, re.MULTILINE))
    assert set(re.findall(r"Tasks: (\w+)", text)) <= tasks
    licence = re.search(r"^LicenseFile=(.+)$", text, re.MULTILINE)
    assert licence is not None
    assert (PACKAGING / "windows" / licence[1].replace("\\", "/")).is_file()
    for line in text.splitlines():
        if line.startswith(("Source:", "Root:", "Name:")):
            assert line.count('"') % 2 == 0, line
    programs = set(re.findall(r"\{app\}\\([\w-]+)\.exe", text))
    spec = (PACKAGING / "densight.spec").read_text(encoding="utf-8")
    assert all(f'"{name}"' in spec for name in programs)


def test_the_macos_application_opens_patterns_and_sessions(packaging):
    import macos_documents

    suffixes = {
        s for kind in macos_documents.DOCUMENT_TYPES for s in kind["CFBundleTypeExtensions"]
    }
    assert {"xy", "xrdml", "cif", "densight"} <= suffixes
    assert not any(suffix.startswith(".") for suffix in suffixes)


def test_debian_control_has_what_policy_asks_for(packaging):
    import debian_package

    text = debian_package.control("1.2.3", 700_000)
    fields = dict(line.split(": ", 1) for line in text.splitlines() if not line.startswith(" "))
    assert fields["Version"] == "1.2.3-1"
    assert {"Package", "Architecture", "Maintainer", "Depends", "Description"} <= set(fields)
    assert {"libxcb-icccm4", "libegl1"} <= set(fields["Depends"].split(", "))


def test_the_copyright_file_says_where_debian_keeps_the_lgpl(packaging, tmp_path):
    import debian_package

    (tmp_path / "bundle").mkdir()
    debian_package.lay_out(tmp_path / "bundle", tmp_path / "root", ROOT, "0.1.0")
    documents = tmp_path / "root/usr/share/doc/densight"
    assert "/usr/share/common-licenses/LGPL-3" in (documents / "copyright").read_text()
    overrides = tmp_path / "root/usr/share/lintian/overrides/densight"
    assert overrides.stat().st_mode & 0o777 == 0o644  # not for its name a program


def test_layout_of_the_debian_package(packaging, tmp_path):
    import debian_package

    bundle = tmp_path / "bundle"
    (bundle / "_internal").mkdir(parents=True)
    (bundle / "densight").write_text("program")
    root = tmp_path / "root"
    root.mkdir()
    debian_package.lay_out(bundle, root, ROOT, "0.1.0")
    assert (root / "usr/bin/densight").resolve() == root / "usr/lib/densight/densight"
    assert (root / "usr/lib/densight/densight").stat().st_mode & 0o777 == 0o755
    assert (root / "usr/share/mime/packages/densight.xml").is_file()


def test_the_frozen_program_keeps_its_list_of_fonts(packaging, monkeypatch, tmp_path):
    import os

    import frozen_entry

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("MPLCONFIGDIR", "/tmp/of-one-process")
    frozen_entry.keep_font_cache()
    folder = Path(os.environ["MPLCONFIGDIR"])
    assert (folder.name, folder.parent.name) == ("matplotlib", "densight")
