"""What the instruments' files say besides angles and counts, and files of several ranges."""

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.pattern.io import read_pattern, read_ranges
from tests import made_instrument_files as made

EVERY = {**made.SEVERAL, **made.ONE}
WITHOUT_SAMPLE = {"rigaku.raw", "rigaku_old.raw"}
WITHOUT_SECONDS = {*WITHOUT_SAMPLE, "scan.rd", "scan.cpi", "stoe.raw"}
WITHOUT_DATE = {*WITHOUT_SAMPLE, "v1.raw", "scan.udf", "scan.rd"}
INSTRUMENTS = {
    "scan.brml": "D8 ADVANCE",
    "scan.rasx": "SmartLab",
    "scan.udf": "PW3710",
    "scan.rd": "PW3710",
}
NEVER_TRIED = {"rigaku.asc", "rigaku.raw", "rigaku_old.raw", "scan.rd", "scan.cpi", "stoe.raw"}


@pytest.mark.parametrize("name", sorted(EVERY))
def test_sample_time_date_and_instrument_are_kept(name, counts, write):
    details = read_pattern(write(name, EVERY[name]([(20.0, counts)]))).details
    assert details.sample == ("" if name in WITHOUT_SAMPLE else made.SAMPLE)
    assert details.seconds == (None if name in WITHOUT_SECONDS else made.SECONDS)
    assert bool(details.date) == (name not in WITHOUT_DATE)
    assert details.instrument == INSTRUMENTS.get(name, "")
    assert details.n_ranges == 1


@pytest.mark.parametrize("name", sorted(EVERY))
def test_a_format_known_from_its_description_alone_says_so(name, counts, write):
    pattern = read_pattern(write(name, EVERY[name]([(20.0, counts)])))
    warned = any("never tried" in text for text in pattern.warnings)
    assert warned == (name in NEVER_TRIED)


@pytest.fixture(params=sorted(made.SEVERAL))
def several(request, write):
    """Three ranges that lie apart, in each format that can hold them."""
    rng = np.random.default_rng(3)
    ranges = [(start, rng.poisson(300, n)) for start, n in ((20.0, 60), (40.0, 80), (70.0, 50))]
    return write(request.param, made.SEVERAL[request.param](ranges)), ranges


def test_every_range_is_found(several):
    path, ranges = several
    patterns = read_ranges(path)
    assert [len(p) for p in patterns] == [len(counts) for _, counts in ranges]
    for i, (pattern, (start, counts)) in enumerate(zip(patterns, ranges, strict=True), start=1):
        assert pattern.two_theta[0] == pytest.approx(start, abs=1e-5)
        assert np.array_equal(pattern.counts, counts)
        assert pattern.name.endswith(f"range {i}")
        assert (pattern.details.n_ranges, pattern.details.ranges) == (3, i)


def test_the_first_of_ranges_that_lie_apart_is_read_with_a_note(several):
    path, ranges = several
    pattern = read_pattern(path)
    assert np.array_equal(pattern.counts, ranges[0][1])
    assert any("3 ranges" in text for text in pattern.warnings)


def test_one_range_by_its_number_and_all_in_one(several):
    path, ranges = several
    assert np.array_equal(read_pattern(path, ranges=2).counts, ranges[1][1])
    together = read_pattern(path, ranges="merge")
    assert np.array_equal(together.counts, np.concatenate([counts for _, counts in ranges]))
    with pytest.raises(BadInputError, match="no range 4"):
        read_pattern(path, ranges=4)
    with pytest.raises(BadInputError, match="different angles"):
        read_pattern(path, ranges="sum")


@pytest.mark.parametrize("name", sorted(made.SEVERAL))
def test_ranges_that_continue_each_other_are_merged(name, counts, write):
    first, second = counts[:70], counts[70:]
    content = made.SEVERAL[name]([(20.0, first), (20.0 + made.STEP * 70, second)])
    pattern = read_pattern(write(name, content))
    assert np.array_equal(pattern.counts, counts)
    assert np.allclose(np.diff(pattern.two_theta), made.STEP, atol=1e-5)


