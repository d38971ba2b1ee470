"""What can be said to `poselift lift`, and the help for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poselift.data.keypoints import KEYPOINTS
from poselift.detect import DETECTORS, MODEL_FILES
from poselift.lifting.smoothing import SMOOTHERS
from poselift.runtime.shipped import SLOWEST_VIDEO_FPS
from poselift.tracking.who import PERSON_RULES
from poselift.world.options import BONES

Sources = Annotated[
    list[Path],
    typer.Argument(
        help="Video of people: a file, a folder of images, a pattern such as 'img_%04d.jpg', or - for what is piped "
        f"in. Or 2D keypoints, a file or a folder of files ({', '.join(KEYPOINTS)}). Several at once are of "
        "several cameras, see --calibration."
    ),
]
Output = Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")]
DetectorName = Annotated[
    str,
    typer.Option(
        help=f"What finds people in the frames: {', '.join(DETECTORS)}, or a model's file ({', '.join(MODEL_FILES)})."
    ),
]
KeypointFormat = Annotated[
    str | None, typer.Option("--format", help="Format of a file of keypoints. Default: by what it holds.")
]
Size = Annotated[str | None, typer.Option(help="Size of the image that keypoints lie in, such as 1920x1080.")]
OfVideo = Annotated[Path | None, typer.Option("--video", help="The video of the keypoints: times and size are its.")]
Layout = Annotated[
    str | None,
    typer.Option(help="Skeleton of the keypoints, where their number leaves it open, such as body25b."),
]
MostConfidence = Annotated[
    float | None, typer.Option(help="What a confidence of 1 is called in the file: 100 for percent.")
]
Model = Annotated[
    str | None,
    typer.Option(
        help="Model: video, which looks at the frames around each; causal, at those before; frame, at one; or an "
        f".onnx file. Default: video, or frame where there are less than {SLOWEST_VIDEO_FPS:g} frames a second."
    ),
]
PrecisionName = Annotated[
    str, typer.Option(help="float32; int8, faster, from the model's .int8.onnx; or auto, what suits this machine.")
]
DeviceName = Annotated[
    str, typer.Option(help="Where the network runs: cpu, cuda, or auto. The detector uses the processor.")
]
People = Annotated[str, typer.Option(help="How many people to lift at once, the largest first: a number, or all.")]
Person = Annotated[
    str | None, typer.Option(help=f"Or one alone: {', '.join(PERSON_RULES)}, or an id of an earlier result.")
]
Every = Annotated[int, typer.Option(help="Look at every so many frames of a video only; the others are filled.")]
Fps = Annotated[
    float | None,
    typer.Option(
        help="Or look at so many frames a second. Of a video that does not say when its frames were taken, such as "
        "images or keypoints: how many a second were filmed."
    ),
]
Flip = Annotated[bool, typer.Option(help="Average with the mirrored prediction.")]
FocalPx = Annotated[float | None, typer.Option(help="Focal length of the camera, in pixels.")]
FovDeg = Annotated[float | None, typer.Option(help="Or its field of view along the longer side.")]
Calibration = Annotated[
    Path | None,
    typer.Option(
        help="Calibrated cameras: OpenCV's YAML or JSON, TOML of Pose2Sim, Sports2D, anipose or caliscope, Qualisys' "
        ".qca.txt, COLMAP's folder of text."
    ),
]
CameraName = Annotated[
    str | None,
    typer.Option(help="Which camera of the calibration it is. Default: the one whose name is in the file's name."),
]
Sync = Annotated[
    list[str] | None,
    typer.Option(help="Of several cameras: how many seconds after the first one recorded, by its name: cam02=0.04."),
]
Height = Annotated[
    list[str] | None,
    typer.Option(help="How tall people are, in metres: 1.78; or somebody alone, by their id: 2:1.65."),
]
Bone = Annotated[
    list[str] | None,
    typer.Option(help=f"Or how long a bone is, in mm: thigh=420, or 2:thigh=420. Known: {', '.join(BONES)}."),
]
Pitch = Annotated[
    float | None,
    typer.Option(help="By how many degrees the camera looks down. Default: as people stand, walk and sit before it."),
]
ConstantBones = Annotated[bool, typer.Option(help="Every bone of a person has one length over the whole clip.")]
MaxGap = Annotated[float, typer.Option(help="Fill gaps in the detections of up to so many seconds.")]
Smoothing = Annotated[str, typer.Option(help=f"How joints are smoothed over time: {', '.join(SMOOTHERS)}.")]
CutoffHz = Annotated[
    float,
    typer.Option(help="Movements to and fro of this frequency keep 71 % of their size, faster ones less."),
]
Overlay = Annotated[bool, typer.Option(help="Write overlay.mp4.")]
Viewer = Annotated[bool, typer.Option(help="Write viewer.html.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace older results in the folder.")]
