"""``tenfold explore``: the data in figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from tenfold.cli.output import json_option, note, table
from tenfold.cli.paths import FOLDER, PATH
from tenfold.folders import new_folder, refuse_used

__all__ = ["explore"]


@click.command()
@click.option(
    "--out",
    default="explore",
    show_default=True,
    type=FOLDER,
    help="Folder for the page and its figures.",
)
@click.option("--force", is_flag=True, help="Replace what the folder holds under the same names.")
@click.option(
    "--data",
    "folder",
    metavar="PATH",
    type=PATH,
    help="Folder with MNIST's IDX files or mnist.npz; fetched and kept when not given.",
)
@json_option
def explore(out: Path, force: bool, folder: Path | None, as_json: bool) -> None:
    """Show the data: statistics, sheets of digits, class distribution, pixel intensities.

    Prints the statistics, and writes one page that explains them with figures.

    \b
    Examples:
      tenfold explore                      the page goes to explore/explore.html
      tenfold explore --json > data.json   the statistics for a program
      tenfold explore --data ~/mnist --out lesson-1
    """
    from tenfold.data import load_mnist
    from tenfold.report.explore import explore as write_exploration

    refuse_used(out, force=force)
    mnist = load_mnist(folder)
    new_folder(out, force=force)
    statistics = write_exploration(mnist, out)
    if as_json:
        click.echo(json.dumps(statistics, indent=2))
    else:
        click.echo(_as_table(statistics))
    note(f"the page with all figures: {out / 'explore.html'}")


def _as_table(statistics: dict[str, Any]) -> str:
    """Return the statistics as a table of a row a statistic and a column a split."""
    splits = (statistics["train"], statistics["test"])
    rows = [
        ["samples", *(f"{one['samples']:,}" for one in splits)],
        ["features a sample", *(f"{one['features']:,}" for one in splits)],
        ["classes", *(str(one["classes"]) for one in splits)],
        ["shape", *(_shape(one["shape"]) for one in splits)],
        ["shape flattened", *(_shape(one["flat_shape"]) for one in splits)],
        ["type", *(one["dtype"] for one in splits)],
        ["range", *(f"{one['minimum']} to {one['maximum']}" for one in splits)],
        ["mean pixel", *(f"{one['mean']:.2f}" for one in splits)],
        ["standard deviation", *(f"{one['std']:.2f}" for one in splits)],
        ["pixels that are 0", *(f"{100 * one['zero_share']:.2f} %" for one in splits)],
    ]
    rows += [
        [f"images of {digit}", *(f"{one['class_counts'][digit]:,}" for one in splits)]
        for digit in range(10)
    ]
    return table(rows, ["", "training", "test"])


def _shape(sizes: list[int]) -> str:
    return f"({', '.join(str(size) for size in sizes)})"
