"""Figures of finished runs on the test sets, one row a run: what a recipe's seeds are worth.

    python benchmarks/recipe_seeds.py [--calibration HELD] RUN [RUN ...]

Every run is exported for the moment, calibrated by HELD where it is given, and scored as a user's
model would be. Rows are appended to ``benchmarks/results/recipe_seeds.csv``; docs/model-cards.md
shows means and spreads over each recipe's latest row a seed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from record import append_rows
from tenfold.data import load_mnist
from tenfold.model import Model, load_model
from tenfold.train.calibrate import calibrate_by_runs
from tenfold.train.evaluation_files import MNIST_TEST, evaluate_model, main_figures
from tenfold.train.evaluation_sets import evaluate_corrupted, load_optdigits
from tenfold.train.export import export_run
from tenfold.train.not_digits import evaluate_not_digits
from tenfold.train.runs import open_run
from tenfold.train.settings import recipe_digest

BUILT_IN = (MNIST_TEST, "optdigits", "corrupted", "not-digits")


def evaluations(model: Model, sets: Collection[str] = BUILT_IN) -> dict[str, dict[str, Any]]:
    """Return the figures of a model on the built-in sets, by set, as a card keeps them."""
    data = load_mnist()
    measures: dict[str, Callable[[], dict[str, Any]]] = {
        MNIST_TEST: lambda: evaluate_model(model, data.test, MNIST_TEST)[0],
        "optdigits": lambda: evaluate_model(model, load_optdigits(), "optdigits")[0],
        "corrupted": lambda: evaluate_corrupted(model, data.test),
        "not-digits": lambda: evaluate_not_digits(model, data),
    }
    return {name: main_figures(measures[name]()) for name in sets}


def row_of_figures(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures that a table of seeds shows."""
    test, refusal = figures[MNIST_TEST], figures["not-digits"]
    return {
        "accuracy": test["accuracy"],
        "ten_corrected": test["labels"]["ten_corrected"],
        "without_fifteen": test["labels"]["without_fifteen"],
        "loss": test["loss"],
        "ece": test["ece"],
        "accuracy_of_99_percent": test["accuracy_of_99_percent"],
        "optdigits_accuracy": figures["optdigits"]["accuracy"],
        "corrupted_accuracy": figures["corrupted"]["accuracy"],
        "not_digits_auroc": refusal["auroc"],
        "not_digits_refused": refusal["refused"],
        "digits_refused": refusal["digits_refused"],
    }


def row_of(folder: Path, held: Path | None) -> dict[str, Any]:
    """Return a run's row."""
    run, data = open_run(folder), load_mnist()
    fitted = None if held is None else calibrate_by_runs([run], [open_run(held)], data)
    with tempfile.TemporaryDirectory() as place:
        export_run(run, Path(place) / "model", data.test, calibration=fitted)
        figures = evaluations(load_model(Path(place) / "model"))
    seconds = sum(epoch["seconds"] for epoch in run.history())
    return {
        "recipe": run.recipe.name,
        "recipe_digest": recipe_digest(run.recipe),
        "seed": run.recipe.seed,
        **{name: round(value, 6) for name, value in row_of_figures(figures).items()},
        "not_digits_pictures": figures["not-digits"]["pictures"][:12],
        "drawn": (run.drawn or "")[:12],
        "minutes": round(seconds / 60, 1),
        "trained_at": run.environment()["commit"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--calibration", type=Path, metavar="HELD")
    options = parser.parse_args()
    rows = []
    for folder in options.runs:
        rows.append(row_of(folder, options.calibration))
        print("  ".join(f"{name} {value}" for name, value in rows[-1].items()))
    append_rows(Path(__file__).parent / "results" / "recipe_seeds.csv", rows)


if __name__ == "__main__":
    main()
