"""Scoring the network on structures it has never seen, beside trivial answers."""
