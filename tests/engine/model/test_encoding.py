"""The network's inputs: cells, contents, intensities on a cell."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.crystal.composition import atomic_number
from engine.model.encoding import (
    BINS,
    ELEMENTS,
    LOG_STEP,
    Q_MIN,
    cell_amplitudes,
    decode_cell,
    encode_cell,
    encode_contents,
    encode_profile,
    half_box,
    scattering_vectors,
)


def test_the_half_box_holds_one_of_each_pair() -> None:
    box = half_box(3)
    assert len(box) == (7**3 - 1) // 2
    everything = {tuple(h) for h in box} | {tuple(-h) for h in box}
    assert len(everything) == 2 * len(box)
    assert (0, 0, 0) not in everything


@given(
    st.lists(st.floats(2.0, 15.0), min_size=3, max_size=3),
    st.lists(st.floats(-0.3, 0.3), min_size=3, max_size=3),
)
def test_a_cell_survives_its_code(lengths: list[float], cosines: list[float]) -> None:
    code = torch.tensor([*np.log(lengths), *cosines], dtype=torch.float64)
    torch.testing.assert_close(encode_cell(decode_cell(code)), code)


def test_contents_code_elements_amounts_and_flags() -> None:
    plain = encode_contents(("Na", "Cl"))
    assert plain[atomic_number("Na")] == plain[atomic_number("Cl")] == 1.0
    assert plain[:ELEMENTS].sum() == 2.0
    assert plain[2 * ELEMENTS :].tolist() == [1.0, 0.0, 0.0]
    full = encode_contents(("Ti", "O"), "TiO2", others_possible=True)
    np.testing.assert_allclose(full[ELEMENTS + atomic_number("O")], 2.0 / 3.0)
    assert full[2 * ELEMENTS :].tolist() == [1.0, 1.0, 1.0]


def test_the_profile_does_not_depend_on_the_scale() -> None:
    power, coverage = torch.rand(2, BINS), torch.ones(2, BINS)
    torch.testing.assert_close(
        encode_profile(power, coverage), encode_profile(1000.0 * power, coverage)
    )


def test_intensity_goes_to_the_reflections_at_its_place() -> None:
    lattice = 4.0 * torch.eye(3).unsqueeze(0)
    # One line, at the place of 200 of a primitive cubic cell of 4 A.
    q = 2.0 * np.pi * 2.0 / 4.0
    power, coverage = torch.zeros(1, BINS), torch.ones(1, BINS)
    power[0, int(np.log(q / Q_MIN) / LOG_STEP)] = 1.0
    amplitude = cell_amplitudes(encode_profile(power, coverage), coverage, lattice)[0]
    box = torch.as_tensor(half_box())
    inside = scattering_vectors(lattice, box)[0] * 2.0 * np.pi < 7.9
    bright = {tuple(h) for h in box[inside & (amplitude > 0.1)].tolist()}
    assert bright == {(2, 0, 0), (0, 2, 0), (0, 0, 2)}
    torch.testing.assert_close(amplitude.pow(2).mean(), torch.tensor(1.0))
