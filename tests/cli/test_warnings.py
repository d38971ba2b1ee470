from __future__ import annotations

import logging

import pytest

from poselift.cli.warnings import Warnings


@pytest.fixture
def heard():
    """A logger, and what shows its warnings."""
    logger, warnings = logging.getLogger("poselift.of_this_test"), Warnings()
    logger.addHandler(warnings)
    yield logger, warnings
    logger.removeHandler(warnings)


def test_each_warning_is_shown_once(heard, capsys):
    logger, _ = heard
    for name in ("a.mp4", "b.mp4", "a.mp4"):
        logger.warning("%s: dark", name)
    logger.info("nobody wants to know")
    assert capsys.readouterr().err.splitlines() == ["warning: a.mp4: dark", "warning: b.mp4: dark"]


def test_notes_that_were_shown_as_warnings_are_known(heard):
    logger, warnings = heard
    assert not warnings.told("dark")
    logger.warning("%s: %s", "a.mp4", "dark", extra={"note": "dark"})
    logger.warning("cold")
    assert warnings.told("dark")
    assert warnings.told("cold")
    assert not warnings.told("wet")
