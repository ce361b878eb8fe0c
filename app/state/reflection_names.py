"""Which of its symmetry equivalents a reflection is named after."""

from __future__ import annotations

from functools import lru_cache

Indices = tuple[int, int, int]


@lru_cache(maxsize=4096)
def customary(hkl: Indices, space_group_number: int) -> Indices:
    """The equivalent of `hkl` in the customary asymmetric unit of reciprocal space.

    That is the one with the fewest negative indices that crystallographers would write: 110
    rather than 1-10 in a tetragonal crystal. Anomalous scattering is left aside (Friedel's law).
    """
    import gemmi

    group = gemmi.find_spacegroup_by_number(space_group_number)
    if group is None:
        return hkl
    found, _operation = gemmi.ReciprocalAsu(group).to_asu(list(hkl), group.operations())
    h, k, m = (int(index) for index in found)
    return h, k, m
