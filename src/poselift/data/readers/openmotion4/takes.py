"""Who does what in the takes of OpenMotion-4, and which split each is in.

A person is in one split. The subjects of the CMU database are known by their numbers; whose the takes of `cmu_bvh`
are its publisher does not say. Those that come in another corpus too are listed in `cuts.DOUBLES`; of the subjects of
the test split every take that the database has, but one, was compared with them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from poselift.errors import DataFormatError

FPS = 30.0
UNNAMED = "unnamed"  # the subjects of cmu_bvh
ANIMATOR = "animator"  # nobody was captured for mesh2motion
# Corpora that nobody trains on are one split.
UNSEEN_CORPORA = ("cmu_breakdance_kata_bvh", "mesh2motion_cc0_bvh")
SPLIT_OF_SUBJECT = {
    "01": "train",
    "05": "train",
    "07": "train",
    "03": "val",
    "02": "test",
    "06": "test",
    "85": "unseen",
    "135": "unseen",
    ANIMATOR: "unseen",
}
# What the database's index says of the subjects, and of single takes where they differ.
_ACTIONS = {
    "01": "playground",
    "03": "walking_uneven",
    "05": "dance",
    "06": "basketball",
    "07": "walking",
    "85": "break_dance",
    "135": "kata",
    "02_01": "walking",
    "02_02": "walking",
    "02_03": "running",
    "02_04": "jumping",
    "02_05": "punching",
    "02_06": "bending",
    "02_07": "sword_play",
    "02_08": "sword_play",
    "02_09": "sword_play",
    "02_10": "washing",
    "05_01": "walking",
    "06_01": "walking",
}


class Take(NamedTuple):
    """One take of a corpus.

    Attributes:
        name: `corpus/file`.
    """

    name: str
    corpus: str
    subject: str
    action: str
    split: str


def take_of(corpus: str, stem: str) -> Take:
    """The take that a file of a corpus holds, by its name without ending.

    Raises:
        DataFormatError: it is none of the takes that the benchmark knows of.
    """
    name = f"{corpus}/{stem}"
    if corpus == "mesh2motion_cc0_bvh":
        return Take(name, corpus, ANIMATOR, stem, SPLIT_OF_SUBJECT[ANIMATOR])
    if numbered := re.fullmatch(r"0*(\d{2,3})_(\d+)", stem):
        subject = numbered[1]
        action = _ACTIONS.get(f"{subject}_{numbered[2]}", _ACTIONS.get(subject))
        if action is not None:
            return Take(name, corpus, subject, action, SPLIT_OF_SUBJECT[subject])
    if published := re.fullmatch(r"([a-z_]+)_\d+_(train|test)", stem):
        return Take(name, corpus, UNNAMED, published[1], "train" if published[2] == "train" else "val")
    raise DataFormatError(f"{name}: no take of OpenMotion-4", "the archive holds a file that it should not")
