"""What a reader's arguments are called and mean on the command line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """Stands in `Annotated[type, Option(...)]` of an argument of a function that `READERS` names.

    Attributes:
        help: what it does, for `poselift prepare NAME --help`.
        flag: such as "--val". Default: made of the argument's name.
    """

    help: str
    flag: str = ""
