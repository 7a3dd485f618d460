"""Committees: one recipe trained with several seeds, and the mean of what they say as one model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tenfold.data import MNIST
from tenfold.errors import RecipeError
from tenfold.train.export import export_committee
from tenfold.train.recipe import Recipe
from tenfold.train.runs import Run
from tenfold.train.seeds import RecipeCallbacks, each_seed

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


def train_seeds(plan: SeedsPlan, data: MNIST, callbacks: RecipeCallbacks) -> list[Run]:
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
    seeds = range(plan.recipe.seed, plan.recipe.seed + plan.seeds)
    runs = list(
        each_seed(
            plan.recipe,
            seeds,
            plan.folder,
            data,
            callbacks,
            resume=plan.resume,
            force=plan.force,
        )
    )
    export_committee(runs, plan.folder / "model", data.test, plan.name)
    return runs
