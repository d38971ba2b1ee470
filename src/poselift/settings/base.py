"""The base of all classes of settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from poselift.settings.complaint import explained

_Self = TypeVar("_Self", bound="Settings")


def _rising(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] > value[1]:
        raise ValueError(f"expected [low, high], got {list(value)}")
    return value


Probability: TypeAlias = Annotated[float, Field(ge=0, le=1)]
NotNegative: TypeAlias = Annotated[float, Field(ge=0)]
Range: TypeAlias = Annotated[tuple[float, float], AfterValidator(_rising)]
FilePath: TypeAlias = Annotated[Path, Field(strict=False)]  # text will do: TOML has no paths


class Settings(BaseModel):
    """Settings that were checked; they do not change any more.

    No type is guessed: the text "False" is no boolean, and 2.5 no number of layers. A list will do for a tuple and a
    whole number for any number, since that is how TOML and JSON write them.

    Attributes:
        section: the table of a recipe that holds such settings, for messages.

    Raises:
        RecipeError: there is no such setting (the hint names the nearest), or it is not what it may be.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)
    section: ClassVar[str] = ""

    if not TYPE_CHECKING:  # type checkers make a signature of the fields

        def __init__(self, /, **values):
            try:
                super().__init__(**values)
            except ValidationError as error:
                raise explained(error, type(self), type(self).section) from None

        # Settings inside of settings are made by pydantic itself, so that its complaints say where they stand.
        __init__.__pydantic_base_init__ = True

    @model_validator(mode="before")
    @classmethod
    def _tuples(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}

    @classmethod
    def of(cls: type[_Self], values: Mapping[str, Any], *, source: str = "") -> _Self:
        """Settings of nested tables, such as TOML and JSON hold.

        Args:
            source: where they come from; messages begin with it.

        Raises:
            RecipeError: as for the class itself.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise explained(error, cls, cls.section, source) from None

    def replaced(self: _Self, **changes: Any) -> _Self:
        """The same settings but for some, all checked again."""
        return type(self)(**{**dict(self), **changes})

    def as_dict(self) -> dict[str, Any]:
        """All settings by name; settings inside of settings are dicts too."""
        return self.model_dump()
