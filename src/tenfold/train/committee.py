"""Committees: one recipe trained with several seeds, and the mean of what they say as one model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tenfold.data import MNIST
from tenfold.errors import OutputError, RecipeError
from tenfold.files import holds_files
from tenfold.train.export import export_committee
from tenfold.train.fit import Callback
from tenfold.train.recipe import Recipe
from tenfold.train.runs import Run
from tenfold.train.training import TrainingPlan, train_run

__all__ = ["SeedsPlan", "train_seeds"]

_MOST = 100  # members; a graph of more would be slower than anybody waits for


@dataclass(frozen=True)
class SeedsPlan:
    """What to train, with how many seeds, and where.

    Attributes:
        recipe: What to train; its seed is the first.
        seeds: How many, 2 to 100.
        folder: Each seed's run goes to ``seed-N`` in it, the committee to ``model``.
        name: What the committee is called.
        resume: Go on with what is there.
        force: Begin anew in run folders that hold files.
    """

    recipe: Recipe
    seeds: int
    folder: Path
    name: str
    resume: bool = False
    force: bool = False


def train_seeds(
    plan: SeedsPlan, data: MNIST, callbacks: Callable[[Recipe], Sequence[Callback]]
) -> list[Run]:
    """Train a recipe with several seeds, one after the other, and export their mean.

    Args:
        plan: What, how often and where.
        data: The images.
        callbacks: Gives the callbacks of a seed's training.

    Returns:
        The finished runs.

    Raises:
        RecipeError: The number of seeds is out of range.
        OutputError: The folder holds something else.
    """
    if not 2 <= plan.seeds <= _MOST:
        raise RecipeError(f"--seeds: must be from 2 to {_MOST}, but is {plan.seeds}")
    if holds_files(plan.folder) and not any(plan.folder.glob("seed-*")):
        raise OutputError(
            f"{plan.folder}: must be empty or hold runs of other seeds, but holds other files; "
            "choose another --out"
        )
    runs = []
    for seed in range(plan.recipe.seed, plan.recipe.seed + plan.seeds):
        recipe = replace(plan.recipe, seed=seed)
        place = plan.folder / f"seed-{seed}"
        run = train_run(
            TrainingPlan(recipe, place, resume=plan.resume, force=plan.force),
            data,
            callbacks(recipe),
        )
        runs.append(run)
    export_committee(runs, plan.folder / "model", data.test, plan.name)
    return runs
