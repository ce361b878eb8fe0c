"""From electron densities on a cell to structures: symmetry, sites, elements, completion."""
