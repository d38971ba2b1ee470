"""A recipe: every setting of a training run, checked before anything starts."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, SerializeAsAny, field_validator, model_validator

from poselift.data.sources.augment import PoseAugmentConfig
from poselift.data.sources.views import Balance
from poselift.data.sources.virtual_cameras import ViewConfig
from poselift.lookup import look_up
from poselift.models import MODELS, model_class
from poselift.normalisation import normaliser
from poselift.settings import FilePath, NotNegative, OneOf, Settings
from poselift.training.losses import LOSSES
from poselift.training.optimisers import OPTIMISERS
from poselift.training.optimisers.adam import Adam
from poselift.training.optimisers.base import Optimiser
from poselift.training.start import completed_model


class DataRecipe(Settings):
    """Which poses. The store says whether they are motion capture, which virtual cameras see, or recordings.

    Attributes:
        store: the dataset store, a .safetensors file.
        train: names of the splits to train on.
        select_on: name of the split that chooses the best weights. Choosing on the test split flatters the result.
        stride: take every n-th frame of each clip.
        share: train on so much of the frames, drawn as whole takes by train.seed; what several cameras saw is drawn
            together.
        balance: of motion capture: what is equally likely in a batch. Frames alone favour long clips. Recordings are
            drawn frame by frame, each once in an epoch.
        val_poses: how many poses of `select_on`, evenly spaced, are seen at each validation; 0 for all.
        detections: of recordings: which 2D joints, "gt" for the projected truth, or the name of a detector.
        trusted: take the store as it is, also if people in it look upside down, or of another unit than millimetres.
        flip: of recordings: they come with their mirror images, which makes an epoch twice as long.
        only, without: which clips count, to train and to select on, such as only = ["camera:1", "camera:2"] or
            without = ["action:dance", "subject:05", "tag:faulty"]; see `poselift.data.selection`.
    """

    section: ClassVar[str] = "data"

    store: FilePath
    train: tuple[str, ...] = ("train",)
    select_on: str = "val"
    stride: int = Field(default=1, ge=1)
    share: float = Field(default=1.0, gt=0, le=1)
    balance: Balance = "frames"
    val_poses: int = Field(default=4096, ge=0)
    detections: str = "gt"
    trusted: bool = False
    flip: bool = False
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @field_validator("train", "only", "without", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class ModelRecipe(Settings):
    """A network by name, and its own settings.

    Attributes:
        name: which network.
    """

    model_config = ConfigDict(extra="allow")
    section: ClassVar[str] = "model"

    name: Annotated[str, OneOf(MODELS)]

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, values: Any) -> Any:
        """Every setting of the network, checked by the network's own class of settings."""
        if isinstance(values, str):
            values = {"name": values}
        if not isinstance(values, dict) or values.get("name") not in list(MODELS):
            return values
        own = {key: value for key, value in values.items() if key != "name"}
        return {"name": values["name"], **model_class(values["name"]).Config.of(own).as_dict()}

    @property
    def config(self) -> dict[str, Any]:
        """The network's own settings."""
        return dict(self.model_extra or {})


class LossRecipe(Settings):
    """What is made small.

    Attributes:
        terms: how much each term counts: "mse" the mean squared coordinate, "l1" the mean absolute coordinate,
            "mpjpe" the mean joint distance, "likelihood" how unlikely the truth is to a network with
            `model.uncertainty`, "velocity" the mean distance between movements from frame to frame, for networks
            that predict all of their window. kind = "mse" is short for terms = {mse = 1.0}.
        joint_weights: weight of a joint by name, 1 for those left out.
    """

    section: ClassVar[str] = "loss"

    terms: dict[Annotated[str, OneOf(LOSSES)], Annotated[float, Field(gt=0)]] = Field(
        default={"mse": 1.0}, min_length=1
    )
    joint_weights: dict[str, NotNegative] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _one_term(cls, values: Any) -> Any:
        if not isinstance(values, dict) or not isinstance(values.get("kind"), str):
            return values
        if "terms" in values:
            raise ValueError("kind is short for terms, expected one of the two, got both")
        others = {key: value for key, value in values.items() if key != "kind"}
        return {**others, "terms": {values["kind"]: 1.0}}


class TrainRecipe(Settings):
    """How long, and what is written when.

    Attributes:
        steps: batches in all.
        epochs: in place of steps: how often every pose is seen.
        best_by: what the best weights are lowest in on the validation set; the original goes by the loss.
        batch_size: poses in a batch.
        seed: fixes the first weights, every batch and every dropout.
        precision: "32-true", or "bf16-mixed" for bfloat16 matrix products.
        threads: CPU threads of torch; 0 leaves torch's choice.
        workers: processes that make batches, for machines of more cores than a network trains on; 0 for a thread.
            Single frames of recordings are not made, and need none.
        log_every: steps between rows of the log.
        val_every: steps between validations; 0 validates once an epoch.
        checkpoint_every: steps between states to resume from.
    """

    section: ClassVar[str] = "train"

    steps: int = Field(default=0, ge=0)
    epochs: float = Field(default=0, ge=0)
    best_by: Literal["mpjpe", "loss"] = "mpjpe"
    batch_size: int = Field(default=256, ge=2)
    seed: int = Field(default=0, ge=0)
    precision: Literal["32-true", "bf16-mixed"] = "32-true"
    threads: int = Field(default=0, ge=0)
    workers: int = Field(default=0, ge=0)
    log_every: int = Field(default=100, ge=1)
    val_every: int = Field(default=2000, ge=0)
    checkpoint_every: int = Field(default=2000, ge=1)

    @model_validator(mode="after")
    def _one_length(self) -> TrainRecipe:
        if (self.steps > 0) == (self.epochs > 0):
            raise ValueError(f"expected either steps or epochs above 0, got {self.steps} and {self.epochs:g}")
        return self


class Recipe(Settings):
    """The whole recipe; each other field is a table of the TOML file.

    Attributes:
        init: the model to start from: the name of one that comes with poselift, such as "default", or a file; left
            out to start from nothing. What `model` leaves out is as that model has it, the skeleton only if the
            dataset has its joints; else it is that of the dataset.
    """

    init: str | None = None
    data: DataRecipe
    model: ModelRecipe
    train: TrainRecipe
    augment: PoseAugmentConfig = PoseAugmentConfig()
    views: ViewConfig = ViewConfig()
    optim: SerializeAsAny[Optimiser] = Adam()
    loss: LossRecipe = LossRecipe()

    @model_validator(mode="before")
    @classmethod
    def _model_of_init(cls, values: Any) -> Any:
        if not isinstance(values, dict) or not isinstance(values.get("init"), str):
            return values
        data = values.get("data")
        store = data.get("store") if isinstance(data, dict) else None
        return {**values, "model": completed_model(values["init"], values.get("model", {}), store)}

    @model_validator(mode="after")
    def _all_that_comes_out_is_trained(self) -> Recipe:
        says, trained = self.model.config["uncertainty"], "likelihood" in self.loss.terms
        if says != trained:
            raise ValueError(
                "model.uncertainty and the loss's term likelihood go together, "
                f"got {'the former' if says else 'the latter'} alone"
            )
        name = self.model.config["normalisation"]
        if says and normaliser(name).unit_mm is None:
            raise ValueError(f"model.uncertainty: no errors in millimetres follow from what {name} predicts")
        return self

    @field_validator("optim", mode="before")
    @classmethod
    def _of_that_name(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        kind: type[Optimiser] = look_up(OPTIMISERS, str(value.get("name", "adam")), "optimiser")
        return kind.of(value)
