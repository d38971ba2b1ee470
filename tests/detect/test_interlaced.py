"""Interlaced frames are made whole, others are not touched."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.detect.interlaced import Decoded, deinterlaced
from poselift.detect.turn import UPRIGHT

av = pytest.importorskip("av")


def bar(at, size_px=(96, 64)):
    image = np.full((size_px[1], size_px[0], 3), 20, dtype=np.uint8)
    image[:, at : at + 12] = 230
    return image


def interlaced_video(path, frames=12):
    """A bar moves to the right by 4 pixels from half frame to half frame."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg2video", rate=25)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 96, 64, "yuv420p", 4_000_000
        stream.codec_context.options = {"flags": "+ildct+ilme", "top": "1"}
        for n in range(frames):
            image = bar(8 * n % 60)
            image[1::2] = bar(8 * n % 60 + 4)[1::2]
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(
                format="yuv420p", interpolation="POINT"
            )
            container.mux(stream.encode(frame.reformat(format="yuv420p", interpolation="POINT")))
        container.mux(stream.encode(None))
    return path


def decoded(path):
    with av.open(str(path)) as container:
        return [Decoded(frame, n / 25, False, UPRIGHT) for n, frame in enumerate(container.decode(video=0))]


def combed(frame):
    """How much neighbouring lines differ."""
    grey = frame.to_ndarray(format="gray").astype(int)
    return np.abs(np.diff(grey, axis=0)).mean()


def test_lines_of_two_times_become_one_picture(tmp_path):
    before = decoded(interlaced_video(tmp_path / "a.mpg"))
    if not before[1].frame.interlaced_frame:
        pytest.skip("this FFmpeg does not flag what it encodes")
    after = list(deinterlaced(before))
    assert [each.shown_s for each in after] == [each.shown_s for each in before]
    for old, new in list(zip(before, after, strict=True))[1:-1]:
        assert combed(new.frame) < 0.5 * combed(old.frame)


def test_whole_frames_come_as_they_are_and_at_once(tmp_path, write_video):
    before = decoded(write_video(tmp_path / "a.mp4"))
    asked = []
    after = deinterlaced(asked.append(n) or frame for n, frame in enumerate(before))
    assert next(after) is before[0]
    assert asked == [0]
    assert [each.frame for each in after] == [each.frame for each in before[1:]]
