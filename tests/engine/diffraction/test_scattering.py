import gemmi
import numpy as np
import pytest
import torch

from engine import resources
from engine.crystal.anomalous import dispersion
from engine.crystal.scattering_table import write_table
from engine.diffraction.scattering import TABLE, coefficients, form_factors, form_factors_torch
from engine.errors import BadInputError


def test_form_factors_are_those_of_gemmi() -> None:
    s_squared = np.linspace(0.0, 1.0, 11)
    found = form_factors(np.arange(1, 99), s_squared)
    for number in range(1, 99):
        element = gemmi.Element(number)
        expected = [element.it92.calculate_sf(x) for x in s_squared]
        np.testing.assert_allclose(found[number - 1], expected, rtol=2e-6)


def test_forward_scattering_is_about_the_number_of_electrons() -> None:
    forward = form_factors(np.arange(1, 99), [0.0])[:, 0]
    np.testing.assert_allclose(forward, np.arange(1, 99), rtol=0.005)


def test_torch_and_numpy_agree_and_padding_scatters_nothing() -> None:
    numbers = np.array([1, 26, 82])
    s_squared = np.linspace(0.0, 0.5, 7)
    found = form_factors_torch(torch.tensor([1, 26, 82, 0]), torch.tensor(s_squared))
    np.testing.assert_allclose(found[:3].numpy(), form_factors(numbers, s_squared), rtol=1e-12)
    assert (found[3] == 0).all()


def test_unknown_element_is_bad_input() -> None:
    with pytest.raises(BadInputError, match="atomic number 99"):
        coefficients([8, 99])


def test_shipped_table_is_what_the_generator_writes(tmp_path) -> None:
    write_table(tmp_path / "table.json")
    assert (tmp_path / "table.json").read_text() == resources.path(TABLE).read_text()


def test_dispersion_at_copper_k_alpha() -> None:
    # International Tables C, table 4.2.6.8, to the accuracy of the theory.
    real, imaginary = dispersion([26, 27, 28, 8, 1], 1.5405929)
    np.testing.assert_allclose(real[:3], [-1.1, -2.4, -3.0], atol=0.15)
    np.testing.assert_allclose(imaginary[0], 3.2, atol=0.1)
    assert abs(real[3] - 0.05) < 0.02
    assert real[4] == imaginary[4] == 0.0
