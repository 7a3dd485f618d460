"""The report of one published system, reproduced: a page that a teacher could hand out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tenfold.data import MNIST
from tenfold.errors import RunError
from tenfold.report.blocks import Page, Section, Words
from tenfold.report.claims import claimed_and_measured, published_errors
from tenfold.report.gallery import Gallery
from tenfold.report.inputs import Run, read_reproduction, read_run
from tenfold.report.page import write_page
from tenfold.report.provenance import how_made
from tenfold.report.run_report import check_images
from tenfold.report.sections import Material, build_sections
from tenfold.report.training_words import held_out, steps_an_epoch
from tenfold.report.words import count, figure, mean_and_spread, metric_name, plural

__all__ = ["write_system_report"]

# What tenfold shows of every system, after what the published text shows.
_ADDED = (
    "curves",
    "test_in_words",
    "train_and_test",
    "overfitting_gap",
    "confusion_matrix",
    "per_class",
    "calibration",
    "risk_coverage",
    "worst_errors",
)
_SAME = {"live_curves": "curves"}  # a system that shows the one needs not be added the other


def write_system_report(folder: Path, mnist: MNIST) -> Path:
    """Write ``folder/report.html`` and ``folder/figures/*.png``.

    Args:
        folder: Holds `reproduction.json` and a run folder ``seed-N`` for each seed.
        mnist: The data that the runs were trained and tested on.

    Returns:
        The page's path.

    Raises:
        RunError: A file is missing or damaged, or names something that cannot be shown.
        MissingExtraError: matplotlib or Jinja is not installed.
        OutputError: The folder cannot be written.
    """
    reproduction = read_reproduction(folder)
    run = _first_run(folder, reproduction)
    if run.evaluation is None:
        raise RunError(f"{run.folder / 'evaluation.json'}: is missing; reproduce the system again")
    check_images(run.evaluation, mnist.test.images, run.outputs)
    material = Material(mnist, reproduction, run, run.evaluation, Gallery(folder / "figures"))
    page = Page(
        title=f"{reproduction['system']}, reproduced",
        lede=_sentence(reproduction["summary"]),
        facts=_facts(reproduction),
        sections=_sections(material),
        footer="Made by `tenfold reproduce`. The figures are beside this page, in `figures/`.",
    )
    return write_page(folder / "report.html", page)


def _first_run(folder: Path, reproduction: Mapping[str, Any]) -> Run:
    seeds = reproduction["seeds"]
    if not seeds:
        raise RunError(f"{folder / 'reproduction.json'}: 'seeds' must name at least one seed")
    return read_run(folder / f"seed-{seeds[0]}")


def _sections(material: Material) -> list[Section]:
    reproduction = material.reproduction
    shows = list(reproduction["shows"])
    known = {*shows, *(_SAME[name] for name in shows if name in _SAME)}
    errors = published_errors(reproduction)
    groups = (
        (
            "The result",
            [
                _what_it_is(material),
                claimed_and_measured(reproduction),
                *([errors] if errors else []),
            ],
        ),
        ("As the published text shows it", build_sections(shows, material)),
        (
            "What tenfold adds",
            build_sections([name for name in _ADDED if name not in known], material),
        ),
        (
            "To make it again",
            [
                how_made(
                    reproduction["environment"],
                    reproduction["command"],
                    reproduction.get("seconds"),
                )
            ],
        ),
    )
    return [section for title, sections in groups for section in _part(title, sections)]


def _part(title: str, sections: list[Section]) -> list[Section]:
    """Return the sections, the first of which opens the part."""
    return [replace(sections[0], part=title), *sections[1:]] if sections else []


def _what_it_is(material: Material) -> Section:
    reproduction, recipe = material.reproduction, material.reproduction["recipe"]
    images = held_out(recipe)[0]
    kind = str(recipe["optimizer"]["kind"])
    optimizer = {"adam": "Adam", "rmsprop": "RMSprop"}.get(kind.lower(), kind)
    seeds = reproduction["seeds"]
    return Section(
        "What it is",
        [
            Words(
                f"`{reproduction['system']}` is a network of {count(reproduction['parameters'])} "
                "trained numbers that reads a handwritten digit of 28 × 28 pixels. A published "
                "notebook describes it; tenfold trains it again, to the letter, and sets what came "
                "out beside what was claimed."
            ),
            Words(
                f"It is trained on {count(images)} images, {recipe['batch_size']} at a time: "
                f"{count(steps_an_epoch(recipe))} steps an epoch, "
                f"{plural(recipe['epochs'], 'epoch')}, with the optimizer {optimizer}."
            ),
            Words(
                f"It was trained {plural(len(seeds), 'time')}, each with a seed of its own "
                f"({', '.join(str(seed) for seed in seeds)}). Tables give all seeds; pictures, "
                f"curves and the epoch log are those of seed {seeds[0]}."
                if len(seeds) > 1
                else f"It was trained once, with seed {seeds[0]}."
            ),
        ],
    )


def _facts(reproduction: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    measured, claimed = reproduction["measured"], reproduction["claimed"]
    facts = []
    for metric in ("test_accuracy", "train_accuracy", "test_loss"):
        if metric in measured:
            remark = (
                f"claimed {figure(metric, claimed[metric])}" if metric in claimed else "no claim"
            )
            facts.append((metric_name(metric), mean_and_spread(metric, measured[metric]), remark))
    runs = plural(len(reproduction["seeds"]), "seed")
    facts.append(("Parameters", count(reproduction["parameters"]), ""))
    facts.append(("Runs", runs, "" if len(reproduction["seeds"]) > 1 else "one seed, no spread"))
    return facts


def _sentence(text: str) -> str:
    """Return ``text`` with a capital at its start and a full stop."""
    return text[:1].upper() + text[1:].rstrip(".") + "."
