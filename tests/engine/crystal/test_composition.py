import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.crystal.composition import (
    HIGHEST_SCATTERING_Z,
    SYMBOLS,
    atomic_number,
    check_contents,
    parse_elements,
    parse_formula,
)
from engine.errors import BadInputError

KNOWN = SYMBOLS[1 : HIGHEST_SCATTERING_Z + 1]


@pytest.mark.parametrize(
    ("symbol", "z"), [("H", 1), ("Fe", 26), ("La", 57), ("Hf", 72), ("Cf", 98), ("Og", 118)]
)
def test_symbols_are_indexed_by_atomic_number(symbol, z):
    assert SYMBOLS[z] == symbol
    assert atomic_number(symbol) == z


def test_deuterium_counts_as_hydrogen():
    assert parse_formula("D2O") == {"H": 2.0, "O": 1.0}


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        ("BaTiO3", {"Ba": 1, "Ti": 1, "O": 3}),
        ("Ca(OH)2", {"Ca": 1, "O": 2, "H": 2}),
        ("Fe2[Fe(CN)6]3", {"Fe": 5, "C": 18, "N": 18}),
        ("CaSO4·2H2O", {"Ca": 1, "S": 1, "O": 6, "H": 4}),
        ("CuSO4.5H2O", {"Cu": 1, "S": 1, "O": 9, "H": 10}),
        ("Na0.5Bi0.5TiO3", {"Na": 0.5, "Bi": 0.5, "Ti": 1, "O": 3}),
        ("Al₂O₃", {"Al": 2, "O": 3}),
        ("Pb S O4", {"Pb": 1, "S": 1, "O": 4}),
    ],
)
def test_formula(text, contents):
    assert parse_formula(text) == contents


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("Na,Cl", ("Na", "Cl")),
        ("Ba Ti O", ("Ba", "Ti", "O")),
        ("BaTiO3", ("Ba", "Ti", "O")),
        ("na; cl", ("Na", "Cl")),
        ("CO", ("C", "O")),
        ("Co", ("Co",)),
        ("O,O,Fe", ("O", "Fe")),
        (["Pb", "S", "O"], ("Pb", "S", "O")),
    ],
)
def test_elements(text, elements):
    assert parse_elements(text) == elements


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "No element"),
        (" , ", "No element"),
        ("Xx", "Xx"),
        ("Na,Qq", "Qq"),
        ("Og", "scattering factor"),
        ("Ca(OH", "brackets"),
        ("Ca(OH]2", "brackets"),
        ("H0", "zero"),
        ("12", "no chemical formula"),
        ("Na?", "not understood"),
    ],
)
def test_refused_with_one_sentence(text, word):
    with pytest.raises(BadInputError, match=word) as refusal:
        parse_elements(text)
    assert "\n" not in str(refusal.value)


def test_formula_and_elements_must_agree():
    check_contents(("Na", "Cl"), None)
    check_contents(("Na", "Cl"), "NaCl")
    check_contents(("Na",), "NaCl", others_possible=True)
    with pytest.raises(BadInputError, match="does not contain K"):
        check_contents(("K", "Cl"), "NaCl")
    with pytest.raises(BadInputError, match="contains Cl"):
        check_contents(("Na",), "NaCl")


@given(st.dictionaries(st.sampled_from(KNOWN), st.integers(1, 40), min_size=1, max_size=8))
def test_any_formula_reads_back(contents):
    text = "".join(f"{symbol}{n if n > 1 else ''}" for symbol, n in contents.items())
    assert parse_formula(text) == contents
    assert parse_elements(text) == tuple(contents)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        elements = parse_elements(text)
    except BadInputError:
        return
    assert elements
    assert set(elements) <= set(KNOWN)
