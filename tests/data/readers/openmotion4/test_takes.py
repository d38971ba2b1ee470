"""Who does what, told by the names of the files; a person is in one split."""

from __future__ import annotations

import pytest

from poselift.data.readers.openmotion4.cuts import DOUBLES
from poselift.data.readers.openmotion4.takes import SPLIT_OF_SUBJECT, UNSEEN_CORPORA, take_of
from poselift.errors import DataFormatError


@pytest.mark.parametrize(
    ("corpus", "stem", "expected"),
    [
        ("cmu_asfamc", "02_07", ("02", "sword_play", "test")),
        ("cmu_asfamc", "01_12", ("01", "playground", "train")),
        ("cmu_cc_bvh", "005_01", ("05", "walking", "train")),
        ("cmu_cc_bvh", "005_10", ("05", "dance", "train")),
        ("cmu_cc_bvh", "006_12", ("06", "basketball", "test")),
        ("cmu_breakdance_kata_bvh", "135_02", ("135", "kata", "unseen")),
        ("cmu_bvh", "basketball_signal_3_train", ("unnamed", "basketball_signal", "train")),
        ("cmu_bvh", "washwindow_1_test", ("unnamed", "washwindow", "val")),
        ("mesh2motion_cc0_bvh", "two-hand-blast", ("animator", "two-hand-blast", "unseen")),
    ],
)
def test_files_of_every_corpus(corpus, stem, expected):
    take = take_of(corpus, stem)
    assert (take.subject, take.action, take.split) == expected
    assert (take.name, take.corpus) == (f"{corpus}/{stem}", corpus)


@pytest.mark.parametrize("stem", ["04_01", "walking_1", "readme"])
def test_a_file_that_should_not_be_there_is_refused(stem):
    with pytest.raises(DataFormatError, match=f"cmu_bvh/{stem}: no take of OpenMotion-4"):
        take_of("cmu_bvh", stem)


def test_the_same_subject_is_in_the_same_split_in_whatever_corpus():
    for number in ("01", "02", "03"):
        assert take_of("cmu_asfamc", f"{number}_01").split == take_of("cmu_cc_bvh", f"0{number}_01").split
        assert take_of("cmu_asfamc", f"{number}_01").subject == take_of("cmu_cc_bvh", f"0{number}_01").subject


def test_doubles_are_kept_once_and_their_sources_are_takes():
    for left_out, kept in DOUBLES.items():
        assert kept not in DOUBLES
        ours, theirs = (take_of(*name.split("/")) for name in (left_out, kept))
        assert left_out != kept
        if ours.subject == theirs.subject:
            assert ours.split == theirs.split


def test_unseen_corpora_are_no_subjects_of_the_other_splits():
    assert {take_of(c, s).split for c, s in ((UNSEEN_CORPORA[0], "85_03"), (UNSEEN_CORPORA[1], "crawl"))} == {
        "unseen"
    }
    assert set(SPLIT_OF_SUBJECT.values()) == {"train", "val", "test", "unseen"}
