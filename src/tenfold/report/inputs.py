"""Run and reproduction folders, read and checked before anything is drawn.

Every problem, a file that is missing, cut short or lacks a field, becomes a `RunError` that names
the file and what to do.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import RunError
from tenfold.files import open_regular, read_text

__all__ = ["Run", "check_evaluation", "read_reproduction", "read_run"]

_NUMBER = (int, float)

# Dotted names of the fields that the pages use; "[]" stands for each element of a list.
_RECIPE_FIELDS: Mapping[str, Any] = {
    "name": str,
    "loss": str,
    "epochs": int,
    "batch_size": int,
    "optimizer.kind": str,
    "validation.method": str,
    "network[].kind": str,
}
_MAYBE = (int, float, NoneType)  # a loss that ran away is written as null or NaN
_METRICS_FIELDS: Mapping[str, Any] = {"epoch": int, "loss": _MAYBE, "accuracy": _MAYBE}
_EVALUATION_FIELDS: Mapping[str, Any] = {
    "images": int,
    "accuracy": _NUMBER,
    "accuracy_interval[]": _NUMBER,
    "loss": _NUMBER,
    "classes[].digit": int,
    "classes[].precision": _NUMBER,
    "classes[].recall": _NUMBER,
    "classes[].f1": _NUMBER,
    "classes[].support": int,
    "confusion[][]": int,
    "calibration.expected_calibration_error": _NUMBER,
    "calibration.bins[].low": _NUMBER,
    "calibration.bins[].high": _NUMBER,
    "calibration.bins[].count": int,
    "risk_coverage.coverage[]": _NUMBER,
    "risk_coverage.risk[]": _NUMBER,
    "risk_coverage.area": _NUMBER,
    "worst_errors[].index": int,
    "worst_errors[].label": int,
    "worst_errors[].guess": int,
    "worst_errors[].confidence": _NUMBER,
}
_LAYER_FIELDS: Mapping[str, Any] = {
    "layers[].name": str,
    "layers[].kind": str,
    "layers[].output_shape[]": int,
    "layers[].parameters": int,
}
_REPRODUCTION_FIELDS: Mapping[str, Any] = {
    "system": str,
    "summary": str,
    **_LAYER_FIELDS,
    "parameters": int,
    "claims[].metric": str,
    "claims[].value": _NUMBER,
    "claims[].words": str,
    "claimed": dict,
    "measured": dict,
    "seeds[]": int,
    "shows[]": str,
    "errata[].published": str,
    "errata[].correct": str,
    "selected_on_test": bool,
    "environment": dict,
    "command": str,
    **{f"recipe.{name}": kind for name, kind in _RECIPE_FIELDS.items()},
}


@dataclass(frozen=True)
class Run:
    """What a run folder holds.

    Attributes:
        folder: The folder.
        recipe: The resolved recipe.
        history: One mapping an epoch.
        environment: Versions, data sums, machine.
        layers: What each layer makes of the one before, the input first; None if not kept.
        evaluation: Figures on the test images; None before the run is evaluated.
        outputs: Shape (N, 10), float32, the network's outputs on the test images; None if not kept.
    """

    folder: Path
    recipe: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]]
    environment: Mapping[str, Any]
    layers: Sequence[Mapping[str, Any]] | None
    evaluation: Mapping[str, Any] | None
    outputs: NDArray[np.float32] | None


def read_run(folder: Path) -> Run:
    """Read a run folder.

    Raises:
        RunError: It is no folder, or a file in it is missing, damaged, or lacks a field.
    """
    if not folder.is_dir():
        raise RunError(f"{folder}: must be a run folder, but there is none; name one from 'train'")
    evaluation = folder / "evaluation.json"
    return Run(
        folder=folder,
        recipe=_read_recipe(folder / "recipe.toml"),
        history=_read_lines(folder / "metrics.jsonl"),
        environment=_read_object(folder / "environment.json", {}),
        layers=_read_layers(folder / "layers.json"),
        evaluation=_read_evaluation(evaluation) if evaluation.exists() else None,
        outputs=_read_outputs(folder / "outputs.npy"),
    )


def read_reproduction(folder: Path) -> Mapping[str, Any]:
    """Read ``folder/reproduction.json``.

    Raises:
        RunError: It is missing, damaged, or lacks a field.
    """
    path = folder / "reproduction.json"
    reproduction = _read_object(path, _REPRODUCTION_FIELDS)
    for metric, measured in reproduction["measured"].items():
        for key in ("mean", "std", "values"):
            if not isinstance(measured, dict) or key not in measured:
                raise RunError(f"{path}: 'measured.{metric}.{key}' is missing; reproduce it again")
    return reproduction


def check_evaluation(evaluation: Any, source: Path | str) -> Mapping[str, Any]:
    """Return ``evaluation`` if it has every field that a page shows.

    Raises:
        RunError: A field is missing or of the wrong type; the message names ``source`` and it.
    """
    checked = _check(evaluation, _EVALUATION_FIELDS, source)
    for name, size in (("accuracy_interval", 2), ("classes", 10), ("confusion", 10)):
        if len(checked[name]) != size:
            raise _wrong(source, name, f"{size} elements", f"{len(checked[name])}")
    if any(len(row) != 10 for row in checked["confusion"]):
        raise _wrong(source, "confusion", "10 x 10 counts", "rows of other lengths")
    curve = checked["risk_coverage"]
    if len(curve["coverage"]) != len(curve["risk"]):
        raise _wrong(source, "risk_coverage", "of one length", "coverage and risk of two")
    return checked


def _read_evaluation(path: Path) -> Mapping[str, Any]:
    return check_evaluation(_parse_json(path), path)


def _read_recipe(path: Path) -> Mapping[str, Any]:
    try:
        recipe = tomllib.loads(_read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise _damaged(path, error) from error
    return _check(recipe, _RECIPE_FIELDS, path)


def _read_lines(path: Path) -> list[Mapping[str, Any]]:
    rows = []
    for number, line in enumerate(_read_text(path).splitlines(), start=1):
        if line.strip():
            try:
                rows.append(_check(json.loads(line), _METRICS_FIELDS, f"{path}, line {number}"))
            except (ValueError, RecursionError) as error:
                raise _damaged(f"{path}, line {number}", error) from error
    if not rows:
        raise RunError(f"{path}: holds no epoch; train the run, or let it finish its first epoch")
    return rows


def _read_layers(path: Path) -> Sequence[Mapping[str, Any]] | None:
    if not path.exists():
        return None
    layers: list[Mapping[str, Any]] = _parse_json(path)
    _check({"layers": layers}, _LAYER_FIELDS, path)
    return layers


def _read_outputs(path: Path) -> NDArray[np.float32] | None:
    if not path.exists():
        return None
    try:
        with open_regular(path) as stream:
            outputs = np.load(stream, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(path, error) from error
    if outputs.ndim != 2 or outputs.shape[1] != 10 or outputs.dtype.kind != "f":
        raise _wrong(path, "outputs", "floats of shape (N, 10)", f"{outputs.dtype} {outputs.shape}")
    return np.asarray(outputs, dtype=np.float32)


def _read_object(path: Path, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return _check(_parse_json(path), fields, path)


def _parse_json(path: Path) -> Any:
    try:
        return json.loads(_read_text(path))
    except (ValueError, RecursionError) as error:
        raise _damaged(path, error) from error


def _read_text(path: Path) -> str:
    try:
        return read_text(path)
    except FileNotFoundError as error:
        raise RunError(
            f"{path}: is missing; name a folder that holds it, or run it again"
        ) from error
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from error


def _check(value: Any, fields: Mapping[str, Any], source: Path | str) -> Mapping[str, Any]:
    """Return ``value`` if it is an object in which every named field has its type."""
    if not isinstance(value, dict):
        raise _wrong(source, "the document", "an object", type(value).__name__)
    for name, kind in fields.items():
        _check_field(value, name.replace("[]", ".[]").split("."), kind, source, name)
    return value


def _check_field(value: Any, steps: list[str], kind: Any, source: Path | str, name: str) -> None:
    if not steps:
        if (isinstance(value, bool) and kind is not bool) or not isinstance(value, kind):
            raise _wrong(source, name, _kind_name(kind), repr(value)[:60])
        return
    step, rest = steps[0], steps[1:]
    if step == "[]":
        if not isinstance(value, list):
            raise _wrong(source, name, "a list", type(value).__name__)
        for element in value:
            _check_field(element, rest, kind, source, name)
    elif not isinstance(value, dict) or step not in value:
        raise RunError(f"{source}: '{name}' is missing; the file is not whole, make it again")
    else:
        _check_field(value[step], rest, kind, source, name)


def _kind_name(kind: Any) -> str:
    names = {str: "text", int: "a whole number", bool: "true or false", dict: "an object"}
    return names.get(kind, "a number")


def _wrong(source: Path | str, name: str, must_be: str, came: str) -> RunError:
    return RunError(f"{source}: '{name}' must be {must_be}, but is {came}; make the file again")


def _damaged(source: Path | str, error: Exception) -> RunError:
    return RunError(f"{source}: is damaged ({error}); restore it, or run it again")
