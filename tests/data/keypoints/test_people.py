"""People with joints by number become detections, or an error that names their record."""

from __future__ import annotations

import pytest

from poselift.data.keypoints.people import FoundPerson, detections_of_people
from poselift.errors import DataFormatError, NoPersonError
from poselift.skeleton import H36M_17


def test_nobody_is_said_with_the_number_of_frames(said):
    with pytest.raises(NoPersonError, match=r"a\.json: nobody is in any of its 4 frames"):
        detections_of_people("a.json", [], 4, said)


def test_another_number_of_joints_names_the_record(people, said):
    found = [FoundPerson(0, "frame 0", people()[0]), FoundPerson(1, "frame 1", people("halpe26")[1])]
    with pytest.raises(DataFormatError, match=r"a\.json: frame 1: expected 17 joints as before, found 26"):
        detections_of_people("a.json", found, 2, said)


def test_the_skeleton_of_the_file_counts_and_what_is_said_more(people, said):
    found = [FoundPerson(0, "frame 0", people()[0])]
    assert detections_of_people("a.json", found, 1, said, skeleton=H36M_17).skeleton is H36M_17
    assert detections_of_people("a.json", found, 1, said).skeleton.name == "coco17"


def test_one_wrong_number_makes_no_clip_of_years(people, said):
    found = [FoundPerson(0, "frame 0", people()[0]), FoundPerson(10**12, "frame 10", people()[1])]
    with pytest.raises(DataFormatError, match="expected frames for 2 people, found numbers up to 1000000000000"):
        detections_of_people("a.csv", found, 10**12 + 1, said)
