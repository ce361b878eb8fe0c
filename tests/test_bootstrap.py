"""The set-up script, as far as it can be tried without installing anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def bootstrap(monkeypatch, tmp_path):
    """The script as a module, set to work in a folder with a space in its name."""
    monkeypatch.syspath_prepend(ROOT / "packaging")
    import bootstrap

    home = tmp_path / "a checkout"
    home.mkdir()
    (home / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    monkeypatch.setattr(bootstrap, "ROOT", home)
    monkeypatch.setattr(bootstrap, "VENV", home / ".venv")
    monkeypatch.setattr(bootstrap, "STAMP", home / ".venv" / "densight-setup.json")
    yield bootstrap
    for name in ("bootstrap", "system_libraries"):
        sys.modules.pop(name, None)


@pytest.fixture
def steps(bootstrap, monkeypatch):
    """What the script would have installed."""
    done = []

    def make_venv():
        (bootstrap.VENV / "bin").mkdir(parents=True, exist_ok=True)
        done.append("venv")

    monkeypatch.setattr(bootstrap, "make_venv", make_venv)
    monkeypatch.setattr(bootstrap, "pip", lambda *arguments: done.append(arguments))
    monkeypatch.setattr(bootstrap, "works", lambda command: "engine" in command[-1])
    return done


def test_a_second_run_installs_nothing(bootstrap, steps):
    bootstrap.prepare(dev=True, torch_index=None)
    assert steps == ["venv", ("install", "--editable", f"{bootstrap.ROOT}[dev]")]
    steps.clear()
    bootstrap.prepare(dev=True, torch_index=None)
    bootstrap.prepare(dev=False, torch_index=None)
    assert steps == []


def test_changed_requirements_are_installed_with_the_extras_of_before(bootstrap, steps):
    bootstrap.prepare(dev=True, torch_index=None)
    with (bootstrap.ROOT / "pyproject.toml").open("a") as file:
        file.write("# another requirement\n")
    steps.clear()
    bootstrap.prepare(dev=False, torch_index=None)
    assert steps[-1] == ("install", "--editable", f"{bootstrap.ROOT}[dev]")


def test_an_interrupted_installation_is_taken_up_again(bootstrap, steps, monkeypatch):
    def broken(*arguments):
        raise bootstrap.SetupError("no network")

    bootstrap.prepare(dev=False, torch_index=None)
    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "pip", broken)
        with pytest.raises(bootstrap.SetupError):
            bootstrap.prepare(dev=True, torch_index=None)
    steps.clear()
    bootstrap.prepare(dev=False, torch_index=None)
    assert steps != []


def test_another_index_for_torch_takes_the_pinned_version_from_it(bootstrap, steps):
    url = "https://download.pytorch.org/whl/cpu"
    bootstrap.prepare(dev=False, torch_index=url)
    assert steps[1] == ("install", "--index-url", url, "torch==2.13.0")
    assert json.loads(bootstrap.STAMP.read_text())["torch_index"] == url


def test_an_old_python_is_told_so(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(bootstrap.SetupError, match=r"3\.11 or newer.*3\.9"):
        bootstrap.use_new_enough_python([])


def test_missing_libraries_without_the_right_to_install_give_the_one_command(
    bootstrap, monkeypatch
):
    libraries = bootstrap.system_libraries
    monkeypatch.setattr(libraries, "loads", lambda name: "EGL" not in name)
    monkeypatch.setattr(libraries, "privilege", lambda: None)
    monkeypatch.setattr(libraries.sys, "platform", "linux")
    with pytest.raises(libraries.MissingError, match="sudo apt-get install libegl1"):
        libraries.provide(screen=False, say=print)


def test_xvfb_can_be_done_without(bootstrap, monkeypatch):
    libraries = bootstrap.system_libraries
    monkeypatch.setattr(libraries, "loads", lambda name: True)
    monkeypatch.setattr(libraries.shutil, "which", lambda name: None)
    monkeypatch.setattr(libraries, "privilege", lambda: None)
    monkeypatch.setattr(libraries.sys, "platform", "linux")
    (sentence,) = libraries.provide(screen=True, say=print)
    assert "xvfb" in sentence


@pytest.mark.parametrize(
    ("cores", "xvfb", "processes"),
    [(1, True, 0), (2, True, 2), (64, True, 4), (None, True, 0), (8, False, 0)],
)
def test_tests_share_processes_only_with_screens_of_their_own(
    bootstrap, monkeypatch, cores, xvfb, processes
):
    monkeypatch.setattr(bootstrap.os, "cpu_count", lambda: cores)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: name if xvfb else None)
    assert bootstrap.processes_for_tests() == processes


def test_help_needs_nothing_but_python(tmp_path):
    done = subprocess.run(
        [sys.executable, "-S", str(ROOT / "packaging" / "bootstrap.py"), "--help"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "--torch-index" in done.stdout
