"""The picture of the house shows every package, on floors that imports only go down."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def loaded(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PICTURE = loaded(ROOT / "docs" / "images" / "structure.py")
# Of a package and of its modules that have a line of their own.
MAY_IMPORT = loaded(ROOT / "tests" / "test_layers.py").MAY_IMPORT
FLOOR = {package: number for number, packages in enumerate(PICTURE.FLOORS.values()) for package in packages}


def test_the_picture_is_the_one_that_the_script_draws():
    assert (ROOT / "docs" / "images" / "structure.svg").read_text(encoding="utf-8") == PICTURE.drawn()


def test_every_package_has_its_place():
    assert FLOOR.keys() == {name.partition(".")[0] for name in MAY_IMPORT}


def test_imports_never_go_to_a_higher_floor():
    for package, allowed in MAY_IMPORT.items():
        for other in allowed:
            own, theirs = (FLOOR.get(name.partition(".")[0]) for name in (package, other))
            assert theirs is None or theirs >= own, f"{package} may import {other}"
