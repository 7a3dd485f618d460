"""Sections about how sure a trained network is: its outputs, calibration, and refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.report import figures
from tenfold.report.blocks import Block, Section, Table, Words
from tenfold.report.gallery import Gallery
from tenfold.report.words import count, decimal, percent

__all__ = ["calibration", "probability_matrix", "risk_coverage"]

Evaluation = Mapping[str, Any]


def calibration(evaluation: Evaluation, gallery: Gallery) -> Section:
    """Whether confidence means what it says."""
    bins = evaluation["calibration"]["bins"]
    ece = evaluation["calibration"]["expected_calibration_error"]
    filled = [one for one in bins if one["count"]]
    images = max(sum(one["count"] for one in filled), 1)
    excess = sum(one["count"] * (one["confidence"] - one["accuracy"]) for one in filled) / images
    tendency = "surer than it should be" if excess > 0 else "less sure than it could be"
    return Section(
        "Calibration: does confidence mean what it says?",
        [
            Words(
                "The largest of the ten probabilities, the softmax of the last layer's inputs, is "
                "the network's *confidence* in its answer. If it is well calibrated, of all "
                "answers given with a confidence of 90 % nine in ten are right. The images are "
                "sorted into bins by confidence; each bar shows the share that is right, and the "
                "red line how far that is from the mean confidence."
            ),
            gallery.picture(
                "reliability",
                figures.reliability_diagram(bins, ece),
                alt=f"Reliability diagram. Expected calibration error {percent(ece)}. "
                + "; ".join(
                    f"confidence {percent(one['confidence'], 0)}: {percent(one['accuracy'], 0)} "
                    f"right of {count(one['count'])}"
                    for one in filled
                )
                + ".",
                caption="Above, the share that is right at each confidence; below, how many images "
                "there are (logarithmic). Bins of few images say little.",
            ),
            Words(
                "The *expected calibration error* is the mean distance between confidence and "
                f"share of right answers, each bin weighted by its images: {percent(ece)} here. On "
                f"the whole the network is {tendency}. The method is that of Guo et al., *On "
                "Calibration of Modern Neural Networks* (2017)."
            ),
        ],
    )


def risk_coverage(evaluation: Evaluation, gallery: Gallery) -> Section:
    """What it saves to leave the unsure answers to a person."""
    curve = evaluation["risk_coverage"]
    points = curve.get("at", [])
    rows = [
        [
            percent(point["coverage"], 1),
            percent(point["accuracy"]),
            percent(1 - point["accuracy"]),
            decimal(point.get("threshold")),
        ]
        for point in points
    ]
    blocks: list[Block] = [
        Words(
            "A program need not answer every image: it may pass the ones it is unsure of to a "
            "person. *Coverage* is the share that it answers, the surest first, and *risk* the "
            "share of wrong ones among those. At the right end it answers everything."
        ),
        gallery.picture(
            "risk-coverage",
            figures.risk_coverage(curve),
            alt="Risk-coverage curve. "
            + "; ".join(f"{row[0]} answered: {row[2]} of them wrong" for row in rows)
            + f". Area below the curve {decimal(curve['area'], 5)}.",
            caption="The share of wrong answers by the share of images that is answered. The lower "
            f"the curve, the better; the area below it is {decimal(curve['area'], 5)}.",
        ),
    ]
    if (answers := evaluation.get("answers")) and answers["thresholds"]:
        blocks.insert(1, Words(_own_refusals(answers)))
    if rows:
        headings = ["Coverage", "Accuracy of the answered", "Risk", "Least confidence"]
        blocks.append(Table("Some points of the curve.", headings, rows))
    return Section("Refusing the unsure: risk and coverage", blocks)


def _own_refusals(answers: Mapping[str, Any]) -> str:
    """Return what a model's own thresholds, or those asked for, do."""
    reasons = ", ".join(
        f"{count(images)} as {reason.replace('_', ' ')}"
        for reason, images in answers["refused"].items()
    )
    right = (
        f" Of its answers {percent(answers['accuracy'])} are right." if answers["answered"] else ""
    )
    return (
        f"This one answers {percent(answers['answered'])} of the images, those with a confidence "
        f"of {decimal(answers['thresholds'].get('unsure', 0.0))} or more."
        + right
        + (f" It refuses {reasons}." if reasons else "")
    )


def probability_matrix(
    outputs: NDArray[np.float32] | None, labels: NDArray[np.uint8], gallery: Gallery
) -> Section:
    """The matrix of outputs for all images, one row an image.

    Args:
        outputs: Shape (N, 10), float32; None if the run folder does not hold them.
        labels: Shape (N,), uint8.
        gallery: Where the figure goes.
    """
    title = "The matrix of predicted probabilities"
    if outputs is None or not len(outputs):
        text = "The outputs were not kept (`outputs.npy`), so the matrix cannot be shown."
        return Section(title, [Words(text)])
    sums = outputs.sum(axis=1, dtype=np.float64)
    normal = bool(np.all(np.abs(sums - 1) < 1e-3))
    rows = [
        [f"{index} (label {labels[index]})", *(f"{value:.4f}" for value in outputs[index])]
        for index in range(min(5, len(outputs)))
    ]
    return Section(
        title,
        [
            Words(
                f"For each of the {count(len(outputs))} images the network gives ten numbers: a "
                f"matrix of shape `({len(outputs)}, 10)` and type `{outputs.dtype}`. "
                + (
                    "Each row sums to one. The answer is the column of the largest."
                    if normal
                    else "The rows do *not* sum to one (they lie between "
                    f"{sums.min():.3f} and {sums.max():.3f}): ten sigmoids need not, and of a "
                    "network with an eleventh output a row lacks what goes to *no digit*. The "
                    "answer is the column of the largest all the same."
                )
            ),
            Table(
                "The first rows of the matrix.",
                ["Image", *(str(digit) for digit in range(10))],
                rows,
            ),
            gallery.picture(
                "probability-matrix",
                figures.probability_matrix(outputs, labels),
                alt=f"Heat map of {len(outputs)} rows and 10 columns, rows sorted by true digit. "
                "The dark blocks along the diagonal are right and sure answers.",
                caption="All rows of the matrix, sorted by true digit, the doubtful ones at the "
                "lower end of each band. Dark is near 1; the scale is logarithmic, so that small "
                "hesitations can be seen.",
                form="png",
            ),
        ],
    )
