"""A published system trained once a seed, and what it measures beside what was claimed."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tenfold.data import MNIST
from tenfold.files import write_json
from tenfold.train.evaluation_files import accuracy_of, evaluate_run
from tenfold.train.runs import Run
from tenfold.train.seeds import RecipeCallbacks, each_seed
from tenfold.train.settings import to_table
from tenfold.train.shapes import layer_table, parameter_count
from tenfold.train.splits import split_images
from tenfold.train.systems import System

__all__ = ["reproduce", "summary"]

Measures = dict[str, float | None]


def reproduce(
    system: System,
    seeds: Sequence[int],
    folder: Path,
    data: MNIST,
    *,
    command: str,
    callbacks: RecipeCallbacks = lambda _recipe: (),
    force: bool = False,
) -> dict[str, Any]:
    """Train and evaluate a system for each seed, and write ``folder/reproduction.json``.

    Runs that are finished are kept and runs that were stopped go on, so that the same call after
    an interruption ends with the same figures.

    Args:
        system: Which.
        seeds: One run each.
        folder: Gets a run folder ``seed-N`` for each seed.
        data: MNIST.
        command: The command line to print in the report.
        callbacks: Gives the callbacks of a seed's training.
        force: Train anew what is there.

    Returns:
        The content of ``reproduction.json``.

    Raises:
        OutputError: The folder cannot be written, or holds something else.
        RecipeError: A run there was started with another recipe.
    """
    trained_on, _ = split_images(system.recipe.validation, data)
    runs, measures = [], []
    for run in each_seed(
        system.recipe, seeds, folder, data, callbacks, resume=not force, force=force
    ):
        runs.append(run)
        measures.append(
            _measure(system, run, evaluate_run(run, data.test))
            | {"train_accuracy_after": accuracy_of(run, trained_on)}
        )
    result = _result(system, seeds, runs, measures, command)
    write_json(folder / "reproduction.json", result)
    return result


def summary(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``tenfold reproduce --json`` prints of a reproduction."""
    keys = ("system", "command", "seeds", "claimed", "measured", "commits", "environment")
    return {key: result[key] for key in keys}


def _measure(system: System, run: Run, evaluation: Mapping[str, Any]) -> Measures:
    """Return the figures of one run; training figures are those logged in the last epoch.

    Logged figures are means while the weights changed, with dropout on, as the published texts
    give them; `train_accuracy_after` is the finished network's on the images it was trained on.
    """
    history = run.history()
    last = history[-1]
    measures: Measures = {
        "test_accuracy": evaluation["accuracy"],
        "test_loss": evaluation["loss"],
        "train_accuracy": last["accuracy"],
        "train_loss": last["loss"],
        "overfitting_gap": last["accuracy"] - evaluation["accuracy"],
        "parameters": _parameters(system),
    }
    if "validation_accuracy" in last:
        measures["validation_accuracy"] = last["validation_accuracy"]
        measures["validation_loss"] = last["validation_loss"]
        for epoch in system.milestones:
            measures[f"validation_accuracy_epoch_{epoch}"] = history[epoch - 1][
                "validation_accuracy"
            ]
    claimed = {claim.metric: claim.value for claim in system.claims}
    if "train_accuracy" in claimed:
        passed = [row["epoch"] for row in history if row["accuracy"] >= claimed["train_accuracy"]]
        measures["epoch_claim_passed"] = passed[0] if passed else None
    return measures


def _result(
    system: System,
    seeds: Sequence[int],
    runs: Sequence[Run],
    measures: Sequence[Measures],
    command: str,
) -> dict[str, Any]:
    seconds = [row["seconds"] for run in runs for row in run.history()]
    table = to_table(system.recipe)
    return {
        "system": system.name,
        "summary": system.recipe.summary,
        "recipe": table,
        "layers": layer_table(system.recipe.network),
        "parameters": _parameters(system),
        "claims": [asdict(claim) for claim in system.claims],
        "claimed": {claim.metric: claim.value for claim in system.claims},
        "measured": {metric: _spread([row[metric] for row in measures]) for metric in measures[0]},
        "seeds": list(seeds),
        "shows": list(system.shows),
        "errata": [asdict(erratum) for erratum in system.errata],
        "selected_on_test": system.selected_on_test,
        "seconds": {"per_epoch": statistics.median(seconds), "total": round(sum(seconds), 2)},
        "command": command,
        "environment": runs[0].environment(),
        "commits": [run.environment()["commit"] for run in runs],
    }


def _spread(values: list[float | None]) -> dict[str, Any]:
    """Return mean and sample standard deviation; a seed without a value leaves both unknown."""
    known = [value for value in values if value is not None]
    complete = len(known) == len(values)
    return {
        "mean": statistics.fmean(known) if complete else None,
        "std": statistics.stdev(known) if complete and len(known) > 1 else None,
        "values": values,
    }


def _parameters(system: System) -> int:
    return parameter_count(system.recipe.network)
