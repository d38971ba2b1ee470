"""From what a camera saw to a world: bones that do not stretch, real size, a steady path, upright on a floor."""
