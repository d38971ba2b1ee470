"""Detections to people over time."""
