"""The rules of the house: who may import whom, and what must stay out of start-up."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
QT = {"PySide6", "shiboken6", "pyqtgraph", "vispy", "superqt", "psygnal", "qtpy"}
HEAVY = ("torch", "pymatgen", "matplotlib", "scipy.stats", "lmfit", "pybaselines")
LONGEST_MODULE = 450


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every absolute import in a file: the module, and the names taken from it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ()
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module, tuple(alias.name for alias in node.names)


def loaded_by(statement: str, names: tuple[str, ...]) -> list[str]:
    """Which of the modules `names` a fresh interpreter holds after `statement`."""
    code = f"import sys\n{statement}\nprint(*[n for n in {names!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_engine_knows_neither_qt_nor_the_app():
    for path in modules("engine"):
        for module, _ in imports(path):
            top = module.split(".")[0]
            assert top not in QT | {"app"}, f"{path.relative_to(ROOT)} imports {module}"


def test_model_diffraction_and_training_need_only_numpy_and_torch():
    allowed = {"numpy", "torch", "safetensors", "engine", *sys.stdlib_module_names}
    for package in ("engine/model", "engine/diffraction"):
        for path in modules(package):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in tree.body:  # imports inside a function are taken only where they are used
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names = [node.module]
                else:
                    continue
                for name in names:
                    top = name.split(".")[0]
                    assert top in allowed, f"{path.relative_to(ROOT)} imports {name}"


def test_app_uses_only_public_names_of_the_engine():
    for path in modules("app"):
        for module, names in imports(path):
            if module.split(".")[0] != "engine":
                continue
            parts = (*module.split("."), *names)
            private = [part for part in parts if part.startswith("_") and part != "__version__"]
            assert not private, f"{path.relative_to(ROOT)} takes {private} from {module}"


@pytest.mark.parametrize("module", ["app.__main__", "app.launch", "engine.cli", "engine.cli.info"])
def test_start_up_imports_nothing_heavy(module):
    assert loaded_by(f"import {module}", HEAVY) == []


@pytest.mark.parametrize(
    "package",
    sorted(path.parent.name for path in (ROOT / "engine").glob("*/__init__.py")),
)
def test_engine_packages_are_cheap_to_import(package):
    assert loaded_by(f"import engine.{package}", (*HEAVY, "scipy")) == []


def test_nothing_shadows_the_library_called_packaging():
    assert not (ROOT / "packaging" / "__init__.py").exists()


@pytest.mark.parametrize("package", ["app", "engine"])
def test_modules_stay_short(package):
    for path in modules(package):
        length = len(path.read_text(encoding="utf-8").splitlines())
        assert length <= LONGEST_MODULE, f"{path.relative_to(ROOT)} has {length} lines"


@pytest.mark.parametrize("package", ["app", "engine"])
def test_nothing_is_pickled(package):
    for path in modules(package):
        where = path.relative_to(ROOT)
        for module, _ in imports(path):
            assert module.split(".")[0] not in {"pickle", "dill", "cloudpickle", "joblib"}, where
        text = path.read_text(encoding="utf-8")
        assert "allow_pickle=True" not in text, where
        assert "torch.load(" not in text, where
