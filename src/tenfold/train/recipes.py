"""Every recipe that can be trained by name."""

from __future__ import annotations

from tenfold.errors import RecipeError, nearest
from tenfold.train.recipe import Recipe
from tenfold.train.shipped import SHIPPED
from tenfold.train.systems import SYSTEMS

__all__ = ["RECIPES", "find_recipe"]

RECIPES: dict[str, Recipe] = {
    **{name: system.recipe for name, system in SYSTEMS.items()},
    **SHIPPED,
}


def find_recipe(name: str) -> Recipe:
    """Return the recipe of that name.

    Raises:
        RecipeError: There is none; the message names the nearest.
    """
    if not isinstance(name, str) or name not in RECIPES:
        raise RecipeError(f"RECIPE: no recipe '{name}'; {nearest(str(name), RECIPES)}")
    return RECIPES[name]
