"""Several processes do what one does, and one that fails takes nobody along."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from poselift.experiments import workers
from poselift.experiments.plan import plan
from poselift.experiments.running import RESULT, tasks_of
from poselift.experiments.workers import outcomes


def tasks(path, runs):
    return tasks_of([plan(str(path))], runs, "cpu")


def results(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob(RESULT))}


def test_two_jobs_are_one_job(write_experiment, tmp_path, never):
    path = write_experiment()
    one, two = tmp_path / "one", tmp_path / "two"
    assert [outcome.done for outcome in outcomes(tasks(path, one), 1, never)] == [True] * 4
    told = list(outcomes(tasks(path, two), 2, never))
    assert sorted(outcome.task.name for outcome in told) == sorted(task.name for task in tasks(path, tmp_path))
    assert [(outcome.done, outcome.failure) for outcome in told] == [(True, "")] * 4
    assert results(one) == results(two)
    assert len(results(one)) == 4


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_others_go_on_when_one_fails(write_experiment, tmp_path, never, jobs):
    variants = {"good": {}, "blown up": {"optim.lr": 1e30}}
    path = write_experiment(variants=variants, grid=None, seeds=[0], plot={})
    told = {outcome.task.name: outcome for outcome in outcomes(tasks(path, tmp_path), jobs, never)}
    assert told["hops/good/seed-0"].done
    assert not told["hops/blown up/seed-0"].done
    assert "at step" in told["hops/blown up/seed-0"].failure
    assert list(results(tmp_path)) == ["hops/good/seed-0/result.json"]


def test_a_process_that_dies_takes_its_own_task_alone(write_experiment, tmp_path, never, monkeypatch):
    died = []
    give = workers._Worker.give

    def deadly(self, task):
        give(self, task)
        if task.name.endswith("seed-0"):
            os.kill(self.process.pid, signal.SIGKILL)
            died.append(task.name)

    monkeypatch.setattr(workers._Worker, "give", deadly)
    path = write_experiment(variants={"a": {}, "b": {}}, grid=None, plot={})
    told = {outcome.task.name: outcome for outcome in outcomes(tasks(path, tmp_path), 2, never)}
    assert (
        {name for name, outcome in told.items() if not outcome.done}
        == set(died)
        == {"hops/a/seed-0", "hops/b/seed-0"}
    )
    assert {told[name].failure for name in died} == {"its process ended with code -9"}


def test_nothing_is_begun_after_a_stop(write_experiment, tmp_path):
    for jobs in (1, 2):
        assert not any(outcome.done for outcome in outcomes(tasks(write_experiment(), tmp_path), jobs, lambda: True))
    assert results(tmp_path) == {}
