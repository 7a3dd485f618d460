"""One recipe, trained with several seeds, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tenfold.data import MNIST
from tenfold.errors import OutputError
from tenfold.folders import holds_files
from tenfold.train.fit import Callback
from tenfold.train.recipe import Recipe
from tenfold.train.runs import Run
from tenfold.train.training import TrainingPlan, train_run

__all__ = ["RecipeCallbacks", "each_seed"]

RecipeCallbacks = Callable[[Recipe], Sequence[Callback]]
"""Gives the callbacks of a seed's training."""


def each_seed(
    recipe: Recipe,
    seeds: Sequence[int],
    folder: Path,
    data: MNIST,
    callbacks: RecipeCallbacks,
    *,
    resume: bool,
    force: bool,
) -> Iterator[Run]:
    """Train a recipe with each seed and give the finished runs, ``folder/seed-N``.

    Args:
        recipe: What to train; its own seed counts for nothing.
        seeds: Which seeds, in this order.
        folder: Where the runs go.
        data: The images.
        callbacks: Gives the callbacks of a seed's training.
        resume: Go on with what is there.
        force: Begin anew in run folders that hold files.

    Raises:
        OutputError: The folder cannot be written, or holds other files than runs of seeds.
        RunError: A run there was started with another recipe.
    """
    if holds_files(folder) and not any(folder.glob("seed-*")):
        raise OutputError(
            f"{folder}: must be empty or hold runs of {recipe.name}, but holds other files; "
            "choose another folder"
        )
    for seed in seeds:
        chosen = replace(recipe, seed=seed)
        plan = TrainingPlan(chosen, folder / f"seed-{seed}", resume=resume, force=force)
        yield train_run(plan, data, callbacks(chosen))
