"""Each instrument format, from files written here."""

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.pattern.io import read_pattern
from engine.pattern.readers.registry import Reader, register_reader
from engine.pattern.readers.scan import Scan
from tests.made_instrument_files import ALPHA_1, ALPHA_2, ONE, SEVERAL

# Their files name the tube, or one wavelength of it.
ONE_LINE = ("scan.rd", "scan.cpi")


def test_every_format_gives_the_same_counts(example, counts, write):
    name, content = example
    pattern = read_pattern(write(name, content))
    assert len(pattern) == len(counts)
    # Philips RD packs ten times the square root of a count into a whole number.
    rounding = 0.1 * np.sqrt(counts) + 1.0 if name == "scan.rd" else 1e-3
    assert np.all(np.abs(pattern.counts - counts) <= rounding)
    assert np.allclose(pattern.two_theta, 20 + 0.02 * np.arange(len(counts)), atol=1e-5)
    assert pattern.poisson
    assert np.allclose(pattern.sigma, np.sqrt(counts), rtol=0.01)


@pytest.mark.parametrize("suffix", [".xy", ".raw", ".cif", ".unheard-of", ""])
def test_content_decides_and_not_the_name(example, write, suffix):
    name, content = example
    right = read_pattern(write(name, content))
    assert read_pattern(write("other" + suffix, content)).format == right.format


@pytest.mark.parametrize(
    ("name", "wavelengths"),
    [
        ("scan.xrdml", (1.540598, 1.544426)),
        *((name, (ALPHA_1, ALPHA_2)) for name in (*SEVERAL, *ONE) if name not in ONE_LINE),
        ("aps.fxye", (0.413529,)),
        ("lhpm.dat", (1.54056, 1.54439)),
        ("points.cif", (1.540598, 1.54439)),
        ("scan.rd", (1.5405929, 1.5444274)),
        ("scan.cpi", (1.5405929, 1.5444274)),
        ("std.gsas", (1.5405929, 1.5444274)),
    ],
)
def test_wavelengths_come_from_the_file(name, wavelengths, good_file, write):
    radiation = read_pattern(write(name, good_file(name))).radiation
    assert radiation.wavelengths == pytest.approx(wavelengths, abs=1e-6)
    assert radiation.provenance == "file"


def test_a_monochromator_in_the_incident_beam_leaves_one_line(good_file, write):
    text = good_file("scan.xrdml").decode("utf-8-sig")
    text = text.replace("<incidentBeamPath>", "<incidentBeamPath><monochromator/>")
    assert read_pattern(write("a.xrdml", text)).radiation.wavelengths == (1.540598,)


def test_automatic_slits_and_graphite_are_noted(good_file, write):
    text = good_file("scan.xrdml").decode("utf-8-sig")
    text = text.replace("fixedDivergenceSlitType", "automaticDivergenceSlitType")
    text = text.replace(
        "<scan ",
        '<diffractedBeamPath><monochromator><crystal type="Graphite"/></monochromator>'
        "</diffractedBeamPath><scan ",
    )
    radiation = read_pattern(write("a.xrdml", text)).radiation
    assert radiation.slit_mode == "automatic"
    assert radiation.monochromator_two_theta == pytest.approx(26.6, abs=0.2)
    assert radiation.optics_provenance == "file"


def test_gsas_averages_of_several_counters(write):
    rng = np.random.default_rng(1)
    counts = rng.poisson(400, 60)
    body = "".join(f" 4{int(c):6d}" + ("\n" if i % 10 == 9 else "") for i, c in enumerate(counts))
    pattern = read_pattern(write("d1a.gsas", f"title\nBANK 1 60 6 CONST 1000 5 0 0\n{body}"))
    assert np.allclose(pattern.counts, counts)
    assert np.allclose(pattern.sigma, np.sqrt(counts / 4))


@pytest.mark.parametrize("binning", ["RALF", "SLOG", "TIME_MAP"])
def test_time_of_flight_is_declined(write, binning):
    path = write("t.gsas", f"title\nBANK 1 100 10 {binning} 1000 5 0 0\n" + "  100" * 100)
    with pytest.raises(BadInputError, match="time-of-flight"):
        read_pattern(path)


def test_times_in_microseconds_are_declined(write):
    lines = "\n".join(f"{2000 + 5 * i} {100 + i % 7} 3.0" for i in range(100))
    with pytest.raises(BadInputError, match="time-of-flight"):
        read_pattern(write("sepd.xye", lines))


def test_pdcif_uncertainties_in_parentheses(write):
    body = "\n".join(f"{20 + 0.1 * i:.2f} {5540 + 10 * (i % 5)}({150 + i})" for i in range(40))
    text = f"data_a\nloop_\n_pd_meas_2theta_scan\n_pd_meas_intensity_total\n{body}\n"
    pattern = read_pattern(write("a.cif", text))
    assert np.allclose(pattern.sigma, 150 + np.arange(40))
    assert not pattern.poisson
    assert pattern.radiation.provenance == "assumed"


def test_pdcif_names_the_tube_only(write):
    body = "\n".join(f"{20 + 0.1 * i:.2f} {500 + 10 * (i % 5)}" for i in range(40))
    text = (
        "data_a\n_diffrn_radiation_type 'Mo K\\a'\n"
        f"loop_\n_pd_proc_2theta_corrected\n_pd_proc_intensity_total\n{body}\n"
    )
    radiation = read_pattern(write("a.cif", text)).radiation
    assert (radiation.anode, radiation.provenance) == ("Mo", "file")
    assert len(radiation.wavelengths) == 2


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"RAW4.00\x00" + bytes(600), "Bruker RAW version 4"),
        (b"RAW \x00\x00\x00\x00" + bytes(600), "Bruker RAW version 1"),
        (b"*RAS_DATA_START\n*RAS_HEADER_START\n", "Rigaku RAS"),
        (b"_FILEVERSION=2\n_SAMPLE='x'\n_2THETACOUNTS\n", "Bruker UXD"),
        (b"SampleIdent,x,/\nTitle1,y,/\nRawScan\n 1, 2, 3/\n", "Philips UDF"),
        (b"SIETRONICS XRD SCAN\n10\n", "Sietronics CPI"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "PNG picture"),
    ],
)
def test_what_is_refused_is_named_by_its_format(write, content, name):
    with pytest.raises(BadInputError, match=name):
        read_pattern(write("file.dat", content))


def test_a_registered_reader_is_used(write):
    from engine.pattern.readers import registry

    def read(source):
        return Scan(np.arange(20.0, 50.0), np.arange(30.0) % 7, format="mine")

    mine = Reader("mine", lambda s: 100 if s.head.startswith(b"MINE") else 0, read)
    register_reader(mine)
    try:
        assert read_pattern(write("a.b", b"MINE\x00\x01")).format == "mine"
    finally:
        registry._readers.remove(mine)
