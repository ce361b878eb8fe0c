import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadInputError
from engine.pattern.radiation import preset
from engine.pattern.readers.ranges import combine, continue_each_other, parse_range
from engine.pattern.readers.scan import Scan


def scan(start: float, counts, step: float = 0.02, **more) -> Scan:
    y = np.asarray(counts, dtype=float)
    return Scan(start + step * np.arange(len(y)), y, **more)


@pytest.mark.parametrize(
    ("text", "choice"), [("3", 3), (" Merge ", "merge"), ("SUM", "sum"), ("12", 12)]
)
def test_choices(text, choice):
    assert parse_range(text) == choice


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "all", "", "٣", "9" * 12])
def test_what_is_no_choice(text):
    with pytest.raises(BadInputError, match="no choice of ranges"):
        parse_range(text)


@given(
    counts=st.lists(st.integers(0, 10**6), min_size=60, max_size=120),
    cuts=st.lists(st.integers(3, 57), min_size=1, max_size=3, unique=True),
    turned=st.booleans(),
)
def test_a_scan_cut_into_ranges_is_made_whole_again(counts, cuts, turned):
    whole = scan(10.0, counts)
    pieces = np.split(np.arange(len(counts)), sorted(cuts))
    parts = [Scan(whole.x[at], whole.y[at]) for at in pieces if len(at) > 1]
    kept = np.concatenate([at for at in pieces if len(at) > 1])
    merged = combine(parts[::-1] if turned else parts, "merge", "file")
    assert np.array_equal(merged.x, whole.x[kept])
    assert np.array_equal(merged.y, whole.y[kept])


@given(
    scans=st.lists(
        st.lists(st.integers(0, 10**6), min_size=20, max_size=20), min_size=2, max_size=5
    )
)
def test_a_sum_adds_counts_and_variances(scans):
    sigma = np.full(20, 3.0)
    total = combine([scan(5.0, y, sigma=sigma, seconds=1.5) for y in scans], "sum", "file")
    assert np.array_equal(total.y, np.sum(scans, axis=0))
    assert np.allclose(total.sigma, 3.0 * np.sqrt(len(scans)))
    assert total.seconds == pytest.approx(1.5 * len(scans))


def test_of_an_overlap_the_longer_count_is_taken():
    short = scan(10.0, np.full(100, 50.0), seconds=1.0)
    long = scan(11.0, np.full(100, 500.0), seconds=10.0)
    merged = combine([short, long], "merge", "file")
    assert np.all(np.diff(merged.x) > 0.0)
    assert np.allclose(merged.y, 500.0)
    # The relative uncertainty of the scaled part is still that of 50 counts.
    assert np.allclose(merged.sigma[merged.x < 10.99], 10.0 * np.sqrt(50.0))
    assert np.allclose(merged.sigma[merged.x >= 11.0], np.sqrt(500.0))
    assert merged.raw_counts is False


def test_what_continues_and_what_does_not():
    first = scan(10.0, range(50))
    assert continue_each_other([first, scan(11.0, range(50))])
    assert not continue_each_other([first, scan(11.5, range(50))])
    assert not continue_each_other([first, scan(10.1, range(50))])
    assert not continue_each_other([first, scan(11.0, range(50), radiation=preset("MoKa"))])


def test_ranges_of_different_wavelengths_are_not_combined():
    pair = [scan(10.0, range(50), radiation=preset(name)) for name in ("CuKa", "CoKa")]
    for choice in ("merge", "sum"):
        with pytest.raises(BadInputError, match="differ in wavelength"):
            combine(pair, choice, "file")
    assert combine(pair, 2, "file").radiation == preset("CoKa")


def test_the_note_on_repeated_scans_offers_their_sum():
    pair = [scan(10.0, range(50)), scan(10.0, range(50))]
    assert "add them up" in combine(pair, None, "file").warnings[-1]
