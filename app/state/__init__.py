"""Evented models of the session; no widgets, usable without Qt."""
