"""What the help of `poselift lift` lists."""

from __future__ import annotations

from poselift.detect import DETECTORS
from poselift.lifting.smoothing import SMOOTHERS
from poselift.tracking.who import PERSON_RULES


def test_the_tables_are_what_help_lists(poselift):
    said = " ".join(" ".join(poselift("lift", "--help").out).replace("│", " ").split())
    for table in (DETECTORS, SMOOTHERS, PERSON_RULES):
        assert ", ".join(table) in said
