"""Motion capture lifted twice: with all that the virtual detector reports, and without some joints at random.

A network of single frames misses other joints in every pose. One that sees several, or whose single frames follow
one another, misses the same ones in all frames of a clip and view: nothing of them is to be had from other frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from poselift.data.sources.draws import chosen_at_random
from poselift.errors import RecipeError
from poselift.evaluation.views import LiftedViews, SeenClips, lift_views
from poselift.lifting.lifter import Lifter
from poselift.skeleton import Skeleton

# A pose of which fewer joints would be left stays whole, as those of the virtual detector do.
_LEAST_LEFT = 4


@dataclass(frozen=True)
class JointMask:
    """Which joints are masked.

    Attributes:
        count: how many of each pose.
        among: the numbers of those that may be.
        seed: which ones are drawn.
    """

    count: int
    among: tuple[int, ...]
    seed: int = 0

    @classmethod
    def of(cls, count: int, skeleton: Skeleton, measured: Skeleton | None = None, seed: int = 0) -> JointMask:
        """So many joints of `skeleton` that `measured` has too, the root among them.

        Args:
            measured: in whose joints errors are told. Default: `skeleton`.

        Raises:
            RecipeError: there are not so many of them, or too few would be left to see.
        """
        both = (measured or skeleton).joints
        among = skeleton.indices([joint for joint in skeleton.joints if joint in both])
        most = min(len(among) - 1, len(skeleton) - _LEAST_LEFT)
        if not 1 <= count <= most:
            raise RecipeError(
                f"masked: expected 1 to {most} joints, got {count}",
                f"{len(among)} joints are measured, and {_LEAST_LEFT} of the model's {len(skeleton)} must be seen",
            )
        return cls(count, tuple(among), seed)

    def confidence(self, seen: SeenClips) -> Float[np.ndarray, "frames joints"]:
        """(N, J) how sure the detector is of each joint, 0 of those that are masked."""
        parts = []
        for number, (rows, _) in enumerate(seen.takes):
            rng = np.random.default_rng([self.seed, *b"masked", number])
            sure = seen.views.confidence[rows]
            chosen = chosen_at_random(rng, (1 if seen.over_time else len(sure), len(self.among)), self.count)
            left = sure.copy()
            left[:, self.among] = np.where(chosen, 0, sure[:, self.among])
            enough = (left > 0).sum(axis=1, keepdims=True) >= _LEAST_LEFT
            parts.append(np.where(enough, left, sure))
        return np.concatenate(parts)


def masked_views(
    lifter: Lifter, lifted: LiftedViews, mask: JointMask, *, on_take: Callable[[int], None] = lambda done: None
) -> LiftedViews:
    """What a model makes of the same views without some joints, and of them with all of them.

    Raises:
        ShapeError: as for `lift_views`.
    """
    seen = replace(lifted.seen, views=replace(lifted.seen.views, confidence=mask.confidence(lifted.seen)))
    again = lift_views(lifter, seen, on_take=on_take)
    return LiftedViews(
        seen,
        again.joints_root_mm,
        lifted.skeleton,
        lifted.window,
        {**lifted.about, "masked": mask.count},
        again.expected_error_mm,
        unmasked=lifted,
    )
