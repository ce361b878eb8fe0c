"""Crystals: lattices, symmetry, structure files, and their electron density (CMED)."""
