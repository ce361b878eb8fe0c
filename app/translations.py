"""Collects the window's texts into the file that Qt Linguist translates.

    python -m app.translations [--check] [FILE.ts ...]

Without names it renews ``resources/translations/densight.ts``, which has no translations and is the
one to copy: ``densight_de.ts`` for German. With names it renews those: translations of texts that
are still there stay, those of others go. ``pyside6-lrelease densight_de.ts`` then makes the
``densight_de.qm`` that the window takes where the system speaks that language.
"""

from __future__ import annotations

import argparse
import ast
import sys
import xml.etree.ElementTree as Tree
from pathlib import Path

from app.language import CONTEXT
from engine import resources

MARKS = ("tr", "noop")
HOUSE = Path(__file__).resolve().parent
TEMPLATE = "densight.ts"


def texts(folder: Path = HOUSE) -> dict[str, str]:
    """Every text that is marked in the modules of a folder, and the elements' names.

    Returns
    -------
    dict
        Each text with the module where it was first met.

    Raises
    ------
    ValueError
        If a text that is marked by `noop` is put together while the program runs: nobody could
        translate it.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in MARKS or not node.args:
                continue
            text = node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found.setdefault(text.value, path.relative_to(folder.parent).as_posix())
            elif isinstance(text, ast.JoinedStr) or node.func.id == "noop":
                raise ValueError(f"{path}, line {node.lineno}: a text that is put together")
    from app.state.periodic_table import ELEMENTS

    for element in ELEMENTS:
        found.setdefault(element.name, "app/state/periodic_table.py")
    return found


def known(path: Path) -> dict[str, str]:
    """The finished translations in a file of Qt Linguist."""
    if not path.is_file():
        return {}
    messages = Tree.parse(path).getroot().iter("message")
    pairs = {}
    for message in messages:
        source, translation = message.find("source"), message.find("translation")
        if source is not None and translation is not None and translation.get("type") is None:
            pairs[source.text or ""] = translation.text or ""
    return pairs


def document(found: dict[str, str], translated: dict[str, str], language: str = "") -> str:
    """The file for Qt Linguist."""
    root = Tree.Element("TS", version="2.1", sourcelanguage="en")
    if language:
        root.set("language", language)
    context = Tree.SubElement(root, "context")
    Tree.SubElement(context, "name").text = CONTEXT
    for text, place in found.items():
        message = Tree.SubElement(context, "message")
        Tree.SubElement(message, "location", filename=place)
        Tree.SubElement(message, "source").text = text
        translation = Tree.SubElement(message, "translation")
        if text in translated:
            translation.text = translated[text]
        else:
            translation.set("type", "unfinished")
    Tree.indent(root, "  ")
    body = Tree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n'


def main(arguments: list[str]) -> int:
    """Renew the files; with ``--check`` say only whether they are up to date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args(arguments)
    template = resources.path("examples/index.json").parent.parent / "translations" / TEMPLATE
    old = 0
    for path in chosen.files or [template]:
        language = path.stem.partition("_")[2]
        wanted = document(texts(), known(path), language)
        if chosen.check:
            old += not path.is_file() or path.read_text(encoding="utf-8") != wanted
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted, encoding="utf-8")
        print(f"{path}: {len(texts())} texts, {len(known(path))} translated")
    return int(old > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
