import json
import subprocess
import sys

import pytest

import poselift

HEAVY = {
    "torch",
    "mediapipe",
    "aggdraw",
    "ray",
    "onnxruntime",
    "av",
    "onnx",
    "pydantic",
    "lightning_fabric",
}

IMPORTED = """
import json, sys
import poselift
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def modules():
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_importing_the_package_loads_nothing_heavy(modules):
    assert not {name.partition(".")[0] for name in modules} & HEAVY


def test_importing_the_package_loads_no_module_of_it_but_the_one_that_must_come_first(modules):
    assert [name for name in modules if name.startswith("poselift.")] == ["poselift.telemetry"]


@pytest.mark.parametrize("name", poselift.__all__)
def test_every_public_name_is_there(name):
    assert getattr(poselift, name) is not None


def test_the_public_api_is_small_and_listed_once():
    assert len(poselift.__all__) <= 15
    assert sorted(poselift.__all__) == sorted(poselift._HOMES)
    assert set(dir(poselift)) == {*poselift.__all__, "__version__"}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        _ = poselift.nonsense


def test_the_command_line_starts_without_the_packages_of_extras():
    code = "import sys, poselift.cli.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {name.partition(".")[0] for name in done.stdout.split()} & (HEAVY - {"onnxruntime"})
