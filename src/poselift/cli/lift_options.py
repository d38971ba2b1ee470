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

Source = Annotated[
    Path,
    typer.Argument(
        help="Video of people: a file, a folder of images, a pattern such as 'img_%04d.jpg', or - for what is piped "
        f"in. Or a file of 2D keypoints ({', '.join(KEYPOINTS)})."
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
    str | None, typer.Option("--format", help="Format of a file of keypoints. Default: by the ending of its name.")
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
        "images: how many a second were filmed."
    ),
]
Flip = Annotated[bool, typer.Option(help="Average with the mirrored prediction.")]
FocalPx = Annotated[float | None, typer.Option(help="Focal length of the camera, in pixels.")]
FovDeg = Annotated[float | None, typer.Option(help="Or its field of view along the longer side.")]
MaxGap = Annotated[float, typer.Option(help="Fill gaps in the detections of up to so many seconds.")]
Smoothing = Annotated[str, typer.Option(help=f"How joints are smoothed over time: {', '.join(SMOOTHERS)}.")]
Smooth = Annotated[float, typer.Option(help="Smooth over so many seconds; 0 does not.")]
Overlay = Annotated[bool, typer.Option(help="Write overlay.mp4.")]
Viewer = Annotated[bool, typer.Option(help="Write viewer.html.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace older results in the folder.")]
