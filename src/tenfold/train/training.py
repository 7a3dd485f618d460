"""A training from start to finish in a run folder: new, or taken up where it stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from filelock import FileLock, Timeout

from tenfold.data import MNIST
from tenfold.errors import DataError, ModelError, RunError
from tenfold.files import output_errors
from tenfold.folders import LOCK_NAME, ensure_folder, holds_files, new_folder, settle_folder
from tenfold.model import load_model
from tenfold.train.callbacks import Checkpoints, EarlyStopping, MetricsLog
from tenfold.train.checkpoint import check_tensors, load_checkpoint
from tenfold.train.drawn import drawn_digest
from tenfold.train.environment import describe_environment
from tenfold.train.export import export_run
from tenfold.train.fit import Callback, Trainer, as_images, as_labels, fit
from tenfold.train.networks import Network
from tenfold.train.recipe import Recipe
from tenfold.train.runs import (
    OTHER_DRAWING,
    Run,
    check_recipe_of,
    check_same_recipe,
    create_run,
    open_run,
)
from tenfold.train.splits import split_images

__all__ = ["TrainingPlan", "train_run"]

_MOST_THREADS = 1024  # beyond any machine: an environment.json that says more is not believed


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
        RunError: Another process trains in the folder, its checkpoint is damaged, or what is drawn
            for its recipe is not what it was.
        DataError: The data differ from the resumed run's.
        OutputError: The folder cannot be written, or holds files and neither ``resume`` nor
            ``force`` is set.
    """
    _check_before_writing(plan, data)
    with _alone_in(plan.folder):
        run = _prepare(plan, data)
        if run.finished:
            checkpoint = load_checkpoint(run.chosen)
            if checkpoint is not None:
                check_recipe_of(run, checkpoint)
            if _is_whole(run):
                return run
        with _threads_of(run):
            _train(run, data, callbacks)
            export_run(run, run.model, data.test)
        return run


def _train(run: Run, data: MNIST, callbacks: Sequence[Callback]) -> None:
    recipe = run.recipe
    train, validation = split_images(recipe.validation, data)
    trainer = Trainer(recipe, as_images(train), as_labels(train))
    checkpoint = load_checkpoint(run.last)
    if checkpoint is not None:
        check_recipe_of(run, checkpoint)
        check_tensors(run.last, checkpoint.weights, trainer.weights())
        check_tensors(run.last, checkpoint.state, trainer.tensors())
        trainer.restore(checkpoint.weights, checkpoint.state, checkpoint.history)
    own: list[Callback] = [MetricsLog(run.metrics), Checkpoints(run.last, run.best)]
    if recipe.patience:
        own.append(EarlyStopping(recipe.patience))
    fit(trainer, validation, [*own, *callbacks])


def _check_before_writing(plan: TrainingPlan, data: MNIST) -> None:
    """Raise what can be known to be wrong before a folder or a lock is made."""
    if plan.recipe is None:
        if not plan.resume:
            raise RunError("RECIPE: must be named, unless a run is resumed")
        open_run(plan.folder)
        return
    split_images(plan.recipe.validation, data)
    Network(plan.recipe)
    if _is_run(plan.folder) and plan.resume:
        return
    if plan.folder.exists() and not plan.force:
        _check_empty(plan)


def _check_empty(plan: TrainingPlan) -> None:
    """Refuse a folder with files; those of a creation that was cut off are no obstacle."""
    if not plan.folder.is_dir() or not plan.resume:
        new_folder(plan.folder)
        return
    with output_errors(plan.folder):
        names = {path.name for path in plan.folder.iterdir() if not path.name.startswith(".")}
    if names - {"environment.json", "layers.json"}:
        raise RunError(
            f"{plan.folder}: must be a run folder or empty to be resumed, but holds files and no "
            "recipe.toml; choose another --out, or begin anew with --force instead of --resume"
        )


def _prepare(plan: TrainingPlan, data: MNIST) -> Run:
    """Create the run folder, or open the one to resume after checking that it is the same run."""
    if plan.recipe is None or (plan.resume and _is_run(plan.folder)):
        run = open_run(plan.folder)
        if plan.recipe is not None:
            check_same_recipe(run, plan.recipe)
        _check_same_data(run, data)
        _check_same_drawing(run)
        for folder in (run.last, run.best, run.model):
            with output_errors(folder):
                settle_folder(folder, alone=True)
        return run
    if not plan.force:
        _check_empty(plan)  # once more, now that nobody else can begin here
    environment = describe_environment(data.sums, torch.get_num_threads())
    environment["drawn"] = drawn_digest(plan.recipe)
    return create_run(plan.folder, plan.recipe, environment)


def _is_run(folder: Path) -> bool:
    return (folder / "recipe.toml").is_file()


def _is_whole(run: Run) -> bool:
    """Tell whether the model is as it was exported; if not, it is exported again."""
    try:
        load_model(run.model)
    except ModelError:
        return False
    return True


@contextmanager
def _threads_of(run: Run) -> Iterator[None]:
    """Compute with as many threads as the run began with: sums depend on it in their last bits."""
    before, threads = torch.get_num_threads(), run.environment().get("threads")
    if isinstance(threads, int) and 0 < threads <= _MOST_THREADS:
        torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _check_same_data(run: Run, data: MNIST) -> None:
    recorded = run.environment().get("data")
    if recorded != dict(data.sums):
        raise DataError(
            f"--resume: the data must be those {run.folder} was started with, "
            "but their SHA-256 differ; start a new run with another --out"
        )


def _check_same_drawing(run: Run) -> None:
    if run.finished or run.drawn is None or run.drawn == drawn_digest(run.recipe):
        return
    raise RunError(
        f"--resume: the pictures drawn must be those {run.folder} was started with, but "
        f"{OTHER_DRAWING} (environment.json has what it ran on); go on with that, or start a new "
        "run with another --out"
    )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold a lock on a run folder, which the system lets go of when the process dies.

    The lock's file stays: were it removed, one process could hold the old file and another a new
    one. It goes only with a folder that nothing was written to.
    """
    existed = folder.exists()
    ensure_folder(folder)
    lock = FileLock(folder / LOCK_NAME)
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
        if not existed and not holds_files(folder):
            (folder / LOCK_NAME).unlink(missing_ok=True)
            folder.rmdir()
