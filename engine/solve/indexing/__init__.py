"""Indexing: from the lines of a pattern to its lattice, and what symmetry the lattice carries."""

from engine.solve.indexing.cell import IndexedCell
from engine.solve.indexing.extinction import ExtinctionSymbol, extinction_symbols
from engine.solve.indexing.given_cell import settle_cell
from engine.solve.indexing.index import index_lines, index_pattern

__all__ = [
    "ExtinctionSymbol",
    "IndexedCell",
    "extinction_symbols",
    "index_lines",
    "index_pattern",
    "settle_cell",
]
