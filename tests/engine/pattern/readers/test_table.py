from pathlib import Path

import pytest

from engine.pattern.readers.registry import readers
from engine.pattern.readers.table import formats_table, main, with_table

DOCUMENT = Path(__file__).parents[4] / "docs" / "formats.md"


def test_the_documents_table_is_the_readers_own():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert with_table(text) == text, "run: python -m engine.pattern.readers.table docs/formats.md"


def test_every_reader_with_files_of_its_own_is_in_the_table():
    table = formats_table()
    for reader in readers():
        assert reader.format is not None, reader.name
        assert (f"| {reader.name} |" in table) == bool(reader.format.suffixes)


def test_a_document_is_renewed_between_its_marks(tmp_path):
    text = DOCUMENT.read_text(encoding="utf-8")
    copy = tmp_path / "formats.md"
    copy.write_text(text.replace("| Bruker BRML |", "| something old |"), encoding="utf-8")
    assert main([str(copy)]) == 0
    assert copy.read_text(encoding="utf-8") == text
    with pytest.raises(ValueError, match="unpack"):
        with_table("a document without marks")
