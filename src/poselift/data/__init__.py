"""Clips, dataset stores and the readers that fill them."""
