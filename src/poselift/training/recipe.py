"""A recipe: every setting of a training run, read from TOML and checked before anything starts."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from poselift.data.sources.augment import PoseAugmentConfig
from poselift.data.sources.views import Balance
from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.errors import RecipeError
from poselift.settings import FilePath, Settings
from poselift.skeleton import skeleton_setting


class DataRecipe(Settings):
    """Which poses.

    A store of motion capture is seen by virtual cameras, by a network whose normalisation is "person_centred"; one of
    recordings is seen as it was recorded, by a network whose normalisation is "image_frame".

    Attributes:
        store: the dataset store, a .safetensors file.
        train: names of the splits to train on.
        select_on: name of the split that chooses the best weights. Choosing on the test split flatters the result.
        stride: take every n-th frame of each clip.
        balance: what is equally likely in a batch: "frames", "clips" or "actions". Frames alone favour long clips.
            Recordings are drawn frame by frame, each once in an epoch.
        val_poses: how many poses of `select_on`, evenly spaced, are seen at each validation; 0 for all.
        detections: which 2D joints of recordings: "gt" for the projected truth, or the name of a detector.
        flip: recordings come with their mirror images, which makes an epoch twice as long.
    """

    section: ClassVar[str] = "data"

    store: FilePath
    train: tuple[str, ...] = ("train",)
    select_on: str = "val"
    stride: int = Field(default=1, ge=1)
    balance: Balance = "frames"
    val_poses: int = Field(default=4096, ge=0)
    detections: str = "gt"
    flip: bool = False

    @field_validator("train", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class ModelRecipe(Settings):
    """A name of `models.MODELS` and that model's own settings."""

    model_config = ConfigDict(extra="allow")
    section: ClassVar[str] = "model"

    name: str

    @model_validator(mode="before")
    @classmethod
    def _skeleton_whole(cls, values: Any) -> Any:
        """A run remembers the skeleton itself, not where its file lay."""
        if isinstance(values, dict) and "skeleton" in values:
            return {**values, "skeleton": skeleton_setting(values["skeleton"])}
        return values

    @property
    def config(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Constant(Settings):
    """The learning rate stays."""

    section: ClassVar[str] = "optim.schedule"

    kind: Literal["constant"] = "constant"


class Exponential(Settings):
    """The learning rate is multiplied by `rate` every `steps` steps, continuously; defaults as in the LCN paper."""

    section: ClassVar[str] = "optim.schedule"

    kind: Literal["exponential"] = "exponential"
    rate: float = Field(default=0.96, gt=0, le=1)
    steps: int = Field(default=32000, ge=1)


class Piecewise(Settings):
    """The learning rate is multiplied by `factors[i]` after step `boundaries[i]`, in place of earlier factors.

    Steps count from 0, and the step of the boundary still has the earlier factor, as in TensorFlow.
    """

    section: ClassVar[str] = "optim.schedule"

    kind: Literal["piecewise"] = "piecewise"
    boundaries: tuple[int, ...]
    factors: tuple[float, ...]

    @model_validator(mode="after")
    def _paired(self) -> Piecewise:
        if len(self.boundaries) != len(self.factors) or list(self.boundaries) != sorted(set(self.boundaries)):
            got = f"{list(self.boundaries)} and {list(self.factors)}"
            raise ValueError(f"expected rising boundaries and one factor for each, got {got}")
        return self


class Cosine(Settings):
    """The learning rate falls along half a cosine to `final` times its start at the last step."""

    section: ClassVar[str] = "optim.schedule"

    kind: Literal["cosine"] = "cosine"
    final: float = Field(default=0.01, ge=0, le=1)


Schedule = Annotated[Constant | Exponential | Piecewise | Cosine, Field(discriminator="kind")]


class OptimRecipe(Settings):
    """Adam and what surrounds it.

    Attributes:
        lr: learning rate at the start, or after the warm-up.
        schedule: how it changes.
        warmup_steps: the learning rate rises linearly over so many steps.
        betas: Adam's decay rates of the first and second moment.
        epsilon: Adam's epsilon.
        epsilon_placement: "torch" adds it to the bias-corrected root of the second moment, as in Adam's Algorithm 1;
            "tensorflow" to the uncorrected one, as in the efficient form of section 2 and in the original LCN.
        weight_decay: decoupled, on weight matrices alone.
        l2: adds this times half the sum of squares of all weights and biases to the loss.
        clip_norm: clip the norm of the whole gradient to this; 0 does not.
        ema_decay: keep a moving average of the weights, and validate and deliver that; 0 does not.
    """

    section: ClassVar[str] = "optim"

    lr: float = Field(default=1e-3, gt=0)
    schedule: Schedule = Cosine()
    warmup_steps: int = Field(default=0, ge=0)
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (0.9, 0.999)
    epsilon: float = Field(default=1e-8, gt=0)
    epsilon_placement: Literal["torch", "tensorflow"] = "torch"
    weight_decay: float = Field(default=0.0, ge=0)
    l2: float = Field(default=0.0, ge=0)
    clip_norm: float = Field(default=0.0, ge=0)
    ema_decay: float = Field(default=0.0, ge=0, lt=1)


class LossRecipe(Settings):
    """What is made small.

    Attributes:
        kind: "mse" the mean squared coordinate, "l1" the mean absolute coordinate, "mpjpe" the mean joint distance.
        joint_weights: weight of a joint by name, 1 for those left out.
    """

    section: ClassVar[str] = "loss"

    kind: Literal["mse", "l1", "mpjpe"] = "mse"
    joint_weights: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)


