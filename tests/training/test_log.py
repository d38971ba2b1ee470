"""The log of a run."""

from __future__ import annotations

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from poselift.training.log import Row, RunLog, read_rows


def test_rows_reach_the_table_and_tensorboard(tmp_path):
    with RunLog(tmp_path, step=0) as log:
        log.write(Row(10, 0.5, 0.4, 1e-3, 20.0))
        log.write(Row(20, 0.25, 0.3, 5e-4, 20.0, 0.2, 60.5, 45.25))
    rows = read_rows(tmp_path / "metrics.csv")
    assert [row["val_mpjpe_mm"] for row in rows] == ["", "60.5"]
    assert float(rows[1]["lr"]) == 5e-4
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    assert [(e.step, e.value) for e in events.Scalars("loss")] == [(10, 0.5), (20, 0.25)]
    assert [(e.step, e.value) for e in events.Scalars("val_pa_mpjpe_mm")] == [(20, 45.25)]


def test_a_resumed_log_forgets_what_is_done_again(tmp_path):
    with RunLog(tmp_path, step=0) as log:
        for step in (10, 20, 30):
            log.write(Row(step, 1.0, 1.0, 1e-3, 20.0))
    with RunLog(tmp_path, step=20) as log:
        log.write(Row(30, 2.0, 1.0, 1e-3, 20.0))
    assert [(row["step"], row["loss"]) for row in read_rows(tmp_path / "metrics.csv")] == [
        ("10", "1.0"),
        ("20", "1.0"),
        ("30", "2.0"),
    ]


def test_there_are_no_rows_where_there_is_no_file(tmp_path):
    assert read_rows(tmp_path / "metrics.csv") == []
