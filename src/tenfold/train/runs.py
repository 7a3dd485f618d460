"""Run folders: where a training leaves its recipe, metrics, checkpoints and model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tenfold.errors import RecipeError, RunError
from tenfold.files import output_errors, read_json, read_text, write_json, write_text
from tenfold.folders import new_folder
from tenfold.train.checkpoint import Checkpoint
from tenfold.train.recipe import Recipe
from tenfold.train.run_files import REPLACED, clear_run
from tenfold.train.settings import from_table, from_toml, to_table, to_toml
from tenfold.train.shapes import layer_table

__all__ = [
    "OTHER_DRAWING",
    "Run",
    "check_drawn_alike",
    "check_recipe_of",
    "check_same_recipe",
    "create_run",
    "open_run",
]


OTHER_DRAWING = (
    "another tenfold, Pillow or Hershey-Fonts, or OpenCV on another kind of processor, drew others"
)
"""What a difference of `drawn_digest` comes from, in words."""


class Run:
    """A run folder.

    Attributes:
        folder: Where it is.
        recipe: What is trained in it, read from ``recipe.toml``.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.folder = folder
        self.recipe = recipe

    @property
    def last(self) -> Path:
        """Folder of the checkpoint after the latest epoch."""
        return self.folder / "checkpoint" / "last"

    @property
    def best(self) -> Path:
        """Folder of the checkpoint with the lowest validation loss."""
        return self.folder / "checkpoint" / "best"

    @property
    def chosen(self) -> Path:
        """Folder of the checkpoint whose weights count: the best where early stopping is on."""
        return self.best if self.recipe.patience else self.last

    @property
    def model(self) -> Path:
        """Folder of the exported model, there once training has ended."""
        return self.folder / "model"

    @property
    def metrics(self) -> Path:
        """File of the epochs' metrics, one JSON object a line."""
        return self.folder / "metrics.jsonl"

    @property
    def finished(self) -> bool:
        """Whether training has ended and the model is there."""
        return (self.model / "card.json").is_file()

    def environment(self) -> dict[str, Any]:
        """Return what the run runs on, as written when it was created."""
        path = self.folder / "environment.json"
        values = _read_json(path)
        if not isinstance(values, dict):
            raise RunError(f"{path}: must hold a JSON object, but holds a {type(values).__name__}")
        return values

    @property
    def drawn(self) -> str | None:
        """`drawn_digest` when it was created; None where nothing is drawn, or it was not noted."""
        value = self.environment().get("drawn")
        return value if isinstance(value, str) else None

    def history(self) -> list[dict[str, float]]:
        """Return the metrics of each epoch.

        Raises:
            RunError: The file is missing or damaged.
        """
        try:
            lines = read_text(self.metrics).splitlines()
            rows = [json.loads(line) for line in lines]
        except (OSError, ValueError, RecursionError) as error:
            raise RunError(
                f"{self.metrics}: must hold one JSON object a line, but {error}"
            ) from error
        for number, row in enumerate(rows, 1):
            if not _is_epoch(row, number):
                raise RunError(f"{self.metrics}: line {number} must be the figures of that epoch")
        return rows


def check_drawn_alike(runs: Sequence[Run]) -> None:
    """Refuse runs of one recipe for which other pictures were drawn, as far as they say.

    Raises:
        RunError: One says otherwise than one before it.
    """
    noted = [run for run in runs if run.drawn is not None]
    for run in noted:
        if run.drawn != noted[0].drawn:
            raise RunError(
                f"{run.folder}: must be a run for which the same pictures were drawn as for "
                f"{noted[0].folder}, but {OTHER_DRAWING}"
            )


def create_run(folder: Path, recipe: Recipe, environment: Mapping[str, Any]) -> Run:
    """Create a run folder.

    What an earlier run left in the folder is removed, other files are kept; the caller has made
    sure that this is wanted.

    Raises:
        OutputError: It cannot be written, or holds no run but files of the names of a run's.
    """
    new_folder(folder, force=True)
    clear_run(folder)
    write_json(folder / "environment.json", environment)
    write_json(folder / "layers.json", layer_table(recipe.network))
    write_text(folder / "recipe.toml", to_toml(recipe))  # last: it makes this a run
    with output_errors(folder):
        (folder / REPLACED).unlink(missing_ok=True)
    return Run(folder, recipe)


def open_run(folder: Path) -> Run:
    """Return the run in ``folder``.

    Raises:
        RunError: There is none.
        RecipeError: Its ``recipe.toml`` is not a recipe.
    """
    path = folder / "recipe.toml"
    try:
        text = read_text(path)
    except (OSError, ValueError) as error:
        found = "its recipe.toml cannot be read" if folder.exists() else "does not exist"
        raise RunError(
            f"{folder}: must be a run folder, but {found}; "
            "tenfold train RECIPE --out FOLDER makes one"
        ) from error
    return Run(folder, from_toml(text, str(path)))


def check_same_recipe(run: Run, recipe: Recipe) -> None:
    """Raise a `RecipeError` that names each field in which ``recipe`` differs from the run's."""
    if recipe.name != run.recipe.name:
        raise RecipeError(
            f"--resume: {run.folder} is a run of {run.recipe.name}, not of {recipe.name}; "
            "name that recipe, or none, or choose another --out"
        )
    ours, theirs = _flat(to_table(recipe)), _flat(to_table(run.recipe))
    changed = [
        f"{key} is {ours.get(key)!r}, was {theirs.get(key)!r}"
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key) != theirs.get(key)
    ]
    if changed:
        raise RecipeError(
            f"--resume: the recipe must be the one {run.folder} was started with, but "
            f"{'; '.join(changed)}; leave the changes out, or start a new run with another --out"
        )


def check_recipe_of(run: Run, checkpoint: Checkpoint) -> None:
    """Raise a `RunError` unless a run's checkpoint is of the recipe in its ``recipe.toml``."""
    if not _is_recipe(checkpoint.recipe, run.recipe):
        raise RunError(
            f"{run.folder}: its checkpoint is no checkpoint of the recipe in "
            f"{run.folder / 'recipe.toml'}; restore that file, or train again with another --out"
        )


def _is_recipe(table: Mapping[str, Any], recipe: Recipe) -> bool:
    """Tell whether a table is of that recipe; fields that came later count as their defaults."""
    try:
        return from_table(table) == recipe
    except RecipeError:
        return False


def _flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Return the leaves of nested dicts and lists by dotted key."""
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = {str(place): part for place, part in enumerate(value)}.items()
    else:
        return {prefix: value}
    return {
        key: leaf
        for name, part in items
        for key, leaf in _flat(part, f"{prefix}.{name}" if prefix else str(name)).items()
    }


def _read_json(path: Path) -> Any:
    try:
        return read_json(path)
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: must be JSON, but {error}") from error


def _is_epoch(row: Any, number: int) -> bool:
    """Tell whether a line holds the numbers that training writes after an epoch."""
    if not isinstance(row, dict) or row.get("epoch") != number:
        return False
    if not {"seconds", "loss", "accuracy"} <= row.keys():
        return False
    shares = [value for name, value in row.items() if "accuracy" in name]
    return all(_is_finite(value) for value in row.values()) and all(0 <= v <= 1 for v in shares)


def _is_finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and type(value) is not bool and abs(value) < 1e308
