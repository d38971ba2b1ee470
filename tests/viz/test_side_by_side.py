import numpy as np
import pytest

from poselift.data.scene import Scene, Track
from poselift.errors import ShapeError
from poselift.viz.colours import PERSON_RGB
from poselift.viz.panel import Panel
from poselift.viz.side_by_side import SideBySide


@pytest.mark.parametrize("size_px", [(540, 960), (1920, 1080), (2160, 3840), (161, 121), (333, 777)])
def test_sizes_are_even_and_bounded(walk, size_px):
    width, height = SideBySide.of(Scene.of(walk(5, size_px=size_px)), size_px).size_px
    assert width % 2 == height % 2 == 0
    assert 300 <= height <= 1280
    assert width <= 1924


def test_a_video_of_ordinary_size_is_not_scaled(walk):
    layout = SideBySide.of(Scene.of(walk(5)), (540, 960))
    assert layout.video_size_px == (540, 960)
    black = np.zeros((960, 540, 3), np.uint8)
    assert layout.drawn(black, 0).shape == (*layout.size_px[::-1], 3)
    assert not black.any(), "the caller's frame must not be drawn into"


def test_keypoints_lie_where_they_are_in_the_image(walk):
    clip = walk(5)
    for scale in (1, 2):
        big = clip.replaced(size_px=(540 * scale, 960 * scale), joints_px=clip.joints_px * scale)
        layout = SideBySide.of(Scene.of(big), big.size_px)
        image = np.zeros((960 * scale, 540 * scale, 3), np.uint8)
        drawn = layout.drawn(image, 2)[:, : layout.video_size_px[0]]
        rows, columns = np.nonzero(drawn.any(axis=-1))
        shrunk = layout.video_size_px[1] / (960 * scale)
        expected = big.joints_px[2] * shrunk
        assert rows.max() == pytest.approx(expected[:, 1].max(), abs=8)
        assert columns.min() == pytest.approx(expected[:, 0].min(), abs=8)


def test_frames_without_a_person_stay_plain(walk):
    clip = walk(2, valid=np.array([True, False]))
    layout = SideBySide.of(Scene.of(clip), (540, 960))
    plain = np.full((960, 540, 3), 77, np.uint8)
    assert (layout.drawn(plain, 1)[:, :540] == 77).all()
    assert (layout.drawn(plain, 0)[:, :540] != 77).any()


def test_wrong_images_are_refused(walk):
    with pytest.raises(ShapeError, match="540 x 960 pixels, got 960 x 540"):
        SideBySide.of(Scene.of(walk(2)), (960, 540))
    layout = SideBySide.of(Scene.of(walk(2)), (540, 960))
    with pytest.raises(ShapeError, match="frame 1: expected an RGB image"):
        layout.drawn(np.zeros((960, 540), np.uint8), 1)


def test_a_clip_without_2d_joints_is_refused(walk):
    with pytest.raises(ShapeError, match="no 2D joints"):
        SideBySide.of(Scene.of(walk(2, joints_px=None, confidence=None)), (540, 960))


def test_everybody_is_drawn_where_they_are_with_their_id(pair):
    scene = pair(first=20)
    layout = SideBySide.of(scene, (540, 960))
    plain = np.full((960, 540, 3), 77, np.uint8)
    drawn = layout.drawn(plain, 30)[:, :540].astype(int)
    for track, hue in zip(scene.tracks, PERSON_RGB[:2], strict=True):
        rows, columns = np.nonzero(np.abs(drawn - hue["middle"]).max(axis=-1) < 12)
        joints_px = track.clip.joints_px[30 - track.first_frame]
        head_px = joints_px[track.clip.skeleton.index("head")]
        assert columns.mean() == pytest.approx(head_px[0], abs=25)
        assert rows.min() < head_px[1] - 25, "the id is above the head"
    assert (layout.drawn(plain, 10)[:, :540] != 77).any()


def test_who_is_nearer_covers_who_is_farther(walk):
    near = walk(1)
    far = near.replaced(root_cam_mm=near.root_cam_mm + np.array([0, 0, 600.0]))
    for clips, on_top in (((near, far), 0), ((far, near), 1)):
        scene = Scene.of(near).replaced(tracks=tuple(Track(n + 1, 0, clip) for n, clip in enumerate(clips)))
        drawn = SideBySide.of(scene, (540, 960)).drawn(np.zeros((960, 540, 3), np.uint8), 0)[:, :540].astype(int)
        left = [(np.abs(drawn - PERSON_RGB[n]["left"]).max(axis=-1) < 12).sum() for n in (0, 1)]
        assert left[on_top] > 100 > 10 > left[1 - on_top]


def test_a_figure_alone_has_no_id(walk):
    scene = Scene.of(walk(3))
    plain = np.full((960, 540, 3), 77, np.uint8)
    rows, _, _ = np.nonzero(SideBySide.of(scene, (540, 960)).drawn(plain, 0)[:, :540] != 77)
    assert rows.min() > scene.main.joints_px[0, :, 1].min() - 12


def test_the_label_tells_the_time_of_the_footage(pair, monkeypatch):
    labels = []
    monkeypatch.setattr(Panel, "drawn", lambda self, frame, label: labels.append(label) or self.background)
    layout = SideBySide.of(pair(4, time_s=np.array([10.0, 10.5, 10.52, 12.25])), (540, 960))
    for frame in range(4):
        layout.drawn(np.zeros((960, 540, 3), np.uint8), frame)
    assert labels == [f"frame {n} / 3   {t} s" for n, t in enumerate(("10.00", "10.50", "10.52", "12.25"))]


def test_a_scene_of_nobody_stays_plain(pair):
    scene = pair().replaced(tracks=())
    plain = np.full((960, 540, 3), 77, np.uint8)
    assert (SideBySide.of(scene, (540, 960)).drawn(plain, 0)[:, :540] == 77).all()
