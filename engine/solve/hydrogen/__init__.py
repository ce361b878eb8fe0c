"""Hydrogen that is in the sample and in no candidate: where it may be, and how much of it."""
