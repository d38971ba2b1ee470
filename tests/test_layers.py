"""The floors of the house, see docs/architecture.md: imports go down, heavy packages stay in their rooms."""

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "poselift"

# Package -> the packages, or single modules of one, that it may import besides itself.
GROUND = ["errors", "arrays", "version", "files", "threads", "processes", "settings", "lookup", "telemetry"]
LOWER = [*GROUND, "skeleton", "geometry", "normalisation"]
MIDDLE = [*LOWER, "data", "metrics"]
MAY_IMPORT = {
    "errors": [],
    "arrays": ["errors"],
    "version": [],
    "telemetry": [],
    "files": ["errors"],
    "lookup": ["errors"],
    "threads": [],
    "processes": [],
    "settings": ["errors"],
    "skeleton": GROUND,
    "geometry": GROUND,
    "normalisation": [*GROUND, "skeleton", "geometry"],
    "data": LOWER,
    "metrics": LOWER,
    "models": [*LOWER, "data.windows", "data.model_header"],
    "runtime": MIDDLE,
    "training": [*MIDDLE, "models", "deploy.read_back", "runtime.shipped"],
    "deploy": [*MIDDLE, "models", "runtime"],
    "detect": [*MIDDLE, "runtime.session"],
    "tracking": [*MIDDLE, "detect"],
    "world": MIDDLE,
    "multiview": [*MIDDLE, "lifting", "world"],
    "viz": [*MIDDLE, "world", "angles"],
    "angles": [*MIDDLE, "world.placing"],
    "export": [*MIDDLE, "world.placing", "viz.colours", "angles"],
    "lifting": [*MIDDLE, "runtime", "detect", "tracking", "world"],
    "evaluation": [*MIDDLE, "models", "runtime", "deploy", "lifting", "viz"],
    "bench": [
        *(*MIDDLE, "models", "runtime", "training", "deploy", "detect", "tracking", "viz", "export", "lifting"),
        "evaluation",
    ],
    "experiments": [*MIDDLE, "models", "training", "lifting", "evaluation", "viz"],
    "cli": [
        *(*MIDDLE, "models", "runtime", "training", "deploy", "detect", "tracking", "viz", "export", "lifting"),
        *("evaluation", "bench", "experiments", "weights", "world", "angles", "multiview"),
    ],
}
# Third-party package -> where it may be imported.
ANYWHERE = [""]
ROOMS = {
    "numpy": ANYWHERE,
    "jaxtyping": ANYWHERE,
    "safetensors": ["files", "data", "models", "training"],
    "torch": ["models", "training", "deploy", "bench"],
    "lightning_fabric": ["training"],
    "pydantic_core": ["settings"],
    "pydantic": ["settings", "data.sources", "models", "training", "data.windows", "experiments"],
    "tensorboard": ["training"],
    "tensorflow": ["models.tf1"],
    "tomli": ["skeleton", "training", "data.calibrations"],
    "tomli_w": ["skeleton", "training", "cli"],
    "onnx": ["deploy"],
    "onnxscript": ["deploy"],
    "onnxruntime": ["runtime"],
    "mediapipe": ["detect"],
    "aggdraw": ["viz"],
    "av": ["detect", "viz"],
    "scipy": ["data.readers", "data.keypoints"],
    "h5py": ["data.readers", "data.keypoints"],
    "cdflib": ["data.readers"],
    "ezc3d": ["export"],
    "pyarrow": ["export"],
    "typer": ["cli"],
    "rich": ["cli", "bench.report", "metrics.layout", "metrics.report", "metrics.comparison"],
    "matplotlib": [
        "viz.bars",
        "viz.angle_plot",
        "viz.calibration",
        "viz.plot_files",
        "viz.lines",
        "viz.graphs",
        "bench.report",
    ],
}
# What an extra brings is imported when it is used, so that a missing extra is one error and no crash at import.
INSIDE_FUNCTIONS = {
    *("mediapipe", "aggdraw", "av", "scipy", "h5py", "cdflib", "tensorflow", "matplotlib", "ezc3d", "pyarrow"),
}
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "legacy"}
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 500, 60


