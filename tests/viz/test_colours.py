import re
from importlib.resources import files
from itertools import combinations

import numpy as np
import pytest

from poselift.skeleton.definitions import H36M_17, SKELETONS
from poselift.viz.colours import PALE_RGB, PERSON_RGB, SIDE_RGB, bone_sides, hues_of, joint_sides, palettes_of

# How linear red, green and blue are seen: Machado, Oliveira and Fernandes 2009, severity 1.
SIGHT = {
    "all colours": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
_OPPOSITE = {"left": "right", "right": "left", "middle": "middle"}


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=list(SKELETONS))
def test_a_mirrored_joint_has_the_opposite_side(skeleton):
    sides = joint_sides(skeleton)
    assert [sides[j] for j in skeleton.flip_permutation] == [_OPPOSITE[side] for side in sides]
    assert set(sides) >= {"left", "right"}


def test_bones_take_the_side_of_their_limb_and_none_across_the_body():
    sides = dict(zip(H36M_17.bones, bone_sides(H36M_17), strict=True))
    assert sides["pelvis", "right_hip"] == "right"
    assert sides["left_elbow", "left_wrist"] == "left"
    assert sides["pelvis", "spine"] == "middle"
    coco = SKELETONS["coco17"]
    assert dict(zip(coco.bones, bone_sides(coco), strict=True))["left_hip", "right_hip"] == "middle"


@pytest.mark.parametrize("palette", [SIDE_RGB, PALE_RGB])
def test_right_is_warm_and_left_is_cool(palette):
    assert palette["right"][0] > palette["right"][2]
    assert palette["left"][2] > palette["left"][0]


def _oklab(rgb: tuple[int, int, int], sight: object) -> np.ndarray:
    """Lightness from 0 to 1 and two more axes, in which equal distances look equal (Ottosson 2020)."""
    share = np.array(rgb) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    cones = [[0.41222, 0.53633, 0.05145], [0.2119, 0.6807, 0.1074], [0.0883, 0.28172, 0.62998]]
    axes = [[0.21045, 0.79362, -0.00407], [1.978, -2.42859, 0.45059], [0.0259, 0.78277, -0.80868]]
    return np.array(axes) @ np.cbrt(np.array(cones) @ (np.array(sight) @ linear).clip(0))


@pytest.mark.parametrize("sight", SIGHT.values(), ids=list(SIGHT))
def test_people_and_their_sides_stay_apart_for_every_eye(sight):
    for one, other in combinations(PERSON_RGB, 2):
        assert np.linalg.norm(_oklab(one["middle"], sight) - _oklab(other["middle"], sight)) > 0.1
    for person in PERSON_RGB:
        left, middle, right = (_oklab(person[side], sight)[0] for side in ("left", "middle", "right"))
        assert left > middle + 0.05 > right + 0.1


def test_one_person_has_the_colours_of_the_sides_and_several_a_hue_each():
    assert palettes_of(hues_of([7])) == {7: (SIDE_RGB, PALE_RGB)}
    assert palettes_of(hues_of([])) == {}
    several = palettes_of(hues_of(range(1, 7)))
    assert [several[number].seen for number in range(1, 7)] == list(PERSON_RGB)
    for seen, filled in several.values():
        for side in seen:
            assert np.ptp(filled[side]) < 0.5 * np.ptp(seen[side])


def test_an_id_keeps_its_hue_whoever_else_is_there():
    assert hues_of([3, 1]) == hues_of([1, 3]) == {1: 0, 3: 2}
    assert hues_of([2, 3, 5])[3] == 2
    # 7 would have the hue of 1, and takes the next that is free.
    assert hues_of([7, 2])[7] == 0
    assert hues_of([1, 7, 2]) == {1: 0, 2: 1, 7: 2}
    assert hues_of([0, -4]).keys() == {0, -4}


def test_who_is_known_keeps_their_colours_when_others_appear():
    alone = hues_of([4])
    assert hues_of([4, 2], alone) == {4: None, 2: 1}
    three = hues_of([1, 2, 3])
    assert hues_of([9], three) == {**three, 9: 3}  # 3 would have had its hue, which is taken
    assert hues_of([2], three) == three


def test_of_many_people_some_share_a_hue():
    hues = list(hues_of(range(20)).values())
    assert {hues.count(hue) for hue in range(len(PERSON_RGB))} == {3, 4}


def test_the_page_has_the_same_hues():
    css = (files("poselift.viz") / "page" / "page.css").read_text()
    light, dark = css.split("prefers-color-scheme: dark")
    for scheme, found in (("light", light), ("dark", dark)):
        numbers = re.findall(r"--hue(\d)-(\w+): #(\w\w)(\w\w)(\w\w);", found)
        colours = {(int(hue), side): tuple(int(part, 16) for part in rgb) for hue, side, *rgb in numbers}
        assert len(colours) == 3 * len(PERSON_RGB)
        if scheme == "dark":
            assert all(colours[hue, side] == PERSON_RGB[hue][side] for hue, side in colours)
