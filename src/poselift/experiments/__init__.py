"""Questions that are answered by training: a file says what varies and what is measured, see `experiments.recipe`."""
