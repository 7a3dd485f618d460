"""``tenfold reproduce``: the published systems beside what they claimed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from tenfold.cli.output import json_option, note, percent, table
from tenfold.cli.paths import FOLDER
from tenfold.errors import MissingExtraError, OutputError

__all__ = ["reproduce"]


@click.command()
@click.argument("system", metavar="SYSTEM|all")
@click.option(
    "--seeds",
    type=click.IntRange(1, 1000),
    default=3,
    show_default=True,
    help="Runs with seeds 0, 1, 2 ...; the figures are means over them.",
)
@click.option(
    "--report",
    type=FOLDER,
    default=Path("reproduction"),
    show_default=True,
    metavar="DIR",
    help="Folder for runs and pages.",
)
@click.option("--force", is_flag=True, help="Train anew what the folder holds already.")
@click.option("--quiet", is_flag=True, help="No progress.")
@json_option
def reproduce(
    system: str, seeds: int, report: Path, force: bool, quiet: bool, as_json: bool
) -> None:
    """Train a published SYSTEM from MNIST, and set what it measures beside what was claimed.

    Prints a table and writes DIR/SYSTEM/report.html: the data as the system shows them, the
    network layer by layer, curves, confusion matrix, worst errors, and what the published text got
    wrong. 'all' takes the five one after another and compares them in DIR/index.html. Stopped,
    the same command goes on where it was.

    \b
    Examples:
      tenfold reproduce dense-128-dropout --seeds 1 --report out     under a minute
      tenfold reproduce all --seeds 5 --report out
      tenfold reproduce conv-3 --json
    """
    from tenfold.train.systems import SYSTEMS, find_system

    chosen = list(SYSTEMS.values()) if system == "all" else [find_system(system)]
    try:
        from tenfold.cli.seed_callbacks import seed_callbacks
        from tenfold.train.reproduce import reproduce as reproduce_system
        from tenfold.train.reproduce import summary
    except ImportError as error:
        raise MissingExtraError("train", "reproducing a system", error) from error
    from tenfold.data import load_mnist
    from tenfold.report.comparison_report import write_comparison
    from tenfold.report.system_report import write_system_report

    if system == "all" and not force:
        _refuse_foreign_page(report)
    data = load_mnist()
    results = []
    for each in chosen:
        result = reproduce_system(
            each,
            range(seeds),
            report / each.name,
            data,
            command=f"tenfold reproduce {each.name} --seeds {seeds}",
            callbacks=seed_callbacks(quiet=quiet),
            force=force,
        )
        page = write_system_report(report / each.name, data)
        results.append(result)
        if not as_json:
            click.echo(_as_text(result) + "\n")
        note(f"report: {page}")
    if system == "all":
        note(f"comparison: {write_comparison(report)}")
    if as_json:
        summaries = [summary(result) for result in results]
        click.echo(json.dumps(summaries if system == "all" else summaries[0], indent=2))


def _refuse_foreign_page(folder: Path) -> None:
    """Refuse to replace an index.html that is about something else."""
    page = folder / "index.html"
    if page.exists() and not any(folder.glob("*/reproduction.json")):
        raise OutputError(
            f"{page}: would be replaced, and is about no reproduction; "
            "choose another --report folder or add --force"
        )


_NAMES = {
    "train_accuracy_after": "train accuracy, finished",
    "epoch_claim_passed": "claim passed in epoch",
}


def _as_text(result: dict[str, Any]) -> str:
    measured, claimed = result["measured"], result["claimed"]
    rows = [
        [
            _NAMES.get(metric, metric.replace("_", " ")),
            _shown(metric, claimed[metric]) if metric in claimed else "",
            "not by all" if figure["mean"] is None else _shown(metric, figure["mean"]),
            _spread(metric, figure["std"]),
            "" if metric == "parameters" else _each_seed(metric, figure["values"]),
        ]
        for metric, figure in measured.items()
    ]
    title = f"{result['system']}: {result['summary']}"
    lines = [title, table(rows, ("figure", "claimed", "measured", "spread", "each seed"))]
    if result["selected_on_test"]:
        lines.append("validated on the test set, as published: these figures are not blind")
    return "\n".join(lines)


def _each_seed(metric: str, values: list[float | None]) -> str:
    return "  ".join("-" if value is None else _shown(metric, value) for value in values)


def _shown(metric: str, value: float) -> str:
    """Return a metric's value as a person reads it."""
    if metric == "overfitting_gap":
        return f"{100 * value:.2f} points"
    if "accuracy" in metric:
        return percent(value)
    if metric in ("parameters", "epoch_claim_passed"):
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:.1f}"
    return f"{value:.4f}"


def _spread(metric: str, spread: float | None) -> str:
    """Return a standard deviation; of percentages it is in points."""
    if spread is None or metric == "parameters":
        return ""
    share = "accuracy" in metric or metric == "overfitting_gap"
    return f"± {100 * spread:.2f}" if share else f"± {_shown(metric, spread)}"
