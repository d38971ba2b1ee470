"""Videos that are made of another one: longer, or larger."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from poselift.detect.frames import read_frames, video_info


def repeated(video: Path, times: int, path: Path) -> Path:
    """The video again and again, as it is encoded."""
    with av.open(str(path), "w") as made:
        stream: Any = None
        start = 0
        for _ in range(times):
            end = start
            with av.open(str(video)) as source:
                if stream is None:
                    stream = made.add_stream_from_template(source.streams.video[0])
                for packet in source.demux(source.streams.video[0]):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + start, packet.dts + start
                    end = max(end, packet.pts + packet.duration)
                    packet.stream = stream
                    made.mux(packet)
            start = end
    return path


def enlarged(video: Path, scale: float, path: Path) -> Path:
    """The video in a larger size, encoded anew."""
    info = video_info(video)
    width, height = (2 * round(side * scale / 2) for side in info.size_px)
    with av.open(str(path), "w") as made:
        rate = Fraction(info.fps).limit_denominator(1001)
        stream: Any = made.add_stream("libx264", rate, options={"preset": "veryfast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for image in read_frames(video):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            made.mux(stream.encode(frame.reformat(width, height, "yuv420p")))
        made.mux(stream.encode())
    return path
