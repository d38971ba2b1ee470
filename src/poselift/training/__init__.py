"""Training: recipes, and the one loop that follows them."""
