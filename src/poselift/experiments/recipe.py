"""What an experiment is: a question, the networks that are trained for it, and what is measured on them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from poselift.errors import RecipeError
from poselift.lookup import checked_name
from poselift.metrics.protocols import PROTOCOLS
from poselift.settings import NotNegative, OneOf, Settings
from poselift.training.recipe_file import recipe_values

FOLDER = Path("recipes/experiments")
# Names become folders.
_NAME = re.compile(r"[\w(][\w .,+()%=-]*")
Value: TypeAlias = bool | int | float | str


class Measure(Settings):
    """What a trained network is measured on.

    Attributes:
        split: names of the splits.
        detections: of recordings: which 2D joints.
        only, without: which clips count, such as "camera:4" or "action:dance", see `data.selection.selected`.
        noise_px: of recordings: standard deviation of an error added to each 2D joint.
        missing: of recordings: so many joints of every pose, drawn at random, are not reported.
        true_2d: of motion capture: seen by a perfect detector.
        flip: average with the prediction for the mirror image.
    """

    section: ClassVar[str] = "measures"

    split: tuple[str, ...] = ("test",)
    detections: str = "gt"
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    noise_px: NotNegative = 0.0
    missing: int = Field(default=0, ge=0)
    true_2d: bool = False
    flip: bool = False


class Axis(Settings):
    """A setting that takes one value after the other.

    Attributes:
        setting: its key, such as "model.hops", or of measures a name such as "noise_px".
        values: what it is.
        label: how tables and the plot call it. Default: the key's last part.
    """

    setting: str
    values: tuple[Value, ...] = Field(min_length=1)
    label: str = ""

    @property
    def called(self) -> str:
        return self.label or self.setting.rsplit(".", 1)[-1]


class PlotRecipe(Settings):
    """What the plot shows; a line for each network and measure, unless they are the axis.

    Attributes:
        x: "grid" and "levels" for those values, "parameters", "flops" (of one window), "window" (its frames),
            "networks" or "measures".
        log: whether the axis is logarithmic.
        label: of the axis. Default: what it is.
        protocol: which errors. Default: the first of the experiment's.
        measures: the measures that are shown. Default: all.
        lines: over "parameters", "flops" and "window": networks that one line goes through, by its name.
    """

    section: ClassVar[str] = "plot"

    x: Literal["grid", "levels", "parameters", "flops", "window", "networks", "measures"] = "networks"
    log: bool = False
    label: str = ""
    protocol: str = ""
    measures: tuple[str, ...] = ()
    lines: dict[str, Annotated[tuple[str, ...], Field(strict=False)]] = Field(default_factory=dict)


class Experiment(Settings):
    """An experiment; the fields are the keys of its TOML file.

    Attributes:
        title: in a few words.
        question: what it asks.
        base: the recipe that every network is trained by, beside the experiment's file.
        networks: in place of `base`: another experiment, whose trained networks are measured.
        only: of those networks, by name. Default: all.
        set: settings of all networks: dotted keys, or whole tables such as "model".
        variants: by the name of a network, its own settings.
        grid: a setting that varies in each of the variants.
        seeds: each network is trained once with each.
        measures: by name, what is measured.
        levels: a setting of the measures that varies.
        protocols: which errors are in the table.
        plot: what the plot shows.
    """

    title: str
    question: str
    base: str = ""
    networks: str = ""
    only: tuple[str, ...] = ()
    set: dict[str, Any] = Field(default_factory=dict)
    variants: dict[str, dict[str, Any]] = Field(default_factory=dict)
    grid: Axis | None = None
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(default=(0, 1, 2), min_length=1)
    measures: dict[str, Measure] = Field(default={"test": Measure()}, min_length=1)
    levels: Axis | None = None
    protocols: tuple[Annotated[str, OneOf(PROTOCOLS)], ...] = ("root_relative", "procrustes")
    plot: PlotRecipe = PlotRecipe()

    @field_validator("measures", mode="before")
    @classmethod
    def _checked_alone(cls, value: Any) -> Any:
        # So that an unknown setting meets the nearest of its own class.
        if not isinstance(value, dict):
            return value
        return {name: Measure.of(own) if isinstance(own, dict) else own for name, own in value.items()}

    @field_validator("variants", "measures", mode="after")
    @classmethod
    def _names_of_folders(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if not _NAME.fullmatch(name):
                raise ValueError(f"expected a name of letters, digits and spaces, got {name!r}")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Experiment:
        if bool(self.base) == bool(self.networks):
            raise ValueError("expected either base or networks, got both or none")
        if self.networks and (self.set or self.variants or self.grid):
            raise ValueError("networks of another experiment are as they are: leave out set, variants and grid")
        if self.base and not (self.variants or self.grid):
            raise ValueError("expected variants or a grid, got neither")
        if self.only and not self.networks:
            raise ValueError("only says which networks of another experiment, and none is named")
        axis = getattr(self, self.plot.x, True) if self.plot.x in ("grid", "levels") else True
        if axis is None and not self.networks:
            raise ValueError(f"plot.x is {self.plot.x}, which the experiment does not have")
        return self

    @property
    def levelled(self) -> dict[str, Measure]:
        """Every measure at each of the levels, by name."""
        if self.levels is None:
            return dict(self.measures)
        return {
            level_name(name, self.levels, value): measure.replaced(**{self.levels.setting: value})
            for name, measure in self.measures.items()
            for value in self.levels.values
        }


def level_name(name: str, axis: Axis, value: Value) -> str:
    """What a network or a measure is called at a value of an axis; both go without a name where it says it all."""
    at = f"{axis.called} {value}"
    return f"{name}, {at}" if name else at


def experiment_path(name: str) -> Path:
    """The file of an experiment, which is one of `recipes/experiments`, or a path.

    Raises:
        RecipeError: there is none of that name; the hint names the nearest.
    """
    if name.endswith(".toml"):
        return Path(name)
    return known_experiments()[checked_name(known_experiments(), name, "experiment")]


def known_experiments() -> dict[str, Path]:
    """Those of `recipes/experiments`, by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def load_experiment(path: Path) -> Experiment:
    """Read the file of an experiment.

    Raises:
        RecipeError: it cannot be read, a key is unknown (the hint names the nearest), or a value is out of range.
    """
    experiment = Experiment.of(recipe_values(path), source=str(path))
    try:
        experiment.levelled  # noqa: B018 - a level must be what its measure takes
        _check_plot(experiment)
    except RecipeError as error:
        raise RecipeError(f"{path}: {error}", error.hint) from None
    return experiment


def _check_plot(experiment: Experiment) -> None:
    """Complain of a plot of what is not measured."""
    plot = experiment.plot
    if plot.protocol and plot.protocol not in experiment.protocols:
        raise RecipeError(
            f"plot.protocol: {plot.protocol} is not measured", f"measured: {', '.join(experiment.protocols)}"
        )
    for name in plot.measures:
        checked_name(experiment.measures, name, "measure")
