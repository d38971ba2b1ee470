import json
import subprocess
import sys

import pytest

import poselift

HEAVY = {
    "torch",
    "mediapipe",
    "cv2",
    "ray",
    "onnxruntime",
    "av",
    "onnx",
    "pydantic",
    "lightning_fabric",
}

MEASURE = """
import json, sys, time
start = time.perf_counter()
import poselift
print(json.dumps({"seconds": time.perf_counter() - start, "modules": sorted(sys.modules)}))
"""


def imported_afresh():
    done = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def runs():
    return [imported_afresh() for _ in range(3)]


def test_importing_the_package_loads_nothing_heavy(runs):
    loaded = {name.partition(".")[0] for name in runs[0]["modules"]}
    assert not loaded & HEAVY


def test_importing_the_package_takes_less_than_a_third_of_a_second(runs):
    assert min(run["seconds"] for run in runs) < 0.3


def test_importing_the_package_loads_no_module_of_it(runs):
    assert [name for name in runs[0]["modules"] if name.startswith("poselift.")] == []


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
