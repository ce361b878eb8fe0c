import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.batch.manifest import Entry, read_manifest
from engine.errors import BadInputError


@pytest.fixture
def manifest(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "manifest.csv"
        path.write_bytes(text.encode(encoding))
        return read_manifest(path)

    return write


def test_all_columns(manifest, tmp_path):
    found = manifest(
        "file,elements,wavelength,formula,id,others_possible\n"
        "sub/a.xy,Ti O,1.54056 1.54439,TiO2,first,yes\n"
        "\n"
        "/data/b.xy,Na Cl,,,,\n"
    )
    assert found.warnings == ()
    assert len(found) == 2
    assert tuple(found) == (
        Entry("first", str(tmp_path / "sub/a.xy"), "Ti O", "1.54056 1.54439", "TiO2", True),
        Entry("b", "/data/b.xy", "Na Cl", None, None, False),
    )


def test_a_spreadsheets_habits(manifest):
    found = manifest("\ufeffFile;Elements\r\na.xy;Na Cl\r\n")
    assert [entry.id for entry in found] == ["a"]


def test_unknown_columns_are_remarked(manifest):
    found = manifest("file,elements,wavelenght\na.xy,Na,1.54\n")
    assert "wavelenght" in found.warnings[0]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no column 'file'"),
        ("file,formula\na.xy,NaCl\n", "no column 'elements'"),
        ("file,elements\n", "lists no pattern"),
        ("file,elements\n,Na\n", "line 2 names no file"),
        ("file,elements\na.xy,Na,Cl\n", "more fields"),
        ("file,elements\na/x.xy,Na\nb/x.xy,Cl\n", "two entries 'x'"),
        ("file,elements,id\na.xy,Na,../up\n", "cannot name a folder"),
        ("file,elements,id\na.xy,Na,.\n", "cannot name a folder"),
        ("file,elements,others_possible\na.xy,Na,perhaps\n", "yes or no"),
    ],
)
def test_refused_with_one_sentence(manifest, text, word):
    with pytest.raises(BadInputError, match=word):
        manifest(text)


def test_other_encodings_are_refused(manifest):
    with pytest.raises(BadInputError, match="UTF-8"):
        manifest("file,elements\nK\u00f6rner.xy,Na\n", encoding="latin-1")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(tmp_path, text):
    path = tmp_path / "any.csv"
    path.write_bytes(("file,elements\n" + text).encode("utf-8", errors="replace"))
    try:
        found = read_manifest(path)
    except BadInputError:
        return
    ids = [entry.id for entry in found]
    assert len(ids) == len(set(ids)) > 0
