"""A training from start to finish in a run folder: new, or taken up where it stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from filelock import FileLock, Timeout

from tenfold.data import MNIST
from tenfold.errors import DataError, RunError
from tenfold.files import ensure_folder, output_errors
from tenfold.train.callbacks import Checkpoints, EarlyStopping, MetricsLog
from tenfold.train.checkpoint import load_checkpoint
from tenfold.train.environment import describe_environment
from tenfold.train.export import export_run
from tenfold.train.fit import Callback, Trainer, as_images, as_labels, fit
from tenfold.train.recipe import Recipe
from tenfold.train.runs import Run, check_same_recipe, create_run, open_run
from tenfold.train.settings import to_table
from tenfold.train.splits import split_images

__all__ = ["TrainingPlan", "train_run"]


@dataclass(frozen=True)
class TrainingPlan:
    """What to train, and where.

    Attributes:
        recipe: What to train; None takes the one of the run that is resumed.
        folder: The run folder.
        resume: Go on with the run in ``folder``, if there is one.
        force: Begin anew in a folder that holds files.
    """

    recipe: Recipe | None
    folder: Path
    resume: bool = False
    force: bool = False


def train_run(plan: TrainingPlan, data: MNIST, callbacks: Sequence[Callback] = ()) -> Run:
    """Train a recipe in a run folder and export its model there.

    A run that was killed at any moment and resumed ends with the same weights, bit by bit, as one
    that was not.

    Args:
        plan: What and where.
        data: The images.
        callbacks: Called after the run's own, which keep metrics and checkpoints.

    Returns:
        The finished run.

    Raises:
        RecipeError: The recipe differs from the resumed run's, or diverges.
        RunError: Another process trains in the folder, or its checkpoint is damaged.
        DataError: The data differ from the resumed run's.
        OutputError: The folder cannot be written, or holds files and neither ``resume`` nor
            ``force`` is set.
    """
    with _alone_in(plan.folder):
        run = _prepare(plan, data)
        if run.finished:
            return run
        _train(run, data, callbacks)
        export_run(run, run.model, data.test)
        return run


def _train(run: Run, data: MNIST, callbacks: Sequence[Callback]) -> None:
    recipe = run.recipe
    train, validation = split_images(recipe.validation, data)
    trainer = Trainer(recipe, as_images(train), as_labels(train))
    checkpoint = load_checkpoint(run.last)
    if checkpoint is not None:
        if checkpoint.recipe != to_table(recipe):
            raise RunError(
                f"{run.last}: is no checkpoint of the recipe in {run.folder / 'recipe.toml'}; "
                "restore that file, or train again with another --out"
            )
        trainer.restore(checkpoint.weights, checkpoint.state, checkpoint.history)
    own: list[Callback] = [MetricsLog(run.metrics), Checkpoints(run.last, run.best)]
    if recipe.patience:
        own.append(EarlyStopping(recipe.patience))
    fit(trainer, validation, [*own, *callbacks])


def _prepare(plan: TrainingPlan, data: MNIST) -> Run:
    """Create the run folder, or open the one to resume after checking that it is the same run."""
    started = (plan.folder / "recipe.toml").exists()
    if plan.resume and (started or plan.recipe is None):
        run = open_run(plan.folder)
        if plan.recipe is not None:
            check_same_recipe(run, plan.recipe)
        _check_same_data(run, data)
        return run
    if plan.recipe is None:
        raise RunError("RECIPE: must be named, unless a run is resumed")
    # What would be refused later is refused before anything is written.
    split_images(plan.recipe.validation, data)
    Trainer(plan.recipe, torch.empty(0), torch.empty(0))
    environment = describe_environment(data.sums, torch.get_num_threads())
    return create_run(plan.folder, plan.recipe, environment, force=plan.force or plan.resume)


def _check_same_data(run: Run, data: MNIST) -> None:
    recorded = run.environment().get("data")
    if recorded != dict(data.sums):
        raise DataError(
            f"--resume: the data must be those {run.folder} was started with, "
            "but their SHA-256 differ; start a new run with another --out"
        )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold a lock on a run folder, which the system lets go of when the process dies."""
    ensure_folder(folder.parent)
    lock = FileLock(folder.parent / f".{folder.name}.lock")
    with output_errors(folder):
        try:
            lock.acquire(timeout=0)
        except Timeout:  # an OSError too, so it is caught in here
            raise RunError(
                f"{folder}: another process is training there; wait for it, or choose another --out"
            ) from None
    try:
        yield
    finally:
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)
