"""The documents point at things that exist, and name the program's real options."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.cli import SUBCOMMANDS
from engine.cli.command import build_parser

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "resources" / "guide" / "index.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document):
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


def test_the_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "python3 packaging/bootstrap.py run" in text
    assert "python3 packaging/bootstrap.py test" in text


def test_the_user_guide_names_only_options_that_exist():
    text = (ROOT / "docs" / "user-guide.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(--[a-z-]+)", text))
    (subparsers,) = (
        action
        for action in build_parser()._actions
        if hasattr(action, "choices") and action.choices
    )
    existing = {
        option
        for name in SUBCOMMANDS
        for action in subparsers.choices[name]._actions
        for option in action.option_strings
    }
    assert named
    assert named <= existing
    for name in SUBCOMMANDS:
        assert f"`densight {name}" in text
