"""`person_rays`: as `person_centred`, but a person who looks small stays small.

How large somebody is in the picture says how far off they are, if the lens is known, and so how much nearer parts of
the body are enlarged by perspective. The price: the same pose at another distance is another input, and a lens that
is guessed wrongly makes somebody else of them.
"""

from __future__ import annotations

from typing import Literal

from poselift.arrays import float_type
from poselift.normalisation.base import Normalised, Seen, described
from poselift.normalisation.person_centred import (
    OUTPUT_UNIT_MM,
    PERSON_CENTRED,
    PersonCentredView,
    windows_turned,
)

# Root mean square 1 for somebody some four metres away.
_GAIN = 10.0


class PersonRays:
    """One turn and one centre for all frames of a window, and the same scale for everybody."""

    name = "person_rays"
    sees: Literal["plane"] = "plane"
    needs_root = False
    unit_mm = OUTPUT_UNIT_MM

    def normalised(self, seen: Seen, channels: int) -> Normalised:
        """Missing joints are 0.

        Raises:
            ShapeError: a window has no two distinct visible joints.
            GeometryError: a visible joint lies where the lens draws nothing.
        """
        inputs, turned = windows_turned(seen, channels, lambda turned: turned.plane * _GAIN)
        return Normalised(inputs, PersonCentredView(turned.rotation.astype(float_type(inputs)), seen.skeleton))

    def description(self, channels: int) -> dict[str, str]:
        return described(
            "x, y of the rays to the joints on the plane z = 1, turned with the person onto the optical axis, at "
            f"mean 0 over the visible joints, times {_GAIN:g}; missing joints are 0",
            PERSON_CENTRED.description(channels)["output"],
            channels,
        )


PERSON_RAYS = PersonRays()
