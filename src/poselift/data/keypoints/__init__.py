"""Files of 2D keypoints, of whatever detector: one file of code for each format."""

from __future__ import annotations

# name -> the module of the format, imported when used. It has two functions: `recognises(file)` tells from a
# `KeypointFile` whether it is one of these, and `read(file, said)` gives its `Detections`. The first that does is it:
# one layout of AlphaPose is that of OpenPose under the names of images.
KEYPOINTS: dict[str, str] = {
    "poselift": "poselift.data.keypoints.own",
    "alphapose": "poselift.data.keypoints.alphapose",
    "openpose": "poselift.data.keypoints.openpose",
    "mmpose": "poselift.data.keypoints.mmpose",
    "coco": "poselift.data.keypoints.coco",
    "yolo_json": "poselift.data.keypoints.yolo_json",
    "mediapipe": "poselift.data.keypoints.mediapipe_json",
    "yolo_txt": "poselift.data.keypoints.yolo_txt",
    "videopose3d": "poselift.data.keypoints.videopose3d",
    "deeplabcut": "poselift.data.keypoints.deeplabcut",
    "lightning_pose": "poselift.data.keypoints.deeplabcut",
    "sleap": "poselift.data.keypoints.sleap",
    "arrays": "poselift.data.keypoints.arrays",
}
