"""Sections about the answers of a trained network: accuracy, confusions, the worst errors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.report import figures
from tenfold.report.blocks import Block, Section, Table, Words
from tenfold.report.gallery import Gallery
from tenfold.report.words import count, decimal, percent

__all__ = ["confusion_matrix", "per_class", "test_in_words", "worst_errors"]

Evaluation = Mapping[str, Any]


def test_in_words(evaluation: Evaluation) -> Section:
    """Accuracy, its interval and loss, in words."""
    images, accuracy = evaluation["images"], evaluation["accuracy"]
    right = round(images * accuracy)
    wrong = images - right
    low, high = evaluation["accuracy_interval"]
    one_in = f", one in {round(images / wrong):,}" if wrong else ""
    blocks: list[Block] = [
        Words(
            f"Of {count(images)} images ({evaluation.get('data', 'labelled images')}) the network "
            f"reads {count(right)} right and {count(wrong)} wrong{one_in}. That is an *accuracy* "
            f"of {percent(accuracy)}."
        ),
        Words(
            f"{count(images)} images are a sample. Other images of the same kind would give a "
            f"slightly different figure. The 95 % interval, {percent(low)} to {percent(high)}, "
            "says how different: made in this way from many samples, 95 of 100 such intervals hold "
            "the accuracy on all images of this kind. Two networks whose intervals overlap widely "
            "cannot be told apart by this test alone."
        ),
    ]
    if labels := evaluation.get("labels"):
        blocks.append(
            Words(
                "Some labels of MNIST are wrong: with ten of them corrected as most people read "
                f"them the accuracy is {percent(labels['ten_corrected'])}, without the fifteen "
                f"doubtful images {percent(labels['without_fifteen'])} (Northcutt, Athalye and "
                "Mueller, *Pervasive Label Errors in Test Sets*, 2021)."
            )
        )
    if math.isfinite(evaluation["loss"]):
        blocks.append(
            Words(
                f"The *loss* is {decimal(evaluation['loss'])}. It is the mean of −log p, where p "
                "is the probability given to the true digit; a loss of this size is what a network "
                f"has that gives the true digit p = {percent(math.exp(-evaluation['loss']))} each "
                "time. Accuracy only counts right and wrong; loss also sees how sure the network "
                "was, and a single sure error costs it dearly."
            )
        )
    return Section("The test, in words", blocks)


def confusion_matrix(evaluation: Evaluation, gallery: Gallery) -> Section:
    """Which digit is taken for which."""
    matrix = np.array(evaluation["confusion"])
    common = _most_confused(matrix)
    words = "; ".join(f"a {true} for a {guess} ({times} times)" for true, guess, times in common)
    return Section(
        "Confusion matrix",
        [
            Words(
                "Rows are the true digits, columns the answers. The diagonal counts the right "
                "answers; every other number counts one kind of mistake. The redder a square, the "
                "more often that mistake was made; a dot means never."
            ),
            gallery.picture(
                "confusion-matrix",
                figures.confusion_matrix(matrix),
                alt="Confusion matrix, 10 by 10. Right answers for 0 to 9: "
                + ", ".join(count(number) for number in np.diag(matrix))
                + f". Most frequent mistakes: {words or 'none'}.",
                caption="True digit by row, answer by column.",
            ),
            Words(f"Most often the network takes {words}." if words else "It makes no mistake."),
        ],
    )


def _most_confused(matrix: NDArray[np.int64], number: int = 3) -> list[tuple[int, int, int]]:
    """Return the most frequent mistakes as (true digit, answer, times), never those of no time."""
    errors = matrix * ~np.eye(len(matrix), dtype=bool)
    order = np.argsort(-errors, axis=None, kind="stable")[:number]
    places = [divmod(int(place), len(matrix)) for place in order]
    return [
        (row, column, int(errors[row, column])) for row, column in places if errors[row, column]
    ]


def per_class(evaluation: Evaluation) -> Section:
    """Precision, recall and F1 of each digit."""
    rows = [
        [
            str(one["digit"]),
            *(
                percent(one[score]) if one["support"] else "–"
                for score in ("precision", "recall", "f1")
            ),
            count(one["support"]),
        ]
        for one in evaluation["classes"]
    ]
    seen = [one for one in evaluation["classes"] if one["support"]]
    hardest = min(seen, key=lambda one: one["f1"])
    return Section(
        "Each digit by itself",
        [
            Words(
                "*Precision*: of the images answered as this digit, the share that are it. "
                "*Recall*: of the images of this digit, the share that were found. *F1* is their "
                "harmonic mean, low if either is low."
            ),
            Table(
                "Precision, recall and F1, and the number of images of each digit.",
                ["Digit", "Precision", "Recall", "F1", "Images"],
                rows,
            ),
            Words(
                f"The hardest digit for this network is the {hardest['digit']}, with an F1 of "
                f"{percent(hardest['f1'])}."
            ),
        ],
    )


def worst_errors(evaluation: Evaluation, images: NDArray[np.uint8], gallery: Gallery) -> Section:
    """The errors the network was surest of, with pictures."""
    errors: Sequence[Mapping[str, Any]] = evaluation["worst_errors"][:25]
    if not errors:
        return Section("The worst errors", [Words("The network makes no error on these images.")])
    listed = ", ".join(f"{one['label']} read as {one['guess']}" for one in errors)
    return Section(
        "The worst errors",
        [
            Words(
                "These are the wrong answers that the network was surest of: true digit → answer, "
                "and its confidence. Some are badly written, and a person might err too; others "
                "are plain, and show what the network has not learned."
            ),
            gallery.picture(
                "worst-errors",
                figures.worst_errors(images, errors),
                alt=f"Pictures of the {len(errors)} surest wrong answers: {listed}.",
                caption="True digit → answer, and the confidence in that answer.",
                form="png",
                scrolls=True,
            ),
        ],
    )