@pytest.mark.parametrize("name", sorted(made.SEVERAL))
def test_repeated_scans_are_added_up(name, counts, write):
    path = write(name, made.SEVERAL[name]([(20.0, counts), (20.0, counts + 1)]))
    pattern = read_pattern(path, ranges="sum")
    assert np.array_equal(pattern.counts, 2 * counts + 1)
    assert pattern.details.seconds == (None if name == "rigaku.raw" else 2 * made.SECONDS)
    assert pattern.poisson


@pytest.mark.parametrize("kind", ["_COUNTS", "_CPS", "_2THETACPS"])
def test_uxd_of_every_kind(kind, counts, write):
    pattern = read_pattern(write("a.uxd", made.uxd([(20.0, counts)], kind)))
    assert np.array_equal(pattern.counts, counts)
    assert pattern.poisson
    assert pattern.two_theta[-1] == pytest.approx(20.0 + made.STEP * (len(counts) - 1))


@pytest.mark.parametrize("make", [made.ras, made.asc])
def test_rates_are_turned_back_into_counts(make, counts, write):
    pattern = read_pattern(write("a.ras", make([(20.0, counts)], unit="cps")))
    assert np.array_equal(pattern.counts, counts)
    assert pattern.poisson


@pytest.mark.parametrize("make", [made.ras, made.brml])
def test_an_attenuator_scales_counts_and_their_uncertainty(make, counts, write):
    factor = np.where(np.arange(len(counts)) < 40, 8.0, 1.0)
    pattern = read_pattern(write("a.file", make([(20.0, counts)], **_attenuated(make, factor))))
    assert np.allclose(pattern.counts, counts * factor)
    assert np.allclose(pattern.sigma, np.sqrt(counts) * factor)
    assert not pattern.poisson
    assert any("factor" in text for text in pattern.warnings)


def _attenuated(make, factor):
    return {"attenuation" if make is made.ras else "absorber": factor}


def test_a_monochromator_of_a_brml_leaves_one_line(counts, write):
    optics = '<InfoData xsi:type="MonochromatorInfoData"/>'
    pattern = read_pattern(write("a.brml", made.brml([(20.0, counts)], optics=optics)))
    assert pattern.radiation.wavelengths == (made.ALPHA_1,)


def test_a_scan_that_is_none_over_two_theta_is_declined(counts, write):
    path = write("a.raw", made.raw4([(20.0, counts)], scan_type="Rocking Curve"))
    with pytest.raises(BadInputError, match="without a scan over 2theta"):
        read_pattern(path)
    text = made.ras([(20.0, counts)]).replace(b"TwoThetaTheta", b"Omega")
    with pytest.raises(BadInputError, match="without a scan over 2theta"):
        read_pattern(write("a.ras", text))


@pytest.mark.parametrize(
    ("wave_type", "wavelengths"),
    [("Ka1", (made.ALPHA_1,)), ("Ka2", (made.ALPHA_2,)), ("Kb", (1.392246,))],
)
def test_rigaku_says_which_line_was_used(wave_type, wavelengths, counts, write):
    text = made.ras([(20.0, counts)]).replace(
        b'WAVE_TYPE "Ka"', f'WAVE_TYPE "{wave_type}"'.encode()
    )
    assert read_pattern(write("a.ras", text)).radiation.wavelengths == pytest.approx(wavelengths)


@pytest.mark.parametrize("signature", ["V3RD", "V5RD", "V3SD", "V5SD"])
def test_philips_versions(signature, counts, write):
    pattern = read_pattern(write("a.rd", made.philips([(20.0, counts)], signature)))
    assert pattern.format == f"Philips {signature[2:]} version {signature[1]}"
    assert len(pattern) == len(counts)


def test_stoe_counts_that_deny_their_extremes_are_refused(counts, write):
    data = bytearray(made.stoe([(20.0, counts)]))
    data[1024 : 1024 + 4] = b"\xff\xff\x00\x00"
    with pytest.raises(BadInputError, match="layout that is not known"):
        read_pattern(write("a.raw", bytes(data)))


def test_rigaku_raw_whose_header_contradicts_itself_is_refused(counts, write):
    data = bytearray(made.rigaku_blocks([(20.0, counts)]))
    where = data.index(b"DA\x00\x00") + 16
    data[where] += 17
    with pytest.raises(BadInputError, match="layout that is not known"):
        read_pattern(write("a.raw", bytes(data)))
