from __future__ import annotations

import pytest

from app.state.element_hints import hints


@pytest.mark.parametrize(
    "usual", [(), ("Ti", "O"), ("Na", "Cl"), ("Ba", "Ti", "O"), ("C",), ("Xe", "F"), ("Si", "O")]
)
def test_nothing_is_said_of_usual_choices(usual):
    assert hints(usual) == ()


@pytest.mark.parametrize(
    ("selected", "words"),
    [
        (("Na", "Ar"), "Ar forms no solid compounds"),
        (("He", "Ne", "O"), "He and Ne form no solid compounds"),
        (("Xe", "Na"), "only with F, O or Cl"),
        (("At", "Na"), "At decays"),
        (("H",), "Nothing here scatters"),
        (("H", "O"), "not measured"),
        (("Mn", "Fe", "O"), "Mn/Fe scatter nearly alike"),
        (("Al", "Si", "O"), "Al/Si scatter nearly alike"),
        (("Li", "Na", "K", "Rb", "Cs", "O", "S"), "7 elements"),
    ],
)
def test_impossible_or_doubtful_choices_are_named(selected, words):
    assert any(words in hint for hint in hints(selected))
