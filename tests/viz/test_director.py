"""Pieces of a video: nothing jumps, nobody is lost, and whoever is known stays who they are."""

from __future__ import annotations

import numpy as np
import pytest

from poselift.data.footage import Footage
from poselift.data.scene import Scene, Track
from poselift.viz.colours import PERSON_RGB, SIDE_RGB
from poselift.viz.director import Director, Shot

SIZE_PX = (600, 1000)
FPS = 50


def _walkers(walk, frames: int, *speeds_mm_s: tuple[float, float], first: tuple[int, ...] = ()) -> Scene:
    """People who stand still but for gliding sideways and to the back, 1.2 m apart."""
    footage = Footage(np.arange(frames) / FPS, walk(1).size_px, None, "", FPS)
    still = walk(1)
    tracks = []
    for n, speed in enumerate(speeds_mm_s):
        begin = first[n] if first else 0
        time_s = footage.time_s[begin:]
        glide = time_s[:, None] * [speed[0], 0, speed[1]] + [1200.0 * n, 0, 0]
        clip = walk(
            len(time_s),
            time_s=time_s,
            joints_root_mm=np.repeat(still.joints_root_mm, len(time_s), axis=0),
            root_cam_mm=still.root_cam_mm + glide,
        )
        tracks.append(Track(n + 1, begin, clip))
    return Scene(footage, tuple(tracks))


def _shots(scene: Scene, length: int = 25) -> list[Shot]:
    director = Director(SIZE_PX)
    ends = range(length, len(scene.footage) + length, length)
    return [director.shot(scene.part(end - length, min(end, len(scene.footage)))) for end in ends]


def _heads_px(shots: list[Shot], person: int) -> np.ndarray:
    """Where somebody's head is in the panel in every frame, NaN where they are not."""
    found = []
    for shot in shots:
        for frame, view in enumerate(shot.views):
            actor = next((actor for actor in shot.stage.actors if actor.id == person), None)
            row = None if actor is None else actor.row(frame)
            if row is None:
                found.append([np.nan, np.nan])
            else:
                head = actor.skeleton.index("head")
                found.append(view.to_image(actor.standing_stage_mm[row, head])[0])
    return np.array(found)


def test_one_piece_is_seen_from_one_place(pair):
    (shot,) = _shots(pair(60), 60)
    assert len(set(map(id, shot.views))) == 1


def test_who_stands_still_is_seen_as_in_one_piece(walk):
    scene = _walkers(walk, 100, (0, 0), (0, 0))
    pieces, whole = _shots(scene), _shots(scene, 100)
    for person in (1, 2):
        np.testing.assert_allclose(_heads_px(pieces, person), _heads_px(whole, person), atol=1e-6)


def test_one_alone_stays_in_the_middle_wherever_they_go(walk):
    heads = _heads_px(_shots(_walkers(walk, 200, (900.0, 900.0))), 1)
    assert np.ptp(heads, axis=0).max() < 1e-6


@pytest.mark.parametrize("speed", [(1500.0, 0.0), (-1500.0, 800.0), (0.0, 1500.0)])
def test_people_who_walk_away_are_followed_without_jumps(walk, speed):
    scene = _walkers(walk, 500, speed, speed)
    shots = _shots(scene, 20)
    for person in (1, 2):
        heads = _heads_px(shots, person)
        inside = ((heads > 0) & (heads < SIZE_PX)).all(axis=-1)
        assert inside.mean() > 0.97
        steps = np.linalg.norm(np.diff(heads, axis=0), axis=-1)
        assert steps.max() < 16
        # Nor does the movement begin or end at once.
        assert np.abs(np.diff(steps)).max() < 4


def test_people_who_part_are_both_kept_in_the_picture(walk):
    heads = [_heads_px(_shots(_walkers(walk, 200, (-600.0, 0.0), (600.0, 0.0))), person) for person in (1, 2)]
    for of_one in heads:
        assert ((of_one > 0) & (of_one < SIZE_PX)).all(axis=-1).mean() > 0.97


