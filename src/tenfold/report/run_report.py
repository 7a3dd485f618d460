"""The report of one training run, and the page of one evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import RunError
from tenfold.report import sections_confidence as confidence
from tenfold.report import sections_evaluation as evaluated
from tenfold.report import sections_training as training
from tenfold.report.blocks import Page, Section, Words
from tenfold.report.gallery import Gallery
from tenfold.report.inputs import Run, check_evaluation, read_run
from tenfold.report.page import write_page
from tenfold.report.provenance import how_made
from tenfold.report.words import count, decimal, percent, plural

__all__ = ["check_images", "evaluation_page", "write_run_report"]

Facts = list[tuple[str, str, str]]


def write_run_report(
    run_folder: Path, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> Path:
    """Write ``run_folder/report.html`` and ``run_folder/figures/*.png``.

    Args:
        run_folder: A run folder; without `evaluation.json` only the training is reported.
        images: Shape (N, 28, 28), uint8: the images of the evaluation, in its order.
        labels: Shape (N,), uint8.

    Returns:
        The page's path.

    Raises:
        RunError: A file of the run is missing or damaged, or ``images`` are not those evaluated.
        MissingExtraError: matplotlib or Jinja is not installed.
        OutputError: The folder cannot be written.
    """
    run = read_run(run_folder)
    gallery = Gallery(run_folder / "figures")
    sections = _training_sections(run, images, gallery)
    if run.evaluation is None:
        sections.append(_not_evaluated(run_folder))
    else:
        sections += _evaluation_sections(run.evaluation, images, labels, run.outputs, gallery)
        gap = (run.history[-1]["accuracy"], run.evaluation["accuracy"])
        if gap[0] is not None:
            sections.append(training.overfitting_gap(*gap))
    sections.append(how_made(run.environment))
    page = Page(
        title=str(run.recipe["name"]),
        lede=str(run.recipe.get("summary") or "A training run."),
        facts=_facts(run),
        sections=sections,
        footer=f"Made by tenfold from a run with seed {run.recipe.get('seed', 0)}. The figures are "
        "beside this page, in `figures/`.",
    )
    return write_page(run_folder / "report.html", page)


def evaluation_page(
    folder: Path,
    evaluation: Mapping[str, Any],
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    title: str,
    outputs: NDArray[np.float32] | None = None,
) -> Path:
    """Write ``folder/report.html`` and ``folder/figures/*.png`` for one evaluation.

    Args:
        folder: Where the page goes.
        evaluation: As in `evaluation.json`.
        images: Shape (N, 28, 28), uint8: the images that were evaluated.
        labels: Shape (N,), uint8.
        title: Name of what was evaluated.
        outputs: Shape (N, 10), float32; None leaves their matrix out.

    Returns:
        The page's path.

    Raises:
        RunError: ``evaluation`` lacks a field, or ``images`` are not those evaluated.
        MissingExtraError: matplotlib or Jinja is not installed.
        OutputError: The folder cannot be written.
    """
    checked = check_evaluation(evaluation, "evaluation")
    gallery = Gallery(folder / "figures")
    page = Page(
        title=title,
        lede=f"Evaluated on {checked.get('data', 'labelled images')}: "
        f"{plural(checked['images'], 'image')}.",
        facts=_evaluation_facts(checked),
        sections=_evaluation_sections(checked, images, labels, outputs, gallery),
        footer="Made by `tenfold evaluate`. The figures are beside this page, in `figures/`.",
    )
    return write_page(folder / "report.html", page)


def check_images(
    evaluation: Mapping[str, Any],
    images: NDArray[np.uint8],
    outputs: NDArray[np.float32] | None = None,
) -> None:
    """Refuse images other than those evaluated, whose pictures would stand beside wrong words.

    Raises:
        RunError: Their number or that of the outputs differs, or a worst error lies beyond them.
    """
    if evaluation["images"] != len(images):
        raise RunError(
            f"images: must be the {evaluation['images']} that were evaluated, but are "
            f"{len(images)}; evaluate the run again on these"
        )
    if outputs is not None and len(outputs) != len(images):
        raise RunError(
            f"outputs: must be a row for each of the {len(images)} images, but are "
            f"{len(outputs)}; evaluate the run again"
        )
    if any(not 0 <= one["index"] < len(images) for one in evaluation["worst_errors"]):
        raise RunError("worst_errors: an index lies beyond the images; evaluate the run again")


def _training_sections(run: Run, images: NDArray[np.uint8], gallery: Gallery) -> list[Section]:
    return [
        training.network(run.recipe, run.layers, gallery, images[0] if len(images) else None),
        training.epoch_log(run.recipe, run.history),
        training.curves(run.history, gallery),
    ]


def _evaluation_sections(
    evaluation: Mapping[str, Any],
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    outputs: NDArray[np.float32] | None,
    gallery: Gallery,
) -> list[Section]:
    check_images(evaluation, images, outputs)
    sections = [
        evaluated.test_in_words(evaluation),
        evaluated.confusion_matrix(evaluation, gallery),
        evaluated.per_class(evaluation),
        confidence.calibration(evaluation, gallery),
        confidence.risk_coverage(evaluation, gallery),
        evaluated.worst_errors(evaluation, images, gallery),
    ]
    if outputs is not None:
        sections.append(confidence.probability_matrix(outputs, labels, gallery))
    return sections


def _not_evaluated(folder: Path) -> Section:
    return Section(
        "Not evaluated yet",
        [
            Words(
                "This run has no `evaluation.json`. Measure it on the test images with "
                f"`tenfold evaluate {folder.name}`, then make this page again."
            )
        ],
    )


def _facts(run: Run) -> Facts:
    last = run.history[-1]
    facts = [
        ("Epochs", count(len(run.history)), ""),
        ("Training accuracy", percent(last["accuracy"]), "in the last epoch"),
    ]
    return facts + ([] if run.evaluation is None else _evaluation_facts(run.evaluation))


def _evaluation_facts(evaluation: Mapping[str, Any]) -> Facts:
    low, high = evaluation["accuracy_interval"]
    calibration = evaluation["calibration"]["expected_calibration_error"]
    return [
        (
            "Test accuracy",
            percent(evaluation["accuracy"]),
            f"95 %: {percent(low)} to {percent(high)}",
        ),
        ("Test loss", decimal(evaluation["loss"]), ""),
        ("Calibration error", percent(calibration), "expected"),
    ]
