"""Models on data sets: what they predict, and how far off they are."""
