"""Which of its symmetry equivalents a reflection is named after."""

from __future__ import annotations

from functools import lru_cache

Indices = tuple[int, int, int]


@lru_cache(maxsize=4096)
def customary(hkl: Indices, space_group_number: int) -> Indices:
    """The equivalent of `hkl` that crystallographers would write.

    That is the one with the fewest negative indices, and of these the first in falling order:
    110 rather than 1-10 in a tetragonal crystal, 211 rather than 121 in a cubic one, 012 rather
    than 10-2 in corundum. Friedel's law is taken to hold.
    """
    import gemmi

    group = gemmi.find_spacegroup_by_number(space_group_number)
    if group is None:
        return hkl
    orbit: set[Indices] = set()
    for operation in group.operations().sym_ops:
        h, k, m = (int(index) for index in operation.apply_to_hkl(list(hkl)))
        orbit |= {(h, k, m), (-h, -k, -m)}
    return max(orbit, key=lambda found: (-sum(index < 0 for index in found), found))
