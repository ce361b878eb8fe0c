import numpy as np
import pytest
import torch

from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.pattern.radiation import Radiation

TWO_THETA = np.array([10.0, 35.0, 60.0, 90.0, 120.0])
THETA = np.radians(TWO_THETA / 2.0)
X = np.sin(THETA) ** 2
COS2 = np.cos(2.0 * THETA) ** 2


def radiation(**options: object) -> Radiation:
    return Radiation((1.54,), (1.0,), **options)  # type: ignore[arg-type]


def test_laboratory_tube() -> None:
    expected = (1.0 + COS2) / 2.0 / (np.sin(THETA) ** 2 * np.cos(THETA))
    np.testing.assert_allclose(lorentz_polarisation(X, radiation()), expected)


def test_graphite_monochromator() -> None:
    k = np.cos(np.radians(26.6)) ** 2
    expected = (1.0 + k * COS2) / (1.0 + k) / (np.sin(THETA) ** 2 * np.cos(THETA))
    found = lorentz_polarisation(X, radiation(monochromator_two_theta=26.6))
    np.testing.assert_allclose(found, expected)


def test_fully_polarised_synchrotron_has_no_angle_factor() -> None:
    found = lorentz_polarisation(X, radiation(polarisation=1.0))
    np.testing.assert_allclose(found, 1.0 / (np.sin(THETA) ** 2 * np.cos(THETA)))


def test_automatic_slits_multiply_by_sine() -> None:
    ratio = lorentz_polarisation(X, radiation(slit_mode="automatic")) / lorentz_polarisation(
        X, radiation()
    )
    np.testing.assert_allclose(ratio, np.sin(THETA))


@pytest.mark.parametrize("slit_mode", ["fixed", "automatic"])
def test_tensors_give_the_same_and_carry_gradients(slit_mode) -> None:
    beam = radiation(slit_mode=slit_mode, monochromator_two_theta=26.6)
    x = torch.tensor(X, requires_grad=True)
    found = lorentz_polarisation(x, beam)
    np.testing.assert_allclose(found.detach().numpy(), lorentz_polarisation(X, beam))
    assert torch.autograd.gradcheck(lambda t: lorentz_polarisation(t, beam), [x])
