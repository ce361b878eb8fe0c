import types

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.pattern.io import read_pattern
from engine.pattern.readers import registry
from engine.pattern.readers.registry import Reader, UnreadableFileError, readers
from engine.pattern.readers.scan import Scan


@pytest.fixture
def own_readers(monkeypatch):
    """The register as it is, and as it was afterwards."""
    monkeypatch.setattr(registry, "_readers", list(readers()))
    monkeypatch.setattr(registry, "_problems", [])
    return registry._readers


def of_mine(source) -> Scan:
    return Scan(np.arange(20.0, 60.0), np.arange(40.0) % 7, format="mine")


def test_why_each_reader_refused_is_kept(write):
    with pytest.raises(UnreadableFileError) as raised:
        read_pattern(write("a.file", b"nothing but words\nin two lines\n"))
    attempts = raised.value.attempts
    assert {attempt.reader for attempt in attempts} == {reader.name for reader in readers()}
    for attempt in attempts:
        assert attempt.reason
        assert "\n" not in attempt.reason
    asked = [attempt.reader for attempt in attempts if attempt.asked]
    assert asked == ["columns of numbers"]


def test_who_recognised_a_signature_has_the_last_word(write, own_readers):
    def refuse(source):
        raise BadInputError("It is mine and damaged.")

    own_readers.insert(0, Reader("mine", lambda source: registry.CERTAIN, refuse))
    columns = "\n".join(f"{20 + 0.1 * i:.1f} {100 + i % 7}" for i in range(50))
    with pytest.raises(UnreadableFileError, match="mine and damaged") as raised:
        read_pattern(write("a.xy", columns))
    assert sum(attempt.asked for attempt in raised.value.attempts) == 1


def test_a_reader_that_was_wrong_leaves_the_file_to_the_next(write, own_readers):
    def refuse(source):
        raise BadInputError("It looked like mine.")

    own_readers.insert(0, Reader("mine", lambda source: registry.LIKELY + 40, refuse))
    columns = "\n".join(f"{20 + 0.1 * i:.1f} {100 + i % 7}" for i in range(50))
    assert len(read_pattern(write("a.xy", columns))) == 50


def test_readers_of_installed_packages(monkeypatch, own_readers, write):
    mine = Reader("mine", lambda s: 100 if s.head.startswith(b"MINE") else 0, of_mine)

    def point(name, load):
        return types.SimpleNamespace(name=name, value=f"{name}.module:x", load=load)

    def broken():
        raise ImportError("no such library")

    points = [point("good", lambda: mine), point("broken", broken), point("other", lambda: 7)]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    registry._load_entry_points()
    assert read_pattern(write("a.b", b"MINE\x00\x01")).format == "mine"
    assert len(registry.problems()) == 2
    assert "no such library" in registry.problems()[0]
    assert "no Reader" in registry.problems()[1]


LABORATORY = """
import numpy as np
from engine.pattern.readers.registry import CERTAIN, NO, Reader
from engine.pattern.readers.scan import Scan

def vote(source):
    return CERTAIN if source.head.startswith(b"LAB7") else NO

def read(source):
    counts = np.frombuffer(source.data[4:], dtype="<u2").astype(float)
    return [Scan(10.0 + 0.02 * np.arange(len(counts)), counts, format="laboratory 7")]

READER = Reader("laboratory 7", vote, read)
"""


def test_a_reader_of_a_distribution_that_is_installed(monkeypatch, own_readers, tmp_path, write):
    site = tmp_path / "site"
    about = site / "laboratory_reader-1.0.dist-info"
    about.mkdir(parents=True)
    (site / "laboratory_reader.py").write_text(LABORATORY)
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: laboratory-reader\nVersion: 1.0\n"
    )
    (about / "entry_points.txt").write_text(
        "[densight.readers]\nseven = laboratory_reader:READER\n"
    )
    monkeypatch.syspath_prepend(site)
    registry._load_entry_points()
    counts = np.arange(300, dtype="<u2")
    pattern = read_pattern(write("scan.lab", b"LAB7" + counts.tobytes()))
    assert pattern.format == "laboratory 7"
    assert len(pattern) == len(counts)
    assert registry.problems() == ()


def test_no_vote_is_ever_raised(example):
    from pathlib import Path

    from engine.pattern.readers.scan import Source

    _, content = example
    for cut in (0, 1, 3, 8, 60, len(content)):
        source = Source(Path("a"), content[:cut])
        assert all(0 <= reader.vote(source) <= 100 for reader in readers())
