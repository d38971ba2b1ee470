"""Joint angles as the International Society of Biomechanics names them, of what places of joints can tell."""
