"""What belongs to a run in its folder, and how it is removed for a new one: nothing else is."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from tenfold.errors import OutputError
from tenfold.files import output_errors, read_json, read_text
from tenfold.folders import LOCK_NAME, is_named
from tenfold.train.checkpoint import CHECKPOINT_FILES

__all__ = ["MODEL_FILES", "REPLACED", "clear_run"]

MODEL_FILES = ("model.onnx", "model.safetensors", "card.json", "README.md")
"""Files of a model folder."""

REPLACED = ".recipe.toml.replaced"
"""File in the folder of a run that is being replaced: the old one's recipe."""

_FOLDERS = {
    "checkpoint": CHECKPOINT_FILES,
    "model": MODEL_FILES,
    "figures": ("*.png",),
    "tensorboard": ("events.*",),
}  # with the files they hold
_BEGUN = {"environment.json": dict, "layers.json": list}  # what is written before the recipe
_FILES = ("metrics.jsonl", "evaluation.json", "outputs.npy", "report.html", "live.html")
_OF_A_RECIPE = {"name", "network", "optimizer", "epochs"}


def clear_run(folder: Path) -> None:
    """Remove what a run left in a folder, but for its recipe, which goes to `REPLACED`.

    The recipe makes it a run to be resumed, so it goes first.

    Raises:
        OutputError: The folder holds no run but files of a run's names, or a run's folder holds
            another file, which would be lost; nothing is removed then.
    """
    recipe, replaced = folder / "recipe.toml", folder / REPLACED
    with output_errors(folder):
        if not (_is_recipe(recipe) or (replaced.exists() and not recipe.exists())):
            _refuse_others(folder)
        _refuse_foreign_files(folder)
        if recipe.is_file():
            recipe.replace(replaced)
        for part in (folder / name for name in _FOLDERS):
            if part.is_dir():
                shutil.rmtree(part)
        for name in _FILES:
            (folder / name).unlink(missing_ok=True)


def _is_recipe(path: Path) -> bool:
    """Tell a recipe of this package, of any version, from another program's file of that name."""
    try:
        return tomllib.loads(read_text(path)).keys() >= _OF_A_RECIPE
    except (OSError, ValueError, RecursionError):
        return False


def _refuse_others(folder: Path) -> None:
    """Refuse to remove what a run of this package did not write."""
    for name in (*_FOLDERS, *_FILES, *_BEGUN, "recipe.toml"):
        if (folder / name).exists() and not _is_begun(folder / name):
            raise OutputError(
                f"{folder / name}: would be replaced, but {folder} is no run folder; "
                "choose another --out, or move it away"
            )


def _is_begun(path: Path) -> bool:
    """Tell what the creation of a run leaves that is cut off, from another program's file."""
    try:
        content = read_json(path)
    except (OSError, ValueError):
        return False
    return path.name in _BEGUN and isinstance(content, _BEGUN[path.name])


def _refuse_foreign_files(folder: Path) -> None:
    """Refuse to remove a folder of a run with files in it that a person put there."""
    for name, patterns in _FOLDERS.items():
        for path in (folder / name).rglob("*"):
            if not path.is_dir() and not is_named(path, (*patterns, LOCK_NAME)):
                raise OutputError(
                    f"{path}: would be lost with the run's own files; move it away, or choose "
                    "another --out"
                )
