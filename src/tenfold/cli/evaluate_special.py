"""What ``tenfold evaluate`` does on sets that are no plain labelled images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.output import note, percent, table, watched

if TYPE_CHECKING:
    from tenfold.model import Model

__all__ = ["special_evaluation", "special_text"]


def special_evaluation(model: Model, data: str) -> dict[str, Any]:
    """Return a model's figures on ``corrupted``, ``not-digits`` or ``not-digits=FOLDER``."""
    from tenfold.data import load_mnist
    from tenfold.train.evaluation_sets import evaluate_corrupted
    from tenfold.train.not_digits import evaluate_not_digits, evaluate_not_digits_in

    name, equals, folder = data.partition("=")
    if name == "corrupted" and not equals:
        return evaluate_corrupted(model, load_mnist().test, watched=watched)
    if name == "not-digits" and not equals:
        return evaluate_not_digits(model, load_mnist(), watched=watched)
    if name == "not-digits" and folder:
        return evaluate_not_digits_in(
            Path(folder), model, load_mnist().test, watched=watched, tell=note
        )
    raise click.BadParameter(
        f"must be corrupted, not-digits or not-digits=FOLDER, got {data!r}", param_hint="--data"
    )


def special_text(result: dict[str, Any]) -> str:
    """Return what a person reads of `special_evaluation`."""
    return _corrupted_text(result) if "corruptions" in result else _refusal_text(result)


def _corrupted_text(result: dict[str, Any]) -> str:
    rows = [
        [name, percent(row["accuracy"]), f"{row['loss']:.4f}", percent(row["ece"])]
        for name, row in result["corruptions"].items()
    ]
    means = ["mean", percent(result["accuracy"]), f"{result['loss']:.4f}", percent(result["ece"])]
    return f"MNIST-C's corruptions of the test images: {result['images']:,} images\n\n" + table(
        [*rows, means], ("corruption", "accuracy", "loss", "ECE")
    )


def _refusal_text(result: dict[str, Any]) -> str:
    low, high = result["refused_interval"]
    failed = f"failed    {result['failed']} could not be read\n" if result.get("failed") else ""
    rows = [
        [kind, str(row["images"]), percent(row["refused"]), f"{row['auroc']:.4f}"]
        for kind, row in result["kinds"].items()
    ]
    return (
        f"{result['data']}: {result['images']:,} pictures of what is no digit\n"
        f"refused   {percent(result['refused'])}  "
        f"(95 % interval {percent(low)} to {percent(high)})\n"
        f"digits    {percent(result['digits_refused'])} of {result['digits']:,} test digits are "
        "refused too\n"
        f"AUROC     {result['auroc']:.4f}  (how often a digit gets more confidence than what is "
        f"none)\n{failed}\n" + table(rows, ("kind", "pictures", "refused", "AUROC"))
    )
