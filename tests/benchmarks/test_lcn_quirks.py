"""The benchmark that switches the original's habits off, one at a time, on a few small recordings."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from poselift.models.lcn_config import LCNConfig

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "lcn_quirks.py"


@pytest.fixture(scope="module")
def quirks():
    """The script, as a module; dataclasses look their module up by its name."""
    spec = importlib.util.spec_from_file_location("lcn_quirks", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["lcn_quirks"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["lcn_quirks"]


def leaves(values, prefix=""):
    """Nested settings by their dotted names."""
    if not isinstance(values, dict):
        return {prefix[:-1]: values}
    return {key: leaf for name, value in values.items() for key, leaf in leaves(value, f"{prefix}{name}.").items()}


def run_of(quirks, variant, seed, final_mm, best_mm=None, flip_mm=None):
    errors = {"final": final_mm, "final, flip": flip_mm or final_mm, "best": best_mm or final_mm}
    by_protocol = {weights: dict.fromkeys(quirks.PROTOCOLS, error) for weights, error in errors.items()}
    return quirks.Run(variant, seed, quirks.Size(2, 4), 1.0, by_protocol)


def test_a_variant_differs_from_the_faithful_recipe_in_what_it_names_and_in_nothing_else(quirks, recorded_store):
    size = quirks.Size(channels=2, steps=4)
    faithful = leaves(size.recipe(quirks.FAITHFUL, 0, recorded_store).model_dump(mode="json"))
    seen = {json.dumps(faithful)}
    for variant, settings in quirks.VARIANTS.items():
        recipe = size.recipe(variant, 0, recorded_store)
        found = leaves(recipe.model_dump(mode="json"))
        changed = {key for key in found.keys() | faithful.keys() if found.get(key) != faithful.get(key)}
        named = [setting.split("=")[0] for setting in settings]
        assert all(any(f"{key}.".startswith(f"{name}.") for name in named) for key in changed), variant
        LCNConfig(**recipe.model.config)
        seen.add(json.dumps(found))
    assert len(seen) == len(quirks.VARIANTS)


def test_what_chooses_the_best_weights_leaves_the_final_ones_alone(quirks, recorded_store, tmp_path):
    pair, size, lines = [quirks.HELD_OUT, quirks.HELD_OUT_FLATTERED], quirks.Size(2, 4), tmp_path / "runs.jsonl"
    runs = quirks.all_runs(recorded_store, pair, 1, size, lines)
    assert [run.variant for run in runs] == pair
    for weights in ("final", "final, flip"):
        assert runs[0].errors_mm[weights] == runs[1].errors_mm[weights]
    # Interrupted while it wrote the second line: the first is not trained again.
    lines.write_text(lines.read_text().splitlines(keepends=True)[0])
    again = quirks.all_runs(recorded_store, pair, 1, size, lines)
    assert again[0] == runs[0]
    assert again[1].errors_mm == runs[1].errors_mm
    assert [quirks.Run.from_line(line) for line in lines.read_text().splitlines()] == again


def test_differences_are_taken_seed_by_seed(quirks):
    runs = [run_of(quirks, quirks.FAITHFUL, seed, mm) for seed, mm in enumerate((100.0, 110.0, 120.0))]
    runs += [run_of(quirks, "dropout 0", 0, 90.0, best_mm=80.0), run_of(quirks, "dropout 0", 1, 130.0, flip_mm=125.0)]
    runs.append(quirks.Run("residual off", 0, quirks.Size(2, 4), 1.0, None))
    table = quirks.summary(runs)
    assert list(table) == [quirks.FAITHFUL, "dropout 0"]
    assert (table[quirks.FAITHFUL].mean_mm["lcn"], table[quirks.FAITHFUL].spread_mm["lcn"]) == (110, 10)
    row = table["dropout 0"]
    assert (row.runs, row.added_mm["procrustes"]) == (2, [-10, 20])
    assert (row.best_added_mm, row.flip_added_mm) == ([-10, 0], [0, -5])


def test_the_script_prints_and_writes_the_same_numbers(quirks, recorded_store, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(quirks, "FAITHFUL_SEEDS", 1)
    command = ["--quick", "--seeds", "1", "--only", "add_input off", "--json", tmp_path / "quirks.json"]
    monkeypatch.setattr(sys, "argv", [str(part) for part in (SCRIPT, recorded_store, *command)])
    quirks.main()
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")][2:]
    variants = json.loads((tmp_path / "quirks.json").read_text())["variants"]
    assert [row.split(" | ")[0] for row in rows] == ["| faithful", "| add_input off"]
    (added,) = variants["add_input off"]["added_mm"]["lcn"]
    assert f" {added:+.1f} " in rows[1]
    assert abs(added) > 1
