import numpy as np
import pytest

from poselift.data.scene import Scene, Track
from poselift.errors import ShapeError
from poselift.viz.colours import PERSON_RGB
from poselift.viz.director import Director
from poselift.viz.raster import Raster
from poselift.viz.side_by_side import SideBySide, check_drawable


def _drawn(scene: Scene, image: np.ndarray, frame: int) -> np.ndarray:
    """The keypoints of a frame on an image of the size that the layout wants."""
    size_px = scene.footage.size_px
    layout = SideBySide.of(size_px)
    assert layout.video_size_px == (image.shape[1], image.shape[0])
    drawn = image.copy()
    layout.draw_keypoints(Raster.of_rgb(drawn), Director((10, 10)).shot(scene), frame)
    return drawn


@pytest.mark.parametrize("size_px", [(540, 960), (1920, 1080), (2160, 3840), (161, 121), (333, 777)])
def test_sizes_are_even_and_bounded(size_px):
    layout = SideBySide.of(size_px)
    width, height = layout.size_px
    assert width % 2 == height % 2 == layout.video_size_px[0] % 2 == 0
    assert 300 <= height <= 960
    assert width <= 1700


def test_a_video_of_ordinary_size_is_not_scaled(walk):
    assert SideBySide.of((540, 960)).video_size_px == (540, 960)
    black = np.zeros((960, 540, 3), np.uint8)
    assert _drawn(Scene.of(walk(5)), black, 0).any()


def test_the_parts_are_the_whole():
    layout = SideBySide.of((540, 960))
    width, height = layout.size_px
    array = np.zeros((3 * height // 2, width), np.uint8)
    for part, size_px in zip(
        layout.parts(Raster.of_i420(array)), (layout.video_size_px, layout.panel_size_px), strict=True
    ):
        assert part.size_px == size_px
        for plane in part.planes:
            for channel in plane.channels:
                channel += 1
    assert (array == 1).all()


def test_keypoints_lie_where_they_are_in_the_image(walk):
    clip = walk(5)
    for scale in (1, 2):
        big = clip.replaced(size_px=(540 * scale, 960 * scale), joints_px=clip.joints_px * scale)
        width, height = SideBySide.of(big.size_px).video_size_px
        drawn = _drawn(Scene.of(big), np.zeros((height, width, 3), np.uint8), 2)
        rows, columns = np.nonzero(drawn.any(axis=-1))
        expected = big.joints_px[2] * height / (960 * scale)
        assert rows.max() == pytest.approx(expected[:, 1].max(), abs=8)
        assert columns.min() == pytest.approx(expected[:, 0].min(), abs=8)


def test_frames_without_a_person_stay_plain(walk):
    scene = Scene.of(walk(2, valid=np.array([True, False])))
    plain = np.full((960, 540, 3), 77, np.uint8)
    assert (_drawn(scene, plain, 1) == 77).all()
    assert (_drawn(scene, plain, 0) != 77).any()


def test_wrong_images_are_refused(walk):
    with pytest.raises(ShapeError, match="540 x 960 pixels, got 960 x 540"):
        check_drawable(Scene.of(walk(2)), (960, 540))
    check_drawable(Scene.of(walk(2)), (540, 960))


def test_a_clip_without_2d_joints_is_refused(walk):
    with pytest.raises(ShapeError, match="no 2D joints"):
        check_drawable(Scene.of(walk(2, joints_px=None, confidence=None)), (540, 960))


def test_everybody_is_drawn_where_they_are_with_their_id(pair):
    scene = pair(first=20)
    plain = np.full((960, 540, 3), 77, np.uint8)
    drawn = _drawn(scene, plain, 30).astype(int)
    for track, hue in zip(scene.tracks, PERSON_RGB[:2], strict=True):
        rows, columns = np.nonzero(np.abs(drawn - hue["middle"]).max(axis=-1) < 12)
        joints_px = track.clip.joints_px[30 - track.first_frame]
        head_px = joints_px[track.clip.skeleton.index("head")]
        assert columns.mean() == pytest.approx(head_px[0], abs=25)
        assert rows.min() < head_px[1] - 25, "the id is above the head"
    assert (_drawn(scene, plain, 10) != 77).any()


def test_who_is_nearer_covers_who_is_farther(walk):
    near = walk(1)
    far = near.replaced(root_cam_mm=near.root_cam_mm + np.array([0, 0, 600.0]))
    for clips, on_top in (((near, far), 0), ((far, near), 1)):
        scene = Scene.of(near).replaced(tracks=tuple(Track(n + 1, 0, clip) for n, clip in enumerate(clips)))
        drawn = _drawn(scene, np.zeros((960, 540, 3), np.uint8), 0).astype(int)
        left = [(np.abs(drawn - PERSON_RGB[n]["left"]).max(axis=-1) < 12).sum() for n in (0, 1)]
        assert left[on_top] > 100 > 10 > left[1 - on_top]


def test_a_figure_alone_has_no_id(walk):
    scene = Scene.of(walk(3))
    plain = np.full((960, 540, 3), 77, np.uint8)
    rows, _, _ = np.nonzero(_drawn(scene, plain, 0) != 77)
    assert rows.min() > scene.main.joints_px[0, :, 1].min() - 12


def test_a_scene_of_nobody_stays_plain(pair):
    scene = pair().replaced(tracks=())
    plain = np.full((960, 540, 3), 77, np.uint8)
    assert (_drawn(scene, plain, 0) == 77).all()
