"""Committees: one recipe trained with several seeds, and the mean of what they say as one model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tenfold.data import MNIST
from tenfold.errors import ModelError, RecipeError
from tenfold.model import read_card
from tenfold.train.export import export_committee
from tenfold.train.recipe import Recipe
from tenfold.train.runs import Run
from tenfold.train.seeds import RecipeCallbacks, each_seed
from tenfold.train.settings import to_table

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
        resume: Go on with what is there; a committee of these runs stays.
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
    model = plan.folder / "model"
    if not (plan.resume and _is_of(model, runs)):
        export_committee(runs, model, data.test, plan.name)
    return runs


def _is_of(folder: Path, runs: Sequence[Run]) -> bool:
    """Tell whether a folder holds the committee of some runs, which training gives but once.

    It may have been calibrated or evaluated since, and is then worth more than a new one.
    """
    try:
        card = read_card(folder)
    except ModelError:
        return False
    recipe = {key: value for key, value in card.recipe.items() if key != "summary"}
    expected = {key: value for key, value in to_table(runs[0].recipe).items() if key != "summary"}
    return (
        recipe == expected
        and card.trained.get("seeds") == [run.recipe.seed for run in runs]
        and card.trained.get("epochs") == len(runs[0].history())
    )
