"""Trained networks to files that run without torch."""
