"""Checkpoints: all that has to be kept for a run to go on bit by bit, in files without pickles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from tenfold.errors import RunError
from tenfold.files import json_digest, open_regular, read_json, sha256, write_bytes, write_json
from tenfold.folders import replace_folder, settled_folder

__all__ = [
    "CHECKPOINT_FILES",
    "Checkpoint",
    "check_tensors",
    "load_checkpoint",
    "save_checkpoint",
]

_FORMAT = 2
_ATTEMPTS = 3  # at reading a checkpoint that a training replaces meanwhile
_WEIGHTS, _STATE, _INDEX = "model.safetensors", "state.safetensors", "state.json"

CHECKPOINT_FILES = (_WEIGHTS, _STATE, _INDEX)
"""Files of a checkpoint's folder."""


@dataclass(frozen=True)
class Checkpoint:
    """A moment of a run, after an epoch.

    Attributes:
        weights: The network's weights by name, float32.
        state: The optimizer's and generators' state by name.
        history: The metrics of each epoch so far.
        recipe: The resolved recipe that made it.
    """

    weights: Mapping[str, Tensor]
    state: Mapping[str, Tensor]
    history: list[dict[str, float]]
    recipe: Mapping[str, Any] = field(default_factory=dict)


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint in the place of the one in ``folder``, if any, in one step.

    Raises:
        OutputError: The disk is full or the folder not writable; the old checkpoint is kept.
    """
    with replace_folder(folder, CHECKPOINT_FILES) as temporary:
        _save_tensors(checkpoint.weights, temporary / _WEIGHTS)
        _save_tensors(checkpoint.state, temporary / _STATE)
        index = {
            "format": _FORMAT,
            "epoch": len(checkpoint.history),
            "history": checkpoint.history,
            "recipe": dict(checkpoint.recipe),
            "sha256": {name: sha256(temporary / name) for name in (_WEIGHTS, _STATE)},
        }
        write_json(temporary / _INDEX, {**index, "digest": json_digest(index)})


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the checkpoint in ``folder``; None if there is none.

    Raises:
        RunError: A file of it is missing, damaged, or differs from its recorded SHA-256.
    """
    for _ in range(_ATTEMPTS):
        before = _fingerprint(folder)
        try:
            return _load(settled_folder(folder))
        except RunError:
            if _fingerprint(folder) == before:
                raise  # nobody wrote meanwhile: it is the checkpoint that is damaged
    return _load(settled_folder(folder))


def check_tensors(
    folder: Path, found: Mapping[str, Tensor], expected: Mapping[str, Tensor]
) -> None:
    """Check that a checkpoint's weights, or its state, are of the form that its recipe gives them.

    Args:
        folder: The checkpoint's.
        found: What it holds, by name.
        expected: Tensors of the same names, shapes and dtypes, whatever their values.

    Raises:
        RunError: They are not; nothing that tenfold wrote is so.
    """
    for name, value in expected.items():
        saved = found.get(name)
        if saved is None or (saved.shape, saved.dtype) != (value.shape, value.dtype):
            form = f"{tuple(value.shape)} of {value.dtype}".replace("torch.", "")
            raise _damaged(folder / _INDEX, f"must come with {name!r} {form}, but does not")


def _load(folder: Path) -> Checkpoint | None:
    if not folder.is_dir():
        return None
    index = _read_index(folder)
    for name, recorded in index["sha256"].items():
        _verify(folder / name, recorded)
    return Checkpoint(
        weights=_load_tensors(folder / _WEIGHTS),
        state=_load_tensors(folder / _STATE),
        history=index["history"],
        recipe=index["recipe"],
    )


def _fingerprint(folder: Path) -> int | None:
    """Return what tells one checkpoint from the next that a training puts in its place."""
    try:
        return (settled_folder(folder) / _INDEX).stat().st_mtime_ns
    except OSError:
        return None


def _save_tensors(tensors: Mapping[str, Tensor], path: Path) -> None:
    write_bytes(path, save(dict(tensors)))


def _load_tensors(path: Path) -> dict[str, Tensor]:
    try:
        with open_regular(path) as stream:
            tensors: dict[str, Tensor] = load(stream.read())
    except (OSError, SafetensorError) as error:
        raise _damaged(path, f"cannot be read ({error})") from error
    return tensors


def _read_index(folder: Path) -> dict[str, Any]:
    path = folder / _INDEX
    try:
        index = dict(read_json(path))
        digest, form = index.pop("digest"), index["format"]
        whole = digest == json_digest(index)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _damaged(path, f"cannot be read ({error})") from error
    if form != _FORMAT:
        raise _damaged(path, f"must be of format {_FORMAT}, but is of {form!r}")
    if not whole or not _is_whole(index):
        raise _damaged(path, "is not as it was written")
    return index


def _is_whole(index: Mapping[str, Any]) -> bool:
    """Tell an index with all that `save_checkpoint` writes."""
    history, sums = index.get("history"), index.get("sha256")
    return (
        isinstance(sums, dict)
        and sums.keys() == {_WEIGHTS, _STATE}
        and all(isinstance(recorded, str) for recorded in sums.values())
        and isinstance(history, list)
        and all(isinstance(row, dict) for row in history)
        and [row.get("epoch") for row in history] == list(range(1, len(history) + 1))
        and isinstance(index.get("recipe"), dict)
    )


def _verify(path: Path, recorded: str) -> None:
    try:
        found = sha256(path)
    except OSError as error:
        raise _damaged(path, f"cannot be read ({error.strerror})") from error
    if found != recorded:
        raise _damaged(path, f"has SHA-256 {found[:12]}..., but {recorded[:12]}... was written")


def _damaged(path: Path, what: str) -> RunError:
    return RunError(
        f"{path}: {what}; the checkpoint is damaged and nothing was changed. Restore the folder "
        f"{path.parent} from a copy, or train again with another --out"
    )
