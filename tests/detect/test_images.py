"""Images as the frames of a video."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.detect.frames import opened_video, read_frames
from poselift.errors import DataFormatError

av = pytest.importorskip("av")


def write_image(path, level, size_px=(64, 48)):
    codec = {".png": "png", ".jpg": "mjpeg", ".bmp": "bmp"}[path.suffix]
    frame = av.VideoFrame.from_ndarray(np.full((size_px[1], size_px[0], 3), level, dtype=np.uint8), format="rgb24")
    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.time_base = *size_px, 1
    context.pix_fmt = {"png": "rgb24", "bmp": "bgr24"}.get(codec, "yuvj420p")
    packets = [*context.encode(frame.reformat(format=context.pix_fmt)), *context.encode(None)]
    path.write_bytes(b"".join(bytes(packet) for packet in packets))
    return path


@pytest.mark.parametrize("ending", [".png", ".jpg", ".bmp"])
def test_images_are_frames_of_the_rate_that_is_named(tmp_path, ending):
    for n in range(12):
        write_image(tmp_path / f"img_{n}{ending}", 20 * n)
    with opened_video(tmp_path, fps=50) as video:
        frames = list(video.frames())
    assert (video.info.size_px, video.info.fps, video.info.n_frames) == ((64, 48), 50, 12)
    assert video.notes == ()
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(12) / 50)
    np.testing.assert_allclose([frame.picture.rgb().mean() for frame in frames], 20 * np.arange(12), atol=3)


def test_without_a_rate_one_is_assumed_aloud(tmp_path, caplog):
    for n in range(3):
        write_image(tmp_path / f"{n}.png", 90)
    with opened_video(str(tmp_path / "%d.png")) as video:
        assert [frame.time_s for frame in video.frames()] == [0, 1 / 25, 2 / 25]
    (note,) = video.notes
    assert "25 assumed, see --fps" in note
    assert note in caplog.text


def test_one_image_is_a_video_of_one_frame(tmp_path, caplog):
    (frame,) = read_frames(write_image(tmp_path / "a%03d.png", 90))
    assert frame.shape == (48, 64, 3)
    assert caplog.records == []


def test_an_image_that_cannot_be_read_is_stood_in_for_by_the_one_before(tmp_path):
    for n in range(5):
        write_image(tmp_path / f"{n}.png", 20 * n)
    for broken in (0, 3):
        (tmp_path / f"{broken}.png").write_bytes(b"no image")
    with opened_video(tmp_path, fps=25) as video:
        frames = list(video.frames())
    assert [round(frame.picture.rgb().mean()) for frame in frames] == [20, 20, 40, 40, 80]
    assert [frame.damaged for frame in frames] == [True, False, False, True, False]
    assert [frame.stands_in for frame in frames] == [True, False, False, True, False]
    (note,) = video.notes
    assert note.startswith("2 of 5 images cannot be read (0.png and 1 more): the one before is shown for each")


def test_without_one_that_can_be_read_there_is_no_video(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no image")
    with pytest.raises(DataFormatError, match="no image can be read"), opened_video(tmp_path):
        pass


def test_images_of_other_sizes_are_fitted_to_the_first(tmp_path):
    write_image(tmp_path / "0.png", 200)
    write_image(tmp_path / "1.png", 200, size_px=(48, 96))
    with opened_video(tmp_path, fps=25) as video:
        _, other = (frame.picture.rgb() for frame in video.frames())
    assert other.shape == (48, 64, 3)
    assert other[:, 32].min() > 190  # as high as the first
    assert other[:, :19].max() == other[:, 45:].max() == 0  # and narrow
    assert video.notes == ("the size of its frames changes at frame 1: they are fitted to 64x48",)
