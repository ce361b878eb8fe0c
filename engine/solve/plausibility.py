"""What speaks for or against a structure before the pattern is looked at.

Three things that the contents alone (`engine.solve.screening.Contents`) do not hold: whether
the atoms are as far apart as atoms are, whether the lattice has a symmetry that the structure
lacks, and, for a structure that no library knows, among how many structures it was chosen.
"""

from __future__ import annotations

import math
from itertools import product

import gemmi
import numpy as np
from numpy.typing import NDArray

from engine.crystal.lattice import CELL_PARAMETERS, crystal_system, lattice_system
from engine.crystal.structure import CrystalStructure

FloatArray = NDArray[np.float64]

# Shortest distance over the sum of the covalent radii: of 2,382 known crystals one in twenty
# comes below the first, one in a hundred lies two spreads below it.
USUAL_RATIO, RATIO_SPREAD = 0.78, 0.035
# A structure that is right but badly refined must not be out of the question.
LARGEST_PENALTY = 8.0
# Of 11,000 known crystals 0.4 % (tetragonal) to 2 % (monoclinic) have, within 0.1 %, a lattice of a
# higher system than their own; each parameter more that coincides makes it about 0.4 times as rare.
COINCIDENCE = 1e-3
ONE_COINCIDENCE, EACH_MORE = math.log(0.01), math.log(0.4)
# The charge ln N for a parameter stands for a prior of about this width (angstrom), which is that
# of coordinates among isotypes; an atom out of a map could have been anywhere between its
# neighbours.
ISOTYPE_WIDTH, ANYWHERE = 0.3, 1.5
# Of the same compound, or nearly, a type has the coordinates to this; to choose between this and
# the wider prior costs as much.
NARROWEST_WIDTH, CHOICE_OF_WIDTH = 0.03, 2.0
# ln of the share of compounds whose structure type is not in the library.
NOVELTY = math.log(0.1)
# ln of how many types the library has for a number of elements (7,000 to 27,000).
TYPES = 9.5
# Groups that one lattice leaves to choose from, and Wyckoff positions of a group (1,731 of 230).
GROUPS_OF_A_LATTICE, POSITIONS = 20.0, 7.5


def distance_prior(structure: CrystalStructure) -> float:
    """Ln of how likely the shortest distance of a structure is, 0 for a usual one.

    Distances to hydrogen, which X-rays hardly place, are left out.

    Parameters
    ----------
    structure : CrystalStructure
        In any cell; atoms that share a site are not compared with each other.

    Returns
    -------
    float
        Between -8 and 0.
    """
    ratio = shortest_ratio(structure)
    short = max(USUAL_RATIO - ratio, 0.0) / RATIO_SPREAD
    return -min(0.5 * short**2, LARGEST_PENALTY)


def metric_coincidences(primitive: FloatArray, space_group: int) -> int:
    """By how many free cell parameters the lattice alone has fewer than its crystal system.

    Parameters
    ----------
    primitive : (3, 3) array
        Rows of a primitive cell, angstrom.
    space_group : int

    Returns
    -------
    int
        1 for a tetragonal structure on a cubic lattice, for example; usually 0.
    """
    system = crystal_system(space_group)
    if system in ("cubic", "hexagonal"):
        return 0  # no lattice is more symmetric than theirs
    shortest = float(np.linalg.norm(primitive, axis=1).min())
    of_lattice = lattice_system(primitive, COINCIDENCE * shortest)
    lost = CELL_PARAMETERS[system] - CELL_PARAMETERS[of_lattice]
    return max(lost, 0)


def metric_prior(coincidences: int) -> float:
    """Ln of how often a crystal has a lattice that is so much more symmetric than itself."""
    if coincidences == 0:
        return 0.0
    return ONE_COINCIDENCE + (coincidences - 1) * EACH_MORE


def shortest_ratio(structure: CrystalStructure) -> float:
    """Smallest interatomic distance over the sum of the covalent radii; infinite for one atom."""
    kept = structure.numbers != 1
    coords, numbers = structure.frac_coords[kept], structure.numbers[kept]
    if len(coords) == 0:
        return math.inf
    radius = {int(z): gemmi.Element(int(z)).covalent_r for z in np.unique(numbers)}
    radii = np.array([radius[int(z)] for z in numbers])
    apart = coords[:, None] - coords[None]
    apart = apart - np.rint(apart)
    # In the cells that come here (conventional, or reduced) the nearest image is one of these.
    images = np.array(list(product((-1.0, 0.0, 1.0), repeat=3)))
    sums = radii[:, None] + radii[None]
    smallest = math.inf
    for few in images.reshape(3, 9, 1, 1, 3):
        lengths = np.linalg.norm((apart + few) @ structure.lattice, axis=3)
        # An atom and what shares its site.
        lengths[lengths < 1e-3] = np.inf
        smallest = min(smallest, float((lengths / sums).min()))
    return smallest


def choice_prior(n_orbits: int, n_elements: int) -> float:
    """Ln prior of a structure that is in no library, beside that of a type in the library.

    The share of compounds with an unknown type, spread over what such a structure is chosen from:
    the group, and a Wyckoff position and an element for each orbit, whose order does not count. A
    type of the library is chosen from the types there.

    Parameters
    ----------
    n_orbits : int
    n_elements : int

    Returns
    -------
    float
        At most ln(0.1).
    """
    choices = math.log(GROUPS_OF_A_LATTICE)
    choices += n_orbits * math.log(POSITIONS * n_elements) - math.lgamma(n_orbits + 1.0)
    return NOVELTY - max(choices - TYPES, 0.0)


def coordinate_charge(n_coordinates: int, n_observations: float, moved: float | None) -> float:
    """Minus twice the ln evidence that free coordinates cost.

    A parameter with a prior of width w that N observations determine costs
    ln N + 2 ln(w / w_0), with w_0 the width for which the charge of the Bayesian information
    criterion is right (Schwarz, Ann. Stat. 6 (1978) 461), and (s / w)^2 for having moved by s.
    Where a type told the coordinates, w is what they moved by in the mean (the width of greatest
    evidence; MacKay, Neural Comput. 4 (1992) 415), but no more than among isotypes.

    Parameters
    ----------
    n_coordinates : int
    n_observations : float
        Independent ones.
    moved : float or None
        Root of the summed squares of the shifts from what the type told, angstrom; None where no
        type told them.
    """
    if n_coordinates == 0:
        return 0.0
    each = math.log(n_observations)
    if moved is None:
        return n_coordinates * (each + 2.0 * math.log(ANYWHERE / ISOTYPE_WIDTH))
    mean = moved / math.sqrt(n_coordinates)
    width = min(max(mean, NARROWEST_WIDTH), ISOTYPE_WIDTH)
    near = n_coordinates * max(each + 2.0 * math.log(width / ISOTYPE_WIDTH), 0.0)
    near += (moved / width) ** 2 + CHOICE_OF_WIDTH
    wide = n_coordinates * each + (moved / ISOTYPE_WIDTH) ** 2
    return min(near, wide)
