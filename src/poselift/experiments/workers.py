"""Tasks done by several processes at once; one that fails or dies takes nothing but its own task along."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from typing import Any

from poselift.errors import PoseliftError
from poselift.experiments.running import Task, perform

# Libraries read them once, when they are imported: several processes share the cores.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Outcome:
    """How a task ended.

    Attributes:
        done: false where it failed, or was stopped.
        failure: what went wrong, in one line; "" if nothing did.
    """

    task: Task
    done: bool
    failure: str = ""


def outcomes(tasks: list[Task], jobs: int, stop: Callable[[], bool]) -> Iterator[Outcome]:
    """Do all tasks, so many at once, and tell each as it ends; after `stop` no more are begun.

    A single job is done in this process.
    """
    jobs = min(jobs, len(tasks))
    if jobs > 1:
        yield from _by_processes(tasks, jobs, stop)
        return
    for task in tasks:
        if stop():
            return
        yield _outcome(task, stop)


def _outcome(task: Task, stop: Callable[[], bool]) -> Outcome:
    try:
        return Outcome(task, perform(task, stop))
    except Exception as error:  # the others go on, whatever it is
        kind = "" if isinstance(error, PoseliftError) else f"{type(error).__name__}: "
        return Outcome(task, False, f"{kind}{' '.join(str(error).split())}")


class _Worker:
    """A process, and what it works on."""

    def __init__(self, stopped: Event) -> None:
        context = get_context("spawn")  # not forked: CUDA cannot be
        self.channel, theirs = context.Pipe()
        self.task: Task | None = None
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs, stopped), daemon=True)
        before = {name: os.environ.get(name) for name in _ONE_THREAD}
        os.environ.update(_ONE_THREAD)
        try:
            self.process.start()
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        theirs.close()

    def give(self, task: Task) -> None:
        self.task = task
        self.channel.send(task)

    def ended(self) -> Outcome:
        """Of the task that it had; it may have died."""
        task, self.task = self.task, None
        assert task is not None
        try:
            outcome: Outcome = self.channel.recv()
            return outcome
        except (EOFError, OSError):
            self.process.join()
            return Outcome(task, False, f"its process ended with code {self.process.exitcode}")


def _by_processes(tasks: list[Task], jobs: int, stop: Callable[[], bool]) -> Iterator[Outcome]:
    stopped, left = get_context("spawn").Event(), list(reversed(tasks))
    workers = [_Worker(stopped) for _ in range(jobs)]
    try:
        while True:
            if stop():
                stopped.set()
                left.clear()
            for number, worker in enumerate(workers):
                if worker.task is None and left:
                    if not worker.process.is_alive():
                        workers[number] = worker = _Worker(stopped)
                    worker.give(left.pop())
            busy = [worker for worker in workers if worker.task is not None]
            if not busy:
                return
            ready = wait([worker.channel for worker in busy], timeout=0.2)
            for worker in busy:
                if worker.channel in ready:
                    yield worker.ended()
    finally:
        stopped.set()
        for worker in workers:
            worker.channel.close()
        for worker in workers:
            worker.process.join()


def _serve(channel: Connection, stopped: Event) -> None:
    """What a process does: tasks, until there are none."""
    # Ctrl-C reaches everybody in a terminal; the parent says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def stop() -> bool:
        # Whose parent is gone saves its state and goes too.
        return stopped.is_set() or os.getppid() != parent

    while True:
        try:
            task: Any = channel.recv()
        except EOFError:
            return
        outcome = _outcome(task, stop)
        try:
            channel.send(outcome)
        except OSError:
            return