class TrainRecipe(Settings):
    """How long, and what is written when.

    Attributes:
        steps: batches in all.
        epochs: in place of steps: how often every pose is seen.
        best_by: what the best weights are lowest in on the validation set: "mpjpe", or the "loss" as the seed does.
        batch_size: poses in a batch.
        seed: fixes the first weights, every batch and every dropout.
        precision: "32-true", or "bf16-mixed" for bfloat16 matrix products.
        threads: CPU threads of torch; 0 leaves torch's choice.
        log_every, val_every, checkpoint_every: steps between rows of the log, validations, and states to resume from;
            val_every = 0 validates once an epoch.
    """

    section: ClassVar[str] = "train"

    steps: int = Field(default=0, ge=0)
    epochs: float = Field(default=0, ge=0)
    best_by: Literal["mpjpe", "loss"] = "mpjpe"
    batch_size: int = Field(default=256, ge=2)
    seed: int = Field(default=0, ge=0)
    precision: Literal["32-true", "bf16-mixed"] = "32-true"
    threads: int = Field(default=0, ge=0)
    log_every: int = Field(default=100, ge=1)
    val_every: int = Field(default=2000, ge=0)
    checkpoint_every: int = Field(default=2000, ge=1)

    @model_validator(mode="after")
    def _one_length(self) -> TrainRecipe:
        if (self.steps > 0) == (self.epochs > 0):
            raise ValueError(f"expected either steps or epochs above 0, got {self.steps} and {self.epochs:g}")
        return self


class Recipe(Settings):
    """The whole recipe; each field is a table of the TOML file."""

    data: DataRecipe
    model: ModelRecipe
    train: TrainRecipe
    augment: PoseAugmentConfig = PoseAugmentConfig()
    views: ViewConfig = ViewConfig()
    optim: OptimRecipe = OptimRecipe()
    loss: LossRecipe = LossRecipe()

    @model_validator(mode="after")
    def _no_idle_setting(self) -> Recipe:
        """A setting that this kind of data does not know must not look as if it did something."""
        if self.recorded:
            idle = {"augment": self.augment != PoseAugmentConfig(), "views": self.views != ViewConfig()}
            idle["data.balance"] = self.data.balance != "frames"
        else:
            idle = {"data.detections": self.data.detections != "gt", "data.flip": self.data.flip}
        for name, set_here in idle.items():
            if set_here:
                data = "recordings (image_frame)" if self.recorded else "virtual views (person_centred)"
                raise ValueError(f"{name} has no effect on {data}")
        return self

    @property
    def recorded(self) -> bool:
        """Whether it trains on what cameras recorded, and not on virtual views of motion capture."""
        return bool(self.model.config.get("normalisation", "image_frame") == "image_frame")

    @field_validator("model", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


def load_recipe(path: Path, settings: Sequence[str] = ()) -> Recipe:
    """Read a recipe; `settings` such as "optim.lr=5e-4" override it.

    Raises:
        RecipeError: the file cannot be read, a key is unknown (the hint names the nearest), a value is out of range.
    """
    try:
        values = _toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read ({error.strerror})", "name a recipe, a .toml file") from None
    except ValueError as error:
        raise RecipeError(f"{path}: not TOML ({error})") from None
    for setting in settings:
        _override(values, setting)
    return recipe_from(values, source=str(path))


def recipe_from(values: Mapping[str, Any], *, source: str = "recipe") -> Recipe:
    """Check nested settings; errors as for `load_recipe`."""
    return Recipe.of(values, source=source)


def recipe_to_toml(recipe: Recipe) -> str:
    """The recipe with every default filled in, as TOML that `load_recipe` reads back to the same recipe."""
    lines: list[str] = []

    def write(table: Mapping[str, Any], name: str) -> None:
        if name:
            lines.append(f"\n[{name}]")
        lines.extend(f"{key} = {json.dumps(v)}" for key, v in table.items() if not isinstance(v, dict))
        for key, value in table.items():
            if isinstance(value, dict):
                write(value, f"{name}.{key}" if name else key)

    write(recipe.model_dump(mode="json"), "")
    return "\n".join(lines).lstrip() + "\n"


def _toml(text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def _override(values: dict[str, Any], setting: str) -> None:
    """Put one KEY=VALUE into nested values; VALUE is TOML, or a plain string where it is not."""
    key, equals, text = setting.partition("=")
    *tables, last = key.strip().split(".")
    if not equals or not last:
        raise RecipeError(f"--set {setting}: expected KEY=VALUE", "for instance --set optim.lr=5e-4")
    try:
        value = _toml(f"value = {text}")["value"]
    except ValueError:
        value = text.strip()
    table = values
    for name in tables:
        table = table.setdefault(name, {})
        if not isinstance(table, dict):
            raise RecipeError(f"--set {setting}: {name} is a value, not a table")
    table[last] = value
