"""Tests stand where modules stand: src/poselift/a/b.py is tested by tests/a/test_b.py, with few exceptions."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "poselift"
# Modules that others show at work -> where. A new module is none of them.
ELSEWHERE = {
    "bench/machine.py": "cli/test_bench.py",
    "bench/store.py": "cli/test_bench.py",
    "bench/video.py": "cli/test_bench.py",
    "cli/compare.py": "cli/test_recordings.py",
    "cli/lcn_workspace.py": "cli/test_lcn_pose.py",
    "cli/predict.py": "cli/test_recordings.py",
    "data/clip_file_v1.py": "data/test_scene_file.py",
    "data/readers/h36m/cameras_h5.py": "data/readers/h36m/test_baseline.py",
    "data/sources/batch.py": "data/sources/test_views.py",
    "data/sources/truth.py": "data/sources/test_recordings.py",
    "detect/base.py": "detect/test_video.py",
    "models/lcn_config.py": "models/test_config.py",
    "normalisation/base.py": "normalisation/test_contract.py",
    "training/data.py": "training/test_recordings.py",
    "training/optimisers/base.py": "training/optimisers/test_optimisers.py",
    "version.py": "cli/test_main.py",
}


def own_test(module: Path) -> Path:
    return ROOT / "tests" / module.parent / f"test_{module.name}"


def modules() -> list[Path]:
    """All but the packages themselves, which are tables."""
    return sorted(file.relative_to(SOURCE) for file in SOURCE.rglob("*.py") if file.name != "__init__.py")


def test_every_module_has_a_test_file_of_its_own():
    assert len(modules()) > 100
    assert [str(m) for m in modules() if not own_test(m).exists() and m.as_posix() not in ELSEWHERE] == []


def test_the_exceptions_are_needed_and_lead_somewhere():
    for module, test in ELSEWHERE.items():
        assert (SOURCE / module).exists(), module
        assert not own_test(Path(module)).exists(), f"{module} has a test of its own"
        assert (ROOT / "tests" / test).is_file(), test
