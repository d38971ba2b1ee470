"""Datasets in the files of others."""
