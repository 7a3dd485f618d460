"""Trains in processes that are killed again and again; run by the test of resuming.

    python interrupted.py RECIPE FOLDER points        print how often a run touches the disk
    python interrupted.py RECIPE FOLDER at N          kill itself at the Nth touch, then resume
    python interrupted.py RECIPE FOLDER after S S ..  be killed after S seconds, each time resumed

Each attempt is a fork of this process, which has PyTorch loaded and has never used it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import tiny
from tenfold.train import checkpoint, environment
from tenfold.train.training import TrainingPlan, train_run

TOUCHES = ("fsync", "rename", "replace", "unlink", "rmdir", "mkdir")
DATA = tiny.tiny_mnist(train=96, test=20)


class Disk:
    """Counts what a process does to the disk; `before` is called each time with the number."""

    def __init__(self, before: Callable[[int], None]) -> None:
        self.count = 0
        self._before = before
        for name in TOUCHES:
            setattr(os, name, self._watched(getattr(os, name)))

    def _watched(self, real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            self.count += 1
            self._before(self.count)
            return real(*arguments, **options)

        return call


def train(folder: Path) -> None:
    train_run(TrainingPlan(tiny.RECIPES[sys.argv[1]], folder, resume=True), DATA)


def die(count: int, at: int) -> None:
    if count == at:
        os.kill(os.getpid(), signal.SIGKILL)


def attempt(work: Callable[[], None]) -> int:
    """Fork; return the child's process id to the parent, and never return in the child."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - a fork must not go on in the parent's code
        print(f"attempt failed: {error!r}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def finish(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def checkpoints_are_whole(folder: Path) -> None:
    """Raise unless each checkpoint is absent or complete, as the next attempt will find it."""
    for name in ("last", "best"):
        checkpoint.load_checkpoint(folder / "checkpoint" / name)


def points(folder: Path) -> None:
    disk = Disk(lambda _count: None)
    train(folder)
    print(disk.count)


def killed_at(folder: Path, numbers: list[int]) -> None:
    for number in numbers:
        run = folder / f"at-{number}"

        def work(run: Path = run, number: int = number) -> None:
            Disk(lambda count: die(count, number))
            train(run)

        if finish(attempt(work)) != -signal.SIGKILL:
            sys.exit(f"the attempt was not killed at point {number}")
        checkpoints_are_whole(run)
        if finish(attempt(lambda run=run: train(run))) != 0:
            sys.exit(f"resuming failed after point {number}")


def killed_after(folder: Path, delays: list[float]) -> None:
    """Each attempt's disk is slow, so that most kills fall into the writing of a checkpoint."""

    def work() -> None:
        Disk(lambda _count: time.sleep(0.003))
        train(folder)

    kills = 0
    for delay in delays:
        child = attempt(work)
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        kills += finish(child) == -signal.SIGKILL
        checkpoints_are_whole(folder)
    print(kills)
    if finish(attempt(lambda: train(folder))) != 0:
        sys.exit("resuming failed at last")


if __name__ == "__main__":
    environment._git = lambda *_: None  # starts a process, which takes longer than the training
    how, values = sys.argv[3], sys.argv[4:]
    place = Path(sys.argv[2])
    if how == "points":
        points(place)
    elif how == "at":
        killed_at(place, [int(value) for value in values])
    else:
        killed_after(place, [float(value) for value in values])
