import bz2
import contextlib
import gzip
import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadInputError
from engine.pattern.io import read_pattern
from engine.pattern.readers import archive
from engine.pattern.readers.archive import decompressed, member_names, read_member

PACKERS = {"gzip": gzip.compress, "bzip2": bz2.compress}


def zipped(members, method=zipfile.ZIP_DEFLATED) -> bytes:
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", method) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return room.getvalue()


@pytest.mark.parametrize("kind", PACKERS)
@given(parts=st.lists(st.binary(min_size=1, max_size=400), min_size=1, max_size=4))
def test_streams_one_after_another_are_unpacked(kind, parts):
    packed = b"".join(PACKERS[kind](part) for part in parts)
    assert decompressed("a", packed) == b"".join(parts)
    assert decompressed("a", packed + b"\x00" * 7) == b"".join(parts)


@pytest.mark.parametrize("kind", PACKERS)
@given(data=st.binary(min_size=30, max_size=300), share=st.floats(0.5, 0.99))
def test_a_packed_file_that_is_cut_short_is_refused(kind, data, share):
    packed = PACKERS[kind](data)
    with pytest.raises(BadInputError, match=f"{kind} file that is cut short"):
        decompressed("a", packed[: int(share * len(packed))])


@given(data=st.binary(max_size=200))
def test_what_is_not_packed_stays_as_it_is(data):
    if not data.startswith((archive.GZIP, archive.BZIP2)):
        assert decompressed("a", data) == data


def test_text_that_begins_like_bzip2_is_text():
    assert decompressed("a", b"BZh is no chemical formula") == b"BZh is no chemical formula"


@pytest.mark.parametrize("kind", PACKERS)
def test_a_bomb_is_refused_before_it_goes_off(kind):
    bomb = PACKERS[kind](bytes(70_000_000))
    assert len(bomb) < 100_000
    with pytest.raises(BadInputError, match="far more than a pattern"):
        decompressed("a", bomb)


def test_a_bomb_in_an_archive_is_refused(write):
    bomb = zipped({"Experiment0/RawData0.xml": bytes(70_000_000)})
    with pytest.raises(BadInputError, match="far more than a pattern"):
        read_pattern(write("a.brml", bomb))


def test_an_archive_of_too_many_members_is_not_opened():
    data = bytearray(zipped({"one": b"1"}))
    struct.pack_into("<H", data, data.rfind(b"PK\x05\x06") + 10, 2001)
    with pytest.raises(BadInputError, match="more than 2000 files"):
        read_member("a", bytes(data), "one")
    assert member_names(bytes(data)) == ()


def test_members_are_read_by_their_names():
    data = zipped({"a/b.txt": b"content", "c": b""})
    assert member_names(data) == ("a/b.txt", "c")
    assert read_member("z", data, "a/b.txt") == b"content"
    with pytest.raises(BadInputError, match="without 'd'"):
        read_member("z", data, "d")


def test_an_unusual_packing_is_refused():
    data = zipped({"a": b"x" * 100}, zipfile.ZIP_LZMA)
    with pytest.raises(BadInputError, match="unusual way"):
        read_member("z", data, "a")


@given(at=st.integers(0, 200), value=st.integers(0, 255))
def test_a_damaged_archive_is_read_or_refused(at, value):
    data = bytearray(zipped({"a.txt": b"0123456789" * 20}))
    data[at % len(data)] = value
    with contextlib.suppress(BadInputError):
        read_member("z", bytes(data), "a.txt")


def test_a_zip_that_is_no_pattern_is_named(write):
    for members, kind in (
        ({"xl/workbook.xml": b"<x/>"}, "Excel workbook"),
        ({"word/document.xml": b"<x/>"}, "Word document"),
        ({"notes.txt": b"hello"}, "zip archive"),
    ):
        with pytest.raises(BadInputError, match=kind):
            read_pattern(write("a.file", zipped(members)))
