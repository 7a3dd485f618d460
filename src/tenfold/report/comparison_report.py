"""The page that sets the reproduced systems side by side."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tenfold.errors import RunError
from tenfold.report import figures
from tenfold.report.blocks import Page, Section, Table, Words
from tenfold.report.gallery import Gallery
from tenfold.report.inputs import read_reproduction
from tenfold.report.page import write_page
from tenfold.report.words import (
    count,
    duration,
    figure,
    mean_and_spread,
    metric_name,
    plural,
    verdict,
)

__all__ = ["write_comparison"]

_WATCHED = {"none": "nothing", "test_set": "*test set*"}

Reproductions = Sequence[tuple[Path, Mapping[str, Any]]]


def write_comparison(folder: Path) -> Path:
    """Write ``folder/index.html``, which compares the systems in ``folder/*/reproduction.json``.

    Returns:
        The page's path.

    Raises:
        RunError: There is no reproduction, or one is damaged.
        MissingExtraError: matplotlib or Jinja is not installed.
        OutputError: The folder cannot be written.
    """
    found = [
        (path.parent, read_reproduction(path.parent))
        for path in sorted(folder.glob("*/reproduction.json"))
        if not path.parent.name.startswith(".")
    ]
    if not found:
        raise RunError(
            f"{folder}: must hold a folder with reproduction.json for each system, but holds none; "
            "make them with 'tenfold reproduce all'"
        )
    page = Page(
        title="The published systems, reproduced",
        lede=f"{plural(len(found), 'published network')} for MNIST, trained again: what each "
        "claimed, and what was measured.",
        sections=[_overview(found, folder), _picture(found, folder), _claims(found)],
        footer="Made by `tenfold reproduce`.",
    )
    return write_page(folder / "index.html", page)


def _overview(found: Reproductions, folder: Path) -> Section:
    rows, links = [], []
    for place, one in found:
        measured = one["measured"]
        gap = measured.get("overfitting_gap")
        rows.append(
            [
                str(one["system"]),
                _WATCHED.get(one["recipe"]["validation"]["method"], "held out"),
                count(one["parameters"]),
                _cell("train_accuracy", measured),
                _cell("test_accuracy", measured),
                mean_and_spread("overfitting_gap", gap).removesuffix(" points") if gap else "–",
                duration(one.get("seconds", {}).get("per_epoch")),
                str(len(one["seeds"])),
            ]
        )
        links.append(quote(os.path.relpath(place / "report.html", folder).replace(os.sep, "/")))
    headings = [
        "System",
        "Watched on",
        "Parameters",
        "Training",
        "Test",
        "Gap, points",
        "An epoch",
        "Seeds",
    ]
    return Section(
        "Overview",
        [
            Words(
                "Each name leads to the system's own report. A system that is watched on its test "
                "images while it trains gives figures that are not blind."
            ),
            Table(
                "Accuracies are means over the seeds ± one standard deviation.",
                headings,
                rows,
                text_columns=(1,),
                links=links,
            ),
        ],
    )


def _cell(metric: str, measured: Mapping[str, Any]) -> str:
    return mean_and_spread(metric, measured[metric]) if metric in measured else "–"


def _picture(found: Reproductions, folder: Path) -> Section:
    systems = [one for _, one in found]
    gallery = Gallery(folder / "figures")
    alt = "; ".join(
        f"{one['system']}: test accuracy {_cell('test_accuracy', one['measured'])}"
        for one in systems
    )
    return Section(
        "Claimed and measured, side by side",
        [
            gallery.picture(
                "comparison",
                figures.comparison(systems),
                alt=f"Claimed and measured accuracies of each system. {alt}.",
                caption="Diamonds are the published figures, dots the means measured here with one "
                "standard deviation, small strokes the single runs.",
                scrolls=True,
            ),
            Words(
                "The two sides have different scales. The distance from a system's training "
                "accuracy to its test accuracy is its *overfitting gap*: how much better it knows "
                "its training images than new ones."
            ),
        ],
    )


def _claims(found: Reproductions) -> Section:
    rows = []
    for _, one in found:
        for claim in one["claims"]:
            metric = claim["metric"]
            measured = one["measured"].get(metric)
            by, words = verdict(metric, claim["value"], measured)
            shown = mean_and_spread(metric, measured) if measured else "–"
            published = figure(metric, claim["value"])
            rows.append([str(one["system"]), metric_name(metric), published, shown, by, words])
    return Section(
        "Every claim",
        [
            Table(
                "The published figures, and what came out here.",
                ["System", "Figure", "Claimed", "Measured", "Difference", "Verdict"],
                rows,
                text_columns=(1, 5),
            ),
            Words(
                "A claim is *reached* when the mean is as good or better, and *within the spread* "
                "when it is missed by no more than two standard deviations or lies between the "
                "figures of two seeds."
            ),
        ],
    )
