"""What each habit of the original LCN does to its error: train it faithfully, then again with one thing switched.

    poselift prepare h36m H36M_FOLDER -o h36m.safetensors
    python benchmarks/lcn_quirks.py h36m.safetensors [--seeds 2] [--runs runs.jsonl] [--json quirks.json]

The network is smaller and the training shorter than the paper's, so that fifty trainings take half an hour: what
counts is the difference to the faithful runs of the same seeds, against how much those differ among themselves. Each
run is a line of --runs as soon as it is done; runs that stand there already are not repeated.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, stdev
from tempfile import TemporaryDirectory

from poselift.data.store import DatasetStore, load_store
from poselift.errors import TrainingError
from poselift.evaluation.opening import opened_lifter
from poselift.evaluation.recordings import evaluate_recordings, predict_recordings
from poselift.training.loop import train
from poselift.training.recipe import Recipe
from poselift.training.recipe_file import load_recipe

RECIPE = Path(__file__).parents[1] / "recipes" / "lcn_h36m_sh.toml"
FAITHFUL, HELD_OUT, HELD_OUT_FLATTERED = "faithful", "S8 held out, chosen on S8", "S8 held out, chosen on test"
# Where the spread of the faithful runs is the yardstick, two of them are too few.
FAITHFUL_SEEDS = 4
PROTOCOLS = ("lcn", "root_relative", "procrustes", "procrustes_mirror")

# What is switched -> the settings that do it
VARIANTS: dict[str, tuple[str, ...]] = {
    FAITHFUL: (),
    "max_norm off": ("model.max_norm=false",),
    "bones alone": ("model.graph=bones",),
    "random graph": ("model.graph=random",),
    "hops 2": ("model.hops=2",),
    "hops 6, fully connected": ("model.hops=6",),
    "Laplacian": ("model.neighbourhood=laplacian",),
    "learnable mask, random": ("model.mask=learnable", "model.mask_init=random"),
    "learnable mask, same": ("model.mask=learnable", "model.mask_init=same"),
    "learnable mask, ones": ("model.mask=learnable", "model.mask_init=ones"),
    # max_norm and such small masks together hold the network at "input plus mean offset" for long.
    "Laplacian, max_norm off": ("model.neighbourhood=laplacian", "model.max_norm=false"),
    "learnable mask, random, max_norm off": (
        "model.mask=learnable",
        "model.mask_init=random",
        "model.max_norm=false",
    ),
    "symmetric sharing": ("model.share=symmetric",),
    "batch_norm off": ("model.batch_norm=false",),
    "residual off": ("model.residual=false",),
    "add_input off": ("model.add_input=false",),
    "dropout 0": ("model.dropout=0.0",),
    "Adam's epsilon as in torch": ("optim.epsilon_placement=torch",),
    "cosine schedule": ('optim.schedule={kind = "cosine"}',),
    "l2 1e-4": ("optim.l2=1e-4",),
    "mirror images": ("data.flip=true",),
    "confidence input": ("model.in_channels=3",),
    HELD_OUT: ('data.train=["train"]', "data.select_on=val"),
    HELD_OUT_FLATTERED: ('data.train=["train"]', "data.select_on=test"),
}


@dataclass(frozen=True)
class Size:
    """How much smaller than the paper's."""

    channels: int
    steps: int

    def recipe(self, variant: str, seed: int, store: Path) -> Recipe:
        """The original's training with one thing switched, at this size."""
        reduced = (f"model.channels={self.channels}", f"train.steps={self.steps}", "train.epochs=0")
        quiet = ("train.threads=1", f"train.checkpoint_every={self.steps}", f"train.seed={seed}")
        return load_recipe(RECIPE, (f"data.store={store}", *reduced, *quiet, *VARIANTS[variant]))


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        errors_mm: by weights ("final", "final, flip", "best") and protocol: on the test split, mean over actions.
            None where the training broke down.
    """

    variant: str
    seed: int
    size: Size
    seconds: float
    errors_mm: dict[str, dict[str, float]] | None

    @classmethod
    def from_line(cls, line: str) -> Run:
        values = json.loads(line)
        return cls(**{**values, "size": Size(**values["size"])})


def trained(variant: str, seed: int, size: Size, store: Path) -> Run:
    """Train once, and measure."""
    recipe, start = size.recipe(variant, seed, store), time.perf_counter()
    errors = None
    with TemporaryDirectory() as room:
        folder = Path(room) / "run"
        try:
            train(recipe, folder, device="cpu")
            errors = measured(folder, load_store(store), recipe.data.detections)
        except TrainingError as error:
            print(f"{variant}, seed {seed}: {error}")
    return Run(variant, seed, size, time.perf_counter() - start, errors)


def measured(folder: Path, store: DatasetStore, detections: str) -> dict[str, dict[str, float]]:
    """Errors of a finished run, as `Run` has them."""
    clips, errors = store.clips_of(("test",)), {}
    for name, weights, flip in (("final", "final", False), ("final, flip", "final", True), ("best", "best", False)):
        with opened_lifter(folder / f"{weights}.safetensors", flip=flip) as lifter:
            report = evaluate_recordings(predict_recordings(lifter, store, clips, detections), store, clips)
        errors[name] = {p: report.results[p].mean_of_groups_mm["action"] for p in PROTOCOLS}
    return errors


def planned(variants: Sequence[str], seeds: int) -> Iterator[tuple[str, int]]:
    """Variants and seeds, seed by seed: whenever it is stopped, what is there can be compared."""
    for seed in range(max(seeds, FAITHFUL_SEEDS)):
        yield from ((variant, seed) for variant in variants if variant == FAITHFUL or seed < seeds)


def all_runs(store: Path, variants: Sequence[str], seeds: int, size: Size, lines: Path | None) -> list[Run]:
    """Every planned run, taken from the file `lines` where it has it, and added to it where not."""
    known = [Run.from_line(line) for line in lines.read_text().splitlines()] if lines and lines.exists() else []
    done = {(run.variant, run.seed): run for run in known if run.size == size}
    runs = []
    for variant, seed in planned(variants, seeds):
        run = done.get((variant, seed)) or trained(variant, seed, size, store)
        runs.append(run)
        if lines and run not in known:
            with lines.open("a") as file:
                file.write(json.dumps(asdict(run)) + "\n")
    return runs


@dataclass(frozen=True)
class Row:
    """What the runs of a variant say, in mm, by the final weights unless another name says so.

    Attributes:
        runs: how many did not break down.
        mean_mm, spread_mm: by protocol, mean and standard deviation over the seeds.
        added_mm: by protocol and seed, the error minus that of the faithful run of the same seed.
        flip_added_mm, best_added_mm: by seed, what averaging with the mirror image, or taking the best weights in
            place of the final ones, adds to the lcn error of the same run.
    """

    runs: int
    mean_mm: dict[str, float]
    spread_mm: dict[str, float]
    added_mm: dict[str, list[float]]
    flip_added_mm: list[float]
    best_added_mm: list[float]


def summary(runs: Sequence[Run]) -> dict[str, Row]:
    """By variant what its runs say; one whose runs all broke down is left out."""
    errors = {(run.variant, run.seed): run.errors_mm for run in runs if run.errors_mm}
    table = {}
    for variant in dict.fromkeys(name for name, _ in errors):
        by_seed = {seed: found for (name, seed), found in errors.items() if name == variant}
        pairs = [
            (found["final"], errors[FAITHFUL, s]["final"]) for s, found in by_seed.items() if (FAITHFUL, s) in errors
        ]
        final = {p: [found["final"][p] for found in by_seed.values()] for p in PROTOCOLS}
        table[variant] = Row(
            len(by_seed),
            {p: mean(values) for p, values in final.items()},
            {p: stdev(values) if len(values) > 1 else 0.0 for p, values in final.items()},
            {p: [here[p] - faithful[p] for here, faithful in pairs] for p in PROTOCOLS},
            [found["final, flip"]["lcn"] - found["final"]["lcn"] for found in by_seed.values()],
            [found["best"]["lcn"] - found["final"]["lcn"] for found in by_seed.values()],
        )
    return table


def print_table(table: dict[str, Row]) -> None:
    """Markdown. Of the faithful runs errors and their spread, of the others what they add to them."""
    print("| switched | runs | lcn | protocol 1 | protocol 2 | flip averaging | best weights |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for variant, row in table.items():
        cells = [_added(row.added_mm[p]) for p in PROTOCOLS[:3]]
        if variant == FAITHFUL:
            cells = [f"{row.mean_mm[p]:.1f} ± {row.spread_mm[p]:.1f}" for p in PROTOCOLS[:3]]
        cells += [_added(row.flip_added_mm), _added(row.best_added_mm)]
        print(f"| {variant} | {row.runs} | {' | '.join(cells)} |")
    row = table[FAITHFUL]
    mirror = row.mean_mm["procrustes_mirror"] - row.mean_mm["procrustes"]
    print(f"\nProtocol 2 with reflections, {FAITHFUL}: {mirror:+.1f} mm.")


def _added(differences_mm: Sequence[float]) -> str:
    """Mean, and the least and the greatest where there are several."""
    if not differences_mm:
        return ""
    span = f" ({min(differences_mm):+.1f} to {max(differences_mm):+.1f})" if len(differences_mm) > 1 else ""
    return f"{mean(differences_mm):+.1f}{span}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path, help="of `poselift prepare h36m`, with the detections sh_ft")
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--steps", type=int, default=1500, help="below 1500 the batch norms have not settled")
    parser.add_argument("--seeds", type=int, default=2, help=f"of each variant; {FAITHFUL} gets {FAITHFUL_SEEDS}")
    parser.add_argument("--only", nargs="+", choices=list(VARIANTS), default=list(VARIANTS), metavar="VARIANT")
    parser.add_argument(
        "--runs", type=Path, help="append each run here, as a line of JSON, and skip those of this size that it has"
    )
    parser.add_argument("--json", type=Path, help="write the table here")
    parser.add_argument(
        "--quick", action="store_true", help="a few steps of a tiny network: says nothing, is soon done"
    )
    options = parser.parse_args()
    size = Size(channels=2, steps=4) if options.quick else Size(options.channels, options.steps)
    variants = list(dict.fromkeys([FAITHFUL, *options.only]))
    table = summary(all_runs(options.store, variants, options.seeds, size, options.runs))
    print_table(table)
    if options.json:
        options.json.write_text(
            json.dumps(
                {"size": asdict(size), "variants": {name: asdict(row) for name, row in table.items()}}, indent=1
            )
            + "\n"
        )


if __name__ == "__main__":
    main()
