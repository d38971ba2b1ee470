import av
import numpy as np
import pytest

from poselift.data.scene import Scene
from poselift.errors import OutputError, ShapeError
from poselift.viz.figures import drawn_figure, write_figure

IMAGE = np.full((960, 540, 3), (200, 100, 50), np.uint8)


def test_the_picture_is_the_composed_frame(walk, tmp_path):
    clip = walk(20)
    write_figure(IMAGE, clip, 7, tmp_path / "figure.png")
    with av.open(str(tmp_path / "figure.png")) as container:
        read = next(container.decode(video=0)).to_ndarray(format="rgb24")
    np.testing.assert_array_equal(read, drawn_figure(IMAGE, Scene.of(clip), 7))


def test_the_callers_image_is_not_drawn_into(walk):
    image = IMAGE.copy()
    assert (drawn_figure(image, Scene.of(walk(20)), 7)[:, :540] != IMAGE).any()
    assert (image == IMAGE).all()


def test_a_scene_is_taken_as_a_clip_is(walk, tmp_path):
    for name, scene in (("clip", walk(2)), ("scene", Scene.of(walk(2)))):
        write_figure(IMAGE, scene, 1, tmp_path / f"{name}.png")
    assert (tmp_path / "clip.png").read_bytes() == (tmp_path / "scene.png").read_bytes()


@pytest.mark.parametrize("frame", [-1, 20])
def test_a_frame_that_is_not_there_is_refused(walk, tmp_path, frame):
    with pytest.raises(ShapeError, match=f"expected 0 to 19, got {frame}"):
        write_figure(IMAGE, walk(20), frame, tmp_path / "figure.png")


def test_an_older_picture_is_kept_unless_told(walk, tmp_path):
    write_figure(IMAGE, walk(2), 0, tmp_path / "figure.png")
    with pytest.raises(OutputError, match="exists"):
        write_figure(IMAGE, walk(2), 1, tmp_path / "figure.png")
    write_figure(IMAGE, walk(2), 1, tmp_path / "figure.png", overwrite=True)