@dataclass(frozen=True)
class Import:
    """`importer` imports `imported`; both are dotted names without the leading `poselift.`."""

    importer: str
    imported: str
    line: int
    at_module_level: bool

    def __str__(self):
        return f"{self.importer or 'poselift'}:{self.line} imports {self.imported}"


def module_name(file):
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    # `from poselift.data import clip` may name a module or something in it; either way it is inside poselift.data.
    return [f"{node.module}.{alias.name}" for alias in node.names]


def imports_of(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    inner = {
        id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)
    }
    for block in ast.walk(tree):
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING":
            inner.update(id(n) for n in ast.walk(block))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert not getattr(node, "level", 0), f"{file}:{node.lineno}: relative import"
            for name in imported_names(node):
                yield Import(module_name(file), name, node.lineno, id(node) not in inner)


FILES = sorted(SOURCE.rglob("*.py"))
IMPORTS = [found for file in FILES for found in imports_of(file)]
OURS = [i for i in IMPORTS if i.imported.partition(".")[0] == "poselift"]
# tomllib joined the standard library with Python 3.11.
NOT_THEIRS = {"poselift", "tomllib", *sys.stdlib_module_names}
THEIRS = [i for i in IMPORTS if i.imported.partition(".")[0] not in NOT_THEIRS]


def inside(name, packages):
    return any(package == "" or name == package or name.startswith(f"{package}.") for package in packages)


def allowed_by(table, name):
    """The entry of the innermost package that has one."""
    while name and name not in table:
        name = name.rpartition(".")[0]
    return table.get(name)


def test_the_walk_sees_what_there_is():
    assert len(FILES) > 30
    assert any(i.importer == "geometry.camera" and i.imported == "poselift.errors.ShapeError" for i in OURS)
    # An import inside a function and one for type checkers only.
    assert any(i.importer == "" and not i.at_module_level for i in OURS)
    assert {i.importer for i in THEIRS if i.imported.startswith("torch")} >= {"models.lcn"}


def test_every_module_has_its_floor():
    assert [m for m in map(module_name, FILES) if m and allowed_by(MAY_IMPORT, m) is None] == []


def test_imports_go_down_only():
    upward = []
    for found in OURS:
        if found.importer == "":
            continue
        target = found.imported.removeprefix("poselift.")
        own = found.importer.partition(".")[0]
        if not inside(target, [own, *allowed_by(MAY_IMPORT, found.importer)]):
            upward.append(str(found))
    assert upward == []


def test_nothing_imports_the_command_line():
    assert [str(i) for i in OURS if inside(i.imported, ["poselift.cli"]) and not inside(i.importer, ["cli"])] == []


def test_heavy_packages_stay_in_their_rooms():
    astray = [str(i) for i in THEIRS if not inside(i.importer, ROOMS.get(i.imported.partition(".")[0], []))]
    assert astray == []


def test_what_an_extra_brings_is_imported_when_it_is_used():
    eager = [str(i) for i in THEIRS if i.at_module_level and i.imported.partition(".")[0] in INSIDE_FUNCTIONS]
    assert eager == []


def test_only_the_command_line_prints():
    printing = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "print"
        and not inside(module_name(file), ["cli"])
    ]
    assert printing == []


ALL_FILES = sorted(file for folder in ("src", "tests", "benchmarks") for file in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("file", ALL_FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_files_and_functions_are_short_and_named_after_what_they_hold(file):
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [f.name for f in functions if f.end_lineno - f.lineno + 1 > MOST_LINES_OF_A_FUNCTION] == []
    assert not BANNED_NAMES & {part.removesuffix(".py") for part in file.relative_to(ROOT).parts}
