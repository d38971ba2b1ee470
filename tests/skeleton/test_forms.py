from dataclasses import replace

import pytest

from poselift.errors import SkeletonError
from poselift.skeleton import (
    COCO_17,
    H36M_17,
    SKELETONS,
    Skeleton,
    skeleton_of,
    skeleton_setting,
    stored_skeleton,
    write_skeleton,
)

OWN = Skeleton("h36m17", ("BELT", "NECK", "TOP"), (("BELT", "NECK"), ("NECK", "TOP")), ("BELT",), (), ())


@pytest.mark.parametrize("skeleton", [H36M_17, COCO_17, OWN], ids=["h36m17", "coco17", "own"])
def test_every_form_means_the_same_skeleton(skeleton, tmp_path):
    path = tmp_path / "it.toml"
    write_skeleton(skeleton, path)
    for form in (skeleton, skeleton.as_dict(), path, str(path), skeleton_setting(skeleton)):
        assert skeleton_of(form) == skeleton


def test_what_equals_a_known_skeleton_is_that_one(tmp_path):
    write_skeleton(H36M_17, tmp_path / "it.toml")
    for form in ("h36m17", H36M_17.as_dict(), tmp_path / "it.toml", replace(H36M_17)):
        assert skeleton_of(form) is H36M_17


def test_a_known_name_with_other_joints_is_another_skeleton():
    assert OWN.name == "h36m17"
    assert skeleton_of(OWN.as_dict()) == OWN != H36M_17
    assert skeleton_setting(OWN) == OWN.as_dict()
    assert skeleton_setting(H36M_17.as_dict()) == "h36m17"


def test_an_unknown_name_is_answered_with_all_known():
    with pytest.raises(SkeletonError, match="'coco'") as caught:
        skeleton_of("coco")
    assert all(name in caught.value.hint for name in SKELETONS)
    assert ".toml" in caught.value.hint


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SkeletonError, match=r"mine\.toml: cannot be read"):
        skeleton_of(str(tmp_path / "mine.toml"))


def test_a_header_holds_a_name_or_the_whole_and_never_leads_to_another_file(tmp_path):
    assert stored_skeleton("h36m17") is stored_skeleton(H36M_17.as_dict()) is H36M_17
    assert stored_skeleton(OWN.as_dict()) == OWN
    write_skeleton(OWN, tmp_path / "own.toml")
    for entry in (str(tmp_path / "own.toml"), None, [], {"name": "own"}):
        with pytest.raises(SkeletonError):
            stored_skeleton(entry)
