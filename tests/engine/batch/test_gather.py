import json

import numpy as np
import pytest

from engine.batch.gather import earlier_batch, find_patterns, gather
from engine.batch.manifest import Entry, is_manifest, read_manifest, write_manifest
from engine.errors import BadInputError, CancelledError
from engine.progress import Progress


@pytest.fixture
def folder(tmp_path, a_pattern):
    """Patterns on two levels among files that are none."""
    made = tmp_path / "measured"
    (made / "series" / ".hidden").mkdir(parents=True)
    for name in ("a.xy", "b.txt", "series/a.xy", "series/.hidden/c.xy"):
        np.savetxt(made / name, np.column_stack([a_pattern.two_theta, a_pattern.counts]))
    (made / "README.md").write_text("The furnace was hot.\n")
    (made / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (made / "empty.xy").write_text("")
    (made / "a.cif").write_text("data_a\n_cell_length_a 4\n_atom_site_label Na\n")
    solved = made / "a solution"
    solved.mkdir()
    (solved / "solution.json").write_text("{}")
    (solved / "fit.csv").write_text("1,2\n2,3\n")
    return made


def test_a_folder_stands_for_its_patterns(folder):
    found, left_out = find_patterns(folder)
    names = [path.relative_to(folder).as_posix() for path in found]
    assert names == ["a.xy", "b.txt", "series/a.xy"]
    assert len(left_out) == 4
    for name in ("README.md", "photo.png", "empty.xy", "a.cif"):
        assert any(name in why for why in left_out)


def test_every_entry_has_a_folder_of_its_own(folder, a_pattern):
    np.savetxt(folder / "A.dat", np.column_stack([a_pattern.two_theta, a_pattern.counts]))
    found = gather([folder], taken=["B"])
    assert [entry.id for entry in found.entries] == ["A", "a_xy", "b_txt", "series_a"]
    again = gather([folder / "a.xy"] * 4)
    assert len({entry.id.casefold() for entry in again.entries}) == 4


def test_a_manifest_among_the_files_is_read(folder):
    manifest = folder / "list.csv"
    manifest.write_text("file,elements,wavelength\na.xy,Ti O,CoKa\n")
    assert is_manifest(manifest)
    assert not is_manifest(folder / "a.xy")
    assert not is_manifest(folder / "photo.png")
    (entry, other) = gather([manifest, folder / "b.txt"]).entries
    assert (entry.elements, entry.wavelength, entry.id) == ("Ti O", "CoKa", "a")
    assert (other.elements, other.id) == ("", "b")
    with pytest.raises(BadInputError, match="clear it first"):
        gather([manifest], taken=["A"])


def test_an_interrupted_batch_is_found_again_by_its_output_folder(tmp_path):
    entries = [
        Entry("one", str(tmp_path / "one.xy"), "Ti O", "1.54056 1.54439", "TiO2", True, "2"),
        Entry("two, too", str(tmp_path / "two.xy"), "Na Cl"),
    ]
    out = tmp_path / "out"
    out.mkdir()
    write_manifest(out / "entries.csv", entries)
    line = {
        "id": "one",
        "verdict": "solved",
        "request": {"id": "one", "file": "x", "elements": "Ti O"},
    }
    old = {"id": "gone", "verdict": "solved"}
    (out / "results.jsonl").write_text(json.dumps(line) + "\n" + json.dumps(old) + '\n{"id": "tw')
    found = gather([out])
    assert list(found.entries) == entries
    assert found.lines == {"one": line}
    assert found.out == out
    (out / "entries.csv").unlink()
    (known,) = earlier_batch(out).entries
    assert (known.id, known.file, known.elements) == ("one", "x", "Ti O")


def test_a_manifest_that_is_in_its_place_is_left_alone(tmp_path):
    path = tmp_path / "entries.csv"
    path.write_text("file,elements,remark\na.xy,Ti O,mine\n")
    write_manifest(path, read_manifest(path))
    assert "mine" in path.read_text()


def test_a_search_through_a_folder_can_be_stopped(folder):
    class Stopped(Progress):
        def report(self, fraction, message=""):
            raise CancelledError

    with pytest.raises(CancelledError):
        find_patterns(folder, Stopped())
