"""Indexing: from the lines of a pattern to its lattice, and what symmetry the lattice carries."""

from engine.solve.indexing.cell import IndexedCell
from engine.solve.indexing.index import index_lines, index_pattern

__all__ = ["IndexedCell", "index_lines", "index_pattern"]
