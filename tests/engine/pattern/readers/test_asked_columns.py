"""Text that no reader understands, read as somebody says."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadInputError
from engine.pattern.io import read_pattern
from engine.pattern.readers.asked_columns import (
    TextLayout,
    ask,
    fields_of,
    layout_of,
    number_of,
    question_of,
    read_layout,
)
from engine.pattern.readers.scan import Source
from engine.pattern.readers.text_columns import Columns

ANGLES = np.round(np.linspace(10.0, 60.0, 101), 3)
COUNTS = np.round(100.0 + 900.0 * np.exp(-((ANGLES - 30.0) ** 2)))


def source(text: str, name: str = "odd.dat") -> Source:
    return Source(Path(name), text.encode())


def named_lines(first: str = "p{i}", join: str = " ", decimal: str = ".") -> str:
    lines = [
        join.join((first.format(i=i), f"{x:.3f}".replace(".", decimal), f"{y:.0f}"))
        for i, (x, y) in enumerate(zip(ANGLES, COUNTS, strict=True))
    ]
    return "\n".join(["Instrument X", *lines])


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("a 10.0  200", ["a", "10.0", "200"]),
        ("a, 10.0 ,200", ["a", "10.0", "200"]),
        ("a;10.0;;3", ["a", "10.0", "", "3"]),
        ("| 10.0 | 200 |", ["", "10.0", "200", ""]),
    ],
)
def test_lines_are_cut_at_every_separator(line, fields):
    assert fields_of(line) == fields


def test_a_decimal_comma_separates_nothing():
    assert fields_of("a;10,5;200", ",") == ["a", "10,5", "200"]
    assert number_of("10,5", ",") == 10.5


@pytest.mark.parametrize(
    ("field", "value"),
    [("10.5", 10.5), ("-1e3", -1000.0), ("1.0D+02", 100.0), ("(20.1)", 20.1), ("10.5deg", 10.5)],
)
def test_numbers_with_brackets_and_units(field, value):
    assert number_of(field) == value


@pytest.mark.parametrize("field", ["a1", "12:30", "2026-11-21", "1.2.3", "", "nan", "10/5"])
def test_names_dates_and_times_are_no_numbers(field):
    assert np.isnan(number_of(field))


@pytest.mark.parametrize(
    ("first", "join", "decimal"),
    [("p{i}", " ", "."), ("p{i}", ";", ","), ("12:00:{i}", "\t", "."), ("x", " | ", ".")],
)
def test_the_likeliest_layout_reads_what_no_reader_can(tmp_path, first, join, decimal):
    path = tmp_path / "odd.dat"
    path.write_text(named_lines(first, join, decimal), encoding="utf-8")
    with pytest.raises(BadInputError) as refused:
        read_pattern(path)
    question = question_of(Source(path, path.read_bytes()), str(refused.value))
    assert question is not None
    assert question.layout.skip == 1
    pattern = read_layout(Source(path, path.read_bytes()), question.layout)
    assert np.allclose(pattern.two_theta, ANGLES)
    assert np.array_equal(pattern.counts, COUNTS)


def test_axis_weight_and_wavelength_are_taken_as_said():
    rows = [f"{i} {4 * np.pi / 0.7 * np.sin(np.radians(x / 2)):.6f} {y} {1 / y}"
            for i, (x, y) in enumerate(zip(ANGLES, COUNTS, strict=True))]  # fmt: skip
    columns = Columns(1, 2, weight=3, axis="q_inverse_angstrom")
    pattern = read_layout(source("\n".join(rows)), TextLayout(columns, wavelength="0.7"))
    assert np.allclose(pattern.two_theta, ANGLES, atol=1e-3)
    assert np.allclose(pattern.sigma, np.sqrt(COUNTS))
    assert pattern.radiation.provenance == "typed"


def test_files_of_one_program_are_of_one_kind_others_are_not():
    one, two = ask(source(named_lines())), ask(source(named_lines(), "other.dat"))
    assert one is not None
    assert two is not None
    assert one.kind == two.kind
    for other in (source(named_lines(), "a.txt"), source("Somebody else\n" + named_lines()[13:])):
        question = ask(other)
        assert question is not None
        assert question.kind != one.kind


def test_nothing_is_asked_where_asking_is_of_no_use():
    assert question_of(source("only words, no numbers\n" * 30), "why") is None
    assert question_of(source("10 nan\n" * 40), "why") is None
    assert question_of(Source(Path("a.raw"), b"RAW1.01\x00" * 50), "why") is None
    tof = "title\nBANK 1 100 20 ALT 1000 2000 0 0 ALT\n" + "1 2 3\n" * 40
    assert question_of(source(tof, "a.gsas"), "why") is None


def test_a_useless_choice_is_refused_in_one_sentence():
    text = source(named_lines())
    layout = TextLayout(Columns(1, 2), 1)
    for wrong in (
        replace(layout, skip=5000),
        replace(layout, columns=Columns(0, 9)),
        replace(layout, wavelength="green"),
    ):
        with pytest.raises(BadInputError) as refused:
            read_layout(text, wrong)
        assert "\n" not in str(refused.value)


def test_a_layout_is_kept_as_plain_data():
    layout = TextLayout(Columns(2, 1, 3, axis="d_angstrom"), 4, ",", "MoKa")
    assert layout_of(asdict(layout)) == layout
    for damage in ({"skip": -1}, {"columns": None}, {"decimal": "!"}, {"wavelength": 3}, {"x": 1}):
        assert layout_of({**asdict(layout), **damage}) is None


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.integers(0, 5), st.integers(0, 3), st.integers(0, 3))
def test_any_text_gives_a_pattern_or_a_sentence(text, skip, x, y):
    made = source(text + "\n1 2 3")
    ask(made)
    with suppress(BadInputError):
        assert len(read_layout(made, TextLayout(Columns(x, y), skip))) >= 20
