import av
import numpy as np
import pytest

from poselift.viz import mp4
from poselift.viz.mp4 import Blank, Mp4
from poselift.viz.raster import Raster, rgb_to_i420


def _showing(film: Mp4, *colours: tuple[int, int, int]) -> Blank:
    """A frame of the film, 64 high, with stripes of 32 pixels."""
    blank = film.blank()
    for stripe, colour in enumerate(colours):
        image = np.full((64, 32, 3), colour, np.uint8)
        blank.raster.part((32 * stripe, 0, 32 * stripe + 32, 64)).show(Raster.of_i420(rgb_to_i420(image, (32, 64))))
    return blank


def test_frames_have_colours_that_players_are_told(tmp_path):
    left, right = (200, 90, 40), (30, 60, 200)
    with Mp4.opened(tmp_path / "a.mp4", (96, 64), 25) as film:
        for frame in range(3):
            film.write(_showing(film, left, right, right), frame / 25)
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.colorspace, stream.codec_context.color_range) == (1, 1)
        frame = next(container.decode(stream))
        assert (frame.width, frame.height, frame.colorspace, frame.color_range) == (96, 64, 1, 1)
        image = frame.to_ndarray(format="rgb24").astype(int)
    np.testing.assert_allclose(image[32, 10], left, atol=6)
    np.testing.assert_allclose(image[32, 70], right, atol=6)


@pytest.mark.parametrize("time_s", [[0.0, 0.04, 0.05, 0.3], [7.5, 7.500001, 7.500002, 9.0]])
def test_frames_are_shown_at_their_times_at_least_a_tick_apart(tmp_path, time_s):
    with Mp4.opened(tmp_path / "a.mp4", (64, 64), 25) as film:
        for time in time_s:
            film.write(_showing(film, (9, 9, 9), (9, 9, 9)), time)
    with av.open(str(tmp_path / "a.mp4")) as container:
        shown_s = [frame.time for frame in container.decode(video=0)]
    np.testing.assert_allclose(shown_s, np.array(time_s) - time_s[0], atol=5e-5)
    assert (np.diff(shown_s) > 0).all()


@pytest.mark.parametrize("encoder", ["libx264", "mpeg4"])
def test_frames_are_used_again_and_not_while_the_encoder_holds_them(tmp_path, monkeypatch, encoder):
    monkeypatch.setattr(mp4, "_ENCODERS", {encoder: mp4._ENCODERS[encoder]})
    levels = [20, 230, 90, 160, 40, 200]
    used = set()
    with Mp4.opened(tmp_path / "a.mp4", (64, 64), 25) as film:
        for number, level in enumerate(levels):
            blank = _showing(film, (level,) * 3, (level,) * 3)
            used.add(id(blank.frame))
            film.write(blank, number / 25)
    assert len(used) < 3
    with av.open(str(tmp_path / "a.mp4")) as container:
        shown = [frame.to_ndarray(format="gray").mean() for frame in container.decode(video=0)]
    np.testing.assert_allclose(shown, levels, atol=4)
