"""The log of a run: metrics.csv for people and notebooks, event files for TensorBoard."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType

from poselift.errors import MissingExtraError


@dataclass(frozen=True)
class Row:
    """One row of the log.

    Attributes:
        step: steps taken.
        loss: mean over the last train.log_every steps; at step 0, of a model to start from, that of validation.
        loss_ema: exponential moving average, decay 0.9, from 0 on.
        lr: learning rate of the last step.
        steps_per_s: since the row before.
        val_loss, val_mpjpe_mm, val_pa_mpjpe_mm: where a validation was due.
    """

    step: int
    loss: float
    loss_ema: float
    lr: float
    steps_per_s: float
    val_loss: float | None = None
    val_mpjpe_mm: float | None = None
    val_pa_mpjpe_mm: float | None = None


_COLUMNS = [field.name for field in fields(Row)]


class RunLog:
    """Appends rows; a resumed run first forgets the rows after the step that it goes on from."""

    def __init__(self, folder: Path, *, step: int) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise MissingExtraError("tensorboard", "train") from None
        kept = [row for row in read_rows(folder / "metrics.csv") if int(row["step"]) <= step] if step else []
        self._file = (folder / "metrics.csv").open("w", newline="", encoding="utf-8")
        self._csv = csv.DictWriter(self._file, _COLUMNS)
        self._csv.writeheader()
        self._csv.writerows(kept)
        self._events = SummaryWriter(str(folder), purge_step=step + 1 if step else None)

    def write(self, row: Row) -> None:
        values = {name: value for name, value in asdict(row).items() if value is not None}
        self._csv.writerow(values)
        self._file.flush()
        for name, value in values.items():
            if name != "step":
                self._events.add_scalar(name, value, row.step)

    def __enter__(self) -> RunLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._events.close()


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a metrics.csv, none where there is no such file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
