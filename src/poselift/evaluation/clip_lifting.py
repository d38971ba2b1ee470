"""A clip that was seen, lifted by any model: whichever store it is from, and however many frames the network sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from poselift.arrays import Joints3D
from poselift.data.sources.batch import NetworkInput, inputs_of
from poselift.data.stretches import stretches_of
from poselift.data.windows import check_rate, time_samples
from poselift.geometry.camera import PLANE_CAMERA, Camera
from poselift.lifting.lifter import Lifter
from poselift.normalisation import normaliser
from poselift.normalisation.base import Normalised, Seen, View

# Frames of all windows that are made at once: many windows of a long clip are as many times the clip.
_FRAMES = 8192


class Said(NamedTuple):
    """What a network says of some frames.

    Attributes:
        frames: (B,) which.
        output: (B, J, 3) normalised.
        view: the way to millimetres.
    """

    frames: Int[np.ndarray, " frames"]
    output: Joints3D
    view: View


class LiftedClip(NamedTuple):
    """A clip in camera axes, in millimetres; NaN in frames that are not lifted.

    Attributes:
        joints_root_mm: (F, J, 3) relative to the root.
        expected_error_mm: (F, J) how far off the model expects each joint to be; NaN of a model that does not say.
    """

    joints_root_mm: Float[np.ndarray, "frames joints 3"]
    expected_error_mm: Float[np.ndarray, "frames joints"]


def network_input(lifter: Lifter) -> NetworkInput:
    """How what is seen becomes the input of a lifter's network."""
    return NetworkInput(normaliser(lifter.normalisation), lifter.in_channels, lifter.window)


def inputs_about(
    seen: Seen,
    time_s: Float[np.ndarray, " frames"],
    anchors: Int[np.ndarray, " windows"],
    network: NetworkInput,
) -> Normalised:
    """What a network sees of the windows about some frames of a clip: (B, T, J, K), or (B, J, K) of single frames.

    Args:
        seen: all F frames of the clip in order, as windows of one frame each; the camera of a window is that of the
            frame that it is about.
        time_s: (F,) when they were seen.
        anchors: (B,) their numbers, from 0.

    Raises:
        ShapeError, GeometryError: a window cannot be normalised.
    """
    samples = time_samples(time_s, anchors, network.window)
    pixels = network.normaliser.sees == "pixels"
    joints = samples.of((seen.joints_px if pixels else seen.joints_plane)[:, 0])
    about = Seen(
        seen.skeleton,
        samples.least(seen.confidence[:, 0]),
        seen.lens if isinstance(seen.lens, Camera) else seen.lens.rows(anchors),
        in_pixels=joints if pixels else None,
        on_plane=None if pixels else joints,
        true_lens=None if seen.true_lens is None else seen.true_lens.rows(anchors),
    )
    return inputs_of(about, samples.there, network)


def network_says(
    lifter: Lifter, seen: Seen, time_s: Float[np.ndarray, " frames"], anchors: Int[np.ndarray, " windows"]
) -> Iterator[Said]:
    """What a network says of some frames of a clip, some of them at a time; arguments as for `inputs_about`.

    Raises:
        ShapeError: a window cannot be normalised, or the clip has less than a quarter of the frames a second that
            the model sees.
        GeometryError: a window cannot be normalised.
    """
    network, window = network_input(lifter), lifter.window
    if window.frames > 1:
        check_rate(time_s, window)
    step = max(_FRAMES // window.frames, 1)
    for start in range(0, len(anchors), step):
        frames = anchors[start : start + step]
        inputs, view = inputs_about(seen, time_s, frames, network)
        output = lifter.network_output(inputs)
        yield Said(frames, output[:, window.place] if window.output_frames else output, view)


def lifted_clip(
    lifter: Lifter,
    seen: Seen,
    time_s: Float[np.ndarray, " frames"],
    anchors: Int[np.ndarray, " windows"],
    root_cam_mm: Float[np.ndarray, "frames 3"],
) -> LiftedClip:
    """The joints of a clip.

    Frames that are no anchors, or that a lifter cannot lift, are NaN. Arguments are those of `inputs_about`, and:

    Args:
        root_cam_mm: (F, 3) the true root, for models that only it leads back from.

    Raises:
        ShapeError, GeometryError: as for `Lifter.lift_arrays` and `network_says`.
    """
    joints = np.full((len(seen), len(seen.skeleton), 3), np.nan, dtype=np.float32)
    expected = np.full(joints.shape[:2], np.nan, dtype=np.float32)
    if network_input(lifter).normaliser.needs_root:
        for frames, output, view in network_says(lifter, seen, time_s, anchors):
            joints_cam_mm = view.to_mm(output, root_cam_mm[frames])
            joints[frames] = joints_cam_mm - seen.skeleton.root_position(joints_cam_mm)
        return LiftedClip(joints, expected)
    confidence = seen.confidence[:, 0]
    if isinstance(seen.lens, Camera):
        lifted = lifter.lift_arrays(seen.joints_px[:, 0], confidence, seen.lens, time_s=time_s)
    else:
        lifted = lifter.lift_arrays(seen.joints_plane[:, 0], confidence, PLANE_CAMERA, time_s=time_s)
    joints[anchors] = lifted.joints_root_mm[anchors]
    expected[anchors] = lifted.expected_error_mm[anchors]
    return LiftedClip(joints, expected)


def stretches(measured: np.ndarray) -> list[int]:
    """How many frames follow one another, stretch by stretch, of a clip of which some frames (F,) are measured."""
    return [end - first for first, end in stretches_of(measured)]
