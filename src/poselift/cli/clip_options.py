"""Options of several commands that say which clips of a data set count."""

from __future__ import annotations

from typing import Annotated

import typer

Only = Annotated[
    list[str] | None,
    typer.Option("--only", help="Clips that count: subject:, action:, camera: or tag: and a name, as camera:4."),
]
Without = Annotated[list[str] | None, typer.Option("--without", help="Clips that do not count, named as for --only.")]
