"""Where training and evaluation get what networks see: recordings, and virtual views of motion capture."""
