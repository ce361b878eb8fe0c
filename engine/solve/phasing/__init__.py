"""Phasing: densities from measured intensities on an indexed cell by dual-space iteration."""
