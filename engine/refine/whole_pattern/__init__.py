"""Refinement of one or more phases on the whole pattern."""