def test_the_view_comes_back_when_people_come_together(walk):
    together = _walkers(walk, 500, (-600.0, 0.0), (600.0, 0.0))
    back = [
        Track(
            track.id,
            0,
            track.clip.replaced(root_cam_mm=track.clip.root_cam_mm[np.r_[:100, 99:-1:-1, np.zeros(300, int)]]),
        )
        for track in together.tracks
    ]
    shots = _shots(Scene(together.footage, tuple(back)), 20)
    sizes = [shot.views[-1].mm_px for shot in shots]
    assert min(sizes) < 0.7 * sizes[0]
    assert sizes[-1] > 1.3 * min(sizes)


def test_when_a_second_one_appears_the_first_does_not_jump(walk):
    scene = _walkers(walk, 300, (400.0, 300.0), (400.0, 300.0), first=(0, 110))
    shots = _shots(scene)
    steps = np.linalg.norm(np.diff(_heads_px(shots, 1), axis=0), axis=-1)
    assert steps[:98].max() < 1e-6
    assert steps.max() < 16
    assert not shots[3].several
    assert shots[4].several
    # They stand as far from each other as they do.
    one, other = shots[-1].stage.actors
    apart = np.linalg.norm(one.place_stage_mm[-1] - other.place_stage_mm[-1])
    assert apart == pytest.approx(1200, rel=0.02)


def test_colours_stay_when_others_appear(walk):
    shots = _shots(_walkers(walk, 100, (0, 0), (0, 0), first=(0, 60)))
    assert shots[0].palettes[1].seen == SIDE_RGB
    assert shots[-1].palettes[1].seen == SIDE_RGB
    assert shots[-1].palettes[2].seen == PERSON_RGB[1]
    both = _shots(_walkers(walk, 50, (0, 0), (0, 0)))[0]
    assert [both.palettes[n].seen for n in (1, 2)] == list(PERSON_RGB[:2])


def test_people_may_come_later_and_go(walk):
    scene = _walkers(walk, 150, (0, 0), first=(60,))
    shots = _shots(scene.replaced(footage=scene.footage))
    assert shots[0].palettes == {}
    heads = _heads_px(shots, 1)[60:]
    assert ((heads > 0) & (heads < SIZE_PX)).all()
    assert np.linalg.norm(np.diff(heads, axis=0), axis=-1).max() < 16
    nobody = Director(SIZE_PX).shot(scene.replaced(tracks=()))
    assert nobody.stage.actors == ()


def test_up_is_settled_by_the_first_piece(walk):
    level, tilted = walk(25, pitch_deg=0), walk(25, pitch_deg=30)
    director = Director(SIZE_PX)
    first = director.shot(Scene.of(level)).stage.setting.camera_to_stage
    later = director.shot(Scene.of(tilted)).stage.setting.camera_to_stage
    np.testing.assert_array_equal(first, later)


def test_frame_rates_do_not_matter(walk):
    scene = _walkers(walk, 300, (1200.0, 0.0), (1200.0, 0.0))
    every_third = scene.replaced(
        footage=scene.footage.replaced(time_s=scene.footage.time_s[::3]),
        tracks=tuple(
            Track(
                track.id,
                0,
                track.clip.replaced(
                    time_s=track.clip.time_s[::3],
                    joints_px=track.clip.joints_px[::3],
                    confidence=track.clip.confidence[::3],
                    joints_root_mm=track.clip.joints_root_mm[::3],
                    root_cam_mm=track.clip.root_cam_mm[::3],
                    valid=track.clip.valid[::3],
                    filled=track.clip.filled[::3],
                ),
            )
            for track in scene.tracks
        ),
    )
    fine, coarse = (_heads_px(_shots(s, n), 1) for s, n in ((scene, 30), (every_third, 10)))
    assert np.abs(fine[::3] - coarse).max() < 20
