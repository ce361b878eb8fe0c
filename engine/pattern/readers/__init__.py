"""Readers of pattern files, one module a format; `registry` finds the one for a file."""
