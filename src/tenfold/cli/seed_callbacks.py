"""What commands show while they train several seeds."""

from __future__ import annotations

from tenfold.train.callbacks import ProgressBar
from tenfold.train.recipe import Recipe
from tenfold.train.seeds import RecipeCallbacks

__all__ = ["seed_callbacks"]


def seed_callbacks(*, quiet: bool) -> RecipeCallbacks:
    """Return what gives each seed's training a progress bar, or nothing."""
    return (lambda _recipe: ()) if quiet else _bar


def _bar(recipe: Recipe) -> list[ProgressBar]:
    return [ProgressBar(f"{recipe.name}, seed {recipe.seed}")]
