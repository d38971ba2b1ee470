"""People seen by several calibrated cameras: triangulated where the views agree, lifted where they do not."""

# What a scene's `about` calls the reprojection error of a camera, in pixels: this and its name.
REPROJECTION = "reprojection_px_"
