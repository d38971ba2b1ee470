"""`Turn`: how a picture is turned by right angles and mirrored to be upright."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Turn:
    """How a picture is turned by right angles and mirrored to be upright.

    Attributes:
        transposed: rows become columns, first of all.
        mirrored_x, mirrored_y: then left and right, top and bottom are exchanged.
    """

    transposed: bool = False
    mirrored_x: bool = False
    mirrored_y: bool = False

    @classmethod
    def of_display_matrix(cls, matrix: np.ndarray | None) -> Turn:
        """The turn that a display matrix means (ISO/IEC 14496-12, 6.2.2): nine numbers, or None."""
        if matrix is None:
            return cls()
        # A pixel (x, y) is shown at (a x + c y, b x + d y).
        a, b, _, c, d = (float(n) for n in matrix[:5])
        transposed = abs(b) + abs(c) > abs(a) + abs(d)
        if transposed:
            a, d = c, b
        return cls(transposed, a < 0, d < 0)

    def size_px(self, size_px: tuple[int, int]) -> tuple[int, int]:
        """(width, height) once turned; its own inverse."""
        return (size_px[1], size_px[0]) if self.transposed else size_px

    def stored_px(
        self, places_px: Float[np.ndarray, "*places 2"], size_px: tuple[int, int]
    ) -> Float[np.ndarray, "*places 2"]:
        """Where places of the turned picture, of `size_px`, are as stored; the first pixel has its centre at 0."""
        mirrored = [self.mirrored_x, self.mirrored_y]
        places = np.where(mirrored, np.array(size_px) - 1 - places_px, places_px)
        return places[..., ::-1] if self.transposed else places

    def turned(self, image: np.ndarray) -> np.ndarray:
        """The image (H, W, 3) turned; a copy, unless it is upright."""
        if self == UPRIGHT:
            return image
        if self.transposed:
            image = image.swapaxes(0, 1)
        return np.ascontiguousarray(image[:: -1 if self.mirrored_y else 1, :: -1 if self.mirrored_x else 1])


UPRIGHT = Turn()
